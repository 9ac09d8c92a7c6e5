"""Scores of numbers: answers and truths in, figures out.

Letters: n rows. Standard errors are those of the delta method: that of a function of means, from
how much each row moves it.
"""

from __future__ import annotations

import math

import numpy as np

from grucli.engine.packing import Floats
from grucli.tasks.intervals import Interval, normal_interval, rank_interval, size_interval
from grucli.values import dataclass

# Standard errors of the logarithm, times the root of the rows, where errors are normal.
NORMAL_RMSE, NORMAL_MAE = math.sqrt(1 / 2), math.sqrt(math.pi / 2 - 1)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The scores of one model on one set of rows.

    Attributes:
        rmse, mae: root of the mean square, and mean size, of the errors.
        rmse_error: standard error of the logarithm of the first.
        mae_interval: 95 % interval of the second.
        r2: share of the variance that is explained; None where all targets are equal.
        spearman: correlation of the ranks, those of equal numbers averaged; None where all targets
            or all answers are equal.
        r2_interval, spearman_interval: 95 % intervals; None where they are undefined.
        spread: root of the mean square of what answering the mean is off by.
        median_mae: mean size of what answering the median is off by.
        mean: of the targets.
    """

    rmse: float
    rmse_error: float
    mae: float
    mae_interval: Interval
    r2: float | None
    r2_interval: Interval | None
    spearman: float | None
    spearman_interval: Interval | None
    spread: float
    median_mae: float
    mean: float


def evaluate(answers: Floats, targets: Floats) -> Evaluation:
    """Score (n,) answers by (n,) targets, n at least 1."""
    errors, n = answers - targets, len(targets)
    squares, sizes = errors**2, np.abs(errors)
    rmse, mae = math.sqrt(squares.mean()), float(sizes.mean())
    mean = float(targets.mean())
    r2, r2_interval = explained_variance(squares, (targets - mean) ** 2)
    ranks = rank_correlation(answers, targets)
    return Evaluation(
        rmse=rmse,
        rmse_error=root_error(squares),
        mae=mae,
        mae_interval=mean_size_interval(sizes),
        r2=r2,
        r2_interval=r2_interval,
        spearman=ranks,
        spearman_interval=None if ranks is None else rank_interval(ranks, n),
        spread=float(np.sqrt(np.mean((targets - mean) ** 2))),
        median_mae=float(np.abs(targets - np.median(targets)).mean()),
        mean=mean,
    )


def mean_size_interval(sizes: Floats) -> Interval:
    """Return the 95 % interval of the mean of (n,) sizes of errors, n at least 1.

    They are taken to be those of normal errors, or as uneven as they are.
    """
    error = max(relative_error(sizes), NORMAL_MAE / math.sqrt(len(sizes)))
    return size_interval(float(sizes.mean()), error)


def relative_error(sizes: Floats) -> float:
    """Return the standard error of the mean of (n,) sizes, in means; 0 where that is 0."""
    mean = float(sizes.mean())
    return float(sizes.std()) / mean / math.sqrt(len(sizes)) if mean else 0.0


def root_error(squares: Floats) -> float:
    """Return the standard error of the logarithm of the root of the mean of (n,) squared errors.

    These are taken to be normal, or as uneven as they are: few rows show too little of that, and
    one shows nothing.
    """
    return max(relative_error(squares) / 2, NORMAL_RMSE / math.sqrt(len(squares)))


def explained_variance(squares: Floats, deviations: Floats) -> tuple[float | None, Interval | None]:
    """Return R2 and its 95 % interval.

    Args:
        squares: (n,) squared errors.
        deviations: (n,) squared differences of the targets from their mean.
    """
    variance = float(deviations.mean())
    if not variance:
        return None, None
    ratio = float(squares.mean()) / variance
    moved = (squares - ratio * deviations) / variance
    return 1 - ratio, normal_interval(1 - ratio, float(moved.std()) / math.sqrt(len(squares)))


def rank_correlation(first: Floats, second: Floats) -> float | None:
    """Return Spearman's correlation of (n,) and (n,); None where all of one are equal."""
    own, other = (part - part.mean() for part in map(ranks, (first, second)))
    size = math.sqrt(float(own @ own) * float(other @ other))
    return float(np.clip(own @ other / size, -1, 1)) if size else None


def ranks(values: Floats) -> Floats:
    """Return (n,) ranks from 1, equal values sharing the mean of theirs."""
    _, level, ties = np.unique(values, return_inverse=True, return_counts=True)
    middle: Floats = np.cumsum(ties) - (ties - 1) / 2
    return middle[level]
