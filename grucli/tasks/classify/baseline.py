"""What an accuracy is worth: how far chance alone moves it, and what answering blindly reaches."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from grucli.tasks.intervals import Z_95, wilson_interval
from grucli.tasks.scorecard import Measure
from grucli.values import dataclass

ACCURACY = Measure(name="accuracy", title="accuracy", is_brief=True)


@dataclass(frozen=True, kw_only=True)
class Majority:
    """The accuracy of always answering the class with most rows.

    Attributes:
        rows: n, at least 1.
        value: the accuracy.
        subject: the label of that class.
    """

    measure: ClassVar[Measure] = ACCURACY
    owner: ClassVar[str] = "majority"
    meaning: ClassVar[str] = "always answering"

    rows: int
    value: float
    subject: str | None = None

    @classmethod
    def of(cls, targets: npt.NDArray[np.int64]) -> Majority:
        """Return that of (n,) true classes; of -1, an unseen label, no answer is right."""
        most = int(np.bincount(targets + 1)[1:].max(initial=0))
        return cls(rows=len(targets), value=most / len(targets))

    def interval(self, accuracy: float) -> tuple[float, float]:
        """Return the 95 % interval of an accuracy on these rows."""
        return wilson_interval(round(accuracy * self.rows), self.rows)

    def is_passed_by(self, accuracy: float) -> bool:
        """Whether an accuracy is above the baseline by more than chance explains."""
        return self.interval(accuracy)[0] > self.value

    def is_missed_by(self, accuracy: float) -> bool:
        """Whether an accuracy is below the baseline by more than chance explains."""
        return self.interval(accuracy)[1] < self.value

    @property
    def limit(self) -> str:
        """Why no accuracy could pass it; nothing where some could."""
        if self.value == 1:
            return "all of these rows have one label"
        if not self.is_passed_by(1.0):
            return f"no accuracy would be on {self.rows} rows; judge it on more"
        return ""

    @property
    def resolution(self) -> float:
        """Half the widest interval, that of an accuracy of one half."""
        return Z_95 / (2 * math.sqrt(self.rows + Z_95**2))
