"""The grammar of numbers."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.numbers import (
    LARGEST,
    NumberError,
    exact,
    floats,
    looks_numeric,
    numbers,
    target_fault,
    weight,
    whole,
)
from grucli.errors import show
from tests.strategies import unicode_text


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *(("0", 0), ("-1", -1), ("+2.5", 2.5), (".5", 0.5), ("3.", 3), ("1e3", 1000)),
        *(("-1.5E-3", -0.0015), (" 7 ", 7), ("\t7", 7), ("007", 7), ("1e-400", 0), ("-0", 0)),
        *(("3.4028235e38", 3.4028235e38), ("1700000000.123", 1700000000.123)),
    ],
)
def test_decimals_are_numbers(cell: str, value: float) -> None:
    for cells in ([cell], [cell, "?"]):  # the fast way and the one cell by cell
        found = numbers(cells)
        assert found.dtype == np.float64
        assert found[0] == value


@pytest.mark.parametrize(
    "cell",
    [
        *("1_000", "１", "١", "0x10", "inf", "-Infinity", "e5", "1 2", "ERR", "#DIV/0!", "- -"),
        *("--1", "1-2", "1e5.0", "abc", "True", "½", "²", "=1", "10:30", "1.2.3", "2024-01-05"),
    ],
)
def test_all_else_is_refused_with_its_place(cell: str) -> None:
    with pytest.raises(NumberError) as caught:
        numbers(["1", "2", "3", "4", cell, "6"], channels=3)
    assert (caught.value.step, caught.value.channel) == (1, 1)
    assert caught.value.problem == f"'{show(cell)}' is no number; write it like -1.5e3"


ALONE = (
    *("12%", "12 %", "-3.5\u2030", "<0.01", "12 mV", "12mV", "-3.5 km/h", "9.8 m/s\u00b2"),
    *("20\u00b0C", "5 \u00b5V", "1f", "1e", "1\u00a0", "$12", "-$1.50", "\u20ac 3", "12,50 \u20ac"),
    *("1,234.5", "1.234,5", "1'000", "1\u00a0000", "1,234,567"),
)


@pytest.mark.parametrize(
    ("cell", "mend"),
    [
        *((cell, "write a decimal point") for cell in ("1,5", "-,5", "1,234")),
        *((cell, "write its sign as - or +") for cell in ("\u22120.5", "\u20131e3", "\uff0b7")),
        *((cell, "write the number alone") for cell in ALONE),
    ],
)
def test_a_number_with_more_around_it_is_refused_with_what_to_do(cell: str, mend: str) -> None:
    with pytest.raises(NumberError) as caught:
        numbers([cell])
    assert caught.value.problem == f"'{show(cell)}' is no number; {mend}"
    assert looks_numeric(cell)


@pytest.mark.parametrize("cell", ["1e39", "-1e400", "9" * 400, "3.5e38", repr(LARGEST)])
def test_what_float32_cannot_hold_is_refused(cell: str) -> None:
    with pytest.raises(NumberError, match="is too large; scale the column down"):
        numbers([cell])


@pytest.mark.parametrize("kept", ["f2", "f4", "i1", "u1", "i2", "u2", "?"])
@pytest.mark.parametrize("wide", [">f8", "<i4", "u4", "i8", "u8", "g"])
def test_numbers_are_single_only_where_that_loses_nothing(kept: str, wide: str) -> None:
    assert floats(np.ones((2, 2), kept)).dtype == np.float32
    large = np.array([[16_777_217], [1_700_000_001]])
    found = floats(large.astype(wide))
    assert found.dtype == np.float64
    assert (found == large).all()


def test_what_is_too_large_becomes_infinite_and_nan_stays() -> None:
    found = floats(np.array([[1e39, -LARGEST], [3.4e38, NAN]]))
    np.testing.assert_array_equal(found, [[np.inf, np.inf], [3.4e38, NAN]])
    single = np.array([[np.finfo(np.float32).max]])
    assert floats(single) is single


@pytest.mark.parametrize(
    "cell",
    [
        *("", " ", "?", "NaN", "nan", "-nan", "+NaN", "NA", "n/a", "null", "NULL", "None", "<NA>"),
        *("-", "--", " - ", "\u2013", "\u2014", ".", "...", "*", "#N/A", "\\N", "missing", "NaT"),
    ],
)
def test_missing_values_are_nan(cell: str) -> None:
    for more in ("2", "?"):  # the fast way and the one cell by cell
        first, second, _ = numbers(["1", cell, more])
        assert first == 1
        assert np.isnan(second)


NAN = math.nan


@pytest.mark.parametrize(
    ("values", "length"),
    [
        *(([[1], [NAN], [NAN]], 1), ([[1], [2]], 2), ([[NAN]], 0), ([[NAN], [NAN]], 0)),
        *(([[1, 2], [NAN, NAN]], 1), ([[1, 2], [3, 4]], 2), ([[NAN, NAN]], 0)),
    ],
)
def test_nan_in_all_channels_at_the_end_is_padding(values: list[list[float]], length: int) -> None:
    for missing in ("refuse", "mask"):
        found = whole(np.array(values, np.float32), missing)
        assert found.tolist() == values[:length]


@pytest.mark.parametrize(
    ("values", "length", "gap"),
    [
        ([[NAN], [1]], 2, (0, 0)),
        ([[1], [NAN], [2], [NAN]], 3, (1, 0)),
        ([[1, 2], [3, NAN]], 2, (1, 1)),
        ([[1, 2], [NAN, 3], [NAN, NAN]], 2, (1, 0)),
        ([[NAN, NAN], [1, 2]], 2, (0, 0)),
    ],
)
def test_nan_before_the_last_value_is_a_missing_value(
    values: list[list[float]], length: int, gap: tuple[int, int]
) -> None:
    array = np.array(values, np.float32)
    np.testing.assert_array_equal(whole(array, "mask"), array[:length])
    with pytest.raises(NumberError) as caught:
        whole(array, "refuse")
    assert (caught.value.step, caught.value.channel) == gap
    assert caught.value.problem == "value is missing; fill it in, or pass --missing mask"


@given(st.lists(st.floats(-3e38, 3e38), max_size=5))
def test_what_python_writes_comes_back(values: list[float]) -> None:
    assert numbers([repr(v) for v in values])[:, 0].tolist() == values


@given(st.lists(unicode_text, min_size=1, max_size=3))
def test_any_cells_are_ascii_decimals_missing_or_refused(cells: list[str]) -> None:
    try:
        values = numbers(cells)[:, 0].tolist()
        problem = ""
    except NumberError as error:
        values, problem = [], error.problem
    assert bool(values) != bool(problem)
    assert show(problem) == problem
    for cell, value in zip(cells, values, strict=False):
        sound = re.fullmatch(r"[ \t]*[+-]?(?=\.?[0-9])[0-9.]+([eE][+-]?[0-9]+)?[ \t]*", cell)
        assert bool(sound) != math.isnan(value)


def test_whole_numbers_are_exact_and_others_floats() -> None:
    assert exact("1700000000000000001") == 1700000000000000001
    assert exact("1.5e0") == 1.5
    assert exact("2024-01-01") is None
    assert exact("9" * 5000) is None


def test_weights() -> None:
    assert weight(" +1.5 ") == 1.5
    assert [weight(c) for c in ("0", "-1", "1e7", "x", "", "inf", "1_0")] == [None] * 7


def test_wrong_ways_to_write_a_number_still_look_like_one() -> None:
    assert all(map(looks_numeric, ["1", "1_000", "inf", "NaN", "", " ", "NA", "１", "1,5"]))
    texts = ["a", "1,5,2", "x1", "ERR", "0.1 0.2", "1 2 3", "1;2", "[1]", "10.0.0.1", "101 205 317"]
    assert not any(map(looks_numeric, [*texts, "2024-01-05", "10:30", "GATTACA", "12 angry men"]))


@pytest.mark.parametrize(
    ("label", "fault"),
    [
        ("1", ""),
        (" -2.5e-3", ""),
        ("abc", "target 'abc' is no number; write one, or name its column with --label"),
        ("1,5", "target '1,5' is no number; write a decimal point"),
        ("12 €", "target '12 €' is no number; write the number alone"),
        ("1e400", "target '1e400' is too large; scale the column down"),
        ("NaN", "target 'NaN' is missing; write a number or drop the row"),
        ("", "target '' is missing; write a number or drop the row"),
    ],
)
def test_what_is_no_number_to_predict_is_told_with_its_mend(label: str, fault: str) -> None:
    assert target_fault(label) == fault
