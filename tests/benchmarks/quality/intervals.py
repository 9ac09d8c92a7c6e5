"""95 % intervals of an accuracy, and of the difference of two."""

import math

import numpy as np

from grucli.tasks.intervals import wilson_interval

RESAMPLES = 10_000


def share(accuracy, n):
    """Return the Wilson interval of an accuracy on n rows."""
    return wilson_interval(accuracy * n, n)


def paired(ours, theirs):
    """Return the bootstrap interval of the difference of two accuracies on the same rows.

    Args:
        ours, theirs: (S, n) and (S', n) booleans: for each seed which rows are right. A row counts
            with its mean over the seeds.
    """
    gaps, counts = np.unique(ours.mean(axis=0) - theirs.mean(axis=0), return_counts=True)
    n = counts.sum()
    drawn = np.random.default_rng(0).multinomial(n, counts / n, RESAMPLES)
    low, high = np.quantile(drawn @ gaps / n, (0.025, 0.975))
    return float(low), float(high)


def unpaired(ours, theirs, n):
    """Return the interval of ours - theirs, accuracies of which only the number of rows is known.

    Source: Newcombe 1998, method 10,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
    """
    (low, high), (their_low, their_high) = share(ours, n), share(theirs, n)
    return (
        ours - theirs - math.hypot(ours - low, their_high - theirs),
        ours - theirs + math.hypot(high - ours, theirs - their_low),
    )
