"""`grucli train --init-from` with weights of another system, as a process.

Covers: modelfile/exchange/reading, modelfile/exchange/extras, training/start,
training/foreign_weights.
"""

import json
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file

from tests.cli.helpers import assert_one_error, grucli, sha256
from tests.modelfile.exchange import keras_model as keras
from tests.modelfile.exchange.taken import ragged, write_series

KEPT = ("--set", "training.epochs=0")
CHANNELS, UNITS = 3, 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with series, and Keras and PyTorch models of them."""
    folder, rng = tmp_path_factory.mktemp("foreign"), np.random.default_rng(1)
    rows = ragged(rng, 40, CHANNELS)
    write_series(folder / "d.npz", rows, ["1", "2", "10", "3"] * 10)
    cell = keras.weights_of(rng, "GRU", CHANNELS, UNITS)
    head = [rng.normal(size=(UNITS, 4)).astype(np.float32), rng.normal(size=4).astype(np.float32)]
    config = keras.sequential(
        keras.layer("Masking", "m", mask_value=0.0),
        keras.recurrent("GRU", "g", UNITS),
        keras.dense(4),
    )
    keras.write(folder / "m.keras", config, {"layers/gru/cell": cell, "layers/dense": head})
    answers = [keras.softmax(keras.states("GRU", x, cell)[-1] @ head[0] + head[1]) for x in rows]
    np.save(folder / "expected.npy", np.array(answers))
    shapes = {"weight_ih": (12, CHANNELS), "weight_hh": (12, UNITS), "bias_ih": 12, "bias_hh": 12}
    weights = {f"gru.{k}_l0": rng.normal(size=v).astype(np.float32) for k, v in shapes.items()}
    weights |= {"fc.weight": head[0].T.copy(), "fc.bias": head[1]}
    save_file(weights, folder / "m.safetensors")
    return folder


def take(folder, *words, model="m.keras", out="k.npz"):
    start = ("d.npz", "--init-from", model, "-o", out, "--force")
    return grucli("train", *start, *words, cwd=folder)


@pytest.fixture(scope="module")
def kept(folder):
    done = take(folder, *KEPT, "--json", out="kept.npz")
    assert done.code == 0, done.err
    return done


def test_the_model_answers_as_in_the_other_system(folder, kept):
    told = grucli("predict", "d.npz", "-m", "kept.npz", "--json", cwd=folder)
    found = [json.loads(line)["probabilities"] for line in told.lines]
    p = np.array([[one[label] for label in ("1", "2", "3", "10")] for one in found])
    np.testing.assert_allclose(p, np.load(folder / "expected.npy"), atol=1e-6)
    last = grucli("predict", "d.npz", "-m", "kept.last.npz", "--json", cwd=folder)
    assert last.out == told.out


def test_what_was_taken_for_what_is_said(folder, kept):
    assert "starting from m.keras: recurrent weights, head with 4 labels" in kept.complaints
    assert "its outputs are, in this order, 4 labels: 1, 2, 3, 10" in kept.complaints
    assert "validation: none, training.epochs is 0: nothing is learned" in kept.complaints
    assert not any("warning" in line for line in kept.complaints)
    assert not any("pooled" in line for line in kept.complaints)
    result = json.loads(kept.text)
    assert (result["epochs"], result["train"], result["valid"]) == (0, {"rows": 0}, None)
    told = take(folder, *KEPT, model="m.safetensors")
    assert any("file does not say: last" in line for line in told.complaints)


def test_the_model_can_be_looked_into_and_scored(folder, kept):
    inside = grucli("inspect-gates", "d.npz", "-m", "kept.npz", cwd=folder)
    assert inside.code == 0, inside.err
    assert "weights of another system (sha256 " in " ".join(inside.text.split())
    assert "GATES" in inside.text
    scored = grucli("evaluate", "d.npz", "-m", "kept.npz", "--json", cwd=folder)
    expected = np.load(folder / "expected.npy").argmax(axis=1)
    truth = np.array([0, 1, 3, 2] * 10)
    assert json.loads(scored.text)["accuracy"] == pytest.approx(np.mean(expected == truth))
    assert "trained on" not in scored.err
    assert grucli("inspect-gates", "-m", "kept.npz", cwd=folder).code == 0


def test_the_same_bytes_come_out_and_a_resume_finds_it_finished(folder, kept):
    before = sha256(folder / "kept.npz")
    assert take(folder, *KEPT, out="again.npz").code == 0
    assert sha256(folder / "again.npz") == before
    done = grucli("train", "d.npz", "-o", "kept.npz", "--resume", *KEPT, cwd=folder)
    assert done.code == 0, done.err
    assert sha256(folder / "kept.npz") == before


def test_it_can_be_trained_on_and_resumed_to_the_same_bytes(folder):
    words = ("--set", "training.epochs=3", "--valid", "0.2", "--set", "training.schedule=constant")
    done = take(folder, *words, out="t.npz")
    assert done.code == 0, done.err
    assert "validation: 8 rows held out" in done.err
    whole = sha256(folder / "t.npz")
    assert take(folder, *words[2:], "--set", "training.epochs=2", out="u.npz").code == 0
    more = grucli("train", "d.npz", "-o", "u.npz", "--resume", *words, cwd=folder)
    assert more.code == 0, more.err
    assert sha256(folder / "u.npz") == whole


def test_a_dry_run_says_it_and_counts_no_epoch(folder):
    start = ("train", "d.npz", "--init-from", "m.keras", *KEPT, "--dry-run")
    dry = grucli(*start, cwd=folder)
    assert dry.code == 0, dry.err
    assert "its outputs are, in this order, 4 labels: 1, 2, 3, 10" in dry.lines
    assert any(line.startswith("model.num_layers: 1 ") for line in dry.lines)
    assert any("at most 0 epochs" in line for line in dry.lines)


def test_layers_and_cells_that_nobody_has_set_are_those_of_a_model_of_ours(tmp_path):
    rng = np.random.default_rng(2)
    write_series(tmp_path / "d.npz", ragged(rng, 20, CHANNELS), ["a", "b"] * 10)
    brief = ("--valid", "0", "--set", "training.epochs=1", "--set", "model.hidden_size=4")
    other = ("--set", "model.cell=rnn", "--set", "model.num_layers=2")
    first = grucli("train", "d.npz", "-o", "base.npz", *brief, *other, cwd=tmp_path)
    assert first.code == 0, first.err
    start = ("train", "d.npz", "--init-from", "base.npz", "-o", "m.npz")
    done = grucli(*start, *brief[:4], cwd=tmp_path)
    assert done.code == 0, done.err
    assert "2 x rnn 4" in done.err
    refused = grucli(*start, *brief[:4], "--set", "model.cell=gru", "--force", cwd=tmp_path)
    assert_one_error(refused, 4, "cell rnn, here gru")


REFUSED = {
    "no such file": (["--init-from", "nope.keras"], 5, "nope.keras"),
    "not of Keras": (["--init-from", "d.npz.keras"], 4, "no zip of this kind"),
    "Keras's older form": (["--init-from", "m.h5"], 4, "model.save('m.keras')"),
    "a pickle": (["--init-from", "m.pt"], 4, "save_file(model.state_dict()"),
    "nothing to keep": ([], 2, "training.epochs: 0 keeps weights of another system"),
    "a model of ours": (["--init-from", "kept.npz"], 2, "training.epochs: 0 keeps weights"),
    "validation": (["--init-from", "m.keras", "--valid", "0.2"], 2, "data.valid: "),
    "a linear path": (["--init-from", "m.keras", "--set", "model.wide=true"], 2, "model.wide: "),
    "folds": (["--init-from", "m.keras", "--folds", "3"], 2, "each fold starts anew"),
    "a page": (["--init-from", "m.keras", "--html", "p.html"], 2, "--html: "),
    "a wish": (["--init-from", "m.keras", "--recall", "1=0.9"], 2, "training.recall: "),
    "another task": (
        ["--init-from", "m.keras", "--set", "task=multilabel"],
        2,
        "answers as classify does",
    ),
    "a text": (["--init-from", "m.keras", "--set", "task=generate"], 2, "task: is generate, but"),
    "a text of PyTorch": (
        ["--init-from", "m.safetensors", "--set", "task=generate"],
        2,
        "generate has a decoder",
    ),
    "another size": (
        ["--init-from", "m.keras", "--set", "model.hidden_size=8"],
        4,
        "hidden_size 4",
    ),
    "weights that nobody has": (
        ["--init-from", "m.safetensors", "--set", "model.pooling=attention"],
        2,
        "model.pooling: attention has weights, which m.safetensors has not; name another",
    ),
    "another pooling": (
        ["--init-from", "m.keras", "--set", "model.pooling=mean"],
        4,
        "pooling last",
    ),
    "labels of nobody": (["--set", "data.labels=[a, b]"], 2, "data.labels: names what weights"),
    "two vectors": (["--init-from", "m.keras", "--vectors", "v.vec"], 2, "model.vectors: "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_are_one_line_with_their_exit_code(folder, kept, name):
    words, code, reason = REFUSED[name]
    (folder / "d.npz.keras").write_bytes((folder / "d.npz").read_bytes()[:-9])
    start = ("train", "d.npz", "-o", "x.npz", *KEPT, *words)
    assert_one_error(grucli(*start, cwd=folder), code, reason)
    assert not (folder / "x.npz").exists()


def test_texts_for_a_model_of_numbers_are_refused(folder):
    (folder / "t.csv").write_text("text,label\na b,1\nc,2\nd,3\ne,10\n")
    start = ("train", "t.csv", "--init-from", "m.keras", "-o", "x.npz", *KEPT)
    assert_one_error(grucli(*start, cwd=folder), 4, "reads numbers, the data are text")


def test_other_channels_are_refused(folder, tmp_path):
    write_series(
        folder / "wide.npz", ragged(np.random.default_rng(3), 8, 5), ["1", "2", "3", "10"] * 2
    )
    start = ("train", "wide.npz", "--init-from", "m.keras", "-o", "x.npz", *KEPT)
    assert_one_error(grucli(*start, cwd=folder), 4, "numbers a step 3, here 5")


@pytest.mark.parametrize(
    ("model", "package"), [("m.keras", "h5py"), ("m.safetensors", "safetensors")]
)
def test_a_missing_package_is_named_with_its_extra(folder, tmp_path, model, package):
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.modules[{package!r}] = None\n")
    env = {"PYTHONPATH": f"{tmp_path}:{':'.join(path for path in sys.path if path)}"}
    start = ("train", "d.npz", "--init-from", model, "-o", "x.npz", *KEPT)
    done = grucli(*start, cwd=folder, **env)
    extra = model.removeprefix("m.")
    assert_one_error(done, 5, f"{package}: is not installed; pip install 'grucli[{extra}]'")
