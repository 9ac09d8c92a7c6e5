"""One sequence as a model whose tokens are its own steps, so that any step can be any vector.

What the recurrence reads of a step, a token's vector or the numbers of a series, becomes a row of a
table: beside it stands a baseline, and all rows between. Steps can then be replaced where they
stand, and gradients by them come out of the same backward pass as in training.

Letters: T steps, I numbers of a step, m copies, O outputs of the head.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples, pack
from grucli.data.encoded import Encoded
from grucli.engine.packing import Floats, Integers
from grucli.model.network import Model
from grucli.model.runner import Runner
from grucli.model.token_vectors import token_vectors

STEPS_TOGETHER = 1 << 13


class PathModel:
    """The recurrence of a model, with the steps of one sequence for its inputs.

    Attributes:
        steps: (T, I) what the recurrence reads.
        baseline: (I,) what stands for nothing: the mean of all token vectors, or of a series.
    """

    def __init__(self, model: Model, encoded: Encoded) -> None:
        """Take a model of whole sequences in float64, and one encoded sequence."""
        self._model = model
        self.steps = _vectors(model, encoded)
        tokens = model.table[: model.architecture.vocabulary_size]
        self.baseline = np.zeros(self.steps.shape[1])
        if len(tokens):
            self.baseline = tokens.mean(axis=0, dtype=np.float64)

    def __len__(self) -> int:
        return len(self.steps)

    def replaced(self, kept: npt.NDArray[np.bool_]) -> Floats:
        """Return (m, O) scores where, of (m, T) steps, those that are not kept are the baseline."""
        rows = np.where(kept, np.arange(len(self)), len(self))
        table = np.concatenate((self.steps, self.baseline[None]))
        runner, most = Runner(_of_rows(self._model, table), alike=True), self._together
        found = [_forward(runner, rows[k : k + most]) for k in range(0, len(rows), most)]
        return self._model.mix.recurrence * np.concatenate(found)

    def gradients(self, shares: Floats, weights: Floats) -> Floats:
        """Return (T, I) the mean gradient of a sum of scores, (O,) `weights` of them.

        Args:
            shares: (m,) how far of the way from the baseline to the steps each copy stands.
            weights: of the scores.
        """
        total, most = np.zeros_like(self.steps), self._together
        for first in range(0, len(shares), most):
            total += self._gradients(shares[first : first + most], weights)
        return self._model.mix.recurrence * total / len(shares)

    def _gradients(self, shares: Floats, weights: Floats) -> Floats:
        between = self.baseline + shares[:, None, None] * (self.steps - self.baseline)
        rows = np.arange(len(shares) * len(self)).reshape(len(shares), -1)
        runner = Runner(_of_rows(self._model, between.reshape(len(rows) * len(self), -1)))
        scores = _forward(runner, rows)
        found = runner.backward(np.tile(weights, (len(scores), 1)))
        gradient: Floats = found.rows.reshape(between.shape).sum(axis=0)
        return gradient

    @property
    def _together(self) -> int:
        return max(1, STEPS_TOGETHER // len(self))


def _vectors(model: Model, encoded: Encoded) -> Floats:
    """Return (T, I) what the recurrence, or the convolutions before it, read at each step."""
    batch = pack(Examples.of(encoded), np.zeros(1, np.int64))
    if not model.architecture.vocabulary_size:
        return batch.x.astype(np.float64)
    vectors, places = token_vectors(model.architecture, batch.x, batch)
    return vectors.forward(model.table, np.dtype(np.float64))[places]


def _of_rows(model: Model, table: Floats) -> Model:
    """Return a model with the same weights that reads rows of this table."""
    arch = dataclasses.replace(
        model.architecture,
        vocabulary_size=len(table),
        input_size=table.shape[1],
        subwords="",
        buckets=0,
        dtype="float64",
    )
    found = Model(arch)
    found.params.flat[...], found.table = model.params.flat, table
    return found


def _forward(runner: Runner, rows: Integers) -> Floats:
    """Return (m, O) scores of m sequences of rows (m, T)."""
    number, length = rows.shape
    examples = Examples(
        steps=rows.reshape(-1).astype(np.int32),
        lengths=np.full(number, length),
        targets=np.full(number, -1),
        weights=np.ones(number),
    )
    scores: Floats = runner.forward(pack(examples, np.arange(number)))
    return scores
