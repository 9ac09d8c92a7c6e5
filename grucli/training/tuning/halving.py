"""Which trials go on: successive halving, one trial after the other.

Jamieson & Talwalkar 2016 (arXiv:1502.07943) train many settings a little, and go on with those that
are best so far. Here a trial goes on at a rung if it is among the best third of all that have come
so far, itself among them (the stopping rule of Li et al. 2020, arXiv:1810.05934): one model is in
memory at a time, and what a trial does depends on those before it alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from grucli.training.tuning.trial import Trial

KEPT_SHARE = 3  # one of so many goes on


class Halving:
    """The rungs of a search.

    Attributes:
        rungs: epochs after which a trial is compared with those before it, rising.
    """

    def __init__(self, epochs: int) -> None:
        """Set the rungs at a ninth and a third of the epochs that the first trial has taken."""
        parts = {math.ceil(epochs / KEPT_SHARE**2), math.ceil(epochs / KEPT_SHARE)}
        self.rungs = sorted(part for part in parts if part < epochs)
        self._losses: list[list[float]] = [[] for _ in self.rungs]

    @classmethod
    def of(cls, trials: Sequence[Trial]) -> Halving:
        """Return the rungs of a search in which these trials have ended, at least one."""
        halving = cls(trials[0].epochs)
        for trial in trials:
            halving.note(trial.rungs)
        return halving

    def goes_on(self, rung: int, loss: float) -> bool:
        """Whether a trial is among the best third at a rung, this one among them.

        Args:
            rung: its place in `rungs`.
            loss: of the trial.
        """
        better = sum(other < loss for other in self._losses[rung])
        return better < math.ceil((len(self._losses[rung]) + 1) / KEPT_SHARE)

    def note(self, losses: Sequence[float]) -> None:
        """Note the losses of a trial at the rungs that it has reached."""
        for others, loss in zip(self._losses, losses, strict=False):
            others.append(loss)
