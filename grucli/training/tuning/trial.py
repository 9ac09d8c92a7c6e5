"""One trial of a search: what was tried, how far it came, and by how much it is better."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal

from grucli.engine.packing import Floats
from grucli.errors import expect
from grucli.modelfile.fields import built
from grucli.values import dataclass

Ended = Literal["whole", "stopped", "diverged"]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came of a trial.

    Attributes:
        number: 1 for the first, which has the defaults.
        changes: its settings that are not the defaults.
        epochs: it was trained for.
        rungs: the loss by which epochs are compared, at each rung that it reached.
        ended: "whole" if it was trained to its end, "stopped" at a rung, or "diverged".
        loss: mean loss of the held-out rows at last; None if it has diverged.
        gain: by how much that is lower than the defaults', None unless it is whole.
        error: standard error of the gain, over the rows.
        seconds: it took.
    """

    number: int
    changes: dict[str, object]
    epochs: int
    rungs: tuple[float, ...]
    ended: Ended
    loss: float | None = None
    gain: float | None = None
    error: float | None = None
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Trial:
        """Return the trial that `to_json` has described.

        Raises:
            TypeError, ValueError: there is no such trial.
        """
        trial = built(cls, fields)
        expect(trial.number >= 1 and trial.epochs >= 0, "number and epochs")
        return trial


def gain_over(defaults: Floats, losses: Floats) -> tuple[float, float | None]:
    """Return by how much the mean of the losses is lower, and the standard error of that.

    Args:
        defaults: (n,) losses of the same rows with the defaults.
        losses: (n,), n at least 1; of a single row no error is known.
    """
    gains = defaults - losses
    if len(gains) < 2:
        return float(gains.mean()), None
    return float(gains.mean()), float(gains.std(ddof=1) / math.sqrt(len(gains)))


def best_of(trials: Sequence[Trial]) -> Trial:
    """Return the winner: the first trial, unless others are better by more than luck explains.

    Of those the one that gains most wins, of equals the first. The best of n that are all as good
    as the defaults gains about sqrt(2 ln n) standard errors by luck; those that were stopped count,
    too, as the others were picked from among them.
    """
    first, *others = trials
    luck = max(1.0, math.sqrt(2 * math.log(max(1, len(others)))))
    whole = (trial for trial in others if trial.error is not None)
    better = (trial for trial in whole if (trial.gain or 0.0) > luck * (trial.error or 0.0))
    return max(better, key=lambda trial: trial.gain or 0.0, default=first)
