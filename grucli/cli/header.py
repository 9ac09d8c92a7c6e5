"""The columns of a file as far as its first bytes tell at once, for a line that is being typed.

How a file is really read is found out by `grucli.data`, which takes longer and needs whole rows.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grucli.data.forms import DELIMITERS

FIRST_BYTES = 1 << 16
USUAL = ",\t;|"  # between columns


def header(path: str, given: Mapping[str, Any]) -> list[str]:
    """Return the names of the columns; of a table without a header their numbers.

    Args:
        path: of a regular file.
        given: `encoding`, `delimiter` and `header` as options of reading have them.

    Raises:
        OSError, ValueError: it cannot be read.
    """
    name = path.lower().removesuffix(".gz")
    if name.endswith((".npz", ".ts", ".conll", ".txt")):
        return []
    line = _first_line(path, given.get("encoding"))
    if name.endswith((".jsonl", ".ndjson")) or line.lstrip().startswith("{"):
        return list(json.loads(line))
    delimiter = given.get("delimiter") or max(USUAL, key=line.count)
    delimiter = DELIMITERS.get(delimiter, delimiter)
    cells = next(csv.reader([line], delimiter=delimiter), [])
    return cells if given.get("header", True) else [str(k + 1) for k in range(len(cells))]


def _first_line(path: str, encoding: str | None) -> str:
    with Path(path).open("rb") as file:
        start = file.read(FIRST_BYTES)
    if start.startswith(b"\x1f\x8b"):
        with gzip.open(path) as file:
            start = file.read(FIRST_BYTES)
    line = start.partition(b"\n")[0].rstrip(b"\r")
    if encoding is None:
        try:
            return line.decode("utf-8-sig")
        except UnicodeDecodeError:
            encoding = "gb18030"
    return line.decode(encoding)
