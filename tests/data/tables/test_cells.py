"""How lines become cells: quotes that are none, headers that come again, spaces, `sep=`."""

import csv
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.forms.opening import Record, Remembered
from grucli.data.streams.lines import Lines
from grucli.data.tables import cells, quote_guess
from grucli.data.tables.dialect import Dialect, open_rows
from tests.data.reading import piped, problem, problems, read, series, texts

NAMES = {",": "t.csv", "\t": "t.tsv", ";": "t.csv", "|": "t.csv"}
KNOWN = Remembered(text="text", label="label", delimiter=",")
Pairs = list[tuple[str | None, str | None]]


def labelled(count: int = 40) -> list[tuple[str, str]]:
    return [(f"the lamp {'was dull' if k % 2 else 'shone'} {k}", "pn"[k % 2]) for k in range(count)]


def plain(rows: list[tuple[str, str]], delimiter: str, header: bool = True) -> str:
    """Return rows as a writer that knows no quotes writes them."""
    head = [f"text{delimiter}label"] if header else []
    return "\n".join([*head, *(f"{text}{delimiter}{label}" for text, label in rows)]) + "\n"


def quoted(rows: list[tuple[str, str]], delimiter: str, quoting: Any = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    writer.writerows([("text", "label"), *rows])
    return text.getvalue()


# --- quotes that are characters like others ---------------------------------------------------


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
        source, records = read(data, name, needs_label=False, remembered=KNOWN)
        assert [r.text for r in records] == [*rows[:5], "two\nlines", *rows[5:]]
        assert source.found_later() == (
            "a quoted cell of lines 7 to 8 is read as one row (pass --no-quotes if quotes are "
            "characters like others)",
        )
        proven = data.replace("text", '"text"', 1)
        source, records = read(proven, name, needs_label=False, remembered=KNOWN)
        assert (len(records), source.found_later()) == (41, ())
    paragraphs = ["text", '"' + "\n".join(rows[:6]), *rows[6:12], "", 'at last"', "fine"]
    records = read("\n".join(paragraphs), "t.tsv", needs_label=False, remembered=KNOWN)[1]
    assert [r.line for r in records] == [2, 16]


def test_a_ragged_line_with_a_quote_swallows_no_row() -> None:
    rows = [f"{text}\t{label}" for text, label in with_quotes({30: "end"})]
    rows[10] = '"it has no label'
    records = read("\n".join(["text\tlabel", *rows]), "t.tsv", text="text", label="label")[1]
    assert [r.line for r in records if r.error] == [12]
    assert len(records) == 40


def one_column(rows: list[str], name: str, **options: Any) -> list[Record]:
    data = "\n".join(["text", *rows]) + "\n"
    return read(data, name, needs_label=False, remembered=KNOWN, **options)[1]


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


# --- a header that comes again ----------------------------------------------------------------


@pytest.mark.parametrize(
    "again",
    [
        "text,label",
        " text , label ",
        "Text, Label",
        '"text","label"',
        "\ufefftext,label",
        '\ufeff"text",label',
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_repeated_header_is_passed_over_and_said(again: str, end: str) -> None:
    rows = labelled()
    first, second = plain(rows[:20], ","), plain(rows[20:], ",", header=False)
    data = first + (f"{again}\n" + second).replace("\n", end)
    for get in (lambda **kw: read(data, "t.csv", **kw), lambda **kw: piped(data, **kw)):
        source, records = get()
        assert texts(records) == rows
        said = "passed over 1 row with the header again, the first in line 22"
        assert source.found_later() == (said,)
        source, records = get(needs_label=False, remembered=KNOWN)
        assert texts(records) == rows
        assert [r.number for r in records] == list(range(1, 41))
        assert source.found_later() == (said,)


def test_several_headers_and_one_at_the_very_beginning() -> None:
    part = plain(labelled(3), ",")
    source, records = read("text,label\n" + part * 3, "t.csv")
    assert texts(records) == labelled(3) * 3
    assert source.found_later() == (
        "passed over 3 rows with the header again, the first in line 2",
    )


def test_repeated_headers_of_numbers() -> None:
    wide = "v1,v2,v3,label\n1,2,3,a\n4,5,6,b\n"
    records = read(wide * 2, "t.csv")[1]
    assert series(records) == series(read(wide, "t.csv")[1]) * 2
    long = "id,time,x,label\na,1,2,p\na,2,3,p\nb,1,5,n\nb,2,7,n\n"
    assert (
        series(read(long + long.replace("a,", "c,").replace("b,", "d,"), "t.csv")[1])
        == [
            ([[2.0], [3.0]], "p"),
            ([[5.0], [7.0]], "n"),
        ]
        * 2
    )


def test_a_header_in_another_order_is_refused() -> None:
    said = problem("text,label\nfine,x\nlabel,text\nx,dull\n", "t.csv", text="text", label="label")
    assert said.startswith("t.csv:3: the header again, with its columns in another order; ")


def test_a_text_that_is_the_name_of_its_only_column_is_a_text() -> None:
    records = read("text\nfine\ntext\n", "t.csv", needs_label=False, remembered=KNOWN)[1]
    assert [r.text for r in records] == ["fine", "text"]


def test_without_a_header_no_row_repeats_it() -> None:
    data = "a,x\nb,y\na,x\n"
    records = read(data, "t.csv", header=False, text="1", label="2")[1]
    assert texts(records) == [("a", "x"), ("b", "y"), ("a", "x")]


# --- sep= ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("first", ["sep={}", "SEP={}", '"sep={}"', "\ufeffsep={}", "sep={}\r"])
def test_a_line_that_says_the_delimiter_is_passed_over(first: str, delimiter: str) -> None:
    rows = labelled()
    data = f"{first.format(delimiter)}\n{quoted(rows, delimiter)}"
    for name in ("t.csv", "t.tsv", "t.txt", "t"):
        source, records = read(data, name)
        assert texts(records) == rows
        assert source.delimiter == delimiter
        assert records[0].line == 3
    assert texts(piped(data)[1]) == rows
    assert texts(piped(data, needs_label=False, remembered=KNOWN)[1]) == rows
    assert texts(read(data, "t.csv", needs_label=False, remembered=KNOWN)[1]) == rows


def test_the_flag_stands_above_the_line() -> None:
    data = "sep=,\n" + plain(labelled(), ";")
    assert texts(read(data, "t.csv", delimiter="semicolon")[1]) == labelled()


def test_raw_lines_that_look_so_are_texts() -> None:
    records = piped("sep=;\nfine\n", needs_label=False, remembered=KNOWN)[1]
    assert [r.text for r in records] == ["sep=;", "fine"]
    assert piped("", needs_label=False, remembered=KNOWN)[1] == []


# --- spaces -------------------------------------------------------------------------------------

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
    assert source.value_columns == ("2", "3", "4")
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
