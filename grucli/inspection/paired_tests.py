"""Whether two models differ by more than chance on rows that both have answered."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from grucli.engine.packing import Floats
from grucli.random import COMPARISON, generator
from grucli.tasks.intervals import Interval

RESAMPLES = 1000


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the two-sided p that of all rows with one right answer half are either model's.

    Source: McNemar 1947, doi:10.1007/BF02295996, with the binomial distribution itself.
    """
    number = only_first + only_second
    constant = math.lgamma(number + 1) - number * math.log(2)
    tail = math.fsum(
        math.exp(constant - math.lgamma(k + 1) - math.lgamma(number - k + 1))
        for k in range(min(only_first, only_second) + 1)
    )
    return min(1.0, 2 * tail)


def paired_interval(
    first: Floats, second: Floats, figure: Callable[[Floats], Floats], seed: int
) -> Interval:
    """Return the 95 % interval of the change of a figure, by resampling rows with both answers.

    Args:
        first, second: (n, k) what each row adds to sums.
        figure: (m,) what follows from (m, k) sums.
        seed: of the resampling.

    Source: Efron 1979, doi:10.1214/aos/1176344552; the percentile interval of 1,000 resamples.
    """
    rows, rng = len(first), generator(seed, COMPARISON, 1)
    sums = np.empty((2, RESAMPLES, first.shape[1]))
    for k in range(RESAMPLES):
        counts = np.bincount(rng.integers(0, rows, rows), minlength=rows).astype(np.float64)
        sums[0, k], sums[1, k] = counts @ first, counts @ second
    low, high = np.percentile(figure(sums[1]) - figure(sums[0]), (2.5, 97.5))
    return float(low), float(high)
