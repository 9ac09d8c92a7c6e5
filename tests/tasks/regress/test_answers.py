"""Answers that are numbers, as columns and as objects.

Covers: tasks/columns.
"""

import numpy as np
import pytest

from grucli.errors import ConfigError
from grucli.tasks.columns import AnswerOptions, quantity
from grucli.tasks.regress.answers import NumberAnswer, columns, typed_answers

VALUES = np.array([1.23456, -0.0001])


def test_a_value_alone_or_with_its_interval():
    alone = columns(VALUES, None, 3, AnswerOptions())
    assert {name: column.texts() for name, column in alone.table.items()} == {
        "value": ["1.235", "0.000"]
    }
    both = columns(VALUES, 0.5, 3, AnswerOptions())
    assert {name: column.texts() for name, column in both.fields.items()} == {
        "value": ["1.235", "0.000"],
        "low": ["0.735", "-0.500"],
        "high": ["1.735", "0.500"],
    }
    assert both.answers == ["value"]
    assert typed_answers(VALUES[:1], None) == [NumberAnswer(value=1.23456, low=None, high=None)]
    (typed,) = typed_answers(VALUES[:1], 0.5)
    assert (typed.low, typed.high) == (pytest.approx(0.73456), pytest.approx(1.73456))


@pytest.mark.parametrize("options", [{"top_k": 1}, {"min_probability": 0.5}])
def test_what_only_labels_have_is_refused(options):
    with pytest.raises(ConfigError, match="the model answers with numbers"):
        columns(VALUES, None, 3, AnswerOptions(**options))


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1.5, 0, "2"),
        (-0.4, 0, "0"),
        (-0.5001, 0, "-1"),
        (0.1 + 0.2, 3, "0.300"),
        (1.5e-30, 33, "1.5e-30"),
        (1e20, 0, "1e+20"),
    ],
)
def test_digits_of_a_quantity(value, decimals, text):
    assert quantity(value, decimals) == text
