"""What an accuracy is worth: intervals, the majority, and what so many rows can tell."""

import numpy as np
import pytest

from grucli.tasks.classify.baseline import Majority, wilson_interval


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


def test_the_baseline_is_the_class_with_most_rows_and_unseen_labels_are_of_none():
    assert Majority.of(np.array([0, 1, 1, 2])) == Majority(rows=4, value=0.5)
    assert Majority.of(np.array([-1, -1, -1, 1])) == Majority(rows=4, value=0.25)
    assert Majority.of(np.array([-1, -1])) == Majority(rows=2, value=0.0)


@pytest.mark.parametrize("rows", [1, 2, 36, 79, 800, 100_000])
def test_the_resolution_is_half_the_interval_of_one_half(rows):
    majority = Majority(rows=2 * rows, value=0.5)
    low, high = majority.interval(0.5)
    assert majority.resolution == pytest.approx((high - low) / 2)


def test_every_share_that_rows_can_have_finds_its_own_interval():
    for rows in (3, 7, 49, 98, 1000):
        majority = Majority(rows=rows, value=0.5)
        for right in range(rows + 1):
            assert majority.interval(right / rows) == wilson_interval(right, rows)
