"""An ONNX graph: its recurrences, one linear layer over their states, and what makes answers.

What stands between is followed number by number (`onnx_values`), so that it does not matter by
which operators a program has written it. Nothing is computed that the weights do not ask for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from grucli.engine.cells import CellName
from grucli.engine.packing import Floats
from grucli.errors import CheckpointError, excerpt
from grucli.files.whole_files import read_bytes, sha256
from grucli.modelfile.archive import MAX_BYTES
from grucli.modelfile.exchange.extras import module
from grucli.modelfile.exchange.foreign import (
    Activation,
    Direction,
    ForeignModel,
    in_our_order,
    layer_of,
)
from grucli.modelfile.exchange.onnx_graph import Graph, Node, parsed
from grucli.modelfile.exchange.onnx_names import names_of
from grucli.modelfile.exchange.onnx_runs import SUM, Read, Run, Runs
from grucli.modelfile.exchange.onnx_values import (
    Array,
    Budget,
    Value,
    axes_of,
    computed,
    constant,
)
from grucli.modelfile.npz_layout import FaultError
from grucli.values import dataclass

ROWS, STEPS = 2, 3  # of the input that is followed, where the graph leaves them free
POOLINGS = {"ReduceMean": "mean", "ReduceMax": "max", "ReduceSum": SUM}
ACTIVATIONS: Mapping[str, Activation] = {
    "Softmax": "softmax",
    "LogSoftmax": "softmax",
    "Sigmoid": "sigmoid",
}
MOVES = "Identity", "Cast", "Squeeze", "Unsqueeze", "Reshape", "Flatten", "Transpose", "Dropout"
REASONS = {
    "Loop": "its steps are a program; save the model as .keras or its weights as .safetensors",
    "Scan": "its steps are a program; export GRU or RNN nodes",
    "If": "it is a program; export the model for evaluation",
    "LSTM": "grucli has none; train a GRU",
}
LEFT = "what fits is an embedding or numbers, GRU or RNN nodes, pooling and one linear layer"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Scores:
    """Outputs of the linear layer: `weight` (P, F) in our order, `bias` (P,)."""

    weight: Floats
    bias: Floats
    read: Read
    activation: Activation = ""
    is_pair: bool = False  # of one score, its negative stands before it


def read(path: str | Path) -> ForeignModel:
    """Read a file.

    Raises:
        AccessError: it is missing or unreadable, or the package that reads it is.
        CheckpointError: it is too large.
        FaultError: it is damaged, or no model that fits.
    """
    package = module("onnx", "onnx")
    data = read_bytes(path, MAX_BYTES, CheckpointError)
    try:
        return _Reader(parsed(package, data), len(data)).model(sha256(data))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as fault:
        raise FaultError(f"damaged ({excerpt(fault)}); export it again") from None


class _Reader:
    """Goes from node to node."""

    def __init__(self, graph: Graph, size: int) -> None:
        self._graph, self._budget = graph, Budget(size)
        self._runs = Runs(self._budget)
        self._values: dict[str, Value | _Scores] = {
            name: Value(array=array) for name, array in graph.constants.items()
        }
        self._embedding: Floats | None = None
        self._tokens: Array | None = None

    def model(self, digest: str) -> ForeignModel:
        """Return what the file holds, of this digest."""
        names = names_of(self._graph.metadata)
        self._give()
        for node in self._graph.nodes:
            found = self._of(node)
            for name, value in zip(node.outputs, found, strict=False):
                if name:
                    self._values[name] = value
        ends = [self._values.get(name) for name in self._graph.outputs]
        scores = [end for end in ends if isinstance(end, _Scores)]
        if len(scores) != 1:
            raise FaultError(f"it has not one output that a linear layer gives; {LEFT}")
        (end,), layers = scores, self._runs.layers
        cells = {run.cell for layer in layers for run in layer}
        if len(cells) != 1:
            raise FaultError(f"layers of different cells ({', '.join(sorted(cells))}); {LEFT}")
        (cell,) = cells
        return ForeignModel(
            cell=cell,
            layers=[layer_of(cell, [run.weights for run in layer]) for layer in layers],
            embedding=self._embedding,
            head_weight=end.weight,
            head_bias=end.bias,
            activation=end.activation,
            pooling=end.read.pooling or None,
            reads_steps=end.read.reads_steps,
            names=names,
            notes=names.notes,
            sha256=digest,
        )

    def _give(self) -> None:
        """Give the input its codes: all rows are as long as the input is wide."""
        sequence, lengths = self._graph.input, self._graph.lengths
        free = {0: ROWS, 1: STEPS, 2: self._width()}
        sizes = [size or free[axis] for axis, size in enumerate(sequence.sizes)]
        codes = self._runs.new(*sizes)
        self._values[sequence.name] = Value(array=codes, is_coded=True)
        if sequence.is_tokens:
            self._tokens = codes
        else:
            self._runs.reads(codes if codes.ndim == 3 else codes[..., None])
        if lengths is not None:
            is_last = lengths.names[0] == sequence.names[1] != sequence.names[0]
            rows, steps = (sizes[1], sizes[0]) if is_last else (sizes[0], sizes[1])
            self._values[lengths.name] = Value(array=np.full(rows, steps))

    def _width(self) -> int:
        """Return the numbers of a step, by the first recurrence."""
        for node in self._graph.nodes:
            if node.kind in ("GRU", "RNN"):
                weights = self._graph.constants.get(node.inputs[1])
                return 1 if weights is None else int(weights.shape[-1])
        return 1

    def _of(self, node: Node) -> Sequence[Value | _Scores]:
        """Return what a node gives."""
        if node.kind == "Constant":
            return [Value(array=node.value)]
        given = [self._values.get(name) if name else None for name in node.inputs]
        if any(value is None for name, value in zip(node.inputs, given, strict=True) if name):
            raise FaultError(f"{excerpt(node.kind)} reads what no node gives; export it again")
        if any(isinstance(value, _Scores) for value in given):
            return [self._answers(node, [value for value in given if value is not None])]
        values = [value for value in given if isinstance(value, Value)]
        if node.kind in ("GRU", "RNN"):
            return self._recurrence(node, [v if isinstance(v, Value) else None for v in given])
        if node.kind == "Gather" and values[1].is_coded:
            return [self._looked_up(node, constant(values[:1])[0], values[1].array)]
        if node.kind in ("Gemm", "MatMul") and values[0].is_coded:
            return [self._head(node, values)]
        if node.kind in POOLINGS and values[0].is_coded:
            return [self._pooled(node, values)]
        if node.kind == "Div" and values[0].is_coded and not values[1].is_coded:
            return [self._runs.mean_of_sum(values[0], values[1].array)]
        found = computed(node.kind, values, node.attributes, self._budget)
        if found is None:
            raise _unfit(node)
        return [found]

    def _looked_up(self, node: Node, table: Array, codes: Array) -> Value:
        """Return token vectors."""
        is_free = self._tokens is not None and self._embedding is None and table.ndim == 2
        if not is_free or node.attributes.get("axis", 0) or self._tokens is None:
            raise _unfit(node)
        self._embedding = table
        vectors = self._runs.new(*self._tokens.shape, table.shape[1])
        self._runs.reads(vectors)
        places = codes - self._tokens.reshape(-1)[0]
        return Value(array=vectors.reshape(-1, table.shape[1])[places], is_coded=True)

    def _pooled(self, node: Node, values: list[Value]) -> Value:
        axes = axes_of(values, node.attributes) or ()
        if len(axes) != 1:
            raise _unfit(node)
        found = self._runs.pooled(POOLINGS[node.kind], values[0], axes[0])
        keeps = node.attributes.get("keepdims", 1)
        return replace(found, array=np.expand_dims(found.array, axes[0])) if keeps else found

    def _recurrence(self, node: Node, given: list[Value | None]) -> list[Value]:
        """Add a node's directions; return all states (T, D, B, H), and the last (D, B, H)."""
        x, w, r, bias, lengths, first = (*given, *[None] * 6)[:6]
        if x is None or w is None or r is None:
            raise FaultError(f"{node.kind} without weights; export it again")
        cell = _cell(node)
        weight_ih, weight_hh = constant([w, r])
        biases = None if bias is None else constant([bias])[0]
        if first is not None and constant([first])[0].any():
            raise FaultError(f"{node.kind} begins with a state that is not zero; export it without")
        if lengths is not None and (constant([lengths])[0] != x.array.shape[0]).any():
            raise FaultError(f"{node.kind} has lengths of its own; export it with free lengths")
        ways = [
            (_direction(cell, weight_ih[d], weight_hh[d], None if biases is None else biases[d]), d)
            for d in range(len(weight_ih))
        ]
        self._runs.have_lengths |= lengths is not None
        runs = self._runs.add(cell, x, [(weights, d == 1) for weights, d in ways])
        all_states = np.stack([_as_given(run, d) for d, run in enumerate(runs)], axis=1)
        last = np.stack([run.final for run in runs])
        return [Value(array=array, is_coded=True) for array in (all_states, last)]

    def _head(self, node: Node, values: list[Value]) -> _Scores:
        """Return the scores of a linear layer over states."""
        weight, *bias = constant(values[1:])
        usual = {"transA": 0, "alpha": 1.0, "beta": 1.0}
        if any(node.attributes.get(key, value) != value for key, value in usual.items()):
            raise _unfit(node)
        if node.attributes.get("transB"):
            weight = weight.T
        read = self._runs.read(values[0].array)
        if weight.ndim != 2 or len(weight) != len(read.columns):
            raise FaultError(f"{node.kind} has a weight of another size; export it again")
        ours = np.empty_like(weight.T)
        ours[:, read.columns] = weight.T
        zeros = np.zeros(len(ours))
        return _Scores(weight=ours, bias=zeros + bias[0] if bias else zeros, read=read)

    def _answers(self, node: Node, values: Sequence[Value | _Scores]) -> _Scores:
        """Return what a node makes of scores: other scores, or answers."""
        scores = [value for value in values if isinstance(value, _Scores)]
        (one, *others), numbers = scores, [value for value in values if isinstance(value, Value)]
        if node.kind in ACTIVATIONS and not one.activation:
            return replace(one, activation=ACTIVATIONS[node.kind], is_pair=False)
        if node.kind in MOVES:
            return one
        if one.activation or one.is_pair:
            raise _unfit(node)
        self._budget.spend(one.weight.shape)
        if node.kind == "Neg":
            return replace(one, weight=-one.weight, bias=-one.bias)
        if node.kind == "Concat" and len(others) == 1 and len(one.weight) == 1:
            if np.array_equal(one.weight, -others[0].weight):
                return replace(others[0], is_pair=True)
            raise _unfit(node)
        if node.kind in ("Add", "Mul") and not others:
            number = np.broadcast_to(constant(numbers)[0].reshape(-1), one.bias.shape)
            if node.kind == "Add":
                return replace(one, bias=one.bias + number)
            return replace(one, weight=one.weight * number[:, None], bias=one.bias * number)
        raise _unfit(node)


def _as_given(run: Run, direction: int) -> Array:
    """Return codes (T, B, H) in the order of the node: its second direction gives them in time."""
    return run.codes[::-1] if run.is_backward and direction == 0 else run.codes


def _cell(node: Node) -> CellName:
    """Return the cell of a node, whose attributes are the usual ones."""
    ways = {b"forward": 1, b"bidirectional": 2}.get(node.attributes.get("direction", b"forward"))
    if ways is None:
        raise FaultError(f"{node.kind} reads backwards alone; export both directions as one node")
    usual = [b"Sigmoid", b"Tanh"] if node.kind == "GRU" else [b"Tanh"]
    found = node.attributes.get("activations", usual * ways)
    if [one.lower() for one in found] != [one.lower() for one in usual * ways]:
        names = ", ".join(one.decode(errors="replace") for one in found)
        raise FaultError(f"{node.kind} has activations {excerpt(names)}; only the usual ones fit")
    if "clip" in node.attributes or node.attributes.get("layout"):
        raise FaultError(f"{node.kind} has clip or layout, which runtimes compute differently")
    if node.kind == "RNN":
        return "rnn"
    return "gru" if node.attributes.get("linear_before_reset") else "gru_before"


def _direction(cell: CellName, ih: Floats, hh: Floats, bias: Floats | None) -> Direction:
    """Return the weights of a direction, z | r | n, biases of the input before the others."""
    both = [ih, hh] if bias is None else [ih, hh, *np.split(bias, 2)]
    if cell != "rnn":
        both = [in_our_order(part, "zrn") for part in both]
    return Direction(both[0], both[1], *[*both[2:], None, None][:2])


def _unfit(node: Node) -> FaultError:
    return FaultError(
        f"{excerpt(node.kind)} has no counterpart here: {REASONS.get(node.kind, LEFT)}"
    )
