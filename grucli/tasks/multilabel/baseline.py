"""What a micro-F1 is worth: what answering the same labels to every row reaches."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from grucli.engine.packing import Integers
from grucli.tasks.intervals import Interval, wilson_interval
from grucli.tasks.multilabel.label_sets import divided
from grucli.tasks.scorecard import Measure
from grucli.values import dataclass

MICRO_F1 = Measure(
    name="micro_f1",
    title="micro F1",
    undefined="no row has a label, and none is answered",
    is_brief=True,
)


@dataclass(frozen=True, kw_only=True)
class FixedSet:
    """The micro-F1 of always answering the labels that reach most by it.

    Attributes:
        rows: n, at least 1.
        value: the micro-F1.
        size: how many labels are always answered.
        subject: the label with most rows, where it is the only one.
    """

    measure: ClassVar[Measure] = MICRO_F1
    owner: ClassVar[str] = "fixed set"

    rows: int
    value: float
    size: int
    subject: str | None = None

    @classmethod
    def of_counts(
        cls, counts: Integers, rows: int, lacking: int, labels: tuple[str, ...]
    ) -> FixedSet:
        """Return that of labels by their rows.

        The F1 of k labels is 2 hits / (n k + labels that rows have), highest for some that have
        most rows.

        Args:
            counts: (C,) rows of each label.
            rows: n.
            lacking: labels of rows that training lacks.
            labels: (C,) names.
        """
        order = np.argsort(-counts, kind="stable")
        hits = np.cumsum(counts[order])
        f1 = 2 * hits / (rows * np.arange(1, len(counts) + 1) + hits[-1] + lacking)
        best = int(f1.argmax())
        subject = labels[order[0]] if best == 0 else None
        return cls(rows=rows, value=float(f1[best]), size=best + 1, subject=subject)

    @classmethod
    def of(cls, targets: Integers, labels: tuple[str, ...]) -> FixedSet:
        """Return that of targets (n, C + 1)."""
        truth, lacking = divided(targets)
        counts = truth.sum(axis=0, dtype=np.int64)
        return cls.of_counts(counts, len(truth), int(lacking.sum()), labels)

    @property
    def meaning(self) -> str:
        """What is always answered."""
        if self.size == 1:
            return "always answering"
        return f"always answering the {self.size} labels with most rows"

    def interval(self, value: float) -> Interval:
        """Return the 95 % interval of a micro-F1 as if each row told one thing."""
        return wilson_interval(value * self.rows, self.rows)

    def is_passed_by(self, value: float) -> bool:
        """Whether a micro-F1 is above the baseline by more than chance explains."""
        return self.interval(value)[0] > self.value

    def is_missed_by(self, value: float) -> bool:
        """Whether a micro-F1 is below the baseline by more than chance explains."""
        return self.interval(value)[1] < self.value

    @property
    def limit(self) -> str:
        """Why no micro-F1 could pass it; nothing where some could."""
        if self.value == 1:
            return "all of these rows have the same labels"
        if not self.is_passed_by(1.0):
            return f"no micro F1 would be on {self.rows} rows; judge it on more"
        return ""

    @property
    def resolution(self) -> float:
        """Half the widest interval, that of a micro-F1 of one half."""
        low, high = self.interval(0.5)
        return (high - low) / 2
