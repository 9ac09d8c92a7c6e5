"""What single rows tell of the quotes of a table."""

import pytest

from grucli.data.tables.quotes import Evidence, Verdict, cut, is_enclosed, uncovered


@pytest.mark.parametrize(
    ("text", "delimiter", "cells"),
    [
        ("", ",", []),
        ('a,"b,c"', ",", ["a", '"b', 'c"']),
        ("  1   2 ", " ", ["1", "2"]),
        ("\t", "\t", ["", ""]),
    ],
)
def test_cells_of_a_line_whose_quotes_are_characters(
    text: str, delimiter: str, cells: list[str]
) -> None:
    assert cut(text, delimiter) == cells


@pytest.mark.parametrize(
    ("cell", "bare"), [('"a"', "a"), ('"a ""b"""', 'a "b"'), ('""', ""), ('"""', None)]
)
def test_a_cell_that_quotes_enclose(cell: str, bare: str | None) -> None:
    assert is_enclosed(cell) == (bare is not None)
    assert uncovered(cell) == (cell if bare is None else bare)


def test_a_broken_line_is_plain_until_a_cell_was_enclosed_for_a_reason() -> None:
    evidence = Evidence(",")
    assert evidence.on_broken(in_one_line=True) is Verdict.PLAIN
    evidence.of_row('"a,b",c', ["a,b", "c"])
    assert evidence.is_quoted
    assert evidence.on_broken(in_one_line=True) is Verdict.UNCLEAR


def test_lines_that_are_rows_are_no_cell_where_tabs_divide_them() -> None:
    rows = ['1\t"a', "2\tb", '3\tc"']
    assert Evidence("\t").on_span(rows, width=2) is Verdict.PLAIN
    assert Evidence("\t").on_span(rows, width=3) is Verdict.QUOTED
    told = Evidence("\t")
    told.learn(Verdict.QUOTED)
    assert told.on_span(rows, width=2) is Verdict.QUOTED  # three lines may be chance
    assert told.on_span([*rows, "4\td"], width=2) is Verdict.UNCLEAR


def test_commas_of_prose_make_no_rows() -> None:
    lines = ['1,"it came, late', "and wet, too", 'as ever, alas"']
    assert Evidence(",").on_span(lines, width=2) is Verdict.QUOTED
