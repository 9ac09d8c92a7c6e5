"""Bytes in UTF-8 that are handed to a model of another encoding, and those that are not."""

import os
import sys

import pytest

from grucli.data.forms.opening import open_source
from grucli.data.records import ReadOptions, Remembered
from grucli.data.streams.charsets import speaks_for_utf8
from tests.data.reading import piped, read

LEGACY = ["gb18030", "gbk", "big5", "euc_jp", "shift_jis", "euc_kr", "latin-1", "cp1252", "koi8-r"]
SAMPLES = {
    **dict.fromkeys(("gb18030", "gbk"), "这部电影很好看，我喜欢"),
    "big5": "這部電影很好看",
    **dict.fromkeys(("euc_jp", "shift_jis"), "とても面白い映画です"),
    "euc_kr": "아주 좋은 영화",
    **dict.fromkeys(("latin-1", "cp1252"), "général été à la façade"),
    "koi8-r": "очень хороший фильм",
}


def known(encoding: str) -> Remembered:
    return Remembered(text="text", label="label", delimiter=",", encoding=encoding)


@pytest.mark.parametrize("encoding", LEGACY)
def test_utf8_is_read_by_a_model_of_another_encoding(encoding: str) -> None:
    text = SAMPLES[encoding]
    table = f"text,label\n{text},x\n"
    for written in ("utf-8", encoding, "utf-8-sig"):
        used = "utf-8" if written != encoding else encoding
        read_as = f"read as {used}," if used == encoding else f"read as utf-8, not {encoding}"
        said = f"{read_as} like the training data (or pass --encoding)".replace(
            "latin-1", "iso8859-1"
        )
        lines = f"plain\n{text}\n".encode(written)
        source, records = piped(lines, needs_label=False, remembered=known(encoding))
        assert [r.text for r in records] == ["plain", text]
        assert said in source.findings
        for needs_label in (True, False):
            arguments = {"needs_label": needs_label, "remembered": known(encoding)}
            source, records = read(table.encode(written), "a.csv", **arguments)
            assert [(r.text, r.label) for r in records] == [(text, "x")]
            assert said in source.findings
            assert source.found_later() == ()


def test_an_encoding_that_is_given_stays() -> None:
    (record,) = piped(
        "好好好\n", needs_label=False, remembered=known("gb18030"), encoding="gb18030"
    )[1]
    assert record.text == "好好好".encode().decode("gb18030", "replace") or record.error


@pytest.mark.parametrize(
    ("line", "encoding", "is_utf8"),
    [
        ("模通".encode("gbk"), "gb18030", None),  # as UTF-8 it is a letter of Greek, one of Latin
        ("模通".encode(), "gb18030", True),
        ("很好".encode("gbk"), "gb18030", False),
        (b"plain", "gb18030", None),
        ("café".encode(), "gb18030", None),
        ("café".encode(), "latin-1", True),
        ("café".encode("latin-1"), "latin-1", False),
        (b"\xff\xff", "gb18030", None),  # valid in neither
        ("😀".encode(), "shift_jis", True),
    ],
)
def test_what_a_line_speaks_for(line: bytes, encoding: str, is_utf8: bool | None) -> None:
    assert speaks_for_utf8(line, encoding) is is_utf8


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_a_model_of_wide_characters_reads_utf8_too(encoding: str) -> None:
    for text in ("plain", "很好"):
        for written in (encoding, "utf-8"):
            lines = f"{text}\n{text}\n".encode(written)
            source, records = piped(lines, needs_label=False, remembered=known(encoding))
            assert [r.text for r in records] == [text, text]
            assert source.findings[-1].startswith(f"read as {written}")


def test_a_pipe_tells_later(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", stream)
        os.write(writing, b"plain\n")
        with open_source(
            "-", ReadOptions(), needs_label=False, remembered=known("gb18030")
        ) as source:
            assert source.findings == (
                "read as gb18030, like the training data (or pass --encoding)",
            )
            records = iter(source)
            assert next(records).text == "plain"
            os.write(writing, "很好\n模通\n".encode())
            assert next(records).text == "很好"
            os.write(writing, "很好\n".encode("gbk"))
            os.close(writing)
            assert next(records).text == "模通"
            assert "is not UTF-8; pass --encoding gb18030" in str(next(records).error)
            assert source.found_later() == (
                "read as utf-8 from a line on that is no gb18030 (or pass --encoding)",
            )


def test_the_reverse_is_an_error_that_names_the_encoding() -> None:
    (record,) = piped("很好看\n".encode("gbk"), needs_label=False, remembered=known("utf-8"))[1]
    assert record.error == (
        "standard input:1: byte 1 of the line (0xba) is not UTF-8; pass --encoding gb18030, "
        "or big5, shift_jis, euc-kr"
    )
