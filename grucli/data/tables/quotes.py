"""Evidence on quotes, whether they enclose cells or are characters like others: what rows tell.

A writer that quotes (RFC 4180) doubles each quote inside a cell and encloses the cell. So a cell
that holds a quote further in and is not enclosed tells of one that does not, and a delimiter or a
doubled quote within an enclosed cell of one that does. A quoted cell may hold line ends; but lines
of which each has the cells of a row by itself are rows, unless their delimiters are those of prose.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Final

_NEAR: Final = 10
"""Lines that a quoted cell of a one-column table may span without other evidence; two stray quotes
so near to each other are rarer."""
_RAGGED: Final = 5
"""One in so many lines may have other cells than a row, and the others still read as rows."""
_MANY: Final = 4
"""Lines that are rows by chance in no text."""


class Verdict(Enum):
    """The reading of lines with quotes: quotes enclose, are characters, or nobody can tell."""

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
    """Evidence of the rows so far on the quotes of a table.

    Attributes:
        is_quoted: whether there was a cell that quotes enclose for a reason.
    """

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self.is_quoted = False
        self._plain = False
        self._spaced: bool | None = None  # whether spaces follow the delimiters of the first row

    def of_row(self, text: str, cells: Sequence[str]) -> None:
        """Learn from a row in one line, read as quoted, that has its cells."""
        if self.is_quoted and '"' not in "".join(cells):
            return  # each of its quotes encloses a cell: nothing new
        plain = cut(text, self._delimiter)
        if (
            len(plain) != len(cells)
            or (all(map(is_enclosed, plain)) and (len(plain) > 1 or self._spaced is None))
            or any('""' in cell[1:-1] and is_enclosed(cell) for cell in plain)
        ):
            self.is_quoted = True
        elif any('"' in cell and cell[0] != '"' for cell in plain):
            self._plain = True

    def of_first(self, text: str) -> None:
        """Learn from the line of the first row."""
        self._spaced = any(cell.startswith(" ") for cell in cut(text, self._delimiter)[1:])

    def on_broken(self, *, in_one_line: bool) -> Verdict:
        """Judge a line that has the cells of a row, but cannot be read as quoted."""
        if self.is_quoted:
            return Verdict.UNCLEAR
        is_likely = self._delimiter == "\t" or in_one_line or self._plain
        self._plain = True
        return Verdict.PLAIN if is_likely else Verdict.UNCLEAR

    def on_ragged(self) -> Verdict:
        """Judge a line that has the cells of a row, but more or fewer if read as quoted."""
        is_likely = self._delimiter == "\t" and not self.is_quoted
        return Verdict.PLAIN if is_likely else Verdict.UNCLEAR

    def on_span(self, texts: Sequence[str], width: int) -> Verdict:
        """Judge two lines or more that are one row if read as quoted."""
        filled = [cut(text, self._delimiter) for text in texts if text.strip()]
        rows = [cells for cells in filled if len(cells) == width]
        ragged = len(filled) - len(rows)
        if len(rows) < 2 or ragged > len(filled) // _RAGGED:
            return Verdict.QUOTED
        if width == 1:
            is_text = ragged > 0 or len(filled) < len(texts)
            return Verdict.QUOTED if is_text else self._on_lines(len(texts))
        return self._on_rows(rows)

    def learn(self, verdict: Verdict) -> None:
        """Learn from how lines were read."""
        self.is_quoted |= verdict is Verdict.QUOTED
        self._plain |= verdict is Verdict.PLAIN

    def _on_lines(self, count: int) -> Verdict:
        """Judge lines of a table of one column, of which any is a row."""
        if self._plain:
            return Verdict.UNCLEAR if self.is_quoted else Verdict.PLAIN
        return Verdict.QUOTED if self.is_quoted or count <= _NEAR else Verdict.UNCLEAR

    def _on_rows(self, rows: Sequence[Sequence[str]]) -> Verdict:
        """Judge lines with as many cells as a row; a tab stands in no text, others may."""
        prose = [row for row in rows if any(cell.startswith(" ") for cell in row[1:])]
        if self._delimiter != "\t" and not self._spaced and 2 * len(prose) >= len(rows):
            return Verdict.QUOTED
        if self.is_quoted:
            is_likely = len(rows) < _MANY and not self._plain
            return Verdict.QUOTED if is_likely else Verdict.UNCLEAR
        return Verdict.PLAIN if self._plain or self._delimiter == "\t" else Verdict.UNCLEAR
