"""PyTorch models answer here as PyTorch's own equations say, and what does not fit is refused.

Covers: modelfile/exchange/foreign.
"""

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from grucli.engine import losses
from grucli.errors import CheckpointError, ConfigError, show_path
from grucli.modelfile.exchange.reading import read_foreign
from tests.modelfile.exchange.keras_model import sigmoid, softmax
from tests.modelfile.exchange.taken import logits, ragged, take, write_series

CHANNELS, UNITS, OUTPUTS = 3, 4, 3


def recurrent(rng, gates, layers, bidirectional, *, size=CHANNELS, owner="gru.", bias=True):
    """Return random weights, all called as nn.GRU and nn.RNN call them."""
    arrays = {}
    for number in range(layers):
        for way in ("", "_reverse")[: 1 + bidirectional]:
            shapes = {"weight_ih": (gates * UNITS, size), "weight_hh": (gates * UNITS, UNITS)}
            if bias:
                shapes |= {"bias_ih": (gates * UNITS,), "bias_hh": (gates * UNITS,)}
            for name, shape in shapes.items():
                array = rng.normal(0, 0.7, shape).astype(np.float32)
                arrays[f"{owner}{name}_l{number}{way}"] = array
        size = UNITS * (1 + bidirectional)
    return arrays


def head(rng, features, outputs=OUTPUTS, owner="fc."):
    return {
        f"{owner}weight": rng.normal(size=(outputs, features)).astype(np.float32),
        f"{owner}bias": rng.normal(size=outputs).astype(np.float32),
    }


def states(arrays, number, way, x, owner="gru."):
    """Return (T, H) of one direction. Source: PyTorch's documentation of nn.GRU and nn.RNN."""
    parts = {name: np.float64(arrays[f"{owner}{name}_l{number}{way}"]) for name in PARTS[:2]}
    for name in PARTS[2:]:
        zeros = np.zeros(len(parts["weight_ih"]))
        parts[name] = np.float64(arrays.get(f"{owner}{name}_l{number}{way}", zeros))
    h, found = np.zeros(UNITS), []
    for step in x[::-1] if way else x:
        own = parts["weight_ih"] @ step + parts["bias_ih"]
        before = parts["weight_hh"] @ h + parts["bias_hh"]
        if len(own) == UNITS:
            h = np.tanh(own + before)
        else:
            (r_i, z_i, n_i), (r_h, z_h, n_h) = (part.reshape(3, UNITS) for part in (own, before))
            r, z = sigmoid(r_i + r_h), sigmoid(z_i + z_h)
            h = (1 - z) * np.tanh(n_i + r * n_h) + z * h
        found.append(h)
    return np.array(found[::-1] if way else found)


PARTS = "weight_ih", "weight_hh", "bias_ih", "bias_hh"


def run(arrays, x, owner="gru."):
    """Return (T, D H) states of the last layer, and each direction's last one."""
    layers = 1 + max(int(name.split("_l")[1][0]) for name in arrays if "weight_ih_l" in name)
    for number in range(layers):
        ways = [way for way in ("", "_reverse") if f"{owner}weight_hh_l{number}{way}" in arrays]
        found = [states(arrays, number, way, x, owner) for way in ways]
        last = np.concatenate(
            [each[0 if way else -1] for way, each in zip(ways, found, strict=True)]
        )
        x = np.concatenate(found, axis=1)
    return x, last


POOLED = {
    "last": lambda all_, last: last,
    "mean": lambda all_, last: all_.mean(axis=0),
    "max": lambda all_, last: all_.max(axis=0),
}


@pytest.mark.parametrize("bias", [True, False], ids=["biases", "none"])
@pytest.mark.parametrize("pooling", [("last",), ("mean", "max"), ("max", "last", "mean")])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("gates", [3, 1], ids=["gru", "rnn"])
def test_a_classifier_of_series_answers_as_in_pytorch(
    tmp_path, gates, bidirectional, pooling, bias
):
    rng = np.random.default_rng(1)
    rows = ragged(rng, 30, CHANNELS)
    data = write_series(tmp_path / "d.npz", rows, ["a", "b", "c"] * 10)
    arrays = recurrent(rng, gates, 2, bidirectional, bias=bias)
    arrays |= head(rng, UNITS * (1 + bidirectional) * len(pooling))
    save_file(arrays, tmp_path / "m.safetensors")
    settings = () if pooling == ("last",) else (f"model.pooling=[{', '.join(pooling)}]",)
    found, _ = logits(tmp_path / "m.safetensors", data, *settings)
    for row, x in zip(losses.probabilities(found), rows, strict=True):
        pooled = np.concatenate([POOLED[kind](*run(arrays, x)) for kind in pooling])
        expected = softmax(arrays["fc.weight"] @ pooled + arrays["fc.bias"])
        np.testing.assert_allclose(row, expected, atol=1e-12)


@pytest.fixture
def texts(tmp_path):
    """A vocabulary, and texts with a token that it lacks and one without any token."""
    (tmp_path / "tokens.txt").write_text("<pad>\n<unk>\ngood\nbad\nbook\n")
    (tmp_path / "d.csv").write_text("text,label\ngood book,a\nbad book,b\nnew book,c\nbad,a\n")
    return tmp_path / "d.csv", f"data.vocabulary={tmp_path / 'tokens.txt'}"


IDS = ([2, 4], [3, 4], [1, 4], [3])


def test_a_classifier_of_texts_reads_tokens_by_the_ids_of_a_file(tmp_path, texts):
    rng = np.random.default_rng(2)
    table = rng.normal(size=(5, CHANNELS)).astype(np.float32)
    arrays = recurrent(rng, 3, 1, True, owner="encoder.rnn.") | head(rng, 2 * UNITS, owner="")
    arrays["words.weight"] = table
    save_file(arrays, tmp_path / "m.safetensors")
    found, task = logits(tmp_path / "m.safetensors", *texts)
    assert task.labels == ("a", "b", "c")
    for row, ids in zip(losses.probabilities(found), IDS, strict=True):
        logit = arrays["weight"] @ run(arrays, table[ids], "encoder.rnn.")[1] + arrays["bias"]
        np.testing.assert_allclose(row, softmax(logit), atol=1e-12)


def test_without_an_unknown_token_it_is_the_mean_and_ids_beyond_the_file_are_left(tmp_path):
    rng = np.random.default_rng(3)
    (tmp_path / "tokens.txt").write_text("\ngood\nbad\n")  # an empty line is padding
    (tmp_path / "d.csv").write_text("text,label\ngood new,a\nbad,b\n")
    table = rng.normal(size=(7, CHANNELS)).astype(np.float32)
    arrays = recurrent(rng, 3, 1, False) | head(rng, UNITS, 2) | {"embedding.weight": table}
    save_file(arrays, tmp_path / "m.safetensors")
    settings = tmp_path / "d.csv", f"data.vocabulary={tmp_path / 'tokens.txt'}"
    found, _ = logits(tmp_path / "m.safetensors", *settings)
    vectors = np.stack((table[1], table[1:3].mean(axis=0)))
    logit = arrays["fc.weight"] @ run(arrays, vectors)[1] + arrays["fc.bias"]
    np.testing.assert_allclose(losses.probabilities(found)[0], softmax(logit), atol=1e-7)
    *_, words, _ = take(tmp_path / "m.safetensors", *settings)
    assert any("no [UNK]" in word for word in words)
    assert any("ids from 3 on are left out" in word for word in words)


def test_tags_are_answered_where_the_data_hold_some(tmp_path):
    rng = np.random.default_rng(4)
    (tmp_path / "tokens.txt").write_text("<unk>\na\nb\n")
    (tmp_path / "d.conll").write_text("a\tX\nb\tY\n\nb\tY\n\n")
    table = rng.normal(size=(3, CHANNELS)).astype(np.float32)
    arrays = recurrent(rng, 3, 1, True) | head(rng, 2 * UNITS, 2) | {"emb.weight": table}
    save_file(arrays, tmp_path / "m.safetensors")
    names = f"data.vocabulary={tmp_path / 'tokens.txt'}"
    found, task = logits(tmp_path / "m.safetensors", tmp_path / "d.conll", names)
    assert task.name == "tag"
    expected = [
        run(arrays, table[ids])[0] @ arrays["fc.weight"].T + arrays["fc.bias"]
        for ids in ([1, 2], [2])
    ]
    np.testing.assert_allclose(found.values, np.concatenate(expected), atol=1e-12)


def test_labels_that_are_indices_need_not_all_be_there(tmp_path):
    rng = np.random.default_rng(5)
    rows = ragged(rng, 12, CHANNELS)
    arrays = recurrent(rng, 3, 1, False) | head(rng, UNITS, 12)
    save_file(arrays, tmp_path / "m.safetensors")
    data = write_series(tmp_path / "d.npz", rows, ["11", "2", "0"] * 4)
    found, task = logits(tmp_path / "m.safetensors", data)
    assert sorted(task.labels, key=int) == [str(k) for k in range(12)]
    order = [task.labels.index(str(k)) for k in range(12)]
    for row, x in zip(losses.probabilities(found)[:, order], rows, strict=True):
        logit = arrays["fc.weight"] @ run(arrays, x)[1] + arrays["fc.bias"]
        np.testing.assert_allclose(row, softmax(logit), atol=1e-12)


def test_labels_are_named_by_a_setting(tmp_path):
    rng = np.random.default_rng(6)
    rows = ragged(rng, 6, CHANNELS)
    arrays = recurrent(rng, 3, 1, False) | head(rng, UNITS)
    path = tmp_path / "m.safetensors"
    save_file(arrays, path)
    data = write_series(tmp_path / "d.npz", rows, ["x", "y"] * 3)
    with pytest.raises(CheckpointError, match=r"has 3 outputs, .*d.npz 2 labels; .*data\.labels"):
        logits(path, data)
    found, task = logits(path, data, "data.labels=[z, x, y]")
    assert task.labels == ("x", "y", "z")
    logit = arrays["fc.weight"] @ run(arrays, rows[0])[1] + arrays["fc.bias"]
    np.testing.assert_allclose(
        losses.probabilities(found)[0, [2, 0, 1]], softmax(logit), atol=1e-12
    )
    with pytest.raises(Exception, match=r"'y' is none of the labels of its outputs"):
        logits(path, data, "data.labels=[z, x, w]")


def without(arrays, *names):
    return {name: array for name, array in arrays.items() if name not in names}


def renamed(arrays, old, new):
    return {name.replace(old, new): array for name, array in arrays.items()}


REFUSED = {
    "no recurrence": (lambda a, rng: head(rng, 4), "gru.weight_ih_l0"),
    "flax": (
        lambda a, rng: head(rng, 4) | {"rnn.cell.dense_h.kernel": np.ones((4, 12), "f4")},
        "b_hn",
    ),
    "an LSTM": (lambda a, rng: recurrent(rng, 4, 1, False) | head(rng, 4), "LSTM"),
    "another cell": (lambda a, rng: recurrent(rng, 2, 1, False) | head(rng, 4), "no known cell"),
    "two recurrences": (lambda a, rng: a | recurrent(rng, 3, 1, False, owner="two."), "gru, two"),
    "a layer is missing": (lambda a, rng: renamed(a, "_l1", "_l2"), "is missing"),
    "a direction is missing": (lambda a, rng: without(a, *REVERSE), "is missing"),
    "weights are missing": (lambda a, rng: without(a, "gru.weight_hh_l1"), "are missing"),
    "a layer more": (lambda a, rng: a | head(rng, 4, owner="more."), "fc.weight, more.weight"),
    "a norm": (lambda a, rng: a | {"norm.weight": np.ones(4, "f4")}, "norm.weight left over"),
    "no head": (lambda a, rng: without(a, "fc.weight", "fc.bias"), "linear layer"),
    "a head of other states": (lambda a, rng: a | head(rng, 7), "the head reads 7 numbers"),
    "whole numbers": (lambda a, rng: a | {"fc.bias": np.arange(3)}, "no floats"),
    "not finite": (lambda a, rng: a | {"fc.bias": np.full(3, np.inf, "f4")}, "not finite"),
    "layers that do not chain": (
        lambda a, rng: a | {"gru.weight_ih_l1": np.ones((12, 5), "f4")},
        "differ in size",
    ),
    "a bias of another length": (lambda a, rng: a | {"gru.bias_ih_l0": np.ones(5, "f4")}, "a bias"),
}
REVERSE = [f"gru.{name}_l1_reverse" for name in PARTS]


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_with_a_reason(tmp_path, name):
    change, reason = REFUSED[name]
    rng, path = np.random.default_rng(7), tmp_path / "m.safetensors"
    arrays = recurrent(rng, 3, 2, True) | head(rng, 2 * UNITS)
    save_file(change(arrays, rng), path)
    with pytest.raises(CheckpointError) as refused:
        read_foreign(path)
    (problem,) = refused.value.problems
    assert problem.startswith(f"{show_path(path)}: ")
    assert reason in problem


def test_pooling_that_does_not_fit_the_head_asks_for_it(tmp_path):
    rng, path = np.random.default_rng(8), tmp_path / "m.safetensors"
    data = write_series(tmp_path / "d.npz", ragged(rng, 6, CHANNELS), ["a", "b", "c"] * 2)
    save_file(recurrent(rng, 3, 1, False) | head(rng, 2 * UNITS), path)
    with pytest.raises(CheckpointError, match=r"reads 8 numbers, pooling last gives 4; .*pooling"):
        logits(path, data)


def test_a_vocabulary_of_another_length_is_refused(tmp_path, texts):
    rng, path = np.random.default_rng(9), tmp_path / "m.safetensors"
    arrays = recurrent(rng, 3, 1, False) | head(rng, UNITS)
    save_file(arrays | {"emb.weight": np.ones((4, CHANNELS), "f4")}, path)
    with pytest.raises(CheckpointError, match=r"vectors for 4 tokens, .*tokens.txt 5 lines"):
        logits(path, *texts)
    with pytest.raises(ConfigError, match=r"data\.vocabulary: is missing"):
        logits(path, texts[0])
    save_file(arrays | {"emb.weight": np.ones((5, CHANNELS), "f4")}, path)
    with pytest.raises(ConfigError, match=r"data\.tokens: pairs are learned"):
        logits(path, *texts, "data.tokens=pairs")
    with pytest.raises(ConfigError, match="generate has a decoder"):
        logits(path, *texts, "task=generate")
    save_file(arrays, path)
    with pytest.raises(ConfigError, match=r"data\.vocabulary: .* reads numbers"):
        logits(path, *texts)


def test_damage_is_refused(tmp_path):
    rng, path = np.random.default_rng(10), tmp_path / "m.safetensors"
    save_file(recurrent(rng, 3, 1, False) | head(rng, UNITS), path)
    whole = path.read_bytes()
    header = json.dumps(
        {"gru.weight_ih_l0": {"dtype": "F32", "shape": [1 << 31, 1 << 31], "data_offsets": [0, 8]}}
    ).encode()
    huge = len(header).to_bytes(8, "little") + header + bytes(8)
    for data in (b"", whole[:7], whole[:200], whole[:-1], whole + b"x", huge):
        path.write_bytes(data)
        with pytest.raises(CheckpointError, match="damaged"):
            read_foreign(path)


def test_a_text_without_a_token_is_read_as_padding(tmp_path, texts):
    rng, path = np.random.default_rng(11), tmp_path / "m.safetensors"
    table = rng.normal(size=(5, CHANNELS)).astype(np.float32)
    save_file(recurrent(rng, 3, 1, False) | head(rng, UNITS) | {"emb.weight": table}, path)
    model, *_ = take(path, *texts)
    np.testing.assert_array_equal(model.table, table[[1, 0, 2, 3, 4]])  # unknown, padding, tokens
