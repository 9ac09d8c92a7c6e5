"""The nodes of an ONNX file as plain values, read by the package `onnx`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grucli.errors import excerpt
from grucli.modelfile.exchange.onnx_bounds import check_size
from grucli.modelfile.exchange.onnx_values import Array
from grucli.modelfile.npz_layout import FaultError
from grucli.values import dataclass

FLOATS, WHOLE = (1, 10, 11), (6, 7)  # float, float16, double; int32, int64
OWN_DOMAINS = "", "ai.onnx"
LONGEST = 1 << 16  # rows or steps that a graph may fix


@dataclass(frozen=True, kw_only=True, eq=False)
class Node:
    """An operator.

    Attributes:
        kind: its name.
        inputs, outputs: names, "" where one is left out.
        attributes: by name; texts are bytes, tensors are arrays.
    """

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]

    @property
    def value(self) -> Array:
        """What a Constant holds."""
        ((_, value),) = self.attributes.items()
        return np.asarray(value)


@dataclass(frozen=True, kw_only=True)
class Given:
    """An input.

    Attributes:
        name: of it.
        sizes: of each axis, None where it is free.
        names: of each axis, "" without.
        is_tokens: whether it holds ids.
    """

    name: str
    sizes: tuple[int | None, ...]
    names: tuple[str, ...]
    is_tokens: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Graph:
    """A whole graph.

    Attributes:
        nodes: in an order in which each follows what it reads.
        constants: by name.
        input: steps, (rows, steps, numbers) or turned, or (rows, steps) of ids.
        lengths: of the rows, None without.
        outputs: names.
        metadata: texts beside it.
    """

    nodes: Sequence[Node]
    constants: Mapping[str, Array]
    input: Given
    lengths: Given | None
    outputs: tuple[str, ...]
    metadata: Mapping[str, str]


def parsed(package: Any, data: bytes) -> Graph:
    """Return the graph of a file.

    Raises:
        FaultError: it is damaged, holds its weights elsewhere, or reads something else.
    """
    check_size(data)
    try:
        model = package.load_model_from_string(data)
    except Exception as fault:  # of the library of protocol buffers, whose errors are its own
        raise FaultError(f"no ONNX ({excerpt(fault)}); export it again") from None
    graph = model.graph
    if not graph.node:
        raise FaultError("no ONNX: it has no node; export it again")
    if model.functions or graph.sparse_initializer:
        raise FaultError("has functions or sparse weights; export it without")
    constants = {tensor.name: _array(package, tensor) for tensor in graph.initializer}
    steps, lengths = _inputs([each for each in graph.input if each.name not in constants])
    return Graph(
        nodes=[_node(package, node) for node in graph.node],
        constants=constants,
        input=steps,
        lengths=lengths,
        outputs=tuple(each.name for each in graph.output),
        metadata={each.key: each.value for each in model.metadata_props},
    )


def _array(package: Any, tensor: Any) -> Array:
    """Return the numbers of a tensor that the file itself holds."""
    if tensor.data_location == package.TensorProto.EXTERNAL:
        raise FaultError("its weights lie in another file; save it as one file")
    try:
        array: Array = package.numpy_helper.to_array(tensor)
    except Exception as fault:
        raise FaultError(f"damaged ({excerpt(fault)}); export it again") from None
    return array


def _node(package: Any, node: Any) -> Node:
    if node.domain not in OWN_DOMAINS:
        raise FaultError(
            f"operator {excerpt(node.domain)}.{excerpt(node.op_type)} is none of ONNX's own; "
            "export it without"
        )
    return Node(
        kind=node.op_type,
        inputs=tuple(node.input),
        outputs=tuple(node.output),
        attributes={each.name: _attribute(package, each) for each in node.attribute},
    )


def _attribute(package: Any, attribute: Any) -> Any:
    value = package.helper.get_attribute_value(attribute)
    return _array(package, value) if isinstance(value, package.TensorProto) else value


def _inputs(found: Sequence[Any]) -> tuple[Given, Given | None]:
    """Return the steps, and the lengths of rows if the graph reads them."""
    steps, lengths = list[Given](), list[Given]()
    for each in found:
        kind, shape = each.type.tensor_type.elem_type, each.type.tensor_type.shape.dim
        given = Given(
            name=each.name,
            sizes=tuple(dim.dim_value or None for dim in shape),
            names=tuple(dim.dim_param for dim in shape),
            is_tokens=kind in WHOLE,
        )
        if kind in WHOLE and len(shape) == 1:
            lengths.append(given)
        elif (kind in FLOATS and len(shape) == 3) or len(shape) == 2:
            steps.append(given)
        else:
            raise FaultError(f"input {excerpt(each.name)} holds neither steps nor lengths")
    if len(steps) != 1 or len(lengths) > 1:
        names = excerpt(", ".join(given.name for given in (*steps, *lengths)))
        raise FaultError(f"inputs are {names or 'none'}; only steps, and lengths of rows, fit")
    if max(size or 0 for size in steps[0].sizes) > LONGEST:
        raise FaultError("an input has a larger size than such a model can need; it is damaged")
    return steps[0], lengths[0] if lengths else None
