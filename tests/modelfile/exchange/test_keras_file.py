"""Keras models of all kinds that fit answer here as Keras's own equations say.

Covers: modelfile/exchange/foreign, modelfile/exchange/keras_layers.
"""

import numpy as np
import pytest

from grucli.engine import losses
from grucli.errors import CheckpointError, show_path
from grucli.modelfile.exchange.reading import read_foreign
from tests.modelfile.exchange import keras_model as keras
from tests.modelfile.exchange.taken import logits, ragged, take, write_series

LABELS = ("1", "10", "2")  # in the order of class indices 1, 2, 10
CHANNELS, UNITS = 3, 4


@pytest.fixture
def data(tmp_path):
    rng = np.random.default_rng(1)
    rows = ragged(rng, 30, CHANNELS)
    labels = [LABELS[k % 3] for k in range(30)]
    return rows, write_series(tmp_path / "d.npz", rows, labels)


def stack(rng, kind, layers, *, bidirectional, reset_after=True, use_bias=True):
    """Return layers of a config, their weights by place, and what computes the states."""
    configs, weights, size, steps = [], {}, CHANNELS, []
    for number in range(layers):
        settings = {"return_sequences": True, "use_bias": use_bias}
        if kind == "GRU":
            settings["reset_after"] = reset_after
        one = keras.recurrent(kind, f"mine{number}", UNITS, **settings)
        own = [
            keras.weights_of(rng, kind, size, UNITS, reset_after=reset_after, use_bias=use_bias)
            for _ in range(1 + bidirectional)
        ]
        place = {"GRU": "gru", "SimpleRNN": "simple_rnn"}[kind]
        place = "bidirectional" if bidirectional else place
        place = f"layers/{place}_{number}" if number else f"layers/{place}"
        if bidirectional:
            one = keras.both_ways(one, f"both{number}")
            weights[f"{place}/forward_layer/cell"] = own[0]
            weights[f"{place}/backward_layer/cell"] = own[1]
        else:
            weights[f"{place}/cell"] = own[0]
        configs.append(one)
        steps.append(own)
        size = UNITS * (1 + bidirectional)

    def run(x):
        for own in steps:
            if len(own) == 2:
                x, last = keras.both_states(kind, x, *own, reset_after=reset_after)
            else:
                x = keras.states(kind, x, own[0], reset_after=reset_after)
                last = x[-1]
        return x, last

    return configs, weights, run, size


def ends_at_its_last_state(one):
    """Let a recurrent layer give its last state alone."""
    parts = [one["config"][key] for key in ("layer", "backward_layer") if key in one["config"]]
    for part in parts or [one]:
        part["config"]["return_sequences"] = False


@pytest.mark.parametrize("use_bias", [True, False], ids=["biases", "none"])
@pytest.mark.parametrize("pooling", ["last", "mean", "max"])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize(("kind", "reset_after"), [("GRU", True), ("GRU", False), ("SimpleRNN", 1)])
def test_a_classifier_of_series_answers_as_in_keras(
    tmp_path, data, kind, reset_after, bidirectional, pooling, use_bias
):
    rng = np.random.default_rng(2)
    rows, path = data
    configs, weights, run, size = stack(
        rng, kind, 2, bidirectional=bidirectional, reset_after=reset_after, use_bias=use_bias
    )
    if pooling == "last":
        ends_at_its_last_state(configs[-1])
        pool = []
    else:
        kinds = {"mean": "GlobalAveragePooling1D", "max": "GlobalMaxPooling1D"}
        plain = {"data_format": "channels_last", "keepdims": False}
        pool = [keras.layer(kinds[pooling], "pool", **plain)]
    head = [rng.normal(size=(size, 3)).astype(np.float32), rng.normal(size=3).astype(np.float32)]
    weights["layers/dense"] = head
    config = keras.sequential(
        keras.layer("InputLayer", "in", batch_shape=[None, None, CHANNELS]),
        keras.layer("Masking", "mask", mask_value=0.0),
        *configs,
        *pool,
        keras.layer("Dropout", "drop", rate=0.5),
        keras.dense(3),
    )
    model = keras.write(tmp_path / "m.keras", config, weights)
    found, task = logits(model, path)
    assert task.labels == LABELS
    order = [task.labels.index(label) for label in ("1", "2", "10")]
    for row, x in zip(losses.probabilities(found)[:, order], rows, strict=True):
        states, last = run(x)
        pooled = {"last": last, "mean": states.mean(axis=0), "max": states.max(axis=0)}[pooling]
        expected = keras.softmax(pooled @ head[0] + head[1])
        np.testing.assert_allclose(row, expected, atol=1e-12)


def simple(rng, head=None, **options):
    """Return the parts of a model of one GRU: layers, weights, and what computes the states."""
    configs, weights, run, size = stack(rng, "GRU", 1, bidirectional=False, **options)
    ends_at_its_last_state(configs[0])
    outputs = 3 if head is None else head["config"]["units"]
    own = [rng.normal(size=(size, outputs)), rng.normal(size=outputs)]
    weights["layers/dense"] = [array.astype(np.float32) for array in own]
    return [*configs, head or keras.dense(3)], weights, run


def test_one_sigmoid_is_the_second_of_two_labels(tmp_path):
    rng = np.random.default_rng(3)
    rows = ragged(rng, 12, CHANNELS)
    data = write_series(tmp_path / "d.npz", rows, ["b", "a"] * 6)
    layers, weights, run = simple(rng, keras.dense(1, "sigmoid"))
    model = keras.write(tmp_path / "m.keras", keras.sequential(*layers), weights)
    kernel, bias = weights["layers/dense"]
    for settings, column in (((), 1), (("data.labels=[b, a]",), 0)):
        found, task = logits(model, data, *settings)
        assert task.labels == ("a", "b")
        p = losses.probabilities(found)
        for row, x in zip(p, rows, strict=True):
            expected = keras.sigmoid(run(x)[1] @ kernel + bias)
            np.testing.assert_allclose(row[[column]], expected, atol=1e-12)


def test_two_outputs_are_two_labels(tmp_path):
    rng = np.random.default_rng(4)
    rows = ragged(rng, 12, CHANNELS)
    data = write_series(tmp_path / "d.npz", rows, ["no", "yes"] * 6)
    layers, weights, run = simple(rng, keras.dense(2))
    model = keras.write(tmp_path / "m.keras", keras.sequential(*layers), weights)
    found, _ = logits(model, data, "data.labels=[yes, no]")
    for row, x in zip(losses.probabilities(found), rows, strict=True):
        kernel, bias = weights["layers/dense"]
        expected = keras.softmax(run(x)[1] @ kernel + bias)
        np.testing.assert_allclose(row[::-1], expected, atol=1e-12)


def test_a_linear_output_is_a_number_in_the_unit_of_the_data(tmp_path):
    rng = np.random.default_rng(5)
    rows = ragged(rng, 12, CHANNELS)
    data = write_series(tmp_path / "d.npz", rows, [f"{k * 100}" for k in range(12)])
    layers, weights, run = simple(rng, keras.dense(1, "linear"))
    model = keras.write(tmp_path / "m.keras", keras.sequential(*layers), weights)
    found, task = logits(model, data, "task=regress")
    answers = [answer.value for answer in task.typed_answers(found)]
    kernel, bias = weights["layers/dense"]
    expected = [(run(x)[1] @ kernel + bias).item() for x in rows]
    np.testing.assert_allclose(answers, expected, atol=1e-9)


def test_sigmoids_are_labels_each_for_itself(tmp_path):
    rng = np.random.default_rng(6)
    vocabulary = ["", "[UNK]", "a", "b", "c"]
    (tmp_path / "tokens.txt").write_text("\n".join(vocabulary) + "\n")
    (tmp_path / "d.csv").write_text("text,label\na b,x;y\nc,y\nb z,z\n")
    table = rng.normal(size=(5, CHANNELS)).astype(np.float32)
    layers, weights, run = simple(rng, keras.dense(3, "sigmoid"))
    weights["layers/embedding"] = [table]
    config = keras.sequential(keras.layer("Embedding", "e", mask_zero=True), *layers)
    model = keras.write(tmp_path / "m.keras", config, weights)
    names = f"data.vocabulary={tmp_path / 'tokens.txt'}"
    found, task = logits(model, tmp_path / "d.csv", names, "data.label_separator=;")
    assert (task.name, task.labels) == ("multilabel", ("x", "y", "z"))
    kernel, bias = weights["layers/dense"]
    for row, ids in zip(found, ([2, 3], [4], [3, 1]), strict=True):
        np.testing.assert_allclose(row, run(table[ids])[1] @ kernel + bias, atol=1e-12)


def test_poolings_side_by_side_in_a_graph_with_masks(tmp_path):
    rng = np.random.default_rng(7)
    rows = ragged(rng, 9, CHANNELS)
    data = write_series(tmp_path / "d.npz", rows, ["a", "b", "c"] * 3)
    plain = {"data_format": "channels_last", "keepdims": False}
    first, second = (keras.weights_of(rng, "GRU", size, UNITS) for size in (CHANNELS, UNITS))
    head = [rng.normal(size=(2 * UNITS, 3)), rng.normal(size=3)]
    graph = [
        (keras.layer("InputLayer", "in"), (), ()),
        (keras.layer("NotEqual", "mask", "keras.src.ops.numpy", "NotEqual"), ("in",), ()),
        # the second of its class in the graph stands first in the file
        (keras.recurrent("GRU", "late", UNITS, return_sequences=True), ("early",), ("mask",)),
        (keras.recurrent("GRU", "early", UNITS, return_sequences=True), ("in",), ("mask",)),
        (keras.layer("GlobalMaxPooling1D", "top", **plain), ("late",), ()),
        (keras.layer("GlobalAveragePooling1D", "mid", **plain), ("late",), ("mask",)),
        (keras.layer("Concatenate", "both", axis=-1), ("top", "mid"), ()),
        (keras.dense(3, "linear"), ("both",), ()),
        (keras.layer("Activation", "act", activation="softmax"), ("dense",), ()),
    ]
    config = keras.functional(graph, [["in", 0, 0]], ["act", 0, 0])
    weights = {"layers/gru/cell": second, "layers/gru_1/cell": first, "layers/dense": head}
    model = keras.write(tmp_path / "m.keras", config, weights)
    found, _ = logits(model, data)
    for row, x in zip(losses.probabilities(found), rows, strict=True):
        states = keras.states("GRU", keras.states("GRU", x, first), second)
        pooled = np.concatenate((states.max(axis=0), states.mean(axis=0)))
        np.testing.assert_allclose(row, keras.softmax(pooled @ head[0] + head[1]), atol=1e-12)


def test_a_dense_layer_at_each_step_tags(tmp_path):
    rng = np.random.default_rng(8)
    (tmp_path / "tokens.txt").write_text("<unk>\na\nb\n")
    (tmp_path / "d.conll").write_text("a\tX\nb\tY\n\nb\tY\n\n")
    table = rng.normal(size=(3, CHANNELS)).astype(np.float32)
    configs, weights, run, size = stack(rng, "GRU", 1, bidirectional=True)
    head = [rng.normal(size=(size, 2)).astype(np.float32), rng.normal(size=2).astype(np.float32)]
    weights |= {"layers/embedding": [table], "layers/time_distributed/layer": head}
    config = keras.sequential(
        keras.layer("Embedding", "e", mask_zero=True),
        *configs,
        keras.layer("TimeDistributed", "each", layer=keras.dense(2)),
    )
    model = keras.write(tmp_path / "m.keras", config, weights)
    names = f"data.vocabulary={tmp_path / 'tokens.txt'}"
    found, task = logits(model, tmp_path / "d.conll", names)
    assert task.name == "tag"
    expected = [run(table[ids])[0] @ head[0] + head[1] for ids in ([1, 2], [2])]
    np.testing.assert_allclose(found.values, np.concatenate(expected), atol=1e-12)


def test_what_padding_does_without_a_mask_is_said(tmp_path, data):
    layers, weights, _ = simple(np.random.default_rng(9))
    model = keras.write(tmp_path / "m.keras", keras.sequential(*layers), weights)
    *_, words, _ = take(model, data[1])
    assert any("no mask" in word for word in words)
    layers.insert(0, keras.layer("Masking", "m", mask_value=0.0))
    keras.write(model, keras.sequential(*layers), weights)
    *_, words, _ = take(model, data[1])
    assert not any("no mask" in word for word in words)


def changed(layers, place, **more):
    """Return the layers, of which one has other settings."""
    one = layers[place]
    config = {**one["config"], **more}
    return [*layers[:place], {**one, "config": config}, *layers[place + 1 :]]


def lstm(layers):
    return [keras.layer("LSTM", "mine", units=4), *layers[1:]]


REFUSED = {
    "hard gates": (lambda ls: changed(ls, 0, recurrent_activation="hard_sigmoid"), "hard_sigmoid"),
    "another activation": (lambda ls: changed(ls, 0, activation="relu"), "only tanh fits"),
    "backwards": (lambda ls: changed(ls, 0, go_backwards=True), "Bidirectional"),
    "state kept": (lambda ls: changed(ls, 0, stateful=True), "stateful"),
    "state given": (lambda ls: changed(ls, 0, return_state=True), "return_state"),
    "an LSTM": (lstm, "grucli has none"),
    "code": (lambda ls: [keras.layer("Lambda", "f"), *ls], "never run"),
    "a class of a user": (
        lambda ls: [{**ls[0], "module": "mine", "registered_name": "My>GRU"}, *ls[1:]],
        "no counterpart",
    ),
    "a layer before": (lambda ls: [keras.layer("Conv1D", "c"), *ls], "Conv1D"),
    "two dense layers": (lambda ls: [*ls, keras.dense(3, name="two")], "two"),
    "another end": (lambda ls: changed(ls, 1, activation="relu"), "softmax, sigmoid or linear"),
    "no end": (lambda ls: ls[:1], "without a Dense layer"),
    "sums of both ways": (
        lambda ls: [keras.both_ways(ls[0], "b", merge_mode="sum"), ls[1]],
        "only concat fits",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_counterpart_is_refused_with_a_reason(tmp_path, name):
    change, reason = REFUSED[name]
    layers, weights, _ = simple(np.random.default_rng(10))
    model = keras.write(tmp_path / "m.keras", keras.sequential(*change(layers)), weights)
    with pytest.raises(CheckpointError) as refused:
        read_foreign(model)
    (problem,) = refused.value.problems
    assert problem.startswith(f"{show_path(model)}: ")
    assert reason in problem


def test_shapes_that_do_not_chain_are_refused(tmp_path):
    rng = np.random.default_rng(11)
    layers, weights, _ = simple(rng)
    model = tmp_path / "m.keras"
    broken = {
        "layers/gru/cell": [weights["layers/gru/cell"][0], *keras.weights_of(rng, "GRU", 3, 5)[1:]],
        "layers/dense": [np.zeros((7, 3)), np.zeros(3)],
    }
    for place, arrays in broken.items():
        keras.write(model, keras.sequential(*layers), weights | {place: arrays})
        with pytest.raises(CheckpointError, match=r"do not fit|the head reads"):
            read_foreign(model)
    weights["layers/gru/cell"][0][0, 0] = np.nan
    keras.write(model, keras.sequential(*layers), weights)
    with pytest.raises(CheckpointError, match="not finite"):
        read_foreign(model)
