"""Models that grucli has written as ONNX come back, as far as a graph goes.

Covers: modelfile/exchange/onnx_names.
"""

import json

import numpy as np
import onnx
import pytest

from grucli.errors import CheckpointError
from grucli.modelfile.exchange.reading import read_foreign
from tests.cli.helpers import grucli
from tests.modelfile.exchange.taken import ragged, write_series

PLAIN = ("--set", "preset=plain", "--set", "training.epochs=1", "--set", "model.hidden_size=4")


def exported(folder, data, *words):
    """Train a small model of this kind, and write it as ONNX."""
    done = grucli("train", data, "-o", "m.npz", "-q", "--valid", "0", *PLAIN, *words, cwd=folder)
    assert done.code == 0, done.err
    written = grucli("inspect-gates", "-m", "m.npz", "--onnx", "m.onnx", cwd=folder)
    assert written.code == 0, written.err
    return folder / "m.onnx"


def come_back(folder, data, *words):
    """Take the ONNX file over; return what both models answer, as numbers."""
    start = ("train", data, "--init-from", "m.onnx", "--set", "training.epochs=0", "-o", "b.npz")
    done = grucli(*start, "--force", *words, cwd=folder)
    assert done.code == 0, done.err
    return [answers(folder, data, model) for model in ("m.npz", "b.npz")]


def answers(folder, data, model):
    told = grucli("predict", data, "-m", model, "--json", cwd=folder)
    assert told.code == 0, told.err
    rows = [json.loads(line) for line in told.lines]
    if "value" in rows[0]:
        return np.array([[row["value"]] for row in rows])
    return np.array([list(row["probabilities"].values()) for row in rows])


@pytest.fixture
def series(tmp_path):
    rows = ragged(np.random.default_rng(1), 30, 3)
    write_series(tmp_path / "d.npz", rows, ["x", "y", "10"] * 10)
    return tmp_path


@pytest.mark.parametrize(
    ("cell", "pooling"), [("gru", "last"), ("gru_before", "[max, mean]"), ("rnn", "[mean, last]")]
)
def test_series_are_scaled_and_answered_as_before(series, cell, pooling):
    model = ("--set", f"model.cell={cell}", "--set", "model.num_layers=2")
    views = ("--set", "data.channels=[values, shape]", "--set", f"model.pooling={pooling}")
    exported(series, "d.npz", *model, *views)
    before, after = come_back(series, "d.npz")
    assert np.ptp(before) > 0.01
    np.testing.assert_allclose(after, before, atol=1.5e-6)


def test_one_logit_of_two_labels_comes_back(tmp_path):
    write_series(tmp_path / "d.npz", ragged(np.random.default_rng(2), 20, 2), ["no", "yes"] * 10)
    exported(tmp_path, "d.npz")
    before, after = come_back(tmp_path, "d.npz")
    np.testing.assert_allclose(after, before, atol=1.5e-6)


def test_numbers_come_back_in_their_unit(tmp_path):
    numbers = [str(100 * k) for k in range(20)]
    write_series(tmp_path / "d.npz", ragged(np.random.default_rng(3), 20, 2), numbers)
    exported(tmp_path, "d.npz", "--set", "task=regress")
    before, after = come_back(tmp_path, "d.npz")
    assert np.ptp(before) > 1
    np.testing.assert_allclose(after, before, rtol=1e-5)


@pytest.fixture
def texts(tmp_path):
    rows = [f"{word} Books; number {k},{word}" for k, word in enumerate(["good", "bad"] * 8)]
    (tmp_path / "t.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    return tmp_path


SELDOM = (pytest.param(mode, marks=pytest.mark.slow) for mode in ("byte", "space", "exact"))
NARROW = ("model.wide=false", "model.subwords=false", "model.embedding_size=5")
NARROW = tuple(word for setting in NARROW for word in ("--set", setting))


@pytest.mark.parametrize("mode", ["auto", "char", *SELDOM, "pairs"])
def test_texts_are_read_in_the_way_of_the_file(texts, mode):
    exported(texts, "t.csv", *NARROW, "--set", f"data.tokens={mode}")
    before, after = come_back(texts, "t.csv")
    assert np.ptp(before) > 1e-3
    np.testing.assert_allclose(after, before, atol=1.5e-6)


def test_texts_are_read_as_far_as_the_file_says(texts):
    long = ("--set", "data.max_length=30")
    exported(texts, "t.csv", *NARROW, *long)
    come_back(texts, "t.csv")
    (texts / "long.txt").write_text(40 * "good bad " + "\n")
    before, after = (answers(texts, "long.txt", model) for model in ("m.npz", "b.npz"))
    np.testing.assert_allclose(after, before, atol=1.5e-6)


def test_another_way_of_reading_is_a_setting(texts):
    exported(texts, "t.csv", *NARROW)
    before, after = come_back(texts, "t.csv", "--set", "data.tokens=char")
    assert np.abs(after - before).max() > 1e-4
    start = ("train", "t.csv", "--init-from", "m.onnx", "--set", "training.epochs=0", "-o", "c.npz")
    done = grucli(*start, "--set", "data.tokens=pairs", cwd=texts)
    assert done.code == 2, done.err
    assert "data.tokens: pairs are learned from texts" in done.err


BEYOND = {
    "kernels": ("model.wide=true", "no counterpart"),
    "a convolution": ("model.convolution=2", "no counterpart"),
    "attention": ("model.pooling=attention", "no counterpart"),
    "minGRU": ("model.cell=mingru", "no counterpart"),
}


@pytest.mark.parametrize("name", BEYOND)
def test_what_a_graph_says_in_other_words_is_refused(series, name):
    setting, reason = BEYOND[name]
    model = exported(series, "d.npz", "--set", setting)
    with pytest.raises(CheckpointError, match=reason):
        read_foreign(model)


def with_names(path, change):
    """Change what stands beside the graph of a file."""
    model = onnx.load(path)
    held = json.loads(model.metadata_props[0].value)
    model.metadata_props[0].value = json.dumps(held | change(held))
    onnx.save(model, path)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "grucli.onnx/99"},
        {"labels": [1, 2, 3]},
        {"encoder": {}},
        {"encoder": {"kind": "series", "max_length": -1}},
        {"chain": [[0.0]]},
    ],
)
def test_damaged_names_are_refused(series, change):
    path = exported(series, "d.npz")
    with_names(path, lambda held: change)
    with pytest.raises(CheckpointError, match=r"damaged|chain"):
        read_foreign(path)


def test_damaged_names_of_texts_are_refused(texts):
    whole = exported(texts, "t.csv", *NARROW)
    path = texts / "damaged.onnx"
    for change in (
        {"tokenizer": {"steps": [], "token": "(a+)+$"}},
        {"tokenizer": {"joined": ["a"]}},
        {"tokenizer": None},
        {"vocabulary": ["a", "b"]},
        {"max_length": 0},
    ):
        path.write_bytes(whole.read_bytes())
        with_names(path, lambda held, change=change: {"encoder": held["encoder"] | change})
        with pytest.raises(CheckpointError, match=r"damaged|in a way that is not known"):
            read_foreign(path)
