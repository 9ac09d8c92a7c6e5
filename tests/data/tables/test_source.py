"""Tables of texts, row by row: what is read, what is one bad record, what is refused.

Covers: data/tables/first_row.
"""

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

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.forms.opening import open_source
from grucli.data.records import ReadOptions, Remembered
from grucli.errors import ConfigError, DataError, show
from tests.data.reading import REVIEWS, pairs, problem, records_of
from tests.strategies import cells, hostile_line


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
        (b"text\na\nb\n", "train.csv:1: only one column ('text'); add a column with the label"),
        (b"text\n__label__x a\n", "train.csv:1: only one column ('text'); pass --format lines"),
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
        from grucli.data.forms.opening import open_source
        from grucli.data.records import ReadOptions, Remembered

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
