"""Plain text for people, aligned by display width."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from grucli.report.tables import (
    bar,
    fit,
    percent,
    sparkline,
    table,
)


def test_table_aligns_by_display_width():
    assert table([("name", "n"), ("电影", 5), ("a", 1234)], "lr") == [
        "name     n",
        "电影     5",
        "a     1234",
    ]


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
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert sparkline([0.0, 0.55, 1.0], 0, 1) == "▁▅█"
    assert sparkline([5, 5]) == "▁▁"
    assert sparkline([math.nan, -9, 9], 0, 1) == " ▁█"
    assert sparkline([]) == ""
