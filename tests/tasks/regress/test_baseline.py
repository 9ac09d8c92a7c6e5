"""What an error is worth beside that of answering the mean."""

import numpy as np
import pytest

from grucli.tasks.regress.baseline import Mean


def test_the_mean_is_off_by_the_standard_deviation():
    mean = Mean.of(np.array([1.0, 2.0, 3.0, 6.0]))
    assert (mean.rows, mean.value, mean.limit) == (4, np.sqrt(3.5), "")


def test_chance_moves_the_figure_by_what_so_many_rows_give():
    rng = np.random.default_rng(0)
    found = [np.sqrt(np.mean(rng.normal(size=100) ** 2)) for _ in range(2000)]
    low, high = Mean.of(rng.normal(size=100)).interval(1.0)
    assert np.mean([low <= rmse <= high for rmse in found]) == pytest.approx(0.95, abs=0.03)


def test_better_worse_and_neither():
    mean = Mean.of(np.tile([0.0, 2.0], 50))
    assert mean.value == 1.0
    assert mean.is_passed_by(0.5)
    assert not mean.is_passed_by(0.95)
    assert not mean.is_missed_by(1.05)
    assert mean.is_missed_by(1.5)


def test_equal_targets_have_nothing_to_be_better_in():
    mean = Mean.of(np.full(5, 3.0))
    assert mean.limit == "all of these rows have one target"
    assert not mean.is_passed_by(0.0)
