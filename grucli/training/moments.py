"""What a training looks like from inside, epoch by epoch: gradients, updates, reach and gates.

All but the updates is measured after an epoch, on the same few training sequences each time and
without dropout, so that it changes neither the training nor what a resumed one gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from grucli.data.batches import Batch, Examples, bounded
from grucli.engine.packing import Floats
from grucli.engine.recurrent import CELLS, of_direction
from grucli.model.network import Architecture, Model
from grucli.model.runner import Gradients, Runner
from grucli.tasks.task import Objective
from grucli.training.scores import EpochScores, Flat

PROBE = 64  # sequences
MOST_TOLD = 24  # epochs of which a model file tells
SIDES = ("forward", "backward")
SUMMED = ("keep", "reset")
LOW, HIGH = 0.1, 0.9  # a gate beyond these is saturated


class UpdateRatios:
    """How far each array of weights moves in a step, as a share of its length: |dw| / |w|.

    Attributes:
        sums: float64, over the steps of the epoch so far, one for each array of the model.
    """

    def __init__(self, model: Model) -> None:
        """Begin with no step."""
        self.sums = np.zeros(sum(1 for _ in model.arrays()))

    @contextmanager
    def watched(self, model: Model, grads: Gradients, *, is_first: bool) -> Iterator[None]:
        """Add what the step does that is made inside; `is_first` of its epoch forgets the others.

        Of token vectors those count that the step may move: the optimizer leaves the others alone.
        """
        rows, flat = grads.tokens.copy(), model.params.flat.copy()
        vectors = model.table[rows].copy()
        before = type(model.params)({k: a.shape for k, a in model.params.items()}, flat.dtype, flat)
        yield
        if is_first:
            self.sums.fill(0)
        moved = [] if not model.table.size else [(model.table[rows] - vectors, model.table)]
        moved += [
            (own - old, own)
            for own, old in zip(model.params.values(), before.values(), strict=True)
        ]
        self.sums += [_norm(change) / (_norm(whole) or 1.0) for change, whole in moved]


class Probe:
    """A fixed part of the training data, on which each epoch is looked at."""

    def __init__(self, train: Examples, objective: Objective) -> None:
        """Take 64 sequences, evenly spread over all of them; fewer data are taken whole."""
        number = min(PROBE, len(train))
        rows = np.linspace(0, len(train) - 1, number).round().astype(np.int64)
        self._examples, self._objective = train.select(rows), objective

    def look(self, model: Model, updates: Floats) -> Flat:
        """Return the figures of a moment, flat.

        Args:
            model: its weights at the end of an epoch.
            updates: mean ratios of its steps, in the order of the model's arrays.

        Returns:
            gradient_ARRAY, update_ARRAY, and by reach_K of how much of the gradient by the last
            state of a sequence there is by the state K steps before it (1 as much); of gates, by
            gate_LAYER_DIRECTION_GATE_FIGURE, their mean and the shares below 0.1 and above 0.9.
        """
        runner, names = Runner(model), [name for name, _ in model.arrays()]
        arch, longest = model.architecture, int(self._examples.lengths.max())
        gates, reach = _GateMeans(arch), _Reach(longest, max(1, arch.convolution))
        totals = [np.zeros_like(array, np.float64) for _, array in model.arrays()]
        for batch in bounded(self._examples):
            gradients = self._gradients(runner, batch, gates)
            reach.add(runner)
            if model.table.size:
                totals[0][gradients.tokens] += gradients.rows
            dense = totals[1:] if model.table.size else totals
            for total, own in zip(dense, gradients.dense.values(), strict=True):
                total += own
        number = len(self._examples)
        norms = {f"gradient_{n}": _norm(own) / number for n, own in zip(names, totals, strict=True)}
        moved = {f"update_{n}": r for n, r in zip(names, updates.tolist(), strict=True)}
        return norms | moved | reach.result() | gates.result()

    def _gradients(self, runner: Runner, batch: Batch, gates: _GateMeans) -> Gradients:
        scores = runner.forward(batch)
        gates.add(runner)
        weights = self._examples.weights[batch.rows]
        return runner.backward(self._objective.loss(scores, batch.targets, weights).d_scores)


def told(history: Sequence[EpochScores]) -> list[dict[str, float]]:
    """Return the moments of a few epochs, evenly spread, for a model file; none without any."""
    number = len(history)
    places = np.linspace(0, number - 1, min(number, MOST_TOLD)).round().astype(int).tolist()
    found = ((place + 1, history[place]) for place in places)
    return [
        {
            "epoch": epoch,
            "norm": scores.gradient_norm,
            "clipped": scores.clipped,
            **scores.moments,
        }
        for epoch, scores in found
        if scores.moments is not None
    ]


class _Reach:
    """How the size of the gradient by a state falls with its distance from the end.

    It is that of the last layer, as it is read forwards, and the whole gradient: of a head that
    reads all states each has its own way to the loss.
    """

    def __init__(self, longest: int, stride: int) -> None:
        """Begin with nothing; both are in steps of the sequence."""
        self._stride, self._steps = stride, list(_distances(-(-longest // stride)))
        self._left, self._whole = np.zeros((2, len(self._steps)))

    def add(self, runner: Runner) -> None:
        """Take in the last backward pass."""
        packing, sizes = runner.packing, _state_gradients(runner)
        for k, back in enumerate(self._steps):
            long = np.flatnonzero(packing.lengths > back)
            self._left[k] += sizes[packing.offsets[packing.lengths[long] - 1 - back] + long].sum()
            self._whole[k] += sizes[packing.last[long]].sum()

    def result(self) -> Flat:
        """Return the shares by distance."""
        whole = np.where(self._whole > 0, self._whole, 1.0)
        shares = (self._left / whole).tolist()
        distances = (k * self._stride for k in self._steps)
        return {f"reach_{k}": share for k, share in zip(distances, shares, strict=True)}


class _GateMeans:
    """Means and saturation of each gate of each layer and direction."""

    def __init__(self, arch: Architecture) -> None:
        self._arch, self._rows = arch, 0
        self._sums: dict[str, float] = {}

    def add(self, runner: Runner) -> None:
        """Take in the last forward pass."""
        arch, names = self._arch, CELLS[self._arch.cell].GATES
        self._rows += runner.packing.size * arch.hidden_size
        for layer, tape in enumerate(runner.tapes):
            for direction, side in enumerate(SIDES[: arch.num_directions]):
                for gate in (name for name in SUMMED if name in names):
                    own = of_direction(tape["gates"], direction, arch.num_directions)
                    values, name = own[names.index(gate)], f"gate_{layer + 1}_{side}_{gate}"
                    found = {"mean": values, "low": values < LOW, "high": values > HIGH}
                    for figure, each in found.items():
                        key = f"{name}_{figure}"
                        self._sums[key] = self._sums.get(key, 0.0) + float(
                            each.sum(dtype=np.float64)
                        )

    def result(self) -> Flat:
        """Return them by name."""
        return {name: total / self._rows for name, total in self._sums.items()}


def _state_gradients(runner: Runner) -> Floats:
    """Return (N,) the size of the gradient by each packed state of the last layer, forwards."""
    packing, arch = runner.packing, runner.model.architecture
    rows = of_direction(runner.tapes[-1]["d_states"], 0, arch.num_directions)
    sizes: Floats = np.linalg.norm(rows[packing.batch_size :].astype(np.float64), axis=1)
    return sizes


def _distances(longest: int) -> Iterator[int]:
    """Yield 1, 2, 3, 5, 8, … below `longest`, and the first step's own."""
    k, following = 1, 2
    while k < longest - 1:
        yield k
        k, following = following, k + following
    if longest > 1:
        yield longest - 1


def _norm(array: Floats) -> float:
    return float(np.linalg.norm(array.reshape(-1).astype(np.float64)))
