"""What is a target, and what is said of a text that is none."""

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.errors import DataError
from grucli.tasks.regress import targets
from tests.tasks.regress.helpers import records


def test_numbers_are_read_as_those_of_series_are():
    found = targets.checked("t.csv", records(["1", " -2.5 ", "3e-2", "+.5"]))
    assert found.tolist() == [1, -2.5, 0.03, 0.5]


@pytest.mark.parametrize(
    ("label", "problem"),
    [
        ("abc", "target 'abc' is no number; write it like -1.5e3"),
        ("1,5", "target '1,5' is no number; write a decimal point"),
        ("12 €", "target '12 €' is no number; write the number alone"),
        ("inf", "target 'inf' is no number; write it like -1.5e3"),
        ("1e400", "target '1e400' is too large; scale the column down"),
        ("NaN", "target 'NaN' is missing; write a number or drop the row"),
        ("", "target '' is missing; write a number or drop the row"),
    ],
)
def test_what_is_none_has_its_place_and_how_to_mend_it(label, problem):
    with pytest.raises(DataError) as error:
        targets.checked("t.csv", records(["1", label, "2"]))
    assert error.value.problems == (f"t.csv:3: {problem}",)
    assert np.isnan(targets.values(records(["1", label]))).tolist() == [False, True]


def test_without_lines_a_row_is_named_and_five_are_enough():
    rows = [Record(number=k, values=np.ones((1, 1)), label="x" if k > 1 else "1") for k in range(9)]
    with pytest.raises(DataError) as error:
        targets.checked("t.npz", rows)
    assert len(error.value.problems) == 5
    assert error.value.problems[0].startswith("t.npz: row 2: target 'x' is no number; ")


def test_a_column_of_names_is_the_wrong_one():
    with pytest.raises(DataError, match=r"no target is a number \('good', …\); name the column"):
        targets.checked("t.csv", records(["good", "bad"]))


@pytest.mark.parametrize("factor", [1e-90, 1e-30, 1.0, 1e30])
def test_mean_and_spread_of_any_size(factor):
    mean, scale = targets.spread("t.csv", factor * np.array([1.0, 2.0, 3.0, 6.0]))
    assert mean == pytest.approx(3 * factor)
    assert scale == pytest.approx(factor * np.sqrt(3.5))


@pytest.mark.parametrize("found", [[2.0, 2.0], [5.0], [0.0, 1e-120]])
def test_targets_that_do_not_differ_teach_nothing(found):
    with pytest.raises(DataError, match=r"t\.csv: all targets are .*: nothing to learn"):
        targets.spread("t.csv", np.array(found))
