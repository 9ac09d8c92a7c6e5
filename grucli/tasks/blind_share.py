"""What answering blindly reaches, where the figure is a share of what is right."""

from __future__ import annotations

from grucli.tasks.intervals import Interval, wilson_interval
from grucli.tasks.scorecard import Measure
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class BlindShare:
    """A share that blind answers to some sequences reach.

    Attributes:
        measure: what is measured.
        rows: sequences.
        value: the figure.
        trials: independent parts that the shares compared with it are of.
        owner: whose figure it is.
        meaning, subject: what is always answered.
    """

    measure: Measure
    rows: int
    value: float
    trials: int
    owner: str
    meaning: str
    subject: str | None = None

    def interval(self, value: float) -> Interval:
        """Return the 95 % interval of a figure on these rows."""
        return wilson_interval(round(value * self.trials), self.trials)

    def is_passed_by(self, value: float) -> bool:
        """Whether a figure is above the baseline by more than chance explains."""
        return self.interval(value)[0] > self.value

    def is_missed_by(self, value: float) -> bool:
        """Whether a figure is below the baseline by more than chance explains."""
        return self.interval(value)[1] < self.value

    @property
    def limit(self) -> str:
        """Why no figure could pass it; nothing where some could."""
        if self.value == 1:
            return f"{self.meaning} is right everywhere"
        if not self.is_passed_by(1.0):
            return f"no answers would be on {self.rows} rows; judge it on more"
        return ""
