r"""How a text is written where a program reads it: a cell of csv or tsv, a line of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from grucli.errors import is_harmful

_ESCAPES = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\"})
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_NEEDS_QUOTES = re.compile('[",\r\n]')
_FORMULA = re.compile("[=+\\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]")
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def csv_line(cells: Iterable[str], *, excel_safe: bool = False) -> str:
    """Return a row of RFC 4180, ended by LF; Python's csv would leave a bare CR unquoted."""
    if excel_safe:
        cells = map(without_formula, cells)
    return ",".join([_quoted(cell) for cell in cells]) + "\n"


def json_line(value: Any) -> str:
    """Return JSON on one line for every reader, even one that takes U+2028 for a line's end.

    Raises:
        ValueError: a number in it is not finite.
    """
    return json_text(value) + "\n"


def json_text(value: Any) -> str:
    """Return `json_line` without the end of the line.

    What could act on a terminal is escaped: for JSON that is the same text.
    """
    text = _JSON(value)
    if text.isprintable():
        return text
    return "".join([json.dumps(c)[1:-1] if is_harmful(c) else c for c in text])


def without_formula(cell: str) -> str:
    """Return a cell that no spreadsheet computes: with ' before it, unless it is a number.

    Source: CWE-1236; OWASP, CSV injection.
    """
    is_safe = not _FORMULA.match(cell) or _PLAIN_NUMBER.fullmatch(cell)
    return cell if is_safe else f"'{cell}"


def escaped(cell: str) -> str:
    """Return a cell that holds neither tabs nor line ends."""
    return cell.translate(_ESCAPES)


def _quoted(cell: str) -> str:
    if _NEEDS_QUOTES.search(cell):
        return '"' + cell.replace('"', '""') + '"'
    return cell
