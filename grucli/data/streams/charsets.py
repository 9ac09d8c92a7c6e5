"""The encoding of bytes, where it is not the one that is expected."""

import codecs
import re
from typing import Final

_LEAST_CJK: Final = "\u0800"
"""The first character of three bytes; those of two come about in Chinese of other encodings."""

_WIDE_MARKS = (
    ("UTF-32", (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)),  # before UTF-16, whose mark it begins
    ("UTF-16", (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)),
)


def speaks_for_utf8(line: bytes, encoding: str) -> bool | None:
    """Return whether a line is UTF-8 and not in `encoding`; None if it does not tell.

    What is valid UTF-8 was hardly written in an encoding of one byte a character. Of the others,
    such as GB 18030, a character may happen to be one of two bytes in UTF-8 ("通" is one), hardly
    one of three, which all of Chinese, Japanese and Korean are there.
    """
    text, is_foreign = _decoded(line, "utf-8"), _decoded(line, encoding) is None
    if text is None:
        return None if is_foreign else False
    if text.isascii():
        return None
    return True if is_foreign or max(text) >= _LEAST_CJK or _has_single_bytes(encoding) else None


def starts_as_utf8(start: bytes) -> bool:
    """Whether bytes that hold a whole line are UTF-8 and no encoding of two bytes a character."""
    if b"\n" not in start or b"\0" in start:
        return False
    return _decoded(start[: start.rindex(b"\n")], "utf-8") is not None


def wide_encoding(start: bytes) -> str:
    """Return the encoding whose mark of byte order the bytes begin with, "" for none."""
    return next((name for name, marks in _WIDE_MARKS if start.startswith(marks)), "")


def is_probably_chinese(line: bytes) -> bool:
    """Whether `line` decodes as GB 18030 and its high bytes come in pairs, as in Chinese text.

    Decoding alone proves little: Western text in Latin-1 often decodes too.
    """
    if _decoded(line, "gb18030") is None:
        return False
    high = len(re.findall(rb"[\x80-\xff]", line))
    paired = 2 * len(re.findall(rb"[\x81-\xfe][\x80-\xfe]", line))
    return paired > high / 2


def likely_encoding(line: bytes) -> str:
    """Return the encoding that a line which is not UTF-8 speaks for: Chinese, or what Excel writes.

    Latin-1 reads whatever there is.
    """
    if is_probably_chinese(line):
        return "gb18030"
    is_windows = re.search(rb"[\x80-\x9f]", line) and _decoded(line, "cp1252") is not None
    return "cp1252" if is_windows else "latin-1"


def _decoded(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def _has_single_bytes(encoding: str) -> bool:
    """Whether an encoding has a character for each byte."""
    pairs = (b"\xc3\xa9", b"\x81\x40")  # one character in Chinese and Korean, one in Japanese
    return all(len(pair.decode(encoding, "replace")) == 2 for pair in pairs)
