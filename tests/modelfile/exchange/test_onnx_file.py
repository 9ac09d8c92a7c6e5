"""ONNX graphs, as PyTorch writes them and as nobody does, answer here as ONNX's own text says.

Covers: modelfile/exchange/onnx_graph, modelfile/exchange/onnx_runs, modelfile/exchange/onnx_values.
"""

import tracemalloc

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from grucli.engine import losses
from grucli.errors import CheckpointError, show_path
from grucli.modelfile.exchange.reading import read_foreign
from tests.modelfile.exchange.keras_model import sigmoid, softmax
from tests.modelfile.exchange.taken import logits, ragged, write_series

CHANNELS, UNITS, OUTPUTS = 3, 4, 3


class Graph:
    """A graph in the making: each call adds a node, and returns its first output."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def __call__(self, kind, *inputs, outputs=1, domain="", **attributes):
        names = [self.constant(one) if not isinstance(one, str) else one for one in inputs]
        found = [f"v{len(self.nodes)}_{k}" for k in range(outputs)]
        self.nodes.append(helper.make_node(kind, names, found, domain=domain, **attributes))
        return found[0] if outputs == 1 else found

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def save(self, path, *outputs, x=("batch", "time", CHANNELS), kind=TensorProto.FLOAT, more=()):
        """Write it; its input is called x."""
        given = [helper.make_tensor_value_info("x", kind, list(x)), *more]
        found = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
        graph = helper.make_graph(self.nodes, "g", given, found, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        path.write_bytes(model.SerializeToString())
        return path


def weights(rng, gates, size, directions, *, bias=True):
    """Return W, R and B of a node, all random."""
    found = [
        rng.normal(0, 0.7, (directions, gates * UNITS, size)),
        rng.normal(0, 0.7, (directions, gates * UNITS, UNITS)),
    ]
    if bias:
        found.append(rng.normal(0, 0.7, (directions, 2 * gates * UNITS)))
    return [array.astype(np.float32) for array in found]


def states(x, w, r, b, *, direction, linear_before_reset):
    """Return (T, H) in the order of time. Source: ONNX's text of GRU and RNN; rows z | r | h."""
    W, R = np.float64(w[direction]), np.float64(r[direction])
    wb, rb = np.split(np.float64(b[direction]), 2)
    h, found = np.zeros(UNITS), []
    for step in x[::-1] if direction else x:
        if len(W) == UNITS:
            h = np.tanh(W @ step + R @ h + wb + rb)
            found.append(h)
            continue
        (Wz, Wr, Wh), (Rz, Rr, Rh) = (m.reshape(3, UNITS, -1) for m in (W, R))
        (wz, wr, wh), (rz, rr, rh) = (v.reshape(3, UNITS) for v in (wb, rb))
        z = sigmoid(Wz @ step + Rz @ h + wz + rz)
        gate = sigmoid(Wr @ step + Rr @ h + wr + rr)
        if linear_before_reset:
            candidate = np.tanh(Wh @ step + gate * (Rh @ h + rh) + wh)
        else:
            candidate = np.tanh(Wh @ step + Rh @ (gate * h) + rh + wh)
        h = (1 - z) * candidate + z * h
        found.append(h)
    return np.array(found[::-1] if direction else found)


def run(x, layers, **options):
    """Return (T, D H) states of the last layer, and each direction's last one."""
    for arrays in layers:
        arrays = [*arrays, np.zeros((len(arrays[0]), 2 * arrays[0].shape[1]))][:3]
        found = [states(x, *arrays, direction=d, **options) for d in range(len(arrays[0]))]
        last = np.concatenate([each[0 if d else -1] for d, each in enumerate(found)])
        x = np.concatenate(found, axis=1)
    return x, last


def layer(g, x, arrays, lbr, first=True):
    """Add a layer as PyTorch does; return all states (T, B, D H) and the last ones (D, B, H)."""
    kind = "GRU" if arrays[0].shape[1] == 3 * UNITS else "RNN"
    more = {"linear_before_reset": lbr} if kind == "GRU" else {}
    if len(arrays[0]) == 2:
        more["direction"] = "bidirectional"
    biases = arrays[2:] or [""]
    sizes = g("Shape", x)
    rows = g("Gather", sizes, np.array([1]), axis=0)
    shape = g("Concat", np.array([len(arrays[0])]), rows, np.array([UNITS]), axis=0)
    zeros = g("ConstantOfShape", shape, value=helper.make_tensor("z", 1, [1], [0.0]))
    given = [x, *arrays[:2], *biases, "", zeros if first else ""]
    y, last = g(kind, *given, outputs=2, hidden_size=UNITS, **more)
    if len(arrays[0]) == 1:
        return g("Squeeze", y, np.array([1])), last
    turned = g("Transpose", y, perm=[0, 2, 1, 3])
    return g("Reshape", turned, np.array([0, 0, -1])), last


POOLED = {
    "last": lambda all_, last: last,
    "mean": lambda all_, last: all_.mean(axis=0),
    "max": lambda all_, last: all_.max(axis=0),
}


def pool(g, kind, y, last, directions):
    """Add a pooling of (T, B, F) states; the last ones are (D, B, H)."""
    if kind == "last" and directions == 1:
        return g("Gather", g("Transpose", y, perm=[1, 0, 2]), np.array(-1), axis=1)
    if kind == "last":
        parts = [g("Gather", last, np.array(k), axis=0) for k in range(2)]
        return g("Concat", *parts, axis=-1)
    turned = g("Transpose", y, perm=[1, 2, 0])
    if kind == "max":
        return g("ReduceMax", turned, axes=[2], keepdims=0)
    return g("Squeeze", g("ReduceMean", turned, axes=[-1], keepdims=1), np.array([2]))


def head(rng, features, outputs=OUTPUTS):
    return [
        rng.normal(size=(outputs, features)).astype("f4"),
        rng.normal(size=outputs).astype("f4"),
    ]


@pytest.fixture
def data(tmp_path):
    rows = ragged(np.random.default_rng(1), 30, CHANNELS)
    return rows, write_series(tmp_path / "d.npz", rows, ["a", "b", "c"] * 10)


@pytest.mark.parametrize("bias", [True, False], ids=["biases", "none"])
@pytest.mark.parametrize("pooling", [("last",), ("mean",), ("max", "last"), ("mean", "max")])
@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize(("gates", "lbr"), [(3, 1), (3, 0), (1, 0)], ids=["gru", "before", "rnn"])
def test_a_classifier_of_series_answers_as_onnx_says(
    tmp_path, data, gates, lbr, directions, pooling, bias
):
    rng, g = np.random.default_rng(2), Graph()
    layers = [weights(rng, gates, CHANNELS, directions, bias=bias)]
    layers.append(weights(rng, gates, UNITS * directions, directions, bias=bias))
    y = g("Transpose", "x", perm=[1, 0, 2])
    for arrays in layers:
        y, last = layer(g, y, arrays, lbr)
    parts = [pool(g, kind, y, last, directions) for kind in pooling]
    read = g("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]
    weight, offset = head(rng, UNITS * directions * len(pooling))
    scores = g("Gemm", read, weight, offset, transB=1)
    model = g.save(tmp_path / "m.onnx", g("Softmax", scores, axis=-1))
    found, _ = logits(model, data[1])
    for row, x in zip(losses.probabilities(found), data[0], strict=True):
        pooled = np.concatenate(
            [POOLED[kind](*run(x, layers, linear_before_reset=lbr)) for kind in pooling]
        )
        np.testing.assert_allclose(row, softmax(weight @ pooled + offset), atol=1e-12)


def test_columns_of_the_head_may_stand_in_any_order(tmp_path, data):
    """Both directions are runs of their own, interleaved before the head."""
    rng, g = np.random.default_rng(3), Graph()
    arrays = weights(rng, 3, CHANNELS, 2)
    turned = g("Transpose", "x", perm=[1, 0, 2])
    back = g("Slice", turned, np.array([-1]), np.array([-(2**31)]), np.array([0]), np.array([-1]))
    last = []
    for way, x in enumerate((turned, back)):
        own = [array[way : way + 1] for array in arrays]
        last.append(g("GRU", x, *own, outputs=2, hidden_size=UNITS, linear_before_reset=1)[1])
    both = g("Concat", *last, axis=0)
    mixed = g("Reshape", g("Transpose", both, perm=[1, 2, 0]), np.array([-1, 2 * UNITS]))
    weight, offset = head(rng, 2 * UNITS)
    scores = g("Add", g("MatMul", mixed, weight.T.copy()), offset)
    found, _ = logits(g.save(tmp_path / "m.onnx", scores), data[1])
    for row, x in zip(losses.probabilities(found), data[0], strict=True):
        read = run(x, [arrays], linear_before_reset=1)[1].reshape(2, UNITS).T.reshape(-1)
        np.testing.assert_allclose(row, softmax(weight @ read + offset), atol=1e-12)


def test_rows_that_are_masked_by_their_lengths_are_read_as_they_are(tmp_path, data):
    """Sum over steps within a length, divided by it: what padding holds does not count."""
    rng, g = np.random.default_rng(4), Graph()
    arrays = weights(rng, 3, CHANNELS, 1)
    y, _ = layer(g, g("Transpose", "x", perm=[1, 0, 2]), arrays, 1)
    steps = g("Gather", g("Shape", "x"), np.array(1), axis=0)
    places = g("Unsqueeze", g("Range", np.array(0), steps, np.array(1)), np.array([1]))
    inside = g("Unsqueeze", g("Less", places, g("Unsqueeze", "n", np.array([0]))), np.array([2]))
    kept = g("Where", inside, y, np.float32(0))
    number = g("Cast", g("Unsqueeze", "n", np.array([1])), to=TensorProto.FLOAT)
    read = g("Div", g("ReduceSum", kept, np.array([0]), keepdims=0), number)
    weight, offset = head(rng, UNITS)
    scores = g("Gemm", read, weight.T.copy(), offset)
    lengths = helper.make_tensor_value_info("n", TensorProto.INT64, ["batch"])
    found, _ = logits(g.save(tmp_path / "m.onnx", scores, more=[lengths]), data[1])
    for row, x in zip(losses.probabilities(found), data[0], strict=True):
        read = run(x, [arrays], linear_before_reset=1)[0].mean(axis=0)
        np.testing.assert_allclose(row, softmax(weight @ read + offset), atol=1e-12)


@pytest.mark.parametrize("steps", [("batch", "time"), (1, 7)], ids=["free", "fixed"])
def test_a_classifier_of_texts_and_a_tagger(tmp_path, steps):
    rng = np.random.default_rng(5)
    (tmp_path / "tokens.txt").write_text("<unk>\na\nb\n")
    (tmp_path / "d.csv").write_text("text,label\na b,x\nb,y\n")
    (tmp_path / "d.conll").write_text("a\tX\nb\tY\n\nb\tY\n\n")
    table, arrays = rng.normal(size=(3, CHANNELS)).astype("f4"), weights(rng, 3, CHANNELS, 2)
    weight, offset = head(rng, 2 * UNITS, 1)
    names, more = (
        f"data.vocabulary={tmp_path / 'tokens.txt'}",
        {"kind": TensorProto.INT64, "x": steps},
    )
    g = Graph()
    x = g("Transpose", g("Gather", table, "x", axis=0), perm=[1, 0, 2])
    y, last = layer(g, x, arrays, 1)
    scores = g("Gemm", pool(g, "last", y, last, 2), weight, offset, transB=1)
    answers = g("Squeeze", g("Sigmoid", scores), np.array([1]))
    found, _ = logits(g.save(tmp_path / "m.onnx", answers, **more), tmp_path / "d.csv", names)
    for logit, ids in zip(found[:, 0], ([1, 2], [2]), strict=True):
        expected = weight @ run(table[ids], [arrays], linear_before_reset=1)[1] + offset
        np.testing.assert_allclose(logit, expected.item(), atol=1e-12)
    weight, offset = head(rng, 2 * UNITS, 2)
    each = g("MatMul", g("Transpose", y, perm=[1, 0, 2]), weight.T.copy())
    model = g.save(tmp_path / "t.onnx", g("Add", offset, each), **more)
    found, task = logits(model, tmp_path / "d.conll", names)
    assert task.name == "tag"
    expected = [
        run(table[ids], [arrays], linear_before_reset=1)[0] @ weight.T + offset
        for ids in ([1, 2], [2])
    ]
    np.testing.assert_allclose(found.values, np.concatenate(expected), atol=1e-12)


def simple(g, x="x", lbr=1, directions=1, **attributes):
    """Add one layer with constant weights, and return all states and the last ones."""
    arrays = weights(np.random.default_rng(6), 3, CHANNELS, directions)
    turned = g("Transpose", x, perm=[1, 0, 2])
    usual = {"hidden_size": UNITS, "linear_before_reset": lbr}
    if directions == 2:
        usual["direction"] = "bidirectional"
    return g("GRU", turned, *arrays, outputs=2, **usual | attributes)


def ended(g, read, features=UNITS):
    weight, offset = head(np.random.default_rng(7), features)
    return g("Gemm", read, weight, offset, transB=1)


def of_last(g, last, features=UNITS):
    return ended(g, g("Reshape", g("Transpose", last, perm=[1, 0, 2]), np.array([0, -1])), features)


def last_step_of_both_ways(g):
    last = g("Gather", simple(g, directions=2)[0], np.array(-1), axis=0)
    return of_last(g, last, 2 * UNITS)


def beginning_state(g):
    arrays = weights(np.random.default_rng(6), 3, CHANNELS, 1)
    ones = np.ones((1, 2, UNITS), "f4")
    turned = g("Transpose", "x", perm=[1, 0, 2])
    return of_last(g, g("GRU", turned, *arrays, "", ones, outputs=2, hidden_size=UNITS)[1])


def given_lengths(g):
    arrays = weights(np.random.default_rng(6), 3, CHANNELS, 1)
    turned = g("Transpose", "x", perm=[1, 0, 2])
    lengths = np.array([1, 2], np.int32)
    return of_last(g, g("GRU", turned, *arrays, lengths, outputs=2, hidden_size=UNITS)[1])


def some_steps(g):
    y = g("Slice", simple(g)[0], np.array([0]), np.array([2]), np.array([0]))
    return ended(g, g("Squeeze", g("ReduceMean", y, axes=[0], keepdims=0), np.array([0])))


def two_readers(g):
    first, second = simple(g)[1], simple(g)[1]
    return of_last(g, g("Concat", first, second, axis=0), 2 * UNITS)


def layer_below(g):
    y, last = simple(g)
    x = g("Squeeze", y, np.array([1]))
    arrays = weights(np.random.default_rng(8), 3, UNITS, 1)
    g("GRU", x, *arrays, outputs=2, hidden_size=UNITS)
    return of_last(g, last)


def half_of_it(g):
    part = g("Slice", simple(g)[1], np.array([0]), np.array([2]), np.array([2]))
    return ended(g, g("Reshape", g("Transpose", part, perm=[1, 0, 2]), np.array([0, -1])), 2)


def changed_input(g):
    return of_last(g, simple(g, g("Mul", "x", np.float32(2)))[1])


def lstm(g):
    x = g("Transpose", "x", perm=[1, 0, 2])
    arrays = weights(np.random.default_rng(6), 4, CHANNELS, 1)
    return of_last(g, g("LSTM", x, *arrays, outputs=2, hidden_size=UNITS)[1])


def loop(g):
    body = helper.make_graph([], "body", [], [])
    return g("Loop", np.array(3), "", "x", body=body)


REFUSED = {
    "a loop": (loop, "save the model as .keras"),
    "an LSTM": (lstm, "grucli has none"),
    "a convolution": (
        lambda g: g("Conv", "x", np.ones((1, 1, 1), "f4")),
        "Conv has no counterpart",
    ),
    "another activation": (
        lambda g: of_last(g, simple(g, activations=["HardSigmoid", "Tanh"])[1]),
        "HardSigmoid",
    ),
    "clip": (lambda g: of_last(g, simple(g, clip=1.0)[1]), "clip"),
    "layout": (lambda g: of_last(g, simple(g, layout=1)[1]), "layout"),
    "backwards": (lambda g: of_last(g, simple(g, direction="reverse")[1]), "backwards alone"),
    "the last step of both ways": (last_step_of_both_ways, "torch.cat((h_n[-2], h_n[-1]), 1) is"),
    "a first state": (beginning_state, "not zero"),
    "lengths of its own": (given_lengths, "lengths of its own"),
    "a mean of some steps": (some_steps, "other states"),
    "two that read the same": (two_readers, "several recurrences"),
    "a head of a lower layer": (layer_below, "other states"),
    "some units": (half_of_it, "other states"),
    "a changed input": (changed_input, "Mul has no counterpart"),
    "two linear layers": (lambda g: ended(g, of_last(g, simple(g)[1]), 3), "Gemm"),
    "no linear layer": (lambda g: simple(g)[1], "not one output"),
    "no recurrence": (
        lambda g: ended(g, g("Gather", "x", np.array(0), axis=1), CHANNELS),
        "no GRU",
    ),
    "a foreign operator": (lambda g: g("Gelu", "x", domain="com.mine"), "com.mine.Gelu"),
    "answers that go on": (
        lambda g: g("Mul", g("Softmax", of_last(g, simple(g)[1])), np.float32(2)),
        "Mul",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_counterpart_is_refused_with_a_reason(tmp_path, name):
    build, reason = REFUSED[name]
    g = Graph()
    model = g.save(tmp_path / "m.onnx", build(g))
    with pytest.raises(CheckpointError) as refused:
        read_foreign(model)
    (problem,) = refused.value.problems
    assert problem.startswith(f"{show_path(model)}: ")
    assert reason in problem


def huge_zeros(g):
    return g("ConstantOfShape", np.array([1 << 40]))


def huge_range(g):
    return g("Range", np.array(0), np.array(1 << 50), np.array(1))


def huge_expand(g):
    return g("Expand", np.float32(0), np.array([1 << 30, 1 << 30]))


def doubled(g):
    x = g("ConstantOfShape", np.array([1 << 12]))
    for _ in range(40):
        x = g("Concat", x, x, axis=0)
    return x


@pytest.mark.parametrize("build", [huge_zeros, huge_range, huge_expand, doubled])
def test_memory_has_a_bound(tmp_path, build):
    g = Graph()
    model = g.save(tmp_path / "m.onnx", build(g))
    read_foreign_once(tmp_path)  # what is imported late counts for nothing
    tracemalloc.start()
    try:
        with pytest.raises(CheckpointError, match="more numbers than such a model needs"):
            read_foreign(model)
        assert tracemalloc.get_traced_memory()[1] < 600 << 20
    finally:
        tracemalloc.stop()


def read_foreign_once(folder):
    g = Graph()
    read_foreign(g.save(folder / "once.onnx", of_last(g, simple(g)[1])))


def test_weights_of_another_file_are_not_read(tmp_path):
    g = Graph()
    path = g.save(tmp_path / "m.onnx", of_last(g, simple(g)[1]))
    model = onnx.load(path)
    onnx.save(model, path, save_as_external_data=True, location="w.bin", size_threshold=0)
    with pytest.raises(CheckpointError, match="another file"):
        read_foreign(path)


@pytest.mark.parametrize(
    ("x", "more", "reason"),
    [
        (("batch", "time", CHANNELS, 2), [], "neither steps nor lengths"),
        ((1 << 30, "time", CHANNELS), [], "larger size"),
        (("batch", "time", CHANNELS), ["batch", "batch"], "only steps, and lengths"),
    ],
)
def test_other_inputs_are_refused(tmp_path, x, more, reason):
    g = Graph()
    lengths = [
        helper.make_tensor_value_info(f"n{k}", TensorProto.INT64, [name])
        for k, name in enumerate(more)
    ]
    path = g.save(tmp_path / "m.onnx", of_last(g, simple(g)[1]), x=x, more=lengths)
    with pytest.raises(CheckpointError, match=reason):
        read_foreign(path)


def test_damage_is_refused_or_read(tmp_path):
    g, rng = Graph(), np.random.default_rng(9)
    path = g.save(tmp_path / "m.onnx", of_last(g, simple(g)[1]))
    whole = path.read_bytes()
    for size in (0, 1, 7, 200, len(whole) // 2):
        path.write_bytes(whole[:size])
        with pytest.raises(CheckpointError):
            read_foreign(path)
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[rng.integers(len(whole))] = rng.integers(256)
        path.write_bytes(damaged)
        try:
            read_foreign(path)
        except CheckpointError:
            continue
