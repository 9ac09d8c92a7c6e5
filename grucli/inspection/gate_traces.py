"""What the gates of one sequence do, step by step and unit by unit: what heat maps show.

Source: the order of the units is that of the first principal component of their states, so that
those that move together stand together (Pearson 1901, Philosophical Magazine 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np

from grucli.data.batches import Examples, pack
from grucli.data.encoded import Encoded
from grucli.engine.packing import Floats
from grucli.engine.recurrent import CELLS, of_direction
from grucli.engine.tape import Tape
from grucli.inspection.layers import DECODER, DIRECTIONS
from grucli.model.runner import Runner
from grucli.values import dataclass

Kind = Literal["keep", "reset", "written", "state"]
KINDS: tuple[Kind, ...] = ("keep", "reset", "written", "state")
MOST_COLUMNS = 400  # of more steps, columns are means of windows
AGES = (1, 3, 8, 21)  # [steps] that divide the carried memory
ALIKE = 1e-6  # of the largest weight of a component: nearer ones are ties

Maps = Mapping[Kind, Floats]


@dataclass(frozen=True, kw_only=True, eq=False)
class GateTrace:
    """One layer in one direction, on one sequence.

    Attributes:
        layer: 0 for the first.
        direction: "forward" or "backward", or "decoder".
        stride: steps of the sequence in one of the layer, more than 1 where convolutions stride.
        window: steps of the sequence in a column, of which it is the mean; the last one may have
            fewer.
        maps: (C, H) by kind, columns in the order of the text in both directions. keep and reset
            are in [0, 1]; "written" is (1 - keep) * |candidate|, and "state" is h. Those that the
            cell has: of a plain recurrent network the state alone.
        order: (H,) units by their weight in the first principal component of the states, ties by
            index.
        carried: (C, 4) share of the state that is at least 1, 3, 8, 21 steps of the layer old, the
            mean over units, by the keep gate alone: what passes through the candidate counts as
            new, and the zeros before the first step as oldest. None without that gate.
    """

    layer: int
    direction: str
    stride: int
    window: int
    maps: Maps
    order: tuple[int, ...]
    carried: Floats | None

    @property
    def name(self) -> str:
        """The layer and direction for people, counted from 1."""
        return f"layer {self.layer + 1} {self.direction}"

    @property
    def carried_at_the_end(self) -> tuple[float, ...] | None:
        """The shares of `carried` after the last step that the direction reads."""
        if self.carried is None:
            return None
        return tuple(self.carried[0 if self.direction == "backward" else -1].tolist())

    def shrunk(self, kind: Kind, most_units: int, most_columns: int) -> Floats:
        """Return a map (U, C) of few rows and columns: units in their order, means of neighbours.

        Args:
            kind: of the map.
            most_units, most_columns: that it has at most.
        """
        ordered = self.maps[kind][:, list(self.order)]
        short = columns(ordered, -(-len(ordered) // most_columns))
        return columns(short.T, -(-len(self.order) // most_units))

    def to_json(self) -> dict[str, Any]:
        """Return the order, and the mean over units of each column; `--npz` has all of it."""
        return {
            "layer": self.layer,
            "direction": self.direction,
            "stride": self.stride,
            "window": self.window,
            "order": list(self.order),
            "mean": {kind: own.mean(axis=1).tolist() for kind, own in self.maps.items()},
            "ages": list(AGES),
            "carried": None if self.carried is None else self.carried.tolist(),
        }


def kinds_of(cell: str) -> tuple[Kind, ...]:
    """Return the kinds of maps that there are of a cell."""
    names = CELLS[cell].GATES
    if not names:
        return ("state",)
    return tuple(kind for kind in KINDS if kind in (*names, "written", "state"))


def gate_traces(runner: Runner, encoded: Encoded) -> tuple[GateTrace, ...]:
    """Run one sequence, and return what each layer and direction does.

    Args:
        runner: of the model.
        encoded: a single record.
    """
    runner.forward(pack(Examples.of(encoded), np.zeros(1, np.int64)))
    return traces_of(runner)


def traces_of(runner: Runner) -> tuple[GateTrace, ...]:
    """Return what each layer and direction has done, then those of a decoder, if there is one.

    Args:
        runner: that has run a single sequence last; a decoder's columns are symbols of its answer.
    """
    arch = runner.model.architecture
    stride, directions = max(1, arch.convolution), arch.num_directions
    found = [
        _trace(arch.cell, _Place(tape, direction, directions), layer, DIRECTIONS[direction], stride)
        for layer, tape in enumerate(runner.tapes)
        for direction in range(directions)
    ]
    if runner.decoder is not None:
        found += [
            _trace(arch.cell, _Place(tape, 0, 1), layer, DECODER, 1)
            for layer, tape in enumerate(runner.decoder.tapes)
        ]
    return tuple(found)


class _Place(NamedTuple):
    """Where a direction of one sequence is: in a tape that holds so many of them."""

    tape: Tape
    direction: int
    directions: int

    def of(self, name: str) -> Floats:
        """Return what the tape has by this name, in the order of reading."""
        found: Floats = of_direction(self.tape[name], self.direction, self.directions)
        return found


def _trace(cell: str, place: _Place, layer: int, direction: str, stride: int) -> GateTrace:
    names, states = CELLS[cell].GATES, place.of("states")[1:]
    gates: dict[str, Floats] = {}
    if names:
        gates = dict(zip(names, place.of("gates").astype(np.float64), strict=True))
    window = -(-len(states) // MOST_COLUMNS)
    turn = slice(None, None, -1) if place.direction else slice(None)
    found = {**gates, "state": states.astype(np.float64)}
    if gates:
        found["written"] = (1 - gates["keep"]) * np.abs(gates["candidate"])
    maps = {kind: columns(found[kind][turn], window) for kind in kinds_of(cell)}
    carried = columns(_carried(gates["keep"])[turn], window) if gates else None
    return GateTrace(
        layer=layer,
        direction=direction,
        stride=stride,
        window=stride * window,
        maps=maps,
        order=component_order(maps["state"]),
        carried=carried,
    )


def columns(values: Floats, window: int) -> Floats:
    """Return (ceil(T / window), …) the means of so many rows of (T, …) each."""
    starts = np.arange(0, len(values), window)
    sums = np.add.reduceat(values, starts, axis=0)
    counts = np.diff([*starts.tolist(), len(values)]).reshape(-1, *(1,) * (values.ndim - 1))
    means: Floats = sums / counts
    return means


def component_order(states: Floats) -> tuple[int, ...]:
    """Return the units (H,) of states (T, H) by their weight in the first principal component.

    Its sign is that which makes the largest weight positive. States that never vary have none.
    """
    centred = states - states.mean(axis=0)
    size = np.abs(centred).max()
    if not size > ALIKE * max(1.0, float(np.abs(states).max())):
        return tuple(range(states.shape[1]))
    weights = np.linalg.svd(centred / size, full_matrices=False)[2][0]
    sizes = np.abs(weights)
    largest = weights[np.argmax(sizes >= (1 - ALIKE) * sizes.max())]  # the first of them
    ranks = np.round(weights / (largest * ALIKE))
    return tuple(np.argsort(-ranks, kind="stable").tolist())


def _carried(keep: Floats) -> Floats:
    """Return (T, 4) the product of the last 1, 3, 8, 21 keep gates (T, H), the mean over units."""
    log_keep = np.log(np.maximum(keep, np.finfo(keep.dtype).tiny))
    sums = np.concatenate((np.zeros((1, keep.shape[1])), np.cumsum(log_keep, axis=0)))
    steps = np.arange(1, len(sums))
    carried = [np.exp(sums[1:] - sums[np.maximum(0, steps - age)]).mean(axis=1) for age in AGES]
    return np.stack(carried, axis=1)
