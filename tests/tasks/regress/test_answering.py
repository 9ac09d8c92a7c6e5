"""What a model of numbers makes of its scores."""

import dataclasses

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.errors import ConfigError
from grucli.tasks.columns import AnswerOptions
from tests.tasks.regress.helpers import STANDARD, column, fitted, records

GRADES = fitted(["1", "2", "3", "4", "5"])
PRICES = fitted(["100.5", "200", "300"])


def test_answers_are_in_the_unit_of_the_file():
    assert PRICES.values(column(0.0, 1.0)).tolist() == pytest.approx(
        [PRICES.mean, PRICES.mean + PRICES.scale]
    )
    (value,) = PRICES.answers(column(0.0), AnswerOptions()).table["value"].texts()
    assert value == "200.17"  # a thousandth of the standard deviation, 81.4, shows
    assert PRICES.typed_answers(column(0.0))[0].low is None


@pytest.mark.parametrize(
    ("scale", "decimals"), [(1.4, 3), (0.04, 5), (81.4, 2), (999.0, 1), (1e6, 0), (1e-9, 12)]
)
def test_digits_follow_the_spread(scale, decimals):
    assert dataclasses.replace(STANDARD, scale=scale).decimals == decimals


def test_targets_are_listed_as_they_are():
    assert GRADES.listed == "numbers from 1 to 5"
    assert PRICES.listed == "numbers from 100.50 to 300.00"
    assert GRADES.size == "1 number"


def test_mistakes_are_all_rows_the_farthest_off_first():
    found = STANDARD.mistakes(column(0.0, 1.0, -3.0), np.array([0.5, 1.0, -1.0]))
    assert found.rows.tolist() == [2, 0, 1]
    assert found.answers["error"].texts() == ["-2.000", "-0.500", "0.000"]


def test_answers_are_near_or_far():
    scores, others = column(0.0, 1.0, 2.0), column(0.05, 1.5, -2.0)
    assert STANDARD.agree(scores, others).tolist() == [True, False, False]
    assert STANDARD.distance(scores, others).tolist() == pytest.approx([0.05, 0.5, 1.0])
    assert STANDARD.certainty(scores).tolist() == [0, 1, 2]
    assert STANDARD.support(scores, np.array([0.0, 0.0, 3.0])).tolist() == [0, -1, -1]
    assert STANDARD.right(scores, np.zeros(3)) is None
    assert STANDARD.num_answers(column(0.0, 0.00001, 1.0)) == 2
    assert STANDARD.stratum(Record(number=1, label="1")) is None
    assert not list(STANDARD.unknown_warnings("t.csv", records(["99"])))


def test_no_other_target_can_be_explained():
    assert STANDARD.explained(column(1.0), None).value == 1.0
    with pytest.raises(ConfigError, match="answers with one number, not with '3'"):
        STANDARD.check_target("3")


def test_arrays_and_scorecard():
    scores, targets = column(0.0, 1.0), np.array([0.0, 2.0])
    arrays = STANDARD.arrays(scores, targets)
    assert (arrays["targets"].tolist(), arrays["predictions"].tolist()) == ([0, 2], [0, 1])
    assert STANDARD.measure(scores, targets, []).figures[0].value == pytest.approx(np.sqrt(0.5))
    assert [one.name for one in STANDARD.measures()][:4] == ["rmse", "mae", "r2", "spearman"]


@pytest.mark.parametrize(
    ("scores", "has_learned"),
    [
        ({"valid_rmse": 0.5}, True),
        ({"valid_rmse": 0.99}, False),
        ({"valid_rmse": 0.5, "kept_rmse": 0.99}, False),
        ({}, True),
        ({"valid_rmse": "odd"}, True),
    ],
)
def test_whether_validation_was_better_than_the_mean(scores, has_learned):
    assert STANDARD.has_learned({"valid_rows": 100}, scores) == has_learned
