"""The best set that is the same for all rows, against all sets."""

from itertools import combinations

import numpy as np
import pytest

from grucli.tasks.multilabel.baseline import FixedSet

LABELS = ("a", "b", "c", "d")


@pytest.mark.parametrize("seed", range(4))
def test_no_other_set_reaches_more(seed):
    rng = np.random.default_rng(seed)
    truth = (rng.random((12, 4)) < rng.random(4)).astype(np.uint8)
    lacking = rng.integers(0, 2, (12, 1)).astype(np.uint8)
    found = FixedSet.of(np.hstack((truth, lacking)), LABELS)
    every = [
        2 * truth[:, chosen].sum() / (12 * size + truth.sum() + lacking.sum())
        for size in range(1, 5)
        for chosen in map(list, combinations(range(4), size))
    ]
    assert found.value == pytest.approx(max(every))


def test_it_says_what_it_always_answers():
    of_one = FixedSet.of_counts(np.array([2, 9, 1, 0]), 10, 0, LABELS)
    assert (of_one.meaning, of_one.subject, of_one.size) == ("always answering", "b", 1)
    of_two = FixedSet.of_counts(np.array([8, 9, 1, 0]), 10, 0, LABELS)
    assert of_two.meaning == "always answering the 2 labels with most rows"
    assert of_two.subject is None


def test_what_passes_it_does_so_by_more_than_chance():
    fixed = FixedSet(rows=100, value=0.5, size=1)
    assert fixed.is_passed_by(0.65)
    assert not fixed.is_passed_by(0.55)
    assert fixed.is_missed_by(0.35)
    assert fixed.limit == ""
    assert FixedSet(rows=9, value=1.0, size=2).limit == "all of these rows have the same labels"
    assert "no micro F1 would be on 2 rows" in FixedSet(rows=2, value=0.5, size=1).limit
    low, high = fixed.interval(0.5)
    assert fixed.resolution == pytest.approx((high - low) / 2)
