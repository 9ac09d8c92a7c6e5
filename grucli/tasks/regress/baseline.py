"""What an error is worth: how far chance alone moves it, and what answering the mean reaches."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from grucli.engine.packing import Floats
from grucli.tasks.intervals import Interval, size_interval
from grucli.tasks.regress.metrics import root_error
from grucli.tasks.scorecard import Measure
from grucli.values import dataclass

RMSE = Measure(name="rmse", title="RMSE", larger_is_better=False, is_brief=True, has_unit=True)


@dataclass(frozen=True, kw_only=True)
class Mean:
    """The root of the mean square error of always answering the mean.

    Attributes:
        rows: n, at least 1.
        value: the error.
        error: standard error of the logarithm of such a figure on these rows.
        subject: the mean.
    """

    measure: ClassVar[Measure] = RMSE
    owner: ClassVar[str] = "mean"
    meaning: ClassVar[str] = "always answering"

    rows: int
    value: float
    error: float
    subject: str | None = None

    @classmethod
    def of(cls, targets: Floats) -> Mean:
        """Return that of (n,) targets; errors are taken to be as uneven as these are."""
        squares = (targets - targets.mean()) ** 2
        value = float(np.sqrt(squares.mean()))
        return cls(rows=len(targets), value=value, error=root_error(squares))

    def interval(self, rmse: float) -> Interval:
        """Return the 95 % interval of an error on these rows."""
        return size_interval(rmse, self.error)

    def is_passed_by(self, rmse: float) -> bool:
        """Whether an error is below the baseline by more than chance explains."""
        return self.interval(rmse)[1] < self.value

    def is_missed_by(self, rmse: float) -> bool:
        """Whether an error is above the baseline by more than chance explains."""
        return self.interval(rmse)[0] > self.value

    @property
    def limit(self) -> str:
        """Why no error could be below it; nothing where some could."""
        return "" if self.value else "all of these rows have one target"
