"""Which form data have, and standard input.

Covers: data/records, data/forms/form_of_content, data/forms/json_start.
"""

import gzip
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.forms.opening import open_source
from grucli.data.records import ReadOptions, Remembered
from grucli.errors import ConfigError, DataError
from tests.data.reading import REVIEWS, pairs, piped_records, read, read_source, records_of, stdin
from tests.strategies import hostile_line, unicode_text


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
    source = read_source(data.encode(), name)
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


@given(st.lists(hostile_line), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_a_line_in_is_a_record_out(lines: list[bytes], end: bytes) -> None:
    records = piped_records(b"".join(line + end for line in lines), REVIEWS)
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
    expected = [r.text for r in piped_records(plain, None)]
    assert len(expected) == len(texts)
    for data in (
        plain + b"\n",
        b"\xef\xbb\xbf" + plain,
        plain.replace(b"\n", b"\r\n"),
        plain.replace(b"\n", b"\r") + b"\r",
    ):
        assert [r.text for r in piped_records(data, None)] == expected


def test_no_bytes_no_records() -> None:
    assert piped_records(b"", REVIEWS) == []
    assert piped_records(b"\n", REVIEWS)[0].text == ""


def test_a_header_with_the_models_columns_makes_a_table() -> None:
    data = b'stars,review\n5,"a, b"\n1,c\n'
    assert [r.text for r in piped_records(data, REVIEWS)] == ["a, b", "c"]
    assert [r.text for r in piped_records(b"review\na, b\n", REVIEWS)] == [None]
    tabs = Remembered(text="review", delimiter="\t")
    assert [r.text for r in piped_records(b"id\treview\n1\ta, b\n", tabs)] == ["a, b"]
    assert [r.text for r in piped_records(b"my review, is\nb\n", REVIEWS)] == ["my review, is", "b"]
    assert len(piped_records(data, REVIEWS, format="lines")) == 3
    assert len(piped_records(data, None)) == 3
    with pytest.raises(DataError, match="standard input:1: no column 'review'"):
        piped_records(b"text,stars\na,1\n", REVIEWS, format="csv")


def test_a_file_with_the_tabs_of_a_headerless_training_table_is_one() -> None:
    known = Remembered(text="1", label="2", delimiter="\t", header=False)
    data = b"good, I say\tpos\nbad\tneg\n"
    source, records = read(data, "a.txt", needs_label=False, remembered=known)
    assert [r.text for r in records] == ["good, I say", "bad"]
    assert source.findings[0].startswith("a table without a header, like the training data (pass ")
    assert [r.text for r in piped_records(data, known)] == ["good, I say\tpos", "bad\tneg"]
    _, records = read(b"good, I say\nbad\n", "a.txt", needs_label=False, remembered=known)
    assert [r.text for r in records] == ["good, I say", "bad"]


def test_training_reads_any_form_from_standard_input() -> None:
    for data in (
        b"text,label\na,x\nb,y\n",
        b"text\tlabel\na\tx\nb\ty\n",
        b"__label__x a\n__label__y b",
    ):
        for packed in (data, gzip.compress(data)):
            with (
                stdin(packed),
                open_source("-", ReadOptions(), needs_label=True) as source,
            ):
                assert [(r.text, r.label) for r in source] == [("a", "x"), ("b", "y")]
                assert source.name == "standard input"


def test_binary_is_said_in_training_and_one_bad_record_each_line_in_predict() -> None:
    utf16 = "a\nb\n".encode("utf-16")
    with (
        stdin(utf16),
        pytest.raises(DataError, match="standard input: looks like UTF-16"),
    ):
        open_source("-", ReadOptions(), needs_label=True)
    records = piped_records(utf16, REVIEWS)
    assert [r.error is None for r in records] == [False, False, False]
    assert "it looks like UTF-16: pass --encoding utf-16" in str(records[0].error)
    assert [r.text for r in piped_records(utf16, REVIEWS, encoding="utf-16")] == ["a", "b"]


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


REAL = Path(os.environ["SEQ_DATA"]) if "SEQ_DATA" in os.environ else None


@pytest.mark.skipif(REAL is None, reason="SEQ_DATA names no folder of data sets")
def test_real_tables_are_read_with_no_options() -> None:
    assert REAL is not None
    paths = sorted(REAL.glob("*/train.csv.gz"))
    assert paths
    for path in paths:
        with open_source(path, ReadOptions(), needs_label=True) as source:
            records = list(source)
        assert (source.text, source.label) == ("text", "label")
        assert not [record.error for record in records if record.error]
        assert 2 <= len({record.label for record in records}) <= 40
