"""Targets of any size, and those that teach nothing."""

import numpy as np
import pytest

from grucli.errors import DataError
from grucli.tasks.regress import targets
from tests.tasks.regress.helpers import records


def test_targets_are_read_as_numbers_of_series_are():
    assert targets.values(records(["1", " -2.5 ", "3e-2", "+.5"])).tolist() == [1, -2.5, 0.03, 0.5]
    assert np.isnan(targets.values(records(["1", "x", None]))).tolist() == [False, True, True]


@pytest.mark.parametrize("factor", [1e-90, 1e-30, 1.0, 1e30])
def test_mean_and_spread_of_any_size(factor):
    mean, scale = targets.spread("t.csv", factor * np.array([1.0, 2.0, 3.0, 6.0]))
    assert mean == pytest.approx(3 * factor)
    assert scale == pytest.approx(factor * np.sqrt(3.5))


@pytest.mark.parametrize("found", [[2.0, 2.0], [5.0], [0.0, 1e-120]])
def test_targets_that_do_not_differ_teach_nothing(found):
    with pytest.raises(DataError, match=r"t\.csv: all targets are .*: nothing to learn"):
        targets.spread("t.csv", np.array(found))
