"""Cells that runs of spaces divide."""

import io

import numpy as np
import pytest

from tests.data.reading import problem, problems, read, series, texts

NUMBERS = [[1.0, 0.25, -3.5, 1e-5], [2.0, 10.0, 0.0, 3e7], [1.0, -0.5, 7.0, 2.0]]


@pytest.mark.parametrize("format", ["%.8e", "%16.7e", "  %g ", "%-12.6f"])
@pytest.mark.parametrize("name", ["t.txt", "t.csv", "t"])
def test_numbers_in_columns_of_spaces(format: str, name: str) -> None:
    text = io.StringIO()
    np.savetxt(text, NUMBERS, fmt=format)
    options = {"delimiter": "space", "header": False, "label": "1"}
    source, records = read(text.getvalue(), name, **options)
    expected = [[[np.float32(format % x)] for x in row[1:]] for row in NUMBERS]
    assert [values for values, _ in series(records)] == expected
    assert [float(str(r.label)) for r in records] == [1, 2, 1]
    known = source.remembered
    again = read(text.getvalue(), name, needs_label=False, remembered=known)[1]
    assert [values for values, _ in series(again)] == expected


@pytest.mark.parametrize("name", ["t", "t.csv", "t.txt"])
@pytest.mark.parametrize("label", ["1", "word"])
def test_spaces_between_numbers_are_found(name: str, label: str) -> None:
    text = io.StringIO()
    np.savetxt(text, NUMBERS * 2, fmt="%14.6e")
    data = text.getvalue().replace("  1.000000e+00  ", f"  {label}  ")
    source, records = read(data, name, header=False, label="1")
    assert source.delimiter == " "
    assert source.values == ("2", "3", "4")
    assert len(series(records)) == 6
    assert "space-separated (pass --delimiter for another)" in source.findings
    assert problem("one 2 3 4\nfive 6 7\n", "t.csv", header=False).startswith("t.csv:1: only one")


@pytest.mark.parametrize("quotes", [None, True])
def test_cells_with_spaces_are_quoted(quotes: bool | None) -> None:
    data = ' text   label \n"new  york"  x\n  "a ""b"""   "y"  \n\nplain z\n'
    records = read(data, "t.txt", delimiter=" ", quotes=quotes, text="text", label="label")[1]
    assert texts(records) == [("new  york", "x"), ('a "b"', "y"), ("plain", "z")]
    assert (
        "row has 3 fields"
        in problems(data, "t.txt", delimiter=" ", quotes=False, text="text", label="label")[0]
    )
