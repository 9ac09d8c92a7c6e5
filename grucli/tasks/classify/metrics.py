"""Scores of a classifier: probabilities and true classes in, numbers out.

Letters: n rows, C classes. A row whose true label was unseen in training has the target -1. No
answer can be right for it; it is counted wherever rows are counted, as scikit-learn would count a
label that is never predicted:

    accuracy, weighted F1, calibration    a wrong row
    precision                             a wrong answer for the class that was predicted
    macro F1                              each unseen label is one more class, of F1 0
    log-loss                              probability 0, floored like any other (`class_scores`)
    baseline                              a row that no constant answer gets right
    ROC AUC, PR AUC                       a row that is not of the positive class
    confusion                             no row of the matrix: its sum is n less the unseen rows
"""

from collections.abc import Mapping
from dataclasses import field

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats, Integers
from grucli.tasks.class_scores import ClassScore, calibration_error, log_loss, macro_f1, of_each
from grucli.tasks.confusion import Confusion
from grucli.tasks.intervals import wilson_interval
from grucli.values import dataclass

Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluation:
    """The scores of one model on one set of rows.

    Attributes:
        labels: the C classes in the model's order.
        rows: n, with the rows of unseen labels.
        accuracy: share of right answers.
        accuracy_interval: its 95 % Wilson interval.
        macro_f1: mean F1 of the classes that occur in truth or answers.
        weighted_f1: mean F1 weighted by the rows of each class.
        log_loss: mean -ln p(truth) [nat].
        ece: expected calibration error, 0 to 1.
        baseline: accuracy of always answering `baseline_label`, the class with most rows here.
        per_class: score of each label, in the order of `labels`.
        confusion: (C, C) counts, truth by prediction.
        roc_auc: area under the ROC curve of labels[1]; None if C != 2 or one side has no rows.
        pr_auc: average precision of labels[1]; None if C != 2 or labels[1] has no rows.
        unseen: rows of each label that training had not seen.
    """

    labels: tuple[str, ...]
    rows: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    macro_f1: float
    weighted_f1: float
    log_loss: float
    ece: float
    baseline: float
    baseline_label: str
    per_class: dict[str, ClassScore]
    confusion: Confusion
    roc_auc: float | None = None
    pr_auc: float | None = None
    unseen: dict[str, int] = field(default_factory=dict)


def evaluate(
    probabilities: Floats,
    targets: Integers,
    labels: tuple[str, ...],
    unseen: Mapping[str, int] | None = None,
    answers: Integers | None = None,
) -> Evaluation:
    """Score predictions.

    Args:
        probabilities: (n, C) float64, finite.
        targets: (n,) true classes, -1 where the label was unseen in training.
        labels: the C classes.
        unseen: rows of each unseen label; together the rows with target -1.
        answers: (n,) the classes answered; None for the most probable ones, the first of equals.

    Raises:
        ValueError: no rows, or the arguments do not fit each other.
    """
    unseen = dict(unseen or {})
    _check(probabilities, targets, labels, unseen)
    n, num_classes = probabilities.shape
    known = targets >= 0
    answers = probabilities.argmax(axis=1) if answers is None else answers
    right = answers == targets
    found = of_each(targets[right], targets[known], answers, num_classes)
    per_class = dict(zip(labels, found, strict=True))
    most_rows = max(per_class, key=lambda label: per_class[label].rows)
    score, positive = probabilities[:, -1], targets == 1
    return Evaluation(
        labels=labels,
        rows=n,
        accuracy=float(right.mean()),
        accuracy_interval=wilson_interval(int(right.sum()), n),
        macro_f1=macro_f1(found, len(unseen)),
        weighted_f1=sum((s.f1 or 0.0) * s.rows for s in per_class.values()) / n,
        log_loss=log_loss(probabilities, targets),
        ece=calibration_error(probabilities[np.arange(n), answers], right),
        baseline=per_class[most_rows].rows / n,
        baseline_label=most_rows,
        per_class=per_class,
        confusion=Confusion.of(targets[known], answers[known], num_classes),
        roc_auc=roc_auc(score, positive) if num_classes == 2 else None,
        pr_auc=pr_auc(score, positive) if num_classes == 2 else None,
        unseen=unseen,
    )


def roc_auc(scores: Floats, positive: Booleans) -> float | None:
    """Return how often a positive row outscores a negative one, a tie counting half.

    Args:
        scores: (n,) higher for more positive.
        positive: (n,) bool.

    Returns:
        the share in [0, 1], by mid-ranks; None if one side has no rows.
    """
    num_positive = int(positive.sum())
    num_negative = len(positive) - num_positive
    if not num_positive or not num_negative:
        return None
    _, level, ties = np.unique(scores, return_inverse=True, return_counts=True)
    mid_rank = np.cumsum(ties) - (ties - 1) / 2
    rank_sum = float(mid_rank[level][positive].sum())
    return (rank_sum - num_positive * (num_positive + 1) / 2) / (num_positive * num_negative)


def pr_auc(scores: Floats, positive: Booleans) -> float | None:
    """Return the average precision: over falling thresholds, precision weighted by recall gained.

    Args:
        scores: (n,) higher for more positive; equal scores share one threshold.
        positive: (n,) bool.

    Returns:
        a number in [0, 1]; None without a positive row.
    """
    if not positive.any():
        return None
    _, level, ties = np.unique(-scores, return_inverse=True, return_counts=True)
    gained = np.bincount(level, weights=positive)
    precision = np.cumsum(gained) / np.cumsum(ties)
    return float((precision * gained).sum() / gained.sum())


def _check(
    probabilities: Floats, targets: Integers, labels: tuple[str, ...], unseen: Mapping[str, int]
) -> None:
    if len(targets) == 0:
        raise ValueError("no rows to evaluate")
    if probabilities.shape != (len(targets), len(labels)):
        raise ValueError(f"{probabilities.shape} probabilities, {len(targets)} x {len(labels)} due")
    if not np.isfinite(probabilities).all():
        raise ValueError("a probability is not finite")
    if targets.min() < -1 or targets.max() >= len(labels):
        raise ValueError("a target is no class")
    num_unseen = np.count_nonzero(targets == -1)
    if sum(unseen.values()) != num_unseen or not unseen.keys().isdisjoint(labels):
        raise ValueError("`unseen` does not account for the rows with target -1")
