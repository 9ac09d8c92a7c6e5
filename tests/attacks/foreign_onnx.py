"""ONNX graphs: a small sound one, and attacks on who reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
Change = Callable[[onnx.ModelProto], None]


def _model(channels: int, units: int, outputs: int) -> onnx.ModelProto:
    """Return x (T, B, I), GRU, its last states (1, B, H), Squeeze, Gemm: scores (B, P)."""
    rng = np.random.default_rng(4)
    arrays = {
        "w": rng.normal(size=(1, 3 * units, channels)),
        "r": rng.normal(size=(1, 3 * units, units)),
        "b": rng.normal(size=(1, 6 * units)),
        "fc": rng.normal(size=(outputs, units)),
        "fb": rng.normal(size=outputs),
    }
    held = [numpy_helper.from_array(array.astype("f4"), name) for name, array in arrays.items()]
    held.append(numpy_helper.from_array(np.array([0]), "first"))
    gru = {"hidden_size": units, "linear_before_reset": 1}
    nodes = [
        helper.make_node("GRU", ["x", "w", "r", "b"], ["y", "h"], **gru),
        helper.make_node("Squeeze", ["h", "first"], ["s"]),
        helper.make_node("Gemm", ["s", "fc", "fb"], ["scores"], transB=1),
        helper.make_node("Identity", ["scores"], ["out"]),
    ]
    steps = helper.make_tensor_value_info("x", FLOAT, ["time", "batch", channels])
    answers = helper.make_tensor_value_info("out", FLOAT, None)
    graph = helper.make_graph(nodes, "g", [steps], [answers], held)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def sound(channels: int, units: int, outputs: int) -> bytes:
    """Return the bytes of a sound one."""
    data: bytes = _model(channels, units, outputs).SerializeToString()
    return data


def attacks(channels: int, units: int, outputs: int) -> Iterator[tuple[str, bytes]]:
    """Yield attacks, each a change of the sound one, and some that are none."""
    for name, change in CHANGES.items():
        model = _model(channels, units, outputs)
        change(model)
        yield name, model.SerializeToString()
    model = sound(channels, units, outputs)
    yield "a million empty nodes", model + _field(7, _field(1, b"") * 1_000_000)
    yield "a million empty tensors", model + _field(7, _field(5, b"") * 1_000_000)
    yield "a million empty values", model + _field(7, _field(13, b"") * 1_000_000)
    yield "a million empty names", model + _field(7, _field(1, _field(1, b"") * 1_000_000))
    yield "a million functions", model + _field(25, b"") * 1_000_000
    whole = _field(1, _field(5, _field(1, b"a") + _field(8, b"\x01" * 4_000_000)))
    yield "four million numbers of a node", model + _field(7, whole)
    yield "a field beyond the file", model + b"\x3a\xff\xff\xff\xff\x07"
    yield "a length that never ends", model + b"\x3a" + b"\xff" * 40
    yield "groups without end", model + b"\x0b" * 100_000
    deep = b""
    for _ in range(5_000):
        deep = _field(7, _field(1, _field(5, _field(6, deep)))) if len(deep) < 60_000 else deep
    yield "graphs in graphs", model + deep


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def _tensor(model: onnx.ModelProto, name: str) -> TensorProto:
    return next(each for each in model.graph.initializer if each.name == name)


def _elsewhere(path: str) -> Change:
    def change(model: onnx.ModelProto) -> None:
        tensor = _tensor(model, "fc")
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in {"location": path, "offset": "0", "length": "48"}.items():
            entry = tensor.external_data.add()
            entry.key, entry.value = key, value

    return change


def _named_elsewhere(model: onnx.ModelProto) -> None:
    """Name a file, and Python attributes, without saying that the numbers are there."""
    for key, value in {"location": "/etc/passwd", "__class__": "x"}.items():
        entry = _tensor(model, "fc").external_data.add()
        entry.key, entry.value = key, value


def _sized(*dims: int) -> Change:
    def change(model: onnx.ModelProto) -> None:
        del _tensor(model, "fc").dims[:]
        _tensor(model, "fc").dims.extend(dims)

    return change


def _typed(kind: int) -> Change:
    def change(model: onnx.ModelProto) -> None:
        _tensor(model, "fc").data_type = kind

    return change


def _first(*nodes: Any, **constants: np.ndarray) -> Change:
    """Put nodes before the others."""

    def change(model: onnx.ModelProto) -> None:
        others = list(model.graph.node)
        del model.graph.node[:]
        model.graph.node.extend([*nodes, *others])
        for name, array in constants.items():
            model.graph.initializer.append(numpy_helper.from_array(array, name))

    return change


def _chained(kind: str, start: str, count: int, more: tuple[str, ...] = (), **known: Any) -> Any:
    names = [start, *(f"{kind}{k}" for k in range(count))]
    return [
        helper.make_node(kind, [before, *(each or before for each in more)], [after], **known)
        for before, after in pairwise(names)
    ]


def _after(kind: str, count: int, *more: str) -> Change:
    def change(model: onnx.ModelProto) -> None:
        model.graph.node.extend(_chained(kind, "out", count, more))
        model.graph.output[0].name = f"{kind}{count - 1}"

    return change


def _fixed(*sizes: int) -> Change:
    def change(model: onnx.ModelProto) -> None:
        for dim, size in zip(model.graph.input[0].type.tensor_type.shape.dim, sizes, strict=True):
            dim.dim_value = size

    return change


def _metadata(text: str) -> Change:
    def change(model: onnx.ModelProto) -> None:
        entry = model.metadata_props.add()
        entry.key, entry.value = "grucli", text

    return change


def _renamed(model: onnx.ModelProto) -> None:
    model.graph.node[3].op_type = "\x1b[31m\u202e" * 100


def _of_a_domain(model: onnx.ModelProto) -> None:
    model.graph.node[3].op_type, model.graph.node[3].domain = "PyOp", "ai.onnx.contrib"


def _read_by_itself(model: onnx.ModelProto) -> None:
    model.graph.node[3].input[0] = "out"


def _of_functions(model: onnx.ModelProto) -> None:
    model.functions.add().name = "f"


def _not_finite(model: onnx.ModelProto) -> None:
    _tensor(model, "fb").raw_data = np.full(3, np.nan, "f4").tobytes()


def _texts(model: onnx.ModelProto) -> None:
    tensor = _tensor(model, "fb")
    tensor.ClearField("raw_data")
    tensor.data_type = TensorProto.STRING
    tensor.string_data.extend([b"a"] * 3)


_NAMES: dict[str, Any] = {"schema": "grucli.onnx/1", "task": "classify", "labels": ["a", "b", "c"]}
_HUGE = np.array([1 << 16, 1 << 16])
_LONG = np.zeros(1 << 16)
_RANGE = helper.make_node("Range", ["f", "t", "s"], ["o"])


def _range(*bounds: float) -> Change:
    return _first(_RANGE, **dict(zip("fts", map(np.array, bounds), strict=True)))


CHANGES: dict[str, Change] = {
    "weights in a file by its path": _elsewhere("/etc/passwd"),
    "weights in a file outside of the folder": _elsewhere("../../../etc/passwd"),
    "a file and attributes named in passing": _named_elsewhere,
    "sizes beyond the weights": _sized(1 << 20, 1 << 20),
    "a product of sizes beyond 2^64": _sized(1 << 33, 1 << 33),
    "a negative size": _sized(-3, -4),
    "axes without end": _sized(3, 4, *[1] * 100),
    "an unknown type": _typed(99),
    "no type": _typed(0),
    "numbers of four bits": _typed(TensorProto.INT4),
    "texts for numbers": _texts,
    "no number in it": _not_finite,
    "functions": _of_functions,
    "a Python operator": _of_a_domain,
    "an operator of escapes": _renamed,
    "a node that reads itself": _read_by_itself,
    "a loop": _first(helper.make_node("Loop", ["", ""], ["o"])),
    "a fixed input of 2^48 numbers": _fixed(1 << 16, 1 << 16, 1 << 16),
    "a fixed input of many rows": _fixed(8, 1 << 16, 3),
    "a fixed input of other sizes": _fixed(1, 1, 1),
    "a negative input": _fixed(-1, 2, 3),
    "an Expand without end": _first(helper.make_node("Expand", ["fc", "n"], ["o"]), n=_HUGE),
    "zeros without end": _first(helper.make_node("ConstantOfShape", ["n"], ["o"]), n=_HUGE),
    "a Range without end": _range(0.0, 1e12, 1.0),
    "a Range without steps": _range(0, 5, 0),
    "a Range to nowhere": _range(0.0, float("nan"), 1.0),
    "an outer product": _first(
        helper.make_node("Mul", ["n", "m"], ["o"]), n=_LONG[:, None], m=_LONG[None]
    ),
    "a Gather that grows": _first(
        helper.make_node("Gather", ["n", "m"], ["o"], axis=0),
        n=np.zeros((1, 1 << 16)),
        m=_LONG.astype(int),
    ),
    "a Where that grows": _first(
        helper.make_node("Where", ["c", "n", "m"], ["o"]),
        c=np.ones((1, 1), bool),
        n=_LONG[:, None],
        m=_LONG[None],
    ),
    "a Concat that doubles": _first(*_chained("Concat", "fc", 60, ("",), axis=0)),
    "a Cast again and again": _first(*_chained("Cast", "n", 1500, to=1), n=_LONG),
    "a Mul again and again": _after("Mul", 1500, "n"),
    "a Neg again and again": _after("Neg", 1500),
    "a division by nothing": _first(helper.make_node("Div", ["n", "n"], ["o"]), n=np.zeros(3, int)),
    "a layer again and again": _first(
        *(helper.make_node("GRU", ["x", "w", "r"], [f"a{k}"]) for k in range(1000))
    ),
    "names in levels without end": _metadata("[" * 100_000),
    "names that grow": _metadata("[" + "[]," * 600_000 + "[]]"),
    "names of a task that is none": _metadata(json.dumps({**_NAMES, "task": "os.system"})),
    "names of escapes": _metadata(json.dumps({**_NAMES, "labels": ["\x1b[31m", "\u202e", "c"]})),
    "a pattern without end": _metadata(
        json.dumps(
            {
                **_NAMES,
                "encoder": {
                    "kind": "text",
                    "max_length": 5,
                    "vocabulary": ["a"],
                    "tokenizer": {"pattern": "(a+)+$"},
                },
            }
        )
    ),
}
