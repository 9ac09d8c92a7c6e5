"""Scores of sequences of which k steps are read, by way of the states that have been seen anyway.

Whoever reads the first k steps has the states of whoever reads on, and backwards so it is for the
last k: one direction of a layer is there already, and only the other one has to run. All k of a
batch run together, the longest first.

Letters: n sequences, O outputs; of a batch N packed rows, D directions, H units, I numbers of a
step.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from grucli.data.batches import MOST_STEPS, Batch, Examples
from grucli.engine import linear, pooling, recurrent
from grucli.engine.inputs import pick
from grucli.engine.packing import Floats, Integers, Packing, slices
from grucli.engine.tape import Tape
from grucli.inspection.memory import Side, grid
from grucli.model.network import Architecture
from grucli.model.runner import Runner
from grucli.model.token_vectors import token_vectors

MOST_KEPT = 1 << 22
"""Numbers that all scores may be."""
STEPS_TOGETHER = MOST_STEPS
"""Of one direction: they take as much memory as both of a batch."""

Scores = dict[int, tuple[npt.NDArray[np.int64], Floats]]
"""Of each k the rows (m,) that are longer, and the scores (m, O) of the recurrence for them."""


class CutScores:
    """Collects scores of cut sequences while the whole ones run."""

    def __init__(self, runner: Runner, examples: Examples) -> None:
        """Prepare for the batches of `examples`, which `runner` is going to run."""
        self._runner, arch = runner, runner.model.architecture
        self._tape = Tape(runner.model.dtype, runner.tile)
        self._steps = grid(int(examples.lengths.max()))[:-1]
        sizes = 2 * len(self._steps) * len(examples) * arch.num_outputs
        self._sides = _sides(arch) if sizes <= MOST_KEPT else ()
        self._found: dict[tuple[Side, int], list[tuple[npt.NDArray[np.int64], Floats]]] = {}

    def add(self, batch: Batch) -> None:
        """Take in the last batch that the runner has run, while it still has the states."""
        lengths = self._runner.packing.lengths
        longer = [int((lengths > k).sum()) for k in self._steps]  # they stand first
        asked = [(k, rows) for k, rows in zip(self._steps, longer, strict=True) if rows][::-1]
        for side in self._sides:
            for some in slices(np.array([k * rows for k, rows in asked]), STEPS_TOGETHER):
                group = asked[some]
                scores = self._scores(batch, side, group)
                ends = np.cumsum([rows for _, rows in group])
                for (k, rows), own in zip(group, np.split(scores, ends), strict=False):
                    self._found.setdefault((side, k), []).append((batch.rows[:rows], own))

    def of_side(self, side: Side) -> Scores:
        """Return the scores of one side; of no k where all of them have to be asked again."""
        found: Scores = {}
        for (own, k), parts in self._found.items():
            if own == side:
                rows, scores = zip(*parts, strict=True)
                found[k] = np.concatenate(rows), np.concatenate(scores)
        return found

    def _scores(self, batch: Batch, side: Side, group: Sequence[tuple[int, int]]) -> Floats:
        """Return (B, O) of the first rows of a batch cut to each k of a group, one k by one."""
        runner, params = self._runner, self._runner.model.params
        packing = Packing(np.repeat(*np.array(group).T))
        row = np.concatenate([np.arange(rows) for _, rows in group])[packing.row]
        outputs, final = self._states(batch, side, packing, row)
        pooled, _ = pooling.forward(
            runner.model.architecture.pooling,
            params.within("pooling_"),
            outputs,
            final,
            packing,
            runner.tile,
        )
        return linear.forward(params.within("head_"), pooled, runner.tile).astype(np.float64)

    def _states(
        self, batch: Batch, side: Side, packing: Packing, row: Integers
    ) -> tuple[Floats, Floats]:
        """Return the states (N, D * H) of cut sequences in order, and the last ones (B, D * H).

        Args:
            batch: of whole sequences.
            side: where the kept steps are.
            packing: of the cut ones.
            row: (N,) of the batch, that each packed row is of.
        """
        runner, arch = self._runner, self._runner.model.architecture
        ways, whole = arch.num_directions, runner.packing
        states = runner.tapes[-1]["states"][ways * whole.batch_size :]
        known, seen = int(side == "end"), whole.offsets[packing.step] + row
        if ways == 1:
            found = states[seen]
            return found, found[packing.last]
        other, k = 1 - known, packing.lengths[packing.row]
        step = whole.lengths[row] - k + packing.step if known else k - 1 - packing.step
        read = self._other_way(batch, other, whole.offsets[step] + row, packing)
        final = np.empty((packing.batch_size, 2, arch.hidden_size), states.dtype)
        final[:, known] = states[2 * seen[packing.last] + known]
        final[:, other] = read[packing.last]
        outputs = self._tape.take("both", packing.size, 2, arch.hidden_size)
        turned = self._tape.take("turned", packing.size, arch.hidden_size)
        if known:
            outputs[:, 0], outputs[:, 1] = read, pick(states, 2 * seen[packing.mirror] + 1, turned)
        else:
            outputs[:, 1] = pick(read, packing.mirror, turned)
            outputs[:, 0] = pick(states, 2 * seen, turned)
        return outputs.reshape(packing.size, -1), final.reshape(packing.batch_size, -1)

    def _other_way(self, batch: Batch, way: int, read: Integers, packing: Packing) -> Floats:
        """Run one direction of the only layer, whose packed rows read these (N,) of the batch."""
        model = self._runner.model
        arch, x, index = model.architecture, batch.x, read
        if arch.vocabulary_size:
            vectors, places = token_vectors(arch, batch.x, batch)
            x, index = vectors.forward(model.table, model.dtype), places[read]
        (layer,) = arch.by_layer(model.params)
        own = {name: array[way : way + 1] for name, array in layer.items()}
        found, _ = recurrent.forward(arch.cell, own, x, packing, self._tape, index=index)
        return found


def _sides(arch: Architecture) -> tuple[Side, ...]:
    """Return the sides on which some states are known, and no step changes by what is left out."""
    if arch.reads_steps or arch.writes or arch.convolution or arch.subwords == "tokens":
        return ()
    if arch.num_directions == 1:
        return ("start",)
    return ("end", "start") if arch.num_layers == 1 else ()
