"""Scores of sets of labels: sets and true sets in, numbers out.

Letters: n rows, C labels. A label that training lacks is one that no answer can have: it counts as
missed in micro-F1, with an F1 of 0 in macro-F1, and makes the answer to its row a wrong one.
"""

from __future__ import annotations

import numpy as np

from grucli.engine.packing import Floats, Integers
from grucli.tasks.class_scores import LOG_LOSS_FLOOR, ClassScore, calibration_error
from grucli.tasks.intervals import Interval, wilson_interval
from grucli.tasks.multilabel.decision import Booleans
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluation:
    """The scores of one model on one set of rows; a share of nothing is None.

    Attributes:
        rows: n.
        micro_f1: 2 hits / (labels that rows have + labels that are answered), of all together.
        micro_f1_interval: its 95 % interval.
        macro_f1: mean F1 of the labels that occur in truth or answers.
        absent: labels that occur in neither, and are left out of it.
        samples_f1: mean F1 of the rows, 1 where there is and shall be no label.
        subset_accuracy: share of rows with exactly their labels.
        log_loss: mean over rows and labels of -ln of the probability of what is true [nat].
        ece: expected calibration error of the labels that are answered, 0 to 1.
        per_class: score of each label.
    """

    rows: int
    micro_f1: float | None
    micro_f1_interval: Interval | None
    macro_f1: float | None
    absent: int
    samples_f1: float
    subset_accuracy: float
    log_loss: float
    ece: float | None
    per_class: tuple[ClassScore, ...]


def evaluate(
    probabilities: Floats, sets: Booleans, truth: Integers, lacking: Integers, unseen: int
) -> Evaluation:
    """Score answers.

    Args:
        probabilities: (n, C) of each label.
        sets: (n, C) which labels are answered.
        truth: (n, C) 1 for the labels that rows have.
        lacking: (n,) how many labels of a row training lacks.
        unseen: how many different ones these are.
    """
    wanted = truth > 0
    hits = sets & wanted
    of_row = [part.sum(axis=1) for part in (hits, sets, wanted)]
    either = of_row[1] + of_row[2] + lacking
    counts = [part.sum(axis=0).tolist() for part in (hits, wanted, sets)]
    per_class = tuple(ClassScore.of(*own) for own in zip(*counts, strict=True))
    occurring = [one.f1 for one in per_class if one.f1 is not None]
    micro = micro_f1(of_row[0], either)
    right = (either == 2 * of_row[0]).mean()
    return Evaluation(
        rows=len(truth),
        micro_f1=micro,
        micro_f1_interval=None if micro is None else interval(of_row[0], either),
        macro_f1=sum(occurring) / (len(occurring) + unseen) if occurring or unseen else None,
        absent=len(per_class) - len(occurring),
        samples_f1=float(np.where(either > 0, 2 * of_row[0] / np.maximum(either, 1), 1.0).mean()),
        subset_accuracy=float(right),
        log_loss=log_loss(probabilities, wanted),
        ece=calibration_error(probabilities[sets], hits[sets]) if sets.any() else None,
        per_class=per_class,
    )


def micro_f1(hits: Integers, either: Integers) -> float | None:
    """Return the F1 of all labels of all rows together.

    Args:
        hits: (n,) labels of a row that are answered rightly.
        either: (n,) labels that it has, and labels that are answered, added up.
    """
    total = int(either.sum())
    return 2 * int(hits.sum()) / total if total else None


def interval(hits: Integers, either: Integers) -> Interval:
    """Return the 95 % interval of `micro_f1`, whose arguments these are, within [0, 1].

    F1 is a ratio of two sums over rows, so labels of one row need not be independent. The variance
    of the ratio says of how many independent yes or no its share would be that of, and these have
    Wilson's interval.

    Sources: Takahashi et al. 2022, doi:10.1007/s10489-021-02635-5, for the variance; Wilson 1927,
    doi:10.1080/01621459.1927.10502953.
    """
    value, n = micro_f1(hits, either), len(hits)
    assert value is not None  # there are labels
    residual = 2 * hits - value * either
    variance = float(residual @ residual) / float(either.sum()) ** 2 * n / max(n - 1, 1)
    trials = value * (1 - value) / variance if variance > 0 else float(either.sum()) / 2
    trials = max(trials, 1.0)
    return wilson_interval(value * trials, trials)


def likely_error(probabilities: Floats, wanted: Booleans) -> float | None:
    """Return the expected calibration error of labels that are likelier than not, None of none."""
    likely = probabilities >= 0.5
    return calibration_error(probabilities[likely], wanted[likely]) if likely.any() else None


def log_loss(probabilities: Floats, wanted: Booleans) -> float:
    """Return the mean of -ln p(what is true) [nat]; p is at least LOG_LOSS_FLOOR."""
    p = np.where(wanted, probabilities, 1 - probabilities)
    return 0.0 - float(np.log(np.maximum(p, LOG_LOSS_FLOOR)).mean())
