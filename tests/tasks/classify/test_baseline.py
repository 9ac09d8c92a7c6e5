"""What an accuracy is worth: intervals, the majority, and what so many rows can tell."""

import numpy as np
import pytest

from grucli.tasks.classify.baseline import Majority
from grucli.tasks.intervals import wilson_interval


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
