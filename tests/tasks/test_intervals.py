"""Intervals of figures, against values worked out apart and against what repetition gives."""

import numpy as np
import pytest

from grucli.tasks.intervals import (
    normal_interval,
    rank_interval,
    size_interval,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("successes", "trials", "interval"),
    [
        (0, 1, (0.0, 0.7934506856227626)),
        (1, 1, (0.20654931437723745, 1.0)),
        (0, 10, (0.0, 0.27753279986288926)),
        (10, 10, (0.7224672001371109, 1.0)),
        (421, 512, (0.7867885863654592, 0.8529428550631516)),
    ],
)
def test_wilson_interval(successes, trials, interval):
    assert wilson_interval(successes, trials) == pytest.approx(interval, rel=1e-12)


def test_wilson_interval_holds_the_share_in_every_rounding():
    for trials in range(1, 150):
        for successes in range(trials + 1):
            low, high = wilson_interval(successes, trials)
            assert 0 <= low <= successes / trials <= high <= 1


def test_a_normal_interval_is_as_wide_on_both_sides():
    assert normal_interval(2.0, 0.5) == pytest.approx((1.020018007729973, 2.979981992270027))


def test_the_interval_of_a_size_never_reaches_zero():
    low, high = size_interval(3.0, 0.5)
    assert low * high == pytest.approx(9.0)
    assert high / low == pytest.approx(np.exp(1.959963984540054))


def test_the_interval_of_a_rank_correlation_holds_what_repetition_gives():
    rng, found, rows, strength = np.random.default_rng(0), [], 60, 0.8
    for _ in range(2000):
        first = rng.normal(size=rows)
        second = strength * first + np.sqrt(1 - strength**2) * rng.normal(size=rows)
        ranks = [part.argsort().argsort() for part in (first, second)]
        found.append(np.corrcoef(*ranks)[0, 1])
    truth = 6 / np.pi * np.arcsin(strength / 2)
    inside = [low <= truth <= high for low, high in (rank_interval(r, rows) for r in found)]
    assert 0.93 < np.mean(inside) < 0.97


@pytest.mark.parametrize(("correlation", "rows"), [(0.5, 3), (1.0, 50), (-1.0, 50)])
def test_there_is_none_of_too_few_rows_or_of_ranks_that_are_equal(correlation, rows):
    assert rank_interval(correlation, rows) is None
