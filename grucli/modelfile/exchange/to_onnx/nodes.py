"""A graph of ONNX in the making: each call adds a node and returns the name of what it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

OPSET, IR_VERSION = 17, 8  # of 2022, which runtimes of today and of some years read

Value = str | npt.NDArray[Any] | np.generic
"""The name of what a node gives, or numbers that are part of the graph."""
Shape = Sequence[str | int]
"""Sizes, or names of those that are free."""


class Nodes:
    """The nodes and constants so far."""

    def __init__(self) -> None:
        """Begin an empty graph."""
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[tuple[Any, ...], onnx.TensorProto] = {}

    def add(
        self, operator: str, *inputs: Value, output: str | None = None, **attributes: Any
    ) -> str:
        """Add a node with one result, and return the name of that."""
        name = output or f"{operator}_{len(self._nodes)}"
        names = [each if isinstance(each, str) else self._constant(each) for each in inputs]
        self._nodes.append(helper.make_node(operator, names, [name], name=name, **attributes))
        return name

    def _constant(self, value: npt.NDArray[Any] | np.generic) -> str:
        """Return the name of a constant; equal ones are one."""
        array = np.asarray(value)
        key = array.dtype.str, array.shape, array.tobytes()
        if key not in self._constants:
            name = f"constant_{len(self._constants)}"
            self._constants[key] = numpy_helper.from_array(array, name)
        return self._constants[key].name

    def size(self, value: str, axis: int) -> str:
        """Return a size of an array, a scalar."""
        sizes = self.add("Shape", value)
        return self.add("Gather", sizes, np.int64(axis), axis=0)

    def axes(self, value: str, *axes: int) -> str:
        """Return an array with more axes of size 1."""
        return self.add("Unsqueeze", value, np.array(axes))

    def without(self, value: str, *axes: int) -> str:
        """Return an array without axes of size 1."""
        return self.add("Squeeze", value, np.array(axes))

    def total(self, value: str, *axes: int, keepdims: bool = False) -> str:
        """Return the sum over axes."""
        return self.add("ReduceSum", value, np.array(axes), keepdims=int(keepdims))

    def floats(self, value: str) -> str:
        """Return an array as float32."""
        return self.add("Cast", value, to=onnx.TensorProto.FLOAT)

    def model(
        self,
        inputs: Mapping[str, tuple[npt.DTypeLike, Shape]],
        outputs: Mapping[str, Shape],
        metadata: Mapping[str, str],
    ) -> onnx.ModelProto:
        """Return the whole.

        Args:
            inputs: by name, in their order; the type and the sizes of each.
            outputs: by name, all of float32.
            metadata: texts beside the graph.
        """
        given = [_described(name, dtype, shape) for name, (dtype, shape) in inputs.items()]
        found = [_described(name, np.float32, shape) for name, shape in outputs.items()]
        constants = list(self._constants.values())
        graph = helper.make_graph(self._nodes, "grucli", given, found, constants)
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(
            graph, producer_name="grucli", opset_imports=opsets, ir_version=IR_VERSION
        )
        helper.set_model_props(model, dict(metadata))
        return model


def _described(name: str, dtype: npt.DTypeLike, shape: Shape) -> onnx.ValueInfoProto:
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    return helper.make_tensor_value_info(name, kind, list(shape))
