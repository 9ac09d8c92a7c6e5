"""Whether quotes enclose cells or are characters like others: what the rows of a table tell.

A writer that quotes (RFC 4180) doubles each quote inside a cell and encloses the cell. So a cell
that holds a quote further in and is not enclosed tells of one that does not, and a delimiter or a
doubled quote within an enclosed cell of one that does. A quoted cell may hold line ends; but lines
of which each has the cells of a row by itself are rows, unless their delimiters are those of prose.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Final

_NEAR: Final = 5
"""Lines that a quoted cell of a one-column table may span without other evidence; two stray quotes
so near to each other are rarer."""
_MANY: Final = 4
"""Lines that are rows by chance in no text."""


class Verdict(Enum):
    """How lines with quotes are read: quotes enclose, are characters, or nobody can tell."""

    QUOTED = "quoted"
    PLAIN = "plain"
    UNCLEAR = "unclear"


def cut(text: str, delimiter: str) -> list[str]:
    """Return the cells of a line whose quotes are characters like others."""
    if delimiter == " ":  # a run of spaces is one delimiter
        return [cell for cell in text.split(" ") if cell]
    return text.split(delimiter) if text else []


def is_enclosed(cell: str) -> bool:
    """Whether quotes enclose a cell, and all others in it are doubled."""
    return len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in cell[1:-1].replace('""', "")


def uncovered(cell: str) -> str:
    """Return a cell without the quotes that enclose it, if they do."""
    return cell[1:-1].replace('""', '"') if is_enclosed(cell) else cell


class Evidence:
    """What the rows so far tell of the quotes of a table."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._quoted = False
        self._plain = False
        self._spaced: bool | None = None  # whether spaces follow the delimiters of the first row

    def of_row(self, text: str, cells: Sequence[str]) -> None:
        """Learn from a row in one line, read as quoted, that has its cells."""
        plain = cut(text, self._delimiter)
        if (
            len(plain) != len(cells)
            or (all(map(is_enclosed, plain)) and (len(plain) > 1 or self._spaced is None))
            or any('""' in cell[1:-1] and is_enclosed(cell) for cell in plain)
        ):
            self._quoted = True
        elif any('"' in cell and cell[0] != '"' for cell in plain):
            self._plain = True

    def of_first(self, text: str) -> None:
        """Learn from the line of the first row."""
        self._spaced = any(cell.startswith(" ") for cell in cut(text, self._delimiter)[1:])

    def on_broken(self, *, in_one_line: bool) -> Verdict:
        """Judge a line that has the cells of a row, but cannot be read as quoted."""
        is_likely = self._delimiter == "\t" or in_one_line or self._plain
        return Verdict.PLAIN if is_likely and not self._quoted else Verdict.UNCLEAR

    def on_ragged(self) -> Verdict:
        """Judge a line that has the cells of a row, but more or fewer if read as quoted."""
        is_likely = self._delimiter == "\t" and not self._quoted
        return Verdict.PLAIN if is_likely else Verdict.UNCLEAR

    def on_span(self, texts: Sequence[str], width: int) -> Verdict:
        """Judge two lines or more that are one row if read as quoted."""
        filled = [cut(text, self._delimiter) for text in texts if text.strip()]
        rows = [cells for cells in filled if len(cells) == width]
        if len(rows) < 2 or 2 * len(rows) < len(filled):
            return Verdict.QUOTED
        if width == 1:
            return self._on_lines(len(texts), len(rows) == len(filled))
        if self._delimiter == "\t":
            return Verdict.UNCLEAR if self._quoted else Verdict.PLAIN
        return self._on_rows(rows)

    def learn(self, verdict: Verdict) -> None:
        """Learn from how lines were read."""
        self._quoted |= verdict is Verdict.QUOTED
        self._plain |= verdict is Verdict.PLAIN

    def _on_lines(self, count: int, have_no_delimiter: bool) -> Verdict:
        """Judge lines of a table of one column, of which any is a row."""
        if not have_no_delimiter or (self._quoted and not self._plain):
            return Verdict.QUOTED
        if self._plain:
            return Verdict.UNCLEAR if self._quoted else Verdict.PLAIN
        return Verdict.QUOTED if count <= _NEAR else Verdict.UNCLEAR

    def _on_rows(self, rows: Sequence[Sequence[str]]) -> Verdict:
        """Judge lines with as many cells as a row, by a delimiter that stands in texts, too."""
        prose = [row for row in rows if any(cell.startswith(" ") for cell in row[1:])]
        if not self._spaced and 2 * len(prose) >= len(rows):
            return Verdict.QUOTED
        if self._quoted:
            is_likely = len(rows) < _MANY and not self._plain
            return Verdict.QUOTED if is_likely else Verdict.UNCLEAR
        return Verdict.PLAIN if self._plain else Verdict.UNCLEAR
