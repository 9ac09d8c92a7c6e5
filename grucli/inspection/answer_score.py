"""What is explained of a written answer: how probable its symbols are, read again one by one."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from grucli.engine import losses
from grucli.engine.packing import Floats, Integers
from grucli.engine.steps import Steps
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True, eq=False)
class AnswerScore:
    """The mean log-probability of the symbols of one answer, each after those before it [nat].

    Attributes:
        answer: (T,) the symbols, its end behind them.
    """

    faint: ClassVar[float] = 0.01  # [nat] of a symbol
    level_kind: ClassVar[str] = "the mean probability of its symbols"

    answer: Integers

    def margin(self, scores: Steps) -> Floats:
        """Return (n,) the scores of the answer, of (T, V) what each of n readings gives."""
        log_p = losses.log_probabilities(scores.values)[self._places(scores)]
        mean: Floats = log_p.reshape(len(scores), -1).mean(axis=1)
        return mean

    def level(self, scores: Steps) -> Floats:
        """Return (n,) the geometric mean of the symbols' probabilities, in [0, 1]."""
        return np.exp(self.margin(scores))

    def d_margin(self, scores: Steps) -> Steps:
        """Return the gradient of each margin by the scores, of their form."""
        gradient = -losses.probabilities(scores.values)
        gradient[self._places(scores)] += 1
        return Steps(values=gradient / len(self.answer), lengths=scores.lengths)

    def _places(self, scores: Steps) -> tuple[Integers, Integers]:
        """Return where the answer's own symbols stand among all scores."""
        return np.arange(len(scores.values)), np.tile(self.answer, len(scores))
