"""Chance as an explanation: exact where it can be counted, swaps of blocks where rows are many."""

import math

import numpy as np
import pytest

from grucli.tasks.permutation import MOST_BLOCKS, SHUFFLES, p_value


def share(sums):
    return sums[:, 0] / sums[:, 1]


def answers(right):
    return np.stack((right, np.ones(len(right))), axis=1).astype(np.float64)


def pair(gained, lost, same=100):
    """Return what two models get right, of which the second gains and loses so many rows."""
    first = np.repeat([1, 0, 1], (same, gained, lost))
    second = np.repeat([1, 1, 0], (same, gained, lost))
    return answers(first), answers(second)


def sign_test(gained, lost):
    n, most = gained + lost, max(gained, lost)
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(most, n + 1)) / 2**n)


@pytest.mark.parametrize(("gained", "lost"), [(6, 0), (0, 6), (9, 2), (31, 14), (5, 5), (1, 0)])
def test_of_right_and_wrong_answers_it_is_the_sign_test(gained, lost):
    found, exact = p_value(*pair(gained, lost), share), sign_test(gained, lost)
    assert abs(found - exact) < 4 * math.sqrt(exact * (1 - exact) / SHUFFLES) + 1 / SHUFFLES
    assert found == p_value(*pair(gained, lost), share)
    assert found == p_value(*pair(gained, lost, same=5000), share)


def test_equal_answers_are_explained_by_chance():
    assert p_value(*pair(0, 0), share) == 1.0


def test_more_rows_than_blocks_are_told_as_well():
    rng = np.random.default_rng(1)
    truth = rng.normal(size=5 * MOST_BLOCKS)

    def squares(error):
        return np.stack((rng.normal(0, error, len(truth)) ** 2, np.ones(len(truth))), axis=1)

    assert p_value(squares(1.0), squares(0.9), lambda sums: np.sqrt(share(sums))) == 1 / (
        SHUFFLES + 1
    )
    assert p_value(squares(1.0), squares(1.0), lambda sums: np.sqrt(share(sums))) > 0.01


def test_of_models_that_are_equally_good_few_seem_to_differ():
    rng = np.random.default_rng(2)
    parts = rng.integers(0, 3, (60, 2, 80, 2)).astype(np.float64)
    found = [p_value(*two, lambda sums: 2 * sums[:, 0] / sums[:, 1]) for two in parts]
    assert sum(p < 0.05 for p in found) <= 8
