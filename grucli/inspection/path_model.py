"""One sequence as a model whose tokens are its own steps, so that any step can be any vector.

What the recurrence reads of a step, a token's vector or the numbers of a series, becomes a row of a
table: beside it stands a baseline, and all rows between. Steps can then be replaced where they
stand, and gradients by them come out of the same backward pass as in training.

Letters: T steps, I numbers of a step, m copies, O outputs of the head.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples, pack
from grucli.data.encoded import Encoded
from grucli.data.text.vocabulary import UNKNOWN
from grucli.engine.packing import Floats, Integers
from grucli.engine.params import Shape
from grucli.engine.steps import Steps
from grucli.model.logits import MOST_NUMBERS
from grucli.model.network import Architecture, Model
from grucli.model.runner import Runner
from grucli.model.token_vectors import token_vectors
from grucli.tasks.task import Scores
from grucli.values import dataclass

STEPS_TOGETHER = 1 << 12

Copies = npt.NDArray[np.int32]
"""The symbols that copies of rows are."""
Number = Callable[[Scores], Floats]
"""Returns (m, ...) numbers of the scores of m copies."""
Gradient = Callable[[Scores], Scores]
"""Returns the gradient of a number by the scores, of their form."""


class PathModel:
    """The recurrence of a model, with the steps of one sequence for its inputs.

    Attributes:
        steps: (T, I) what the recurrence reads.
        baseline: (I,) what stands for nothing: the mean of all token vectors, or of a series.
    """

    def __init__(self, model: Model, encoded: Encoded, answer: Integers | None = None) -> None:
        """Take a model in float64, and one encoded sequence.

        Args:
            model: what is run.
            encoded: the sequence.
            answer: the symbols of an answer to it, of a model that writes; they are read again.
        """
        self._model, self._answer = model, answer
        self.steps, self._held = _read(model, encoded)
        tokens = model.table[: model.architecture.vocabulary_size]
        self.baseline = np.zeros(self.steps.shape[1])
        if len(tokens):
            self.baseline = tokens.mean(axis=0, dtype=np.float64)
        self._nothing = np.int32(0) if encoded.copies is None else encoded.copies[UNKNOWN]

    def __len__(self) -> int:
        return len(self.steps)

    def replaced(self, kept: npt.NDArray[np.bool_], of: Number) -> Floats:
        """Return (m, ...) numbers where, of (m, T) steps, those that are not kept are the baseline.

        What is not kept cannot be copied, either.
        """
        rows = np.where(kept, np.arange(len(self)), len(self))
        table = np.concatenate((self.steps, self.baseline[None]))
        held = None if self._held is None else np.append(self._held, self._nothing)
        runner, most = Runner(_of_rows(self._model, table), alike=True), self._together
        return np.concatenate(
            [of(self._scores(runner, rows[k : k + most], held)) for k in range(0, len(rows), most)]
        )

    def along(self, shares: Floats, of: Number) -> Floats:
        """Return (m, ...) numbers so far, (m,) `shares`, of the way from the baseline to the steps.

        What can be copied stays all the way: it is no vector.
        """
        most = self._together
        every = (shares[k : k + most] for k in range(0, len(shares), most))
        return np.concatenate([of(self._between(some)[1]) for some in every])

    def gradients(self, shares: Floats, pull: Gradient) -> Floats:
        """Return (T, I) the mean gradient of a number by the steps.

        Args:
            shares: (m,) how far of the way from the baseline to the steps each copy stands.
            pull: its gradient by the scores.
        """
        total, most = np.zeros_like(self.steps), self._together
        for first in range(0, len(shares), most):
            some = shares[first : first + most]
            runner, scores = self._between(some)
            found = runner.backward(self._model.mix.recurrence * pull(scores))
            total += found.rows.reshape(len(some), *total.shape).sum(axis=0)
        return total / len(shares)

    def _between(self, shares: Floats) -> tuple[Runner, Scores]:
        """Return what has run (m,) copies on the way, and their scores."""
        between = self.baseline + shares[:, None, None] * (self.steps - self.baseline)
        rows = np.arange(len(shares) * len(self)).reshape(len(shares), -1)
        held = None if self._held is None else np.tile(self._held, len(shares))
        runner = Runner(_of_rows(self._model, between.reshape(rows.size, -1)))
        runner.omit_weights()
        return runner, self._scores(runner, rows, held)

    def _scores(self, runner: Runner, rows: Integers, held: Copies | None) -> Scores:
        """Return what counts of the scores of m sequences of rows (m, T)."""
        number, length = rows.shape
        own = self._answer
        examples = Examples(
            steps=rows.reshape(-1).astype(np.int32),
            lengths=np.full(number, length),
            targets=np.full(number, -1) if own is None else repeated(own, number),
            weights=np.ones(number),
            copies=held,
        )
        return self._model.mix.recurrence * runner.forward(pack(examples, np.arange(number)))

    @property
    def _together(self) -> int:
        most = STEPS_TOGETHER // len(self)
        if self._answer is not None:
            symbols = self._model.architecture.num_outputs
            most = min(most, MOST_NUMBERS // (len(self._answer) * symbols))
        return max(1, most)


def repeated(answer: Integers, number: int) -> Steps:
    """Return an answer as the target of so many inputs."""
    return Steps(values=np.tile(answer, number), lengths=np.full(number, len(answer)))


def _read(model: Model, encoded: Encoded) -> tuple[Floats, Copies | None]:
    """Return (T, I) what the recurrence, or the convolutions before it, read at each step.

    And (T,) the symbol that a copy of it is; None where nothing is copied.
    """
    batch = pack(Examples.of(encoded), np.zeros(1, np.int64))
    held = None if batch.copies is None else batch.held
    if not model.architecture.vocabulary_size:
        return batch.x.astype(np.float64), held
    vectors, places = token_vectors(model.architecture, batch.x, batch)
    return vectors.forward(model.table, np.dtype(np.float64))[places], held


@dataclass(frozen=True, kw_only=True)
class _OfRows(Architecture):
    """That of a model which reads rows of a table, with the weights of another one."""

    given: Architecture

    def shapes(self) -> dict[str, Shape]:
        """Return those of the other one: symbols of a decoder do not become rows."""
        return self.given.shapes()


def _of_rows(model: Model, table: Floats) -> Model:
    """Return a model with the same weights that reads rows of this table."""
    changes = {
        "vocabulary_size": len(table),
        "input_size": table.shape[1],
        "subwords": "",
        "buckets": 0,
        "dtype": "float64",
    }
    arch = model.architecture
    found = Model(_OfRows(**(vars(arch) | changes), given=arch))
    found.params.flat[...], found.table = model.params.flat, table
    return found
