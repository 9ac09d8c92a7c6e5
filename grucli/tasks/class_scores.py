"""Scores that tasks with labels share: of each class, and of the probabilities of answers.

Letters: n rows (or steps), C classes.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats, Integers
from grucli.tasks.intervals import Interval, wilson_interval
from grucli.tasks.scorecard import FigureColumn, Measure
from grucli.values import dataclass

Booleans = npt.NDArray[np.bool_]

LOG_LOSS_FLOOR = float(np.finfo(np.float64).eps)  # a row costs at most 36.04 nat
CALIBRATION_BINS = 15


@dataclass(frozen=True, kw_only=True)
class ClassScore:
    """How one class fared; a share of nothing is undefined, and None.

    Attributes:
        precision: share of right ones among the answers with this class; None without answers.
        recall: share of this class's rows that were found; None without rows.
        f1: 2 hits / (rows + answers), the harmonic mean of the two; None without either.
        rows: rows of this class.
        predicted: rows answered with this class.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    rows: int
    predicted: int

    @classmethod
    def of(cls, hits: int, rows: int, answers: int) -> Self:
        """Return that of a class with so many rows and answers, of which hits are both."""
        return cls(
            precision=hits / answers if answers else None,
            recall=hits / rows if rows else None,
            f1=2 * hits / (rows + answers) if rows + answers else None,
            rows=rows,
            predicted=answers,
        )

    def interval(self, name: str, worth: float = 1.0) -> Interval | None:
        """Return the 95 % interval of a share by its name, None where it is undefined.

        F1 is a rising function of the share of hits among the rows that have the class, in truth
        or in answer: what is known of that share is known of F1.

        Args:
            name: "precision", "recall" or "f1".
            worth: independent rows that one is worth, at most 1, where some depend on each other.
        """
        hits = round((self.recall or 0.0) * self.rows)
        trials = {
            "precision": self.predicted,
            "recall": self.rows,
            "f1": self.rows + self.predicted - hits,
        }[name]
        if not trials:
            return None
        low, high = wilson_interval(hits * worth, trials * worth)
        return (low, high) if name != "f1" else (2 * low / (1 + low), 2 * high / (1 + high))


def columns(
    scores: Sequence[ClassScore], measures: Sequence[Measure], worth: float = 1.0
) -> tuple[FigureColumn, ...]:
    """Return the columns of a table with a row for each class.

    Args:
        scores: of each class.
        measures: of precision, recall, F1, rows and answers.
        worth: as in `ClassScore.interval`.
    """
    precision, recall, f1, rows, predicted = measures

    def share(measure: Measure, *, has_bars: bool = False) -> FigureColumn:
        return FigureColumn(
            measure=measure,
            values=[getattr(one, measure.name) for one in scores],
            intervals=[one.interval(measure.name, worth) for one in scores],
            has_bars=has_bars,
        )

    return (
        share(precision),
        share(recall),
        share(f1, has_bars=True),
        FigureColumn(measure=rows, values=[one.rows for one in scores]),
        FigureColumn(measure=predicted, values=[one.predicted for one in scores], in_json=False),
    )


def of_each(
    hits: Integers, true: Integers, predicted: Integers, num_classes: int
) -> list[ClassScore]:
    """Return how each of C classes fared, from the class of each hit, truth and answer.

    Classes below 0 are left out.
    """
    counts = [
        np.bincount(one[one >= 0], minlength=num_classes).tolist()
        for one in (hits, true, predicted)
    ]
    return [ClassScore.of(*own) for own in zip(*counts, strict=True)]


def macro_f1(scores: Sequence[ClassScore], missing: int) -> float:
    """Return the mean F1 of what occurs in truth or answers, `missing` more classes of F1 0."""
    occurring = [one.f1 for one in scores if one.f1 is not None]
    return sum(occurring) / (len(occurring) + missing)


def log_loss(probabilities: Floats, targets: Integers) -> float:
    """Return the mean of -ln p(truth) [nat]; p is at least LOG_LOSS_FLOOR, and 0 for target -1."""
    p = probabilities[np.arange(len(targets)), targets]
    p = np.maximum(np.where(targets >= 0, p, 0.0), LOG_LOSS_FLOOR)
    return 0.0 - float(np.log(p).mean())  # 0 - 0 is 0, where -(0) would print as -0.0


def calibration_error(confidence: Floats, right: Booleans) -> float:
    """Return the mean gap of confidence and accuracy over 15 equal bins, weighted by their rows.

    Args:
        confidence: (n,) probability of each answer; bin m holds ((m - 1) / 15, m / 15].
        right: (n,) bool, whether each answer is right.

    Source: Guo et al. 2017 (arXiv:1706.04599), equation 3.
    """
    bins = np.ceil(confidence * CALIBRATION_BINS).astype(np.int64)
    gaps = np.bincount(bins.clip(1, CALIBRATION_BINS), weights=right - confidence)
    return float(np.abs(gaps).sum()) / len(confidence)
