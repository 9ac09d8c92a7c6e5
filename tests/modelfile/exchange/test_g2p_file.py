"""The GRUs of g2p-en write here what its own program writes, and what does not fit is refused."""

import ast
import importlib.util
import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.errors import CheckpointError, ConfigError, show_path
from grucli.model.runner import Runner
from grucli.model.writing import drafts
from grucli.modelfile.exchange.g2p_file import LETTERS, MOST_PHONEMES, READ, WRITTEN
from grucli.modelfile.exchange.reading import is_foreign, read_foreign
from tests.cli.helpers import grucli
from tests.modelfile.exchange.keras_model import sigmoid
from tests.modelfile.exchange.taken import take

SIZE, UNITS = 5, 6
SEVERAL = "a", "bee", "zyx", "o'clock", "Abc", "中a", "abcdefghijklmnopqrstuvwxyz" * 2


def random_arrays(seed=1):
    """Return weights so large that words differ, with names and shapes of g2p-en."""
    rng = np.random.default_rng(seed)
    gates = {"w_ih": (3 * UNITS, SIZE), "w_hh": (3 * UNITS, UNITS)}
    gates |= {"b_ih": (3 * UNITS,), "b_hh": (3 * UNITS,)}
    shapes = {f"{side}_{name}": shape for side in ("enc", "dec") for name, shape in gates.items()}
    shapes |= {"enc_emb": (len(READ), SIZE), "dec_emb": (len(WRITTEN), SIZE)}
    shapes |= {"fc_w": (len(WRITTEN), UNITS), "fc_b": (len(WRITTEN),)}
    return {name: rng.normal(0, 1.5, shape).astype(np.float32) for name, shape in shapes.items()}


def gru_step(arrays, side, x, h):
    """Source: PyTorch's documentation of nn.GRU."""
    own = arrays[f"{side}_w_ih"] @ x + arrays[f"{side}_b_ih"]
    before = arrays[f"{side}_w_hh"] @ h + arrays[f"{side}_b_hh"]
    (r_i, z_i, n_i), (r_h, z_h, n_h) = (part.reshape(3, -1) for part in (own, before))
    r, z = sigmoid(r_i + r_h), sigmoid(z_i + z_h)
    return (1 - z) * np.tanh(n_i + r * n_h) + z * h


def written(arrays, word):
    """Return the symbols that the program writes for a word, and their mean log-probability."""
    arrays = {name: np.float64(array) for name, array in arrays.items()}
    h = np.zeros(arrays["enc_w_hh"].shape[1])
    for character in [*word, "</s>"]:
        known = READ.index(character) if character in READ else READ.index("<unk>")
        h = gru_step(arrays, "enc", arrays["enc_emb"][known], h)
    found, total, last = [], 0.0, WRITTEN.index("<s>")
    while len(found) < 20:
        h = gru_step(arrays, "dec", arrays["dec_emb"][last], h)
        scores = arrays["fc_w"] @ h + arrays["fc_b"]
        last = int(scores.argmax())
        total += scores[last] - np.logaddexp.reduce(scores)
        if WRITTEN[last] == "</s>":
            return found, total / (len(found) + 1)
        found.append(WRITTEN[last])
    return found, total / len(found)


@pytest.fixture
def data(tmp_path):
    (tmp_path / "d.csv").write_text("text,label\nbee,B IY1\na,AH0\nsea,S IY1 QQ\n")
    return tmp_path / "d.csv"


def test_it_writes_what_a_literal_decoder_does(tmp_path, data):
    path, answers = tmp_path / "g.npz", set()
    for seed in range(5):
        arrays = random_arrays(seed)
        np.savez(path, **arrays)
        model, prepared, words, _ = take(path, data, "training.dtype=float64")
        assert any("70 phonemes" in word for word in words)
        task, encoder = prepared.task, prepared.encoder
        encoded = encoder.encode([Record(number=1, text=word) for word in SEVERAL])
        found = drafts(Runner(model), encoded, width=1, longest=task.longest)
        for word, text, one in zip(SEVERAL, task.texts(found), found.best, strict=True):
            symbols, score = written(arrays, word)
            assert text == " ".join(symbols)
            assert one.score == pytest.approx(score, abs=1e-7)
            answers.add((text, len(symbols) == MOST_PHONEMES))
    assert len(answers) > 15
    assert {is_cut for _, is_cut in answers} == {True, False}


def test_no_text_has_no_answer_and_new_symbols_none_either(tmp_path, data):
    np.savez(tmp_path / "g.npz", **random_arrays())
    _, prepared, *_ = take(tmp_path / "g.npz", data)
    assert prepared.task.symbols.texts == ("", *(text for text in WRITTEN if text != "</s>"))
    encoded = prepared.encoder.encode([Record(number=1, text=""), Record(number=2, text="ab")])
    assert encoded.texts.lengths.tolist() == [0, 3]


def test_as_a_process_it_is_scored_looked_into_and_trained_further(tmp_path, data):
    arrays = random_arrays(1)
    np.savez(tmp_path / "g.npz", **arrays)
    words = [word for word in SEVERAL if word.isalpha()]
    start = "train", "d.csv", "--init-from", "g.npz"
    done = grucli(*start, "--set", "training.epochs=0", "-o", "m.npz", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "a decoder that writes without attention" in done.err
    lines = "".join(f"{word}\n" for word in words).encode()
    told = grucli(
        "predict", "-m", "m.npz", "--beam", "1", "--to", "label", cwd=tmp_path, stdin=lines
    )
    assert told.lines == [" ".join(written(arrays, word)[0]) for word in words]
    seen = grucli("inspect-gates", "-m", "m.npz", "--text", "bee", cwd=tmp_path)
    assert seen.code == 0, seen.err
    assert b"text 1" in seen.out
    more = ("--set", "training.epochs=2", "--set", "data.valid=0", "-o", "more.npz")
    done = grucli(*start, *more, cwd=tmp_path)
    assert done.code == 0, done.err
    assert "93 symbols" in done.err  # one that the data add


def test_names_of_the_data_are_refused(tmp_path, data):
    np.savez(tmp_path / "g.npz", **random_arrays())
    with pytest.raises(ConfigError, match=r"data\.labels: .*names of its own; delete it"):
        take(tmp_path / "g.npz", data, "data.labels=[a, b]")
    with pytest.raises(ConfigError, match="answers as generate does"):
        take(tmp_path / "g.npz", data, "task=classify")


REFUSED = {
    "an array is missing": (
        lambda a: a.pop("dec_b_hh"),
        r"dec_b_hh is missing, where \(18,\) fits",
    ),
    "no matrices": (lambda a: a.pop("enc_w_hh"), "has no enc_emb and enc_w_hh"),
    "another array": (
        lambda a: a.update(more=np.ones(2, "f4")),
        r"more is \(2,\), where none fits",
    ),
    "another alphabet": (
        lambda a: a.update(enc_emb=np.ones((31, SIZE), "f4")),
        r"\(31, 5\), where",
    ),
    "a decoder of another size": (
        lambda a: a.update(dec_w_hh=np.ones((3 * UNITS, 2), "f4")),
        "dec_w_hh",
    ),
    "whole numbers": (lambda a: a.update(fc_b=np.arange(74)), "int64, no floats"),
    "objects": (lambda a: a.update(fc_b=np.array([{}] * 74)), "other arrays than plain floats"),
    "not finite": (lambda a: a.update(dec_emb=np.full((74, SIZE), np.nan, "f4")), "not finite"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_another_layout_is_refused_with_a_reason(tmp_path, name):
    (change, reason), arrays, path = REFUSED[name], random_arrays(), tmp_path / "g.npz"
    change(arrays)
    np.savez(path, **arrays)
    with pytest.raises(CheckpointError, match=reason) as refused:
        read_foreign(path)
    (problem,) = refused.value.problems
    assert problem.startswith(f"{show_path(path)}: ")


def test_other_archives_are_not_taken_for_it(tmp_path):
    np.savez(tmp_path / "d.npz", X=np.zeros((2, 3)), y=np.zeros(2))
    (tmp_path / "text.npz").write_text("no archive")
    for name in ("d.npz", "text.npz", "none.npz"):
        assert not is_foreign(tmp_path / name)


def test_what_is_packed_or_damaged_is_refused(tmp_path):
    path, rng = tmp_path / "g.npz", np.random.default_rng(3)
    np.savez_compressed(path, **random_arrays())
    with pytest.raises(CheckpointError, match="is compressed"):
        read_foreign(path)
    np.savez(path, **random_arrays())
    whole = path.read_bytes()
    for size in rng.integers(0, len(whole), 20):
        path.write_bytes(whole[:size])
        with pytest.raises(CheckpointError):
            read_foreign(path)
    with zipfile.ZipFile(path, "w") as archive:
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            header, {"descr": "<f4", "fortran_order": False, "shape": (1 << 40, 1 << 20)}
        )
        archive.writestr("enc_emb.npy", header.getvalue() + bytes(8))
    with pytest.raises(CheckpointError, match="damaged"):
        read_foreign(path)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:invalid escape sequence")
@pytest.mark.skipif(importlib.util.find_spec("g2p_en") is None, reason="g2p-en is not installed")
def test_the_package_itself_agrees(tmp_path, data):
    folder = Path(importlib.util.find_spec("g2p_en").origin).parent
    source = ast.parse((folder / "g2p.py").read_text())
    (own,) = (node for node in source.body if isinstance(node, ast.ClassDef))
    names = {"np": np, "os": os, "dirname": str(folder)}
    exec(compile(ast.Module([own], []), "g2p.py", "exec"), names)  # without what it downloads
    package = object.__new__(names["G2p"])
    package.g2idx = {text: k for k, text in enumerate(READ)}
    package.idx2p = dict(enumerate(WRITTEN))
    package.load_variables()
    model, prepared, *_ = take(folder / "checkpoint20.npz", data)
    rng = np.random.default_rng(1)
    words = ["".join(rng.choice(list(LETTERS + "'-"), n)) for n in rng.integers(1, 30, 1000)]
    encoded = prepared.encoder.encode([Record(number=1, text=word) for word in words])
    found = drafts(Runner(model), encoded, width=1, longest=prepared.task.longest)
    assert prepared.task.texts(found) == [" ".join(package.predict(word)) for word in words]
