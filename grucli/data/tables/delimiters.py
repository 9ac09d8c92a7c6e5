"""The delimiter of a table: where a file announces it, and how it is found."""

import re
from collections.abc import Sequence
from typing import Final

from grucli.data.numbers import looks_numeric
from grucli.data.request import Asked
from grucli.data.streams.lines import Lines, decode
from grucli.data.tables.column_names import (
    ID_NAMES,
    LABEL_NAMES,
    TEXT_NAMES,
    TIME_NAMES,
    normal_name,
)
from grucli.data.tables.delimiter_names import delimiter_name
from grucli.data.tables.dialect import Dialect, peeked_rows
from grucli.errors import DataError

COUNTED_ROWS = 50
_FEW = 3
"""Columns of numbers that spaces divide where nobody said so."""
KNOWN_NAMES: Final = frozenset((*TEXT_NAMES, *LABEL_NAMES, *ID_NAMES, *TIME_NAMES))
_DECIMAL = re.compile(r"\s*[+-]?\d*,\d+(?:[eE][+-]?\d+)?\s*")
_ANNOUNCED = re.compile(r'"?sep=([^\w"])"?\1*', re.IGNORECASE)


def announced_delimiter(lines: Lines) -> str:
    """Return the delimiter that the first line of a file announces as Excel does (sep=;), or ""."""
    waiting, _ = lines.peek(1)
    if lines.number or not waiting:
        return ""
    match = _ANNOUNCED.fullmatch(decode(waiting[0], lines.encoding)[0])
    return match[1] if match else ""


def find_delimiter(lines: Lines, preferred: Sequence[str], asked: Asked) -> tuple[str, str]:
    """Return the delimiter of the table that comes, and a hint ("") for who gets one column.

    It is one by which the first COUNTED_ROWS rows agree on more than one column; of several that
    which divides the header best, else the first of `preferred`. Where rows agree by none, it is
    the first of `preferred` that gives more than one column, or spaces if they divide numbers, or
    the first of all, or "". The hint names a delimiter that was seen without such agreement.

    Raises:
        DataError: the rows speak for one and the header for another, or both for two.
    """
    candidates = dict.fromkeys([*preferred, *"\t,;|"])
    readings = [_Reading(lines, delimiter, asked) for delimiter in candidates]
    wide = [reading for reading in readings if reading.width > 1]
    fit = [reading for reading in wide if reading.agrees]
    if any(reading.has_decimal_commas for reading in fit):
        fit = [reading for reading in fit if reading.delimiter != ","]
    likely = fit or [reading for reading in wide if reading.delimiter in preferred]
    if likely:
        best = max(fit, key=_Reading.rank) if fit else likely[0]
        rivals = [each for each in (wide if asked.header else fit) if each is not best]
        _refuse_other(best, rivals, asked.name)
        return best.delimiter, ""
    if not wide and asked.needs_label and _Reading(lines, " ", asked).is_numeric:
        return " ", ""
    name = delimiter_name(wide[0].delimiter) if wide else ""
    hint = f"{name}s seen: try --delimiter {name}" if name else ""
    return next(iter(preferred), ""), hint


class _Reading:
    """The first rows as a delimiter divides them.

    Attributes:
        delimiter: of them.
        width: columns of the first row.
        agrees: whether all others have as many.
        names: of the columns, if there is a header.
        is_spaced: whether a space follows a delimiter in every row, as after commas in prose.
        has_decimal_commas: whether commas stand in its cells, and only as decimal points.
    """

    def __init__(self, lines: Lines, delimiter: str, asked: Asked) -> None:
        dialect = Dialect(delimiter=delimiter, quotes=asked.quotes)
        peeked = peeked_rows(lines, dialect, COUNTED_ROWS)
        rows = [row.cells for row in peeked if row.cells or row.problem]
        first = rows[0] if rows else []
        self.delimiter = delimiter
        self.width = len(first)
        self.agrees = all(len(row) == self.width for row in rows)
        self.names = [cell.strip() for cell in first] if asked.header else []
        self.is_spaced = all(any(cell.startswith(" ") for cell in row[1:]) for row in rows)
        self._body = rows[1:] if asked.header else rows
        commas = [] if delimiter == "," else [c for row in rows for c in row if "," in c]
        self.has_decimal_commas = bool(commas) and all(map(_DECIMAL.fullmatch, commas))

    @property
    def is_numeric(self) -> bool:
        """Whether the columns hold numbers, all but one for a label, and there are several."""
        columns = zip(*self._body, strict=True) if self.agrees else ()
        numeric = sum(all(map(looks_numeric, column)) for column in columns)
        return numeric >= max(self.width - 1, _FEW)

    @property
    def known_names(self) -> int:
        """How many columns have names of texts, labels, ids or times."""
        return len(KNOWN_NAMES.intersection(map(normal_name, self.names)))

    def rank(self) -> tuple[int, bool, bool, int]:
        """Return how well the header is divided, to be compared; a tab stands in no name."""
        if not self.names:
            return 0, False, False, 0
        return self.known_names, self.delimiter == "\t", not self.is_spaced, self.width


def _refuse_other(best: _Reading, others: Sequence[_Reading], name: str) -> None:
    for other in others:
        is_tab = other.delimiter == "\t" and best.delimiter != "\t" and all(other.names)
        is_even = other.agrees and bool(other.names) and other.rank() == best.rank()
        if other.known_names > best.known_names or is_tab or is_even:
            this, that = delimiter_name(best.delimiter), delimiter_name(other.delimiter)
            raise DataError(
                f"{name}: columns by {this}s or by {that}s? pass --delimiter {that}, or "
                f"--delimiter {this}"
            )
