"""Are the gates used? Shares of saturation, stuck, constant and dead units.

Streamed over batches: each layer and direction keeps sums for each unit, never a trace. Gates are
named by what they do: keep = z, reset = r, candidate = n; h = (1 - keep) * candidate + keep * h.

Source: saturation as in Karpathy, Johnson, Fei-Fei 2015 (arXiv:1506.02078).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats, Packing
from grucli.engine.recurrent import CELLS, of_direction
from grucli.engine.tape import Tape
from grucli.inspection.layers import DECODER, DIRECTIONS, name_of
from grucli.model.runner import Runner
from grucli.values import dataclass

ALWAYS = 0.99  # share of steps that counts as always
SHUT, OPEN = 0.01, 0.99  # a gate beyond these passes nothing, or everything
CONSTANT_SD = 0.02
DEAD_SHARE = 1e-6  # of the median unit's variance
MEASURED_GATES = ("keep", "reset")
CLIPPED = 0.97  # |tanh| beyond which it is flat
LONGEST_LEAK = 1e6  # [steps]

Units = tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Gate:
    """One gate of one layer and direction; arrays are (H,), one value a unit.

    Attributes:
        name: "keep" or "reset".
        mean, sd: over all steps.
        low, high: share of the steps below and above the limits of saturation.
        slope: mean g (1 - g), what of a gradient passes the sigmoid; at most 0.25.
        constant: units whose sd is below 0.02, but for dead ones: the gate could be folded into a
            bias.
        shut, open: units below 0.01, above 0.99, at more than 99 % of the steps.
    """

    name: str
    mean: Floats
    sd: Floats
    low: Floats
    high: Floats
    slope: Floats
    constant: Units
    shut: Units
    open: Units


@dataclass(frozen=True, kw_only=True, eq=False)
class LayerHealth:
    """One layer in one direction.

    Attributes:
        layer: 0 for the first, of the encoder as of the decoder.
        direction: "forward" or "backward", or "decoder" of that.
        gates: keep, and reset if there is one; none for a plain recurrent layer.
        dead: units whose state varies less than a millionth of the median unit's variance.
        clipped: share of (step, unit) whose tanh is flat: of the candidate, or of the state where
            there are no gates; None where neither has a tanh.
        leak: (H,) steps after which 1/e of a state is left, by the geometric mean of the keep gate;
            None without gates.
        reach: (H,) steps before the last one of which at least 1/e is kept to the end, the mean
            over sequences: unlike `leak` it sees a gate that shuts at one step and keeps at the
            others; None without gates.
    """

    layer: int
    direction: str
    gates: tuple[Gate, ...]
    dead: Units
    clipped: float | None
    leak: Floats | None
    reach: Floats | None

    @property
    def name(self) -> str:
        """The layer and direction for people, counted from 1."""
        return name_of(self.layer, self.direction)


class HealthMeter:
    """Adds up what the tapes hold after each forward pass."""

    def __init__(self, runner: Runner, low: float, high: float) -> None:
        """Measure what `runner` runs; gates below `low` or above `high` count as saturated."""
        arch = runner.model.architecture
        cell = CELLS[arch.cell]
        self._runner, self._has_tanh = runner, cell.HAS_TANH
        part = partial(_Part, arch.hidden_size, cell.GATES, low, high, Tape(runner.model.dtype))
        self._parts = [[part() for _ in range(arch.num_directions)] for _ in range(arch.num_layers)]
        layers = arch.decoder_layers if arch.writes else 0
        self._decoder = [part() for _ in range(layers)]

    def add(self) -> None:
        """Take in the last forward pass."""
        for tape, parts in zip(self._runner.tapes, self._parts, strict=True):
            for direction, part in enumerate(parts):
                self._add(part, tape, (direction, len(parts)), self._runner.packing)
        decoder = self._runner.decoder
        if decoder is not None:
            for part, tape in zip(self._decoder, decoder.tapes, strict=True):
                self._add(part, tape, (0, 1), decoder.pairs.target)

    def _add(self, part: _Part, tape: Tape, way: tuple[int, int], packing: Packing) -> None:
        names, gates = CELLS[self._runner.model.architecture.cell].GATES, {}
        if names:
            gates = dict(zip(names, of_direction(tape["gates"], *way), strict=True))
        part.add(of_direction(tape["states"], *way)[packing.batch_size :], gates, packing)

    def result(self) -> tuple[LayerHealth, ...]:
        """Return the health of each layer and direction, those of a decoder at last."""
        stride = max(1, self._runner.model.architecture.convolution)
        found = [
            part.result(layer, name, stride, has_tanh=self._has_tanh)
            for layer, parts in enumerate(self._parts)
            for name, part in zip(DIRECTIONS, parts, strict=False)
        ]
        found += [
            part.result(layer, DECODER, stride, has_tanh=self._has_tanh)
            for layer, part in enumerate(self._decoder)
        ]
        return tuple(found)


class _Moments:
    """Count, mean and variance of each unit, merged batch by batch.

    Source: Chan, Golub, LeVeque 1983 (The American Statistician 37).
    """

    def __init__(self, size: int) -> None:
        self.count = 0
        self.mean = np.zeros(size)
        self._squares = np.zeros(size)

    def add(self, values: Floats, room: Floats) -> None:
        """Take in values (N, H); `room` is as large, and overwritten."""
        count, mean = len(values), values.mean(axis=0)
        np.subtract(values, mean, out=room)
        squares = np.square(room, out=room).sum(axis=0)
        delta, total = mean - self.mean, self.count + count
        self._squares += squares + np.square(delta) * (self.count * count / total)
        self.mean += delta * (count / total)
        self.count = total

    @property
    def variance(self) -> Floats:
        return self._squares / max(self.count, 1)


class _GateSums:
    """Sums of one gate over all steps."""

    def __init__(self, size: int, low: float, high: float) -> None:
        self.moments = _Moments(size)
        self._limits = (low, high)
        self._counts = np.zeros((4, size))
        self._slope = np.zeros(size)

    def add(self, gate: Floats, room: Floats) -> None:
        """Take in a gate (N, H); `room` is as large, and overwritten."""
        self.moments.add(gate, room)
        low, high = self._limits
        for count, hits in zip(
            self._counts, (gate < low, gate > high, gate < SHUT, gate > OPEN), strict=True
        ):
            count += hits.sum(axis=0)
        np.subtract(1, gate, out=room)
        self._slope += np.multiply(room, gate, out=room).sum(axis=0)

    def result(self, name: str, dead: Units) -> Gate:
        steps = self.moments.count
        low, high, shut, opened = self._counts / steps
        sd = np.sqrt(self.moments.variance)
        return Gate(
            name=name,
            mean=self.moments.mean,
            sd=sd,
            low=low,
            high=high,
            slope=self._slope / steps,
            constant=tuple(unit for unit in _units(sd < CONSTANT_SD) if unit not in dead),
            shut=_units(shut > ALWAYS),
            open=_units(opened > ALWAYS),
        )


class _Part:
    """Sums of one layer in one direction."""

    def __init__(
        self, size: int, gates: Sequence[str], low: float, high: float, room: Tape
    ) -> None:
        """Start at zero.

        Args:
            size: H.
            gates: those of the cell, named as on its tape.
            low, high: gates below the first or above the second count as saturated.
            room: where what is added up is worked out, of the model's type.
        """
        self._room = room
        self.states = _Moments(size)
        self._gates = {name: _GateSums(size, low, high) for name in MEASURED_GATES if name in gates}
        self._log_keep = np.zeros(size)
        self._reach = np.zeros(size)
        self._sequences = 0
        self._clipped = 0

    def add(self, states: Floats, gates: Mapping[str, Floats], packing: Packing) -> None:
        """Take in a batch: its states (N, H), and the same of each gate by its name."""
        room = self._room.take("room", *states.shape)
        self.states.add(states, room)
        for name, sums in self._gates.items():
            sums.add(gates[name], room)
        if self._gates:
            keep = gates["keep"]
            log_keep = np.maximum(keep, np.finfo(keep.dtype).tiny, out=room)
            np.log(log_keep, out=log_keep)
            self._log_keep += log_keep.sum(axis=0)
            self._reach += steps_kept(log_keep, packing)
            self._sequences += packing.batch_size
        squashed = gates["candidate"] if self._gates else states
        self._clipped += int(np.count_nonzero(np.abs(squashed, out=room) > CLIPPED))

    def result(self, layer: int, direction: str, stride: int, *, has_tanh: bool) -> LayerHealth:
        steps = self.states.count
        dead = dead_units(self.states.variance) if steps > 1 else ()
        return LayerHealth(
            layer=layer,
            direction=direction,
            gates=tuple(sums.result(name, dead) for name, sums in self._gates.items()),
            dead=dead,
            clipped=self._clipped / (steps * len(self.states.mean)) if has_tanh else None,
            leak=leak_time(self._log_keep / steps) * stride if self._gates else None,
            reach=self._reach / self._sequences * stride if self._gates else None,
        )


def gates_see_states(cell: str) -> bool:
    """Whether a cell's gates depend on states; if not, products of keep are all its memory."""
    return "weight_hh" in CELLS[cell].shapes(1, 1, 1)


def dead_units(variance: Floats) -> Units:
    """Return the units whose state hardly varies beside that of the median unit."""
    return _units(variance <= DEAD_SHARE * np.median(variance))


def leak_time(mean_log_keep: Floats) -> Floats:
    """Return -1 / ln(geometric mean of keep) [steps], (H,), with the mean within 1e-6 of 0 and 1.

    Source: Tallec, Ollivier 2018 (arXiv:1804.11188).
    """
    shortest, longest = np.log(1 / LONGEST_LEAK), np.log1p(-1 / LONGEST_LEAK)
    leak: Floats = -1 / np.clip(mean_log_keep, shortest, longest)
    return leak


def steps_kept(log_keep: Floats, packing: Packing) -> Floats:
    """Return (H,) over how many last steps a unit keeps at least 1/e, summed over sequences.

    Args:
        log_keep: (N, H) logarithm of the keep gate.
        packing: the order of the N packed rows.
    """
    left = np.zeros((packing.batch_size, log_keep.shape[1]))
    reach = np.zeros(log_keep.shape[1])
    for rows in reversed(packing.slices):
        active = left[: rows.stop - rows.start]
        active += log_keep[rows]
        reach += (active >= -1).sum(axis=0)  # it only falls
    return reach


def _units(chosen: npt.NDArray[np.bool_]) -> Units:
    return tuple(np.flatnonzero(chosen).tolist())
