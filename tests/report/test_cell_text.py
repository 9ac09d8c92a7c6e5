"""How texts are written where programs read them."""

import csv
import io
import json

import pytest
from hypothesis import given

from grucli.errors import is_harmful
from grucli.report.cell_text import csv_line, escaped, json_line, without_formula
from tests.strategies import hostile_text, unicode_text


@given(hostile_text)
def test_json_is_the_same_text_without_anything_that_acts_on_a_terminal(text):
    line = json_line({"a": text})
    assert json.loads(line) == {"a": text}
    assert not any(map(is_harmful, line.removesuffix("\n")))


@given(unicode_text)
def test_a_cell_comes_back_from_csv_and_is_one_field_of_tsv(text):
    assert next(csv.reader(io.StringIO(csv_line([text, "x"]), newline=""))) == [text, "x"]
    assert not {"\t", "\n", "\r"} & set(escaped(text))


@pytest.mark.parametrize(
    "cell", ["=1+1", "+a", "-a", "@a", "\ta", "\ra", "\na", "\0a", "＝1", "＠a", "-1-1", "+", "=1"]
)
def test_no_spreadsheet_computes_a_cell(cell):
    assert without_formula(cell) == "'" + cell
    assert csv_line([cell]) != csv_line([cell], excel_safe=True)


@pytest.mark.parametrize("cell", ["", "a=1", "-0.5", "+3", "-1e-5", "-.5", "-3.", "'=1", " a"])
def test_what_is_none_stays(cell):
    assert without_formula(cell) == cell
