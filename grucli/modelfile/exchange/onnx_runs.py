"""The recurrences of an ONNX graph, and which of their states a head reads.

Each direction is a run of its own, over T steps of B rows. A code tells run, step, row and unit, or
of what kind the pooled value is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from grucli.engine.cells import CellName
from grucli.modelfile.checkpoint import MAX_LAYERS
from grucli.modelfile.exchange.foreign import Direction
from grucli.modelfile.exchange.onnx_values import Array, Budget, Value
from grucli.modelfile.npz_layout import FaultError

STATES, SUM = "states", "sum"
OTHER_STATES = (
    "the head reads other states than the last of each direction, their mean or their maximum; of "
    "both directions out[:, -1] is none of these, torch.cat((h_n[-2], h_n[-1]), 1) is"
)


@dataclass(eq=False, kw_only=True)
class Run:
    """One direction of a layer.

    Attributes:
        cell, weights: as of a `ForeignModel`.
        is_backward: whether it reads from the last step on.
        codes: (T, B, H) its states, in the order of time.
        pooled: codes (B, H) of what is made of all its steps, by kind.
    """

    cell: CellName
    weights: Direction
    is_backward: bool
    codes: Array
    pooled: dict[str, Array] = field(default_factory=dict)

    @property
    def final(self) -> Array:
        """(B, H) the states after the last step that it reads."""
        codes: Array = self.codes[0 if self.is_backward else -1]
        return codes


class Read(NamedTuple):
    """Which of the last layer's states a head reads.

    Attributes:
        pooling: as in `ForeignModel`.
        columns: (F,) where each number that is read stands in our order.
        reads_steps: whether it reads each step.
    """

    pooling: tuple[str, ...]
    columns: Array
    reads_steps: bool


class Runs:
    """All that a graph runs, layer by layer.

    Attributes:
        layers: the runs of each, the forward one first.
        have_lengths: whether a node is given the lengths of its rows.
    """

    def __init__(self, budget: Budget) -> None:
        self.layers: list[list[Run]] = []
        self.have_lengths = False
        self._budget, self._next = budget, 0
        self._input: Array | None = None

    def new(self, *shape: int) -> Array:
        """Return codes that were not given before."""
        self._budget.spend(shape)
        size = int(np.prod(shape))
        self._next += size
        return np.arange(self._next - size, self._next).reshape(shape)

    def reads(self, codes: Array) -> None:
        """Take (rows, steps, I) or (steps, rows, I) as what the first layer reads."""
        self._input = codes

    def add(self, cell: CellName, x: Value, ways: Sequence[tuple[Direction, bool]]) -> list[Run]:
        """Add the directions of a node, each with whether it turns its input round itself.

        Args:
            cell: of all of them.
            x: (T, B, I) what is read.
            ways: their weights.

        Raises:
            FaultError: it reads neither the input nor all states of the layer before.
        """
        if not x.is_coded or x.array.ndim != 3:
            raise FaultError("a recurrence reads no steps of the input; that has no counterpart")
        depth, is_turned = self._source(x.array)
        if depth > len(self.layers):
            raise FaultError("layers do not follow each other; that has no counterpart")
        if depth == len(self.layers):
            if depth == MAX_LAYERS:
                raise FaultError(f"has more than {MAX_LAYERS} layers; a smaller one fits")
            self.layers.append([])
        added, layer = list[Run](), self.layers[depth]
        for weights, turns in ways:
            units = weights.weight_hh.shape[-1]
            run = Run(
                cell=cell,
                weights=weights,
                is_backward=turns != is_turned,
                codes=self.new(*x.array.shape[:2], units),
            )
            if any(other.is_backward == run.is_backward for other in layer):
                raise FaultError("several recurrences read the same steps; only both ways fit")
            layer.append(run)
            layer.sort(key=lambda one: one.is_backward)
            added.append(run)
        return added

    def _source(self, x: Array) -> tuple[int, bool]:
        """Return which layer reads x, 0 for the input, and whether its steps are turned round."""
        sources = []
        if self._input is not None:
            sources = [(0, self._input), (0, self._input.swapaxes(0, 1))]
        for depth, layer in enumerate(self.layers, 1):
            sources.append((depth, np.concatenate([run.codes for run in layer], axis=2)))
        for depth, codes in sources:
            for is_turned in (False, True):
                if np.array_equal(x, codes[::-1] if is_turned else codes):
                    return depth, is_turned
        raise FaultError("a layer reads other numbers than all of the one before; only these fit")

    def pooled(self, kind: str, value: Value, axis: int) -> Value:
        """Return what is made of all steps of states: "mean", "max" or "sum".

        Raises:
            FaultError: these are no states, or not all steps of them.
        """
        codes = np.moveaxis(value.array, axis, -1)
        found = np.full(codes.shape[:-1], -1)
        for run in self._all():
            steps, size = len(run.codes), run.codes[0].size
            offsets = codes - run.codes[0, 0, 0]
            inside = ((offsets >= 0) & (offsets < run.codes.size)).all(axis=-1)
            if not inside.any():
                continue
            own = offsets[inside]
            whole = (own % size == own[:, :1] % size).all()
            whole &= np.array_equal(np.sort(own // size, axis=1), _steps(len(own), steps))
            if not whole:
                raise FaultError(OTHER_STATES)
            codes_of_kind = run.pooled.setdefault(kind, self.new(*run.codes.shape[1:]))
            found[inside] = codes_of_kind.reshape(-1)[own[:, 0] % size]
        if (found < 0).any():
            raise FaultError(OTHER_STATES)
        if self.have_lengths:
            raise FaultError("pools over what is beyond the lengths of its rows, too; mask it")
        return Value(array=found, is_coded=True)

    def mean_of_sum(self, value: Value, number: Array) -> Value:
        """Return sums of all steps divided by how many steps there are."""
        found = np.full(value.array.shape, -1)
        for run in self._all():
            if SUM in run.pooled and (number == len(run.codes)).all():
                mean = run.pooled.setdefault("mean", self.new(*run.codes.shape[1:]))
                offsets = value.array - run.pooled[SUM][0, 0]
                inside = (offsets >= 0) & (offsets < mean.size)
                found[inside] = mean.reshape(-1)[offsets[inside]]
        if (found < 0).any():
            raise FaultError("divides what it reads by another number than that of its steps")
        return Value(array=found, is_coded=True)

    def read(self, codes: Array) -> Read:
        """Return which states of the last layer codes (..., F) are: of rows, or of steps of rows.

        Raises:
            FaultError: they are none, or not all of a kind.
        """
        if not self.layers:
            raise FaultError(
                "no GRU or RNN node stands before its linear layer; export it with such nodes, in "
                "PyTorch with dynamo=False"
            )
        layer = self.layers[-1]
        units = sum(run.codes.shape[2] for run in layer)
        every = np.concatenate([run.codes for run in layer], axis=2)
        for steps in (every, every.swapaxes(0, 1)):
            if np.array_equal(codes, steps):
                return Read(pooling=(), columns=np.arange(units), reads_steps=True)
        places = {
            "last": np.concatenate([run.final for run in layer], axis=1),
            **{
                kind: np.concatenate([run.pooled[kind] for run in layer], axis=1)
                for kind in ("mean", "max")
                if all(kind in run.pooled for run in layer)
            },
        }
        if codes.ndim != 2 or len(codes) != len(every[0]):
            raise FaultError(OTHER_STATES)
        found = {kind: _places(one, codes) for kind, one in places.items()}
        first = {kind: int((at >= 0).argmax()) for kind, at in found.items() if (at >= 0).any()}
        pooling = tuple(sorted(first, key=first.__getitem__))
        columns = np.full(codes.shape[1], -1)
        for number, kind in enumerate(pooling):
            is_there = found[kind] >= 0
            columns[is_there] = number * units + found[kind][is_there]
        if not np.array_equal(np.sort(columns), np.arange(units * len(pooling))):
            raise FaultError(OTHER_STATES)
        return Read(pooling=pooling, columns=columns, reads_steps=False)

    def _all(self) -> list[Run]:
        return [run for layer in self.layers for run in layer]


def _places(codes: Array, columns: Array) -> Array:
    """Return (F,) which column of codes (B, H) each of (B, F) is, -1 for none; codes differ."""
    order = np.argsort(codes[0])
    near = np.searchsorted(codes[0], columns[0], sorter=order)
    places = order[np.minimum(near, len(order) - 1)]
    return np.where((codes[:, places] == columns).all(axis=0), places, -1)


def _steps(rows: int, steps: int) -> Array:
    return np.broadcast_to(np.arange(steps), (rows, steps))
