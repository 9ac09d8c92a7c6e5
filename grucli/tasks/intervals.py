"""95 % intervals of figures that were measured on some rows."""

from __future__ import annotations

import math

Interval = tuple[float, float]
Z_95 = 1.959963984540054  # the 97.5 % point of the normal distribution


def wilson_interval(successes: float, trials: float) -> Interval:
    """Return the 95 % score interval of a share, within [0, 1], around successes / trials.

    Neither need be whole, for trials that depend on each other count for fewer.

    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    return _wilson_low(successes, trials), 1 - _wilson_low(trials - successes, trials)


def _wilson_low(successes: float, trials: float) -> float:
    share, z2 = successes / trials, Z_95**2 / trials
    return (share + z2 / 2 - math.sqrt(z2 * (share * (1 - share) + z2 / 4))) / (1 + z2)


def mean_interval(value: float, error: float, rows: int) -> Interval:
    """Return the 95 % interval, within [0, 1], of a mean of n numbers in [0, 1].

    It is that of a share with the same standard error; without one, of a share of `rows`.
    """
    trials = value * (1 - value) / error**2 if error else rows
    return wilson_interval(value * trials, trials)


def normal_interval(value: float, error: float) -> Interval:
    """Return the 95 % interval of a number with this standard error."""
    return value - Z_95 * error, value + Z_95 * error


def size_interval(value: float, relative_error: float) -> Interval:
    """Return the 95 % interval of a size, at least 0, with this standard error of its logarithm."""
    factor = math.exp(Z_95 * relative_error)
    return value / factor, value * factor


def rank_interval(correlation: float, rows: int) -> Interval | None:
    """Return the 95 % interval of a rank correlation; None where there are too few rows for one.

    Source: Bonett & Wright 2000, doi:10.1007/BF02294183, for Spearman's.
    """
    if rows <= 3 or abs(correlation) >= 1:
        return None
    error = math.sqrt((1 + correlation**2 / 2) / (rows - 3))
    low, high = normal_interval(math.atanh(correlation), error)
    return math.tanh(low), math.tanh(high)
