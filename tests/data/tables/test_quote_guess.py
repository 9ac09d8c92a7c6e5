"""Quotes that enclose cells, and quotes that are characters like others.

Covers: data/tables/dialect.
"""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.records import Record, Remembered
from grucli.data.streams.lines import Lines
from grucli.data.tables import cells, quote_guess
from grucli.data.tables.dialect import Dialect, open_rows
from tests.data.reading import piped, problem, read, texts
from tests.data.tables.writers import OF_LABELLED, labelled, plain, quoted

NAMES = {",": "t.csv", "\t": "t.tsv", ";": "t.csv", "|": "t.csv"}


def with_quotes(places: dict[int, str], count: int = 40) -> list[tuple[str, str]]:
    """Return rows of which some have a quote at the start, in the middle or at the end."""
    rows = labelled(count)
    for row, place in places.items():
        text, label = rows[row]
        changed = {"start": f'"{text}', "end": f'{text}"', "middle": text.replace(" ", ' "', 1)}
        changed["word"] = text.replace("the", '"the"')
        rows[row] = changed[place], label
    return rows


STRAY = [
    {10: "start", 30: "end"},
    {0: "start", 1: "end"},
    {10: "start"},
    {10: "start", 11: "start", 12: "start"},
    {39: "start"},
    {39: "word"},
    {10: "word", 20: "middle", 30: "end"},
    {5: "middle", 10: "start", 30: "end"},
    {300: "start", 310: "end", 399: "start"},
]


@pytest.mark.parametrize("places", STRAY)
def test_a_quote_in_a_tab_separated_file_swallows_no_row(places: dict[int, str]) -> None:
    rows = with_quotes(places, 400 if 300 in places else 40)
    data = plain(rows, "\t")
    known = Remembered(text="text", label="label", delimiter=",")
    source, records = read(data, "t.tsv")
    assert texts(records) == rows
    assert [r.line for r in records] == list(range(2, len(rows) + 2))
    assert texts(piped(data)[1]) == rows
    for get in (lambda **kw: read(data, "t.tsv", **kw), lambda **kw: piped(data, **kw)):
        assert texts(get(needs_label=False, remembered=source.remembered)[1]) == rows
    assert texts(read(data, "t.tsv", remembered=known)[1]) == rows
    headless = plain(rows, "\t", header=False)
    named = {"header": False, "text": "1", "label": "2"}
    assert texts(read(headless, "t.tsv", **named)[1]) == rows


@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
@pytest.mark.parametrize("places", STRAY)
def test_a_row_is_read_rightly_or_refused(places: dict[int, str], delimiter: str) -> None:
    rows = with_quotes(places, 400 if 300 in places else 40)
    records = read(plain(rows, delimiter), NAMES[delimiter], text="text", label="label")[1]
    assert len(records) == len(rows)
    for record, row in zip(records, rows, strict=True):
        if record.error is None:
            assert (record.text, record.label) == row
        else:
            assert "--no-quotes" in record.error
            assert record.error.startswith(f"{NAMES[delimiter]}:{record.line}: ")
    told = {"text": "text", "label": "label", "quotes": False}
    assert texts(read(plain(rows, delimiter), NAMES[delimiter], **told)[1]) == rows


def test_what_was_read_as_it_stands_is_said() -> None:
    source, _ = read(plain(with_quotes(STRAY[0]), "\t"), "t.tsv")
    assert source.found_later() == (
        "1 row with quotes that enclose no cell, the first in line 12, read as they stand (pass "
        "--quotes or --no-quotes)",
    )
    assert read(plain(labelled(), "\t"), "t.tsv")[0].found_later() == ()
    assert read(quoted(labelled(), "\t", csv.QUOTE_ALL), "t.tsv")[0].found_later() == ()


def test_a_row_that_reads_both_ways_is_refused_with_its_end() -> None:
    said = problem(plain(with_quotes({10: "start", 30: "end"}), ","), "t.csv")
    assert said == (
        "t.csv:12: a quoted cell would end in line 32, but its lines read as rows, too; pass "
        "--no-quotes, or --quotes if they are one cell"
    )


def test_cells_that_quotes_enclose_are_read_without_them_in_a_row_that_is_plain() -> None:
    data = 'text\tlabel\n"so" they say\t"x"\nall well\t"y"\n'
    assert texts(read(data, "t.tsv")[1]) == [('"so" they say', "x"), ("all well", "y")]


LEGITIMATE = [
    ("two\nlines", "x"),
    ("Hello, there\ngood bye", "x"),
    ("a paragraph\n\nand one, more\n", "x"),
    ("one, two\nthree, four\nfive, six", "x"),
    ('he said "so"\nand went', "x"),
    ("first; second\nthird; fourth", "x"),
    ("to | be\nor | not", "x"),
]


@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
@pytest.mark.parametrize("row", LEGITIMATE)
def test_quoted_cells_of_several_lines_stay_one(row: tuple[str, str], delimiter: str) -> None:
    for place in (0, 20, 40):
        rows = labelled()
        rows.insert(place, row)
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC):
            data = quoted(rows, delimiter, quoting)
            source, records = read(data, NAMES[delimiter])
            assert texts(records) == rows
            assert source.found_later() == ()
            assert texts(piped(data, needs_label=False, remembered=source.remembered)[1]) == rows
            assert texts(read(data, NAMES[delimiter], quotes=True)[1]) == rows


word = st.text(st.sampled_from('ab ",;\n'), min_size=1, max_size=8).filter(lambda t: t.strip())


@given(st.lists(st.tuples(word, st.sampled_from("xy")), min_size=1, max_size=12), st.data())
def test_what_a_csv_writer_wrote_comes_back_or_is_refused(
    rows: list[tuple[str, str]], data: st.DataObject
) -> None:
    delimiter = data.draw(st.sampled_from(",\t"))
    quoting = data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    written = quoted(rows, delimiter, quoting)
    records = read(written, NAMES[delimiter], text="text", label="label", quotes=True)[1]
    assert texts(records) == rows
    records = read(written, NAMES[delimiter], text="text", label="label")[1]
    if not any(record.error for record in records):
        assert texts(records) == rows


line = st.text(st.sampled_from('ab "'), min_size=1, max_size=6).filter(
    lambda t: bool(t.strip('" ')) and '""' not in t  # which only files with quoting hold
)


@given(st.lists(st.tuples(line, st.sampled_from("xy")), min_size=1, max_size=12))
def test_lines_without_quoting_are_as_many_rows(rows: list[tuple[str, str]]) -> None:
    data = plain(rows, "\t")
    for quotes in (None, False):
        records = read(data, "t.tsv", text="text", label="label", quotes=quotes)[1]
        assert [r.line for r in records] == list(range(2, len(rows) + 2))
        for record, (text, label) in zip(records, rows, strict=True):
            if quotes is False:
                assert (record.text, record.label) == (text, label)
            elif record.error is None:
                assert record.text in (text, text[1:-1].replace('""', '"'))
                assert record.label == label


def test_a_table_of_one_column_keeps_its_rows_or_refuses() -> None:
    rows = [text for text, _ in labelled()]
    stray = [f'"{t}' if k == 10 else f'{t}"' if k == 30 else t for k, t in enumerate(rows)]
    for name in ("t.csv", "t.tsv"):
        records = one_column(stray, name)
        assert [r.line for r in records] == list(range(2, 42))
        assert [r.line for r in records if r.error] == [12]
        assert [r.text for r in records if not r.error] == [*stray[:10], *stray[11:]]
        assert [r.text for r in one_column(stray, name, quotes=False)] == stray
        loose = ['5" wide', *stray]
        assert [r.text for r in one_column(loose, name)] == loose


def test_a_quoted_cell_of_a_table_of_one_column_is_one_row_and_said() -> None:
    rows = [text for text, _ in labelled()]
    data = "\n".join(["text", *rows[:5], '"two', 'lines"', *rows[5:]]) + "\n"
    for name in ("t.csv", "t.tsv"):
        source, records = read(data, name, needs_label=False, remembered=OF_LABELLED)
        assert [r.text for r in records] == [*rows[:5], "two\nlines", *rows[5:]]
        assert source.found_later() == (
            "a quoted cell of lines 7 to 8 is read as one row (pass --no-quotes if quotes are "
            "characters like others)",
        )
        proven = data.replace("text", '"text"', 1)
        source, records = read(proven, name, needs_label=False, remembered=OF_LABELLED)
        assert (len(records), source.found_later()) == (41, ())
    paragraphs = ["text", '"' + "\n".join(rows[:6]), *rows[6:12], "", 'at last"', "fine"]
    records = read("\n".join(paragraphs), "t.tsv", needs_label=False, remembered=OF_LABELLED)[1]
    assert [r.line for r in records] == [2, 16]


def test_a_ragged_line_with_a_quote_swallows_no_row() -> None:
    rows = [f"{text}\t{label}" for text, label in with_quotes({30: "end"})]
    rows[10] = '"it has no label'
    records = read("\n".join(["text\tlabel", *rows]), "t.tsv", text="text", label="label")[1]
    assert [r.line for r in records if r.error] == [12]
    assert len(records) == 40


def one_column(rows: list[str], name: str, **options: Any) -> list[Record]:
    data = "\n".join(["text", *rows]) + "\n"
    return read(data, name, needs_label=False, remembered=OF_LABELLED, **options)[1]


def test_no_quotes_is_remembered_and_quotes_are_not() -> None:
    data = plain([*labelled(), ('"enclosed"', "x")], "\t")
    known = read(data, "t.tsv", quotes=False)[0].remembered
    assert known.quotes is False
    assert read(data, "t.tsv", needs_label=False, remembered=known)[1][-1].text == '"enclosed"'
    told = read(data, "t.tsv", needs_label=False, remembered=known, quotes=True)[1]
    assert told[-1].text == "enclosed"
    for quotes in (None, True):
        known = read(data, "t.tsv", quotes=quotes)[0].remembered
        assert known.quotes is None
        assert "quotes" not in known.stored()


def test_a_header_with_a_stray_quote_and_one_of_several_lines() -> None:
    rows = plain(labelled(), "\t").replace("text", '"text', 1)
    assert read(rows, "t.tsv", text='"text', label="label")[0].columns == ('"text', "label")
    data = '"Comment, as\nwritten",label\nfine,x\ndull,y\n'
    source, records = read(data, "t.csv", text="Comment, as\nwritten")
    assert texts(records) == [("fine", "x"), ("dull", "y")]
    assert source.columns == ("Comment, as\nwritten", "label")


class Counted(Lines):
    """Lines that count how often they are read."""

    read = 0

    def __next__(self) -> bytes:
        self.read += 1
        return super().__next__()


@pytest.mark.parametrize("quotes", [None, True, False])
@pytest.mark.parametrize(
    "line", ['a","b', '"', 'a,"', 'a","', '"a","b', 'x"y,"', '"",""', '"""', 'a"b,"c","d']
)
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_quotes_that_open_on_every_line_are_read_in_proportion(
    delimiter: str, line: str, quotes: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line was read 10,000 times: once for every line before it."""
    decoded = 0
    decode = cells.decode

    def counting(*arguments: Any) -> tuple[str, str]:
        nonlocal decoded
        decoded += 1
        return decode(*arguments)

    monkeypatch.setattr(cells, "decode", counting)
    monkeypatch.setattr(quote_guess, "decode", counting)
    count = 12_000
    data = f"{line.replace(',', delimiter)}\n".encode() * count
    lines = Counted(io.BytesIO(data), "t.csv")
    rows = list(open_rows(lines, Dialect(delimiter=delimiter, quotes=quotes)))
    assert lines.read <= 3 * count + 1
    assert decoded <= 7 * count
    assert rows[-1].line <= count
