"""Text tables and lines; see test_series.py for .npz."""

import csv
import gzip
import io
import os
import resource
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.forms.opening import ReadOptions, Record, Remembered, open_source
from grucli.data.streams.lines import Lines
from grucli.errors import ConfigError, DataError, GrucliError, show
from tests.strategies import cells, hostile_line, unicode_text

REVIEWS = Remembered(text="review", label="stars", delimiter=",", encoding="utf-8")


@contextmanager
def file(data: bytes, name: str = "train.csv") -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        before = os.getcwd()
        os.chdir(folder)  # so that messages show the bare name
        try:
            Path(name).write_bytes(data)
            yield name
        finally:
            os.chdir(before)


def source_of(data: bytes, name: str = "train.csv", **arguments: Any) -> Any:
    """Return the Source, exhausted, with its records as a list."""
    needs_label = arguments.pop("needs_label", True)
    remembered = arguments.pop("remembered", None)
    with (
        file(data, name),
        open_source(
            name, ReadOptions(**arguments), needs_label=needs_label, remembered=remembered
        ) as source,
    ):
        source.records = iter(list(source))
        return source


def records_of(data: bytes, name: str = "train.csv", **arguments: Any) -> list[Record]:
    return list(source_of(data, name, **arguments).records)


def pairs(data: bytes, name: str = "train.csv", **arguments: Any) -> list[tuple[Any, Any]]:
    return [(r.text, r.label) for r in records_of(data, name, **arguments)]


def problem(data: bytes, name: str = "train.csv", **arguments: Any) -> str:
    """Return the message of the error that reading raises, or the one record that has one."""
    try:
        errors = [r.error for r in records_of(data, name, **arguments) if r.error]
    except GrucliError as error:
        errors = list(error.problems)
    assert len(errors) == 1
    assert len(errors[0]) <= 200
    return errors[0]


# --- tables ---------------------------------------------------------------------------------


def test_a_table_row_by_row() -> None:
    first, second = records_of(b'text,label,id\n"a, ""b""\nc",x,1\n\xe5\xa5\xbd, y ,2\n')
    assert (first.number, first.line, first.text, first.label) == (1, 2, 'a, "b"\nc', "x")
    assert (second.number, second.line, second.text, second.label) == (2, 4, "好", " y ")
    assert second.cells == ("好", " y ", "2")
    assert (first.error, first.values) == (None, None)


@pytest.mark.parametrize(
    "data",
    [
        "text,label\na b,x\n好,y\n",
        "text,label\r\na b,x\r\n好,y\r\n",
        "text,label\ra b,x\r好,y\r",
        "text,label\na b,x\r\n好,y\r",
        "text,label\r\r\na b,x\r\r\n好,y\r\r\n",
        "\ufefftext,label\na b,x\n好,y\n",
        "text,label\na b,x\n好,y",
        "\n\ntext,label\n\na b,x\n   \n好,y\n\n\n",
        "label,no,text\nx,1,a b\ny,2,好\n",
        '"text","label"\n"a b","x"\n"好","y"\n',
    ],
)
def test_ways_to_write_one_table(data: str) -> None:
    assert pairs(data.encode()) == [("a b", "x"), ("好", "y")]
    assert pairs(gzip.compress(data.encode()), "train.csv.gz") == [("a b", "x"), ("好", "y")]


def table_bytes(rows: list[list[str]], end: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([["text", "label"], *rows])
    return text.getvalue().replace("\n", end).encode()


filled = cells.filter(lambda cell: cell.strip() != "")


@given(
    st.lists(st.tuples(cells, filled).map(list)),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.booleans(),
)
def test_any_table_comes_back_whatever_its_line_ends(
    rows: list[list[str]], end: str, bom: bool, final: bool
) -> None:
    data = table_bytes(rows, end)
    data = (b"\xef\xbb\xbf" if bom else b"") + (data if final else data.removesuffix(end.encode()))
    records = records_of(data, needs_label=False, remembered=Remembered(text="text", label="label"))
    assert [[r.text, r.label] for r in records] == rows
    line = 2
    for record, row in zip(records, rows, strict=True):
        assert record.line == line
        line += 1 + "".join(row).count("\n")


@given(st.lists(hostile_line), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_hostile_tables_never_raise_and_lose_no_line(lines: list[bytes], end: bytes) -> None:
    data = b"text,label" + end + b"".join(line + end for line in lines)
    records = records_of(data, needs_label=False, remembered=Remembered(text="text"))
    assert [r.number for r in records] == list(range(1, len(records) + 1))
    starts = [r.line for r in records]
    assert starts == sorted(set(starts))
    whole = [line.removeprefix(b"\xef\xbb\xbf") for line in lines]
    texts = [line.decode(errors="replace").replace('"', "") for line in whole]
    filled = [number for number, text in enumerate(texts, 2) if text.strip()]
    if filled:
        assert starts[0] <= filled[0]
    for record in records:
        if record.error is not None:
            assert record.text is None
            assert record.error.startswith(f"train.csv:{record.line}: ")
            assert len(record.error) <= 200
            assert show(record.error) == record.error


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (b"a,b,c", "row has 3 fields, header has 2 (text,label); quote the comma or pass --del"),
        (b"a", "row has 1 field, header has 2 (text,label); add the missing ones or pass --del"),
        (b'"a"b,x', 'text after a closing quote; write a quote inside a field as ""'),
        (b'"a,b', "a quote opens here and does not close in 10,000 lines or 1 MiB; write a "),
        (b"\xe9t\xe9,x", "byte 1 of the line (0xe9) is not UTF-8; pass --encoding latin-1 or an"),
        ("好的，很好,x".encode("gb18030"), "byte 1 of the line (0xba) is not UTF-8; pass --enc"),
        (b"a\0b,x", "NUL byte: binary file? If it is UTF-16, pass --encoding utf-16"),
        (b"a,", "no label; fill column 'label' or drop the row"),
        (b"a,\xe3\x80\x80", "no label; fill column 'label' or drop the row"),
    ],
)
def test_a_row_that_cannot_be_read_is_one_bad_record(row: bytes, message: str) -> None:
    data = b'text,label\n"two\nlines",x\n' + row + b"\nlast,y\n"
    before, bad, after = records_of(data)
    assert (before.text, after.text) == ("two\nlines", "last")
    assert bad.error is not None
    assert bad.error.startswith(f"train.csv:4: {message}")
    assert len(bad.error) <= 200
    assert (bad.number, bad.line, after.number, after.line) == (2, 4, 3, 5)


def test_chinese_bytes_get_a_chinese_encoding_proposed() -> None:
    for name, encoding in (("gb18030", "gb18030"), ("latin-1", "latin-1")):
        text = {"gb18030": "很好,x", "latin-1": "général été,x"}[name]
        message = problem(b"text,label\n" + text.encode(encoding) + b"\nb,y\n")
        assert f"--encoding {name}" in message


@pytest.mark.parametrize(
    "encoding", ["gb18030", "latin-1", "utf-16", "utf-16-le", "utf-32", "big5"]
)
def test_other_encodings_on_request(encoding: str) -> None:
    text = "é" if encoding == "latin-1" else "好"
    data = f"text,label\r\n{text},x\r\n\nb,y".encode(encoding)
    assert pairs(data, encoding=encoding) == [(text, "x"), ("b", "y")]


def test_a_bom_is_proof_of_utf8_whatever_was_remembered() -> None:
    remembered = Remembered(text="text", label="label", encoding="gb18030")
    plain = "text,label\n好,x\n"
    assert pairs(plain.encode("gb18030"), remembered=remembered) == [("好", "x")]
    assert pairs(plain.encode("utf-8-sig"), remembered=remembered) == [("好", "x")]


@pytest.mark.parametrize(
    "encoding", ["klingon", "base64", "idna", "utf-7", "a\0b", "unicode_escape"]
)
def test_an_encoding_that_is_none_is_a_usage_error(encoding: str) -> None:
    with pytest.raises(ConfigError, match="--encoding: unknown encoding"):
        records_of(b"text,label\na,x\n", encoding=encoding)


def test_the_wrong_wide_encoding_is_said() -> None:
    assert "another --encoding" in problem(
        b"text,label\na,xy\n\0\xd8\0\xd8\n", encoding="utf-16-le"
    )
    data = "text,label\na,x\n".encode("utf-16-le")
    assert "does not start with BOM); pass --encoding utf-16-le" in problem(data, encoding="utf-16")
    assert pairs(data, encoding="utf-16-le") == [("a", "x")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "train.csv: the file is empty; "),
        (b"\xef\xbb\xbf\n", "train.csv: no rows; "),
        (b"\n \n", "train.csv: no rows; "),
        (b"text,label\n", "train.csv: no rows; "),
        (b"text,label\n\n", "train.csv: no rows; "),
        (b"\xff\xfet\0", "train.csv: looks like UTF-16; pass --encoding utf-16"),
        ("t".encode("utf-32"), "train.csv: looks like UTF-32; pass --encoding utf-32"),
        (b"PK\x03\x04\x14\0", "train.csv: looks like a zip archive"),
        (b"PAR1\x15", "train.csv: looks like a Parquet file"),
        (b"text,label,text\na,b,c\n", "train.csv:1: two columns are named 'text'; rename"),
        (b"te\xffxt,label\na,b\n", "train.csv:1: byte 3 of the line (0xff) is not UTF-8; "),
        (b'"text,label\na,b\n', "train.csv:1: a quote opens here and does not close"),
        (b"text\na\nb\n", "train.csv:1: only one column ('text'); pass --delimiter"),
        (
            b"text\tx\ta\nb\n",
            "train.csv:1: only one column ('text\\tx\\ta'); tabs seen: try --delimi",
        ),
    ],
)
def test_a_file_that_is_no_table(data: bytes, message: str) -> None:
    assert problem(data).startswith(message)


def test_empty_data_are_no_records_for_predict() -> None:
    for data in (b"", b"review,stars\n"):
        assert records_of(data, needs_label=False, remembered=REVIEWS) == []


def test_a_blank_line_is_a_record_for_predict_of_one_column_only() -> None:
    one = records_of(b"review\na\n\nb\n\n", needs_label=False, remembered=REVIEWS)
    assert [r.text for r in one] == ["a", "", "b", ""]
    two = records_of(b"review,stars\na,1\n\nb,2\n", needs_label=False, remembered=REVIEWS)
    assert [(r.line, r.text) for r in two] == [(2, "a"), (4, "b")]
    assert pairs(b"review,stars\na,1\n\nb,2\n", remembered=REVIEWS) == [("a", "1"), ("b", "2")]


def test_a_stray_quote_costs_its_line_alone() -> None:
    rows = b"".join(b"text %d,x\n" % i for i in range(10_500))
    records = records_of(b'text,label\n"stray,x\n' + rows)
    assert [r.number for r in records if r.error] == [1]
    assert len(records) == 10_501
    wide = b'text,label\n"stray,x\n' + (b"w" * 1000 + b",y\n") * 1100 + b'closes",z\n'
    records = records_of(wide)
    assert [r.number for r in records if r.error] == [1]
    assert (records[-1].text, records[-1].label) == ('closes"', "z")


def test_a_fault_in_any_line_of_a_row_spoils_the_row_alone() -> None:
    for row, place in (
        (b'"\xff\nb\nc",x', "byte 2 of the line"),
        (b'"a\n\xff\nc",x', "in line 3: byte 1 of the line"),
        (b'"a\nb\n\xff",x', "in line 4: byte 1 of the line"),
    ):
        bad, good = records_of(b"text,label\n" + row + b"\nd,y\n")
        assert str(bad.error).startswith(f"train.csv:2: {place}")
        assert bad.text is None
        assert (good.line, good.text) == (5, "d")


def test_a_long_field_is_read_and_a_longer_line_passed_over() -> None:
    long = b"w" * 2**20
    assert pairs(b"text,label\n" + long + b",x\n") == [(long.decode(), "x")]
    longer = b"text,label\n" + b"w" * (16 * 2**20 + 1) + b",x\nb,y\n"
    first, second = records_of(longer)
    assert first.error == "train.csv:2: line is longer than 16 MiB; split it into records"
    assert (second.line, second.text) == (3, "b")


def peak_growth(size: int) -> int:
    """Return by how many bytes the peak memory of a process grows over one line of `size`."""
    script = """
        import resource, sys
        from grucli.data.forms.opening import ReadOptions, Remembered, open_source

        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

        before = peak()
        known = Remembered(text="text", delimiter=",")
        with open_source("-", ReadOptions(), needs_label=False, remembered=known) as source:
            records = list(source)
        assert [record.text for record in records] == [None, "b"], records
        assert "longer than 16 MiB" in records[0].error
        print(peak() - before)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    for _ in range(size // 2**20):
        process.stdin.write(b"w" * 2**20)
    process.stdin.write(b"\nb\n")
    printed, _ = process.communicate()
    assert process.returncode == 0
    return int(printed)


def test_memory_is_bounded_on_a_long_line() -> None:
    assert peak_growth(100 * 2**20) < 60e6


@pytest.mark.slow
def test_memory_is_bounded_on_a_line_of_a_gigabyte() -> None:
    assert peak_growth(2**30) < 60e6


def test_memory_is_bounded_over_many_rows(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_bytes(b"text,label\n" + b"some words of a text,x\n" * 400_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with open_source(path, ReadOptions(), needs_label=True) as source:
        assert sum(1 for _ in source) == 400_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB


def test_a_damaged_gzip_is_a_data_error() -> None:
    packed = gzip.compress(b"text,label\n" + os.urandom(5000).hex().encode() + b",x\n")
    for data in (packed[:2000], packed[:1000] + b"\0" * 50 + packed[1050:]):
        with pytest.raises(DataError, match="gzip"):
            records_of(data, "train.csv.gz")


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("a.csv", b"text,label\n" + b"some words,x\n" * 20_000),
        ("a.txt", b"__label__x some words\n" * 20_000),
        ("a.jsonl", b'{"text": "some words", "label": "x"}\n' * 10_000),
        ("a.ts", b"@classLabel true x\n@data\n" + b"1,2,3:x\n" * 40_000),
    ],
)
def test_data_that_change_while_they_are_read_are_refused(name: str, rows: bytes) -> None:
    with file(rows, name), open_source(name, ReadOptions(), needs_label=True) as source:
        records = iter(source)
        next(records)
        with Path(name).open("ab") as more:
            more.write(rows[-5:])
        with pytest.raises(DataError, match=f"{name}: changed while it was read, from "):
            list(records)


@pytest.mark.parametrize("needs_label", [True, False])
def test_a_table_whose_only_line_feed_is_its_last_byte_is_refused(needs_label: bool) -> None:
    data = b"text,label\rgood film,x\rbad film,y\n"
    known = Remembered(text="text", label="label")
    with pytest.raises(DataError, match=r"^train.csv:1: the whole file is one line with carriage"):
        records_of(data, needs_label=needs_label, remembered=known)
    assert len(records_of(data.removesuffix(b"\n"), needs_label=False, remembered=known)) == 2


# --- formats and delimiters -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "format", "findings"),
    [
        ("a.csv", "text,label\na;1,x\nb;2,y\n", "csv", []),
        ("a.tsv", "text\tlabel\na,1\tx\nb,2\ty\n", "tsv", []),
        ("a.CSV", "text;label\na,1;x\nb;y\n", "csv", ["semicolon-separated"]),
        ("a.csv", "text\tlabel\na,1\tx\nb\ty\n", "tsv", ["tab-separated"]),
        ("a.tsv", "text|label\na|x\nb|y\n", "csv", ["pipe-separated"]),
        ("a.data", "text,label\na,x\nb,y\n", "csv", ["comma-separated"]),
        ("a", "text\tlabel\na\tx\nb\ty\n", "tsv", ["tab-separated"]),
        ("a.txt", "__label__x a\n__label__y b\n", "lines", []),
        ("a.data", "__label__x a,b\n__label__y b,c\n", "lines", []),
    ],
)
def test_the_form_is_found_and_a_guess_is_said(
    name: str, data: str, format: str, findings: list[str]
) -> None:
    source = source_of(data.encode(), name)
    assert source.format == format
    said = [finding.split(" ")[0] for finding in source.findings]
    assert said == findings + ["text"] * (format != "lines")
    assert [(r.text[0], r.label) for r in source.records] == [("a", "x"), ("b", "y")]


def test_format_and_delimiter_can_be_given() -> None:
    data = b"text,x:label,y\na,b:x\n"
    for delimiter in (":", "\t", "tab", "semicolon"):
        mark = {"tab": b"\t", "semicolon": b";"}.get(delimiter, delimiter.encode())
        given = data.replace(b":", mark)
        assert pairs(
            given, "a.txt", format="csv", delimiter=delimiter, text="text,x", label="label,y"
        )
    assert pairs(b"text,label\n", "a.csv", format="lines", needs_label=False) == [
        ("text,label", None)
    ]


@pytest.mark.parametrize("delimiter", ["::", "", '"', "\n", "\0", "taps"])
def test_a_delimiter_that_is_none_is_a_usage_error(delimiter: str) -> None:
    if delimiter:
        with pytest.raises(ConfigError, match="--delimiter: must be one character or one of comma"):
            records_of(b"text,label\na,x\n", delimiter=delimiter)


def test_an_unknown_format_is_a_usage_error() -> None:
    with pytest.raises(ConfigError, match="--format: must be one of auto, csv"):
        records_of(b"a", format="xml")


# --- line ends ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"a\rb\nc\n", [b"a\rb", b"c"]),
        (b"\ra\n\n50 %\r100 %\r\n", [b"\ra", b"", b"50 %\r100 %"]),
        (b"a\r\r\nb\r\r\n", [b"a", b"b"]),
        (b"a\r\nb\r", [b"a", b"b"]),
        (b"a\rb\r", [b"a", b"b"]),
        (b"a\r\rb", [b"a", b"", b"b"]),
        (b"a\r", [b"a"]),
        (b'a,b\r"x\ny",d\r"z"\r', [b"a,b", b'"x', b'y",d', b'"z"']),  # rows of a Macintosh
        (b'a\r"x\ny"\r"z\n', [b"a", b'"x', b'y"', b'"z']),
        (b'"x\ry"\n"z"\n', [b'"x\ry"', b'"z"']),
        (b'50 %\r"done\nb\n', [b'50 %\r"done', b"b"]),
        (b'a\rof 5" size\nb', [b'a\rof 5" size', b"b"]),
        (b"\r\n", [b""]),
        (b"a\r" * 600_000, [b"a"] * 600_000),
        (b"a\r" * 600_000 + b"b\nc", [*[b"a"] * 600_000, b"b", b"c"]),
        (b"a\r" * 500_000 + b"b\nc", [b"a\r" * 500_000 + b"b", b"c"]),
        (b"w" * 2**20 + b"\ra\nb", [b"w" * 2**20 + b"\ra", b"b"]),
    ],
)
def test_cr_alone_ends_lines_only_where_the_first_mib_has_no_lf(
    data: bytes, lines: list[bytes]
) -> None:
    whole = Lines(io.BytesIO(data), "a")
    assert list(whole) == lines
    assert whole.number == len(lines)


class Dripping(io.BytesIO):
    """A stream that comes in the pieces it was made of."""

    def __init__(self, pieces: list[bytes]) -> None:
        super().__init__()
        self.pieces = [piece for piece in pieces if piece]

    def read1(self, size: int | None = -1) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b"", b"\xe5\xa5\xbd"])))
def test_lines_do_not_depend_on_how_they_arrive(pieces: list[bytes]) -> None:
    expected = list(Lines(io.BytesIO(b"".join(pieces)), "a"))
    assert list(Lines(Dripping(pieces), "a")) == expected
    if b"\n" in b"".join(pieces):
        ends = b"".join(pieces).split(b"\n")
        assert expected == [end.rstrip(b"\r") for end in ends[: None if ends[-1] else -1]]


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cr_within_a_cell_is_its_own(quote: str) -> None:
    row = f"{quote}a\rb{quote},x\n"
    records = records_of(f"text,label\n{row}c,y\r\n\r\nd,x".encode())
    assert [(r.text, r.label, r.line) for r in records] == [
        ("a\rb", "x", 2), ("c", "y", 3), ("d", "x", 5),
    ]  # fmt: skip
    tabs = f"text\tlabel\n{row}".replace(",", "\t").encode()
    assert pairs(tabs, "a.tsv") == [("a\rb", "x")]
    crs = [(r.text, r.error) for r in stdin_records(b"a lamp\rb\nc\n", None)]
    assert crs == [("a lamp\rb", None), ("c", None)]


# --- columns --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "text", "label"),
    [
        ("id,Review,Class", "Review", "Class"),
        ("gender,name", "name", "gender"),
        ("title,text,topic,label", "text", "label"),
        ("评论,情感", "评论", "情感"),
        ("word,domain", "word", "domain"),
        ("a,LABEL", "a", "LABEL"),
        ("text,a", "text", "a"),
    ],
)
def test_columns_known_by_name(header: str, text: str, label: str) -> None:
    width = header.count(",") + 1
    rows = "".join(",".join(f"{'ab'[i % 2]}{j}" for j in range(width)) + "\n" for i in range(6))
    source = source_of(f"{header}\n{rows}".encode())
    assert (source.text_column, source.label_column) == (text, label)
    assert source.findings == (
        f"text column '{text}', label column '{label}' (pass --text/--label to choose others)",
    )


CONTENT = "no,said,stars,verdict\n" + "".join(
    f"{i},what they said at time {i},{i % 5},{'good' if i % 2 else 'bad'}\n" for i in range(40)
)


def test_columns_found_by_content_prefer_words_to_numbers() -> None:
    source = source_of(CONTENT.encode())
    assert (source.text_column, source.label_column) == ("said", "verdict")
    without = "\n".join(line.rpartition(",")[0] for line in CONTENT.splitlines())
    source = source_of(without.encode())
    assert (source.text_column, source.label_column) == ("said", "stars")
    assert "label column 'stars'" in source.findings[0]


def test_given_columns_are_taken_and_not_said() -> None:
    source = source_of(CONTENT.encode(), text="verdict", label="stars")
    assert (source.text_column, source.label_column) == ("verdict", "stars")
    assert source.findings == ()


def test_text_and_label_are_two_columns() -> None:
    assert "text and label are the same column" in problem(
        CONTENT.encode(), text="said", label="said"
    )


def test_a_table_sorted_by_class_still_has_its_label_found() -> None:
    rows = "".join(f"words number {i},neg\n" for i in range(300)) + "more words,pos\n"
    assert source_of(f"what,verdict\n{rows}".encode()).label_column == "verdict"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("a,b,c\nxx,good,one\nyy,bad,two\nzz,good,one\nww,bad,two\n", "no clear label column"),
        ("a,b,label\nJohn,Snow,x\nMary,Hill,y\n", "no clear text column (columns: a,b,label)"),
        ("words,b\nsome text,x1\nother text,x2\nthird text,x3\n", "no clear label column"),
    ],
)
def test_unclear_columns_are_listed(data: str, message: str) -> None:
    assert message in problem(data.encode())
    assert problem(data.encode()).endswith("pass --text COL --label COL")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("good film,pos\nbad film,neg\nfine film,pos\n", "the first row looks like data (good fi"),
        ("1,good\n2,bad\n3,good\n", "the first row looks like data (1,good); pass --no-header"),
    ],
)
def test_a_missing_header_is_noticed_never_guessed(data: str, said: str) -> None:
    assert said in problem(data.encode())


def test_without_header_columns_are_numbered() -> None:
    data = b"good film,pos\nbad film,neg\nfine film,pos\n"
    source = source_of(data, header=False)
    assert source.columns == ("1", "2")
    assert (source.text_column, source.label_column) == ("1", "2")
    assert [r.line for r in source.records] == [1, 2, 3]
    assert pairs(data, header=False, text="2", label="1")[0] == ("pos", "good film")
    assert source.remembered.header is False
    assert pairs(data, needs_label=False, remembered=source.remembered)[0] == ("good film", "pos")
    again = b"verdict,said\npos,good film\n"
    named = pairs(again, remembered=source.remembered, text="said", label="verdict")
    assert named == [("good film", "pos")]
    multi = records_of(b'"two\nlines",x\nb,y\n', header=False, text="1", label="2")
    assert [(r.line, r.text) for r in multi] == [(1, "two\nlines"), (3, "b")]


def test_what_is_remembered_holds_in_any_order_with_any_other_columns() -> None:
    data = b"id;stars;review;more\n1;5;gut, sehr gut;x\n"
    for known in (REVIEWS, Remembered(text="review", label="stars", delimiter=";")):
        assert pairs(data, remembered=known) == [("gut, sehr gut", "5")]
        assert pairs(data, needs_label=False, remembered=known) == [("gut, sehr gut", "5")]
    assert pairs(b"review\na\n", needs_label=False, remembered=REVIEWS) == [("a", None)]
    assert pairs(b"review,stars\na,\n", needs_label=False, remembered=REVIEWS) == [("a", None)]


def test_what_is_remembered_comes_from_the_source() -> None:
    data = "text;label\n好;x\n".encode("gb18030")
    known = source_of(data, encoding="gb18030").remembered
    assert known == Remembered(text="text", label="label", delimiter=";", encoding="gb18030")
    assert pairs(data, needs_label=False, remembered=known) == [("好", "x")]


@pytest.mark.parametrize(
    ("data", "needs_label", "message"),
    [
        (
            "revew,stars\na,1\n",
            False,
            "no column 'review' (columns: revew,stars); did you mean 'revew'?",
        ),
        ("text,stars\na,1\n", False, "no column 'review' (columns: text,stars); pass --text COL"),
        ("review,x\na,1\n", True, "no column 'stars' (columns: review,x); pass --label COL"),
    ],
)
def test_a_remembered_column_that_is_absent(data: str, needs_label: bool, message: str) -> None:
    assert message in problem(data.encode(), needs_label=needs_label, remembered=REVIEWS)


def test_messages_are_harmless_and_short() -> None:
    long = "x\x1b[31m" * 100
    for data in (f"{long},b\na,b\na,c\n", f"{long},{long}\n", f"text,{long}\na,\n\xff,c\nd,c\n"):
        try:
            errors = [str(r.error) for r in records_of(data.encode("latin-1")) if r.error]
        except GrucliError as error:
            errors = list(error.problems)
        assert errors
        for message in errors:
            assert show(message) == message
            assert len(message) <= 200


# --- lines ----------------------------------------------------------------------------------


def test_labelled_lines() -> None:
    data = b"__label__x a, b\n\n__label__y\t c \n__label__z\n"
    assert pairs(data, "a.txt") == [("a, b", "x"), ("c ", "y"), ("", "z")]
    assert [r.line for r in records_of(data, "a.txt")] == [1, 3, 4]


@pytest.mark.parametrize(
    ("line", "text", "label"),
    [
        ("great film __label__x", "great film", "x"),
        ("great __label__x film ", "great film ", "x"),
        ("\t __label__x\v\fgreat film", "great film", "x"),
        ("great\r__label__x\rfilm", "great\rfilm", "x"),
        ("__label__x great __label__x film", "great film", "x"),
        ("__label__好 a__label__y b", "a__label__y b", "好"),
        ("__label__x\u3000y a", "a", "x\u3000y"),
        ("__label____label__x a </s>", "a </s>", "__label__x"),
        ("  a  b __label__x", "a  b", "x"),
    ],
)
def test_a_label_stands_anywhere_in_its_line(line: str, text: str, label: str) -> None:
    data = (line + "\n__label__y b\n").encode()
    assert pairs(data, "a.txt") == [(text, label), ("b", "y")]
    assert pairs(data, "a.txt", needs_label=False) == [(text, label), ("b", "y")]
    with stdin(data, pytest.MonkeyPatch()), open_source("-", ReadOptions(), needs_label=True) as s:
        assert [(r.text, r.label) for r in s] == [(text, label), ("b", "y")]


def test_lines_without_a_label_are_skipped_and_counted() -> None:
    data = b"first\n\n__label__x a\nb\nc __label__y\nd\n"
    for name in ("a.txt", "a"):
        source = source_of(data, name)
        assert [(r.number, r.line, r.text) for r in source.records] == [(1, 3, "a"), (2, 5, "c")]
        assert source.found_later() == (
            "skipped 3 lines without a __label__x, the first is line 1",
        )
    assert source_of(b"__label__x a\nb\n", "a.txt").found_later() == (
        "skipped 1 line without a __label__x, the first is line 2",
    )
    assert [r.text for r in records_of(data, "a.txt", needs_label=False)] == [
        "first", "", "a", "b", "c", "d",
    ]  # fmt: skip


def test_a_file_with_hardly_a_label_is_no_file_of_labelled_lines() -> None:
    rest = b"text,label\n" + b"a,x\n" * 18
    said = "a.txt:1: no __label__x in the line; if this is a table, pass --format csv"
    assert problem(rest, "a.txt") == said
    assert problem(rest, "a.txt", format="lines") == said
    few = rest + b"a __label__x\n"
    assert problem(few, "a.txt") == (
        "a.txt:1: no __label__x in the line; 1 of 20 lines have one; if this is a table, pass "
        "--format csv, or --format lines"
    )
    assert pairs(few, "a.txt", format="lines") == [("a", "x")]
    assert pairs(few + b"__label__y b\n__label__y\n", "a.txt")[1:] == [("b", "y"), ("", "y")]


def test_lines_for_predict_are_raw_text() -> None:
    data = b'"a, b\n\n__label__x c\n  d\n=1\t2\n__label__ e __label__x __label__y f\n my__label__x'
    assert [r.text for r in records_of(data, "a.txt", needs_label=False)] == [
        '"a, b', "", "c", "  d", "=1\t2", "e f", " my__label__x",
    ]  # fmt: skip


def test_a_text_file_is_a_table_where_its_delimiter_is_known() -> None:
    data = b"body|kind\na, b|x\nc|y\n"
    assert pairs(data, "a.txt", delimiter="pipe") == [("a, b", "x"), ("c", "y")]
    remembered = source_of(data, "a.txt", delimiter="pipe").remembered
    for needs_label in (True, False):
        known = {"needs_label": needs_label, "remembered": remembered}
        assert [r.text for r in records_of(data, "a.txt", **known)] == ["a, b", "c"]
        assert [r.text for r in records_of(b"__label__x a\n", "a.txt", **known)] == ["a"]
    assert [r.text for r in records_of(b"a|b\nc\n", "a.txt", **known)] == ["a|b", "c"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"__label__ a", "a.txt:2: a label without a name; write __label__x"),
        (
            b"__label__x b __label__y a",
            "a.txt:2: 2 labels (x, y); keep one a line (several labels a row are the task multi",
        ),
        (b"__label__x \xff", "a.txt:2: byte 12 of the line (0xff) is not UTF-8; "),
        (b"__label__x \0", "a.txt:2: NUL byte: binary file?"),
    ],
)
def test_bad_labelled_lines(line: bytes, message: str) -> None:
    assert problem(b"__label__x a\n" + line + b"\n__label__x b\n", "a.txt").startswith(message)


# --- standard input -------------------------------------------------------------------------


@contextmanager
def stdin(data: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with tempfile.TemporaryFile() as stream, monkeypatch.context() as patch:
        stream.write(data)
        stream.flush()
        stream.seek(0)
        patch.setattr(sys, "stdin", stream)
        yield


def stdin_records(data: bytes, remembered: Remembered | None, **options: Any) -> list[Record]:
    with (
        stdin(data, pytest.MonkeyPatch()),
        open_source("-", ReadOptions(**options), needs_label=False, remembered=remembered) as s,
    ):
        return list(s)


@given(st.lists(hostile_line), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_a_line_in_is_a_record_out(lines: list[bytes], end: bytes) -> None:
    records = stdin_records(b"".join(line + end for line in lines), REVIEWS)
    assert [(r.number, r.line) for r in records] == [(i, i) for i in range(1, len(lines) + 1)]
    for record, line in zip(records, lines, strict=True):
        is_sound = b"\0" not in line and b"\xff" not in line and is_utf8(line)
        assert (record.error is None) == is_sound


def is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


@given(st.lists(unicode_text.map(lambda t: t.replace("\0", "")), min_size=1))
def test_bom_line_ends_and_a_final_newline_change_nothing(texts: list[str]) -> None:
    texts = [" ".join(text.replace("\n", " ").replace("\r", " ").split("\ufeff")) for text in texts]
    texts[-1] = texts[-1] or "x"
    plain = "\n".join(texts).encode()
    expected = [r.text for r in stdin_records(plain, None)]
    assert len(expected) == len(texts)
    for data in (
        plain + b"\n",
        b"\xef\xbb\xbf" + plain,
        plain.replace(b"\n", b"\r\n"),
        plain.replace(b"\n", b"\r") + b"\r",
    ):
        assert [r.text for r in stdin_records(data, None)] == expected


def test_no_bytes_no_records() -> None:
    assert stdin_records(b"", REVIEWS) == []
    assert stdin_records(b"\n", REVIEWS)[0].text == ""


def test_a_header_with_the_models_columns_makes_a_table() -> None:
    data = b'stars,review\n5,"a, b"\n1,c\n'
    assert [r.text for r in stdin_records(data, REVIEWS)] == ["a, b", "c"]
    assert [r.text for r in stdin_records(b"review\na, b\n", REVIEWS)] == [None]
    tabs = Remembered(text="review", delimiter="\t")
    assert [r.text for r in stdin_records(b"id\treview\n1\ta, b\n", tabs)] == ["a, b"]
    assert [r.text for r in stdin_records(b"my review, is\nb\n", REVIEWS)] == ["my review, is", "b"]
    assert len(stdin_records(data, REVIEWS, format="lines")) == 3
    assert len(stdin_records(data, None)) == 3
    with pytest.raises(DataError, match="standard input:1: no column 'review'"):
        stdin_records(b"text,stars\na,1\n", REVIEWS, format="csv")


def test_training_reads_any_form_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (
        b"text,label\na,x\nb,y\n",
        b"text\tlabel\na\tx\nb\ty\n",
        b"__label__x a\n__label__y b",
    ):
        for packed in (data, gzip.compress(data)):
            with (
                stdin(packed, monkeypatch),
                open_source("-", ReadOptions(), needs_label=True) as source,
            ):
                assert [(r.text, r.label) for r in source] == [("a", "x"), ("b", "y")]
                assert source.name == "standard input"


def test_binary_is_said_in_training_and_one_bad_record_each_line_in_predict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    utf16 = "a\nb\n".encode("utf-16")
    with (
        stdin(utf16, monkeypatch),
        pytest.raises(DataError, match="standard input: looks like UTF-16"),
    ):
        open_source("-", ReadOptions(), needs_label=True)
    records = stdin_records(utf16, REVIEWS)
    assert [r.error is None for r in records] == [False, False, False]
    assert "it looks like UTF-16: pass --encoding utf-16" in str(records[0].error)
    assert [r.text for r in stdin_records(utf16, REVIEWS, encoding="utf-16")] == ["a", "b"]


@pytest.mark.parametrize("head", [b"", b"stars,review\n"])
def test_a_pause_of_the_producer_is_seen(head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    row = b"5,%s\n" if head else b"%s\n"
    with os.fdopen(reading, "rb") as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", stream)
        os.write(writing, head + row % b"a" + row % b"b")
        with open_source("-", ReadOptions(), needs_label=False, remembered=REVIEWS) as source:
            records = iter(source)
            assert source.ready()
            assert next(records).text == "a"
            assert source.ready()
            assert next(records).text == "b"
            assert not source.ready()
            os.write(writing, row[:-1] % b"half a")
            assert not source.ready()
            os.write(writing, b" line\r")
            assert not source.ready()
            os.write(writing, b"\n")
            assert source.ready()
            assert next(records).text == "half a line"
            assert not source.ready()
            os.write(writing, row[:-1] % b"the last")
            os.close(writing)
            assert source.ready()
            assert next(records).text == "the last"
            assert source.ready()
            assert next(records, None) is None


# --- real data ------------------------------------------------------------------------------

REAL = Path(os.environ["SEQ_DATA"]) if "SEQ_DATA" in os.environ else None


@pytest.mark.skipif(REAL is None, reason="SEQ_DATA names no folder of data sets")
def test_real_tables_are_read_with_no_options() -> None:
    assert REAL is not None
    paths = sorted(REAL.glob("*/train.csv.gz"))
    assert paths
    for path in paths:
        with open_source(path, ReadOptions(), needs_label=True) as source:
            records = list(source)
        assert (source.text_column, source.label_column) == ("text", "label")
        assert not [record.error for record in records if record.error]
        assert 2 <= len({record.label for record in records}) <= 40
