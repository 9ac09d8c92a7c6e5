"""What is said of an accuracy that chance explains."""

import math

import pytest

from grucli.report.chance import doubts, measured
from grucli.tasks.classify.baseline import Majority

WHY = "half of the inputs were cut"


def test_an_accuracy_is_shown_with_all_that_it_is_measured_with():
    majority = Majority(rows=8000, value=0.50312)
    assert measured(0.8125, majority) == ("0.812 (0.804 to 0.821, majority 0.503, 8,000 rows)")


@pytest.mark.parametrize(("right", "is_doubted"), [(0, True), (50, True), (59, True), (60, False)])
def test_what_chance_explains_is_doubted(right, is_doubted):
    """Of 100 rows, half of them of one class, 60 right is the least that is no luck: 0.502."""
    said = doubts(right / 100, Majority(rows=100, value=0.5), WHY, "test")
    assert [warning.name for warning in said] == ["score.chance"] * is_doubted
    for warning in said:
        assert warning.text.startswith(f"test accuracy {right / 100:.3f} (")
        assert "not above the majority's 0.500" in warning.text


def test_a_doubt_says_whether_the_rows_or_the_model_are_the_reason():
    (few,) = doubts(1.0, Majority(rows=2, value=0.5), WHY)
    assert "no accuracy would be on 2 rows" in few.text
    (one,) = doubts(0.9, Majority(rows=100, value=1.0), WHY)
    assert "all of these rows have one label" in one.text
    (model,) = doubts(0.55, Majority(rows=100, value=0.5), WHY)
    assert model.text.endswith(f": {WHY}")


def test_no_accuracy_on_one_row_says_anything():
    assert doubts(1.0, Majority(rows=1, value=1.0), WHY)
    assert math.isclose(Majority(rows=1, value=1.0).resolution, 0.445, abs_tol=0.001)
