"""Plain text for people, aligned by display width."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from grucli.report.tables import bar, field, fit, flow, number, percent, sparkline, table, wrapped


def test_table_aligns_by_display_width():
    assert table([("name", "n"), ("电影", 5), ("a", 1234)], "lr") == [
        "name     n",
        "电影     5",
        "a     1234",
    ]


@pytest.mark.parametrize(
    ("value", "shown", "with_unit"),
    [
        (None, "–", "–"),
        (1234, "1234", "1234"),
        (0.0, "0.000", "0"),
        (0.043128, "0.043", "0.04313"),
        (1.5, "1.500", "1.500"),
        (-123.456, "-123.456", "-123.5"),
        (98765.4, "98765.400", "98765"),
        (0.00001234, "0.000", "0.00001234"),
        (1.234567e-9, "0.000", "1.235e-09"),
        (1.234567e12, "1234567000000.000", "1.235e+12"),
    ],
)
def test_figures_with_a_unit_have_four_digits(value, shown, with_unit):
    assert number(value) == shown
    assert number(value, has_unit=True) == with_unit


def test_table_cuts_long_cells_and_escapes():
    assert table([("x" * 50, "\t", "[b]")], "lll", limit=6) == [r"xxxxx…  \t  [b]"]
    assert table([], "lr") == []


@pytest.mark.parametrize(
    ("limit", "cut"), [(8, "中文字符"), (7, "中文字…"), (6, "中文…"), (2, "…"), (1, "…")]
)
def test_fit_never_halves_a_wide_character(limit, cut):
    assert fit("中文字符", limit) == cut


@given(st.text(max_size=30), st.integers(1, 12))
def test_fit_is_idempotent_and_narrow(label, limit):
    once = fit(label, limit)

    assert cell_len(once) <= limit
    assert fit(once, limit) == once


def test_percent():
    assert percent(0.8424) == "84.2 %"
    assert percent(1, digits=0) == "100 %"
    assert percent(math.nan) == "–"


@pytest.mark.parametrize(
    ("share", "drawn"),
    [(0, ""), (1, "████"), (0.5, "██"), (0.53125, "██▏"), (2, "████"), (-1, ""), (math.nan, "")],
)
def test_bar(share, drawn):
    assert bar(share, 4) == drawn


def test_sparkline():
    assert sparkline([k / 8 for k in range(9)]) == "▁▂▃▄▅▆▇██"
    assert sparkline([0.0, 0.55, 1.0]) == "▁▅█"
    assert sparkline([math.nan, -9, 9]) == " ▁█"
    assert sparkline([]) == ""


def test_a_field_is_its_name_and_a_sentence_beside_it():
    assert field("data", "two words") == ["data       two words"]
    words = " ".join(["word"] * 30)
    first, *rest = field("说明", words)
    assert first == "说明       " + " ".join(["word"] * 14)
    assert rest == [" " * 11 + " ".join(["word"] * 14), " " * 11 + " ".join(["word"] * 2)]


def test_a_name_that_is_too_long_keeps_a_space():
    assert field("a name of many letters", "value") == ["a name of many letters value"]


def test_what_is_too_wide_is_cut_and_what_is_hostile_shown():
    (line,) = field("x", "长" * 99)
    assert line == "x" + " " * 10 + "长" * 34 + "…"
    assert field("\x1b", "a\nb") == [r"\x1b       a\nb"]


@given(st.lists(st.text("ab中", min_size=1, max_size=9), max_size=40), st.integers(0, 20))
def test_no_piece_is_lost_broken_or_moved(pieces, indent):
    lines = flow(pieces, "", indent, "  ")
    assert [piece for line in lines for piece in line.split()] == pieces
    assert max(map(cell_len, lines)) <= 80


@pytest.mark.parametrize("width", [10, 24, 40, 80])
def test_a_line_is_wrapped_between_words_and_what_is_too_wide_within_them(width):
    line = "  data/评论评论评论评论.csv: 120 rows, 满意 60, 不满意 60; " + "评论" * 30
    lines = wrapped(line, width, 2)
    assert all(cell_len(one) <= width for one in lines)
    assert all(one.startswith("    ") for one in lines[1:])
    assert "".join(lines).replace(" ", "") == line.replace(" ", "")
    assert wrapped("short", width, 2) == ["short"]


def test_words_stay_whole_where_they_can():
    assert wrapped("aa bb cc dd", 6, 2) == ["aa bb", "  cc", "  dd"]
