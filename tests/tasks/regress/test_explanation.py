"""What is explained of a number."""

import numpy as np
import pytest

from grucli.tasks.regress.explanation import NumberMargin
from tests.tasks.regress.helpers import column

MARGIN = NumberMargin(value=4.5, mean=3.0, scale=1.5, low=1.0, high=5.0, decimals=3)


def test_margins_of_two_branches_add_up():
    first, second = column(0.5, -1.0), column(0.25, 2.0)
    both = MARGIN.margin(first + second)
    assert (MARGIN.margin(first) + MARGIN.margin(second)).tolist() == pytest.approx(both.tolist())
    assert MARGIN.margin(column(1.0)).tolist() == [1.5]


def test_the_level_is_the_place_among_the_targets():
    scores = column(0.0, (5 - 3) / 1.5, -(3 - 1) / 1.5, 9.0, -9.0)
    assert np.allclose(MARGIN.level(scores), [0.5, 1.0, 0.0, 1.0, 0.0])
    assert MARGIN.leading(scores) is None


def test_words():
    assert MARGIN.subject == "above the mean 3.000 by"
    assert MARGIN.level_name == "place from 1 to 5"
    assert MARGIN.answer == "4.500"
    assert "by less than 0.03" in MARGIN.legend
    assert MARGIN.to_json() == {"predicted": 4.5, "mean": 3.0}
