"""How well probabilities tell the rows with a label from the others, at every threshold."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats, Integers
from grucli.tasks.class_scores import CALIBRATION_BINS, Booleans
from grucli.tasks.thresholds import ROUNDING
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True, eq=False)
class ThresholdCurve:
    """What a threshold does, at each of the k distinct probabilities of n rows.

    A row is answered with the label if its probability is not below the threshold.

    Attributes:
        levels: (k,) the thresholds, falling.
        hits: (k,) rows with the label that are answered with it.
        answers: (k,) rows that are answered with it.
        rows: that have the label; `others` have not.
    """

    levels: Floats
    hits: Integers
    answers: Integers
    rows: int
    others: int

    @classmethod
    def of(cls, probabilities: Floats, truth: Booleans) -> ThresholdCurve:
        """Return that of (n,) probabilities of a label, and which rows have it."""
        levels, place, ties = np.unique(-probabilities, return_inverse=True, return_counts=True)
        gained = np.bincount(place, weights=truth, minlength=len(levels))
        rows = int(truth.sum())
        return cls(
            levels=-levels,
            hits=np.cumsum(gained).astype(np.int64),
            answers=np.cumsum(ties),
            rows=rows,
            others=len(truth) - rows,
        )

    @property
    def recall(self) -> npt.NDArray[np.float64]:
        """(k,) share of the rows with the label that are found; there must be one."""
        found: npt.NDArray[np.float64] = self.hits / self.rows
        return found

    @property
    def precision(self) -> npt.NDArray[np.float64]:
        """(k,) share of the answers that are right."""
        found: npt.NDArray[np.float64] = self.hits / self.answers
        return found

    @property
    def false_alarms(self) -> npt.NDArray[np.float64]:
        """(k,) share of the rows without the label that get it; there must be one."""
        found: npt.NDArray[np.float64] = (self.answers - self.hits) / self.others
        return found

    def for_precision(self, wanted: float) -> int | None:
        """Return which threshold finds most with so much precision; None where none does."""
        enough = np.flatnonzero(self.hits >= wanted * self.answers - ROUNDING)
        return int(enough[-1]) if len(enough) and self.hits[enough[-1]] else None

    def for_recall(self, wanted: float) -> int | None:
        """Return the highest threshold with so much recall; None of a label without rows."""
        enough = np.flatnonzero(self.hits >= wanted * self.rows - ROUNDING)
        return int(enough[0]) if self.rows and len(enough) else None

    def threshold(self, k: int) -> float:
        """Return the k-th threshold with as few digits, at least two, as divide the rows alike."""
        level = float(self.levels[k])
        lower = float(self.levels[k + 1]) if k + 1 < len(self.levels) else -1.0
        for digits in range(2, 17):
            short = float(math.floor(level * 10**digits + ROUNDING) / 10**digits)
            if lower < short <= level:
                return short
        return level


@dataclass(frozen=True, kw_only=True, eq=False)
class CalibrationBins:
    """Answers by their probability, and how many of them are right.

    Attributes:
        edges: (b + 1,) of b bins over [0, 1]; a bin holds its upper edge, the first one 0 too.
        counts: (b,) answers in each.
        hits: (b,) those of them that are right.
        confidence: (b,) mean probability of them; 0 where there are none.
    """

    edges: Floats
    counts: Integers
    hits: Integers
    confidence: Floats

    @classmethod
    def of(cls, probabilities: Floats, right: Booleans) -> CalibrationBins:
        """Return the bins of (m,) answers by which the calibration error is measured."""
        number = CALIBRATION_BINS
        place = np.ceil(probabilities * number).astype(np.int64).clip(1, number) - 1
        counts = np.bincount(place, minlength=number)
        total = np.bincount(place, weights=probabilities, minlength=number)
        return cls(
            edges=np.arange(number + 1) / number,
            counts=counts,
            hits=np.bincount(place, weights=right, minlength=number).astype(np.int64),
            confidence=total / np.maximum(counts, 1),
        )

    @property
    def error(self) -> float:
        """The expected calibration error: the mean gap of confidence and share of right ones."""
        gaps = np.abs(self.hits - self.confidence * self.counts)
        return float(gaps.sum() / max(1, self.counts.sum()))
