"""Rules for what is read of the data: n-grams, the linear path, ways to see a series."""

import numpy as np
import pytest

from grucli.data.text.ngrams import Pattern
from grucli.preparation import data_rules


@pytest.mark.parametrize(
    ("characters", "lengths", "expected"),
    [
        (4.5, [3, 9, 5], Pattern(longest=2, subwords=True, placed=False)),
        (1.0, [3, 9, 5], Pattern(longest=4, subwords=False, placed=False)),
        (1.0, [60] * 99 + [61], Pattern(longest=4, subwords=False, placed=True)),
        (1.0, [60] * 98 + [61] * 2, Pattern(longest=4, subwords=False, placed=False)),
        (5.0, [1, 1, 1], Pattern(longest=2, subwords=True, placed=False)),
    ],
)
def test_n_grams_are_those_of_words_or_of_characters_and_of_places_where_lengths_are_one(
    characters, lengths, expected
):
    assert data_rules.pattern(characters, np.array(lengths)) == expected


@pytest.mark.parametrize(
    ("arguments", "value", "reason"),
    [
        (("auto", "text", None, 50), "auto", "lowers the validation loss"),
        (("auto", "text", None, 0), False, "no validation"),
        (("auto", "text", "too many n-grams", 50), False, "too many n-grams"),
        (("auto", "series", None, 50), True, "factor with the lowest validation loss"),
        (("auto", "series", None, 0), False, "no validation"),
        (("auto", "series", "too many series", 50), False, "too many series"),
        ((True, "text", "too many n-grams", 0), True, "given"),
        ((False, "text", None, 50), False, "given"),
    ],
)
def test_when_there_is_a_linear_path(arguments, value, reason):
    choice = data_rules.linear_path(*arguments)
    assert choice.value is value or choice.value == value == "auto"
    assert reason in choice.reason


def test_logarithms_are_for_series_that_differ_in_size_by_orders():
    usual, wide = data_rules.channels(0.5), data_rules.channels(5)
    assert set(wide.value) - set(usual.value) == {"log"}
    assert "5 orders of magnitude" in wide.reason
