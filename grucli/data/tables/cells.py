"""Lines to rows of cells, for CSV and TSV.

A broken row takes one line with it, the one it starts on; reading goes on with the next, so a
stray quote does not eat the file. A quoted cell may hold newlines (each becomes LF), for at most
MAX_QUOTED_LINES lines or MAX_QUOTED_BYTES. A CR within a line belongs to its cell, quoted or not.
A run of spaces is one delimiter, and spaces around a row are none.
"""

import codecs
import csv
from typing import Final, NamedTuple, Protocol

from grucli.data.streams.lines import MAX_LINE, decode
from grucli.data.tables.quotes import cut

MAX_QUOTED_LINES: Final = 10_000
MAX_QUOTED_BYTES: Final = 2**20

_MEND = 'write a quote inside a field as "" and quote the field, or pass --no-quotes'
UNCLOSED = f"a quote opens here and does not close in {MAX_QUOTED_LINES:,} lines or 1 MiB; {_MEND}"
_TEXT_AFTER_QUOTE = f"text after a closing quote; {_MEND}"
_CR = "\udc0d"
"""Stands for a CR in what the csv module reads, which would take it for the end of a row."""


class Row(NamedTuple):
    """One row: the line it starts on (from 1), its cells, what is wrong with it (""), its lines."""

    line: int
    cells: list[str]
    problem: str
    size: int = 1


class NextLines(Protocol):
    """Lines that are read one by one and can be returned; see `Lines`."""

    number: int
    encoding: str

    def __iter__(self) -> "NextLines":
        """Return the same."""

    def __next__(self) -> bytes:
        """Return the next line."""

    def push_back(self, lines: list[bytes]) -> None:
        """Return `lines`, the ones read last, to be read again."""


class _BrokenRowError(Exception):
    """The row that is being read cannot be completed."""


class Rows:
    """The rows of a table, the header included; a blank line is a row without cells.

    Quotes enclose cells (RFC 4180).
    """

    def __init__(self, lines: NextLines, delimiter: str, width: int = 0) -> None:
        """Read `lines`; `width` is the number of cells of a row, 0 to take that of the first."""
        csv.field_size_limit(2 * MAX_LINE)  # the lines are bounded already
        self._lines = lines
        self._delimiter = delimiter
        self._width = width
        self._taken: list[bytes] = []
        self._size = 0  # of the taken lines but the last
        self._head = "", ""  # the first of them, decoded, and what is wrong with it
        self._problem = ""
        self._has_cr = False
        self._is_open = False  # a quote, at the end of a line
        self._broke = False  # by a quote
        self._known_until = 0
        self._known_problem = ""
        texts = iter(self._next_text, None)
        self._reader = csv.reader(
            texts, delimiter=delimiter, strict=True, skipinitialspace=delimiter == " "
        )

    def __iter__(self) -> "Rows":
        return self

    def __next__(self) -> Row:
        self._taken.clear()
        self._size = 0
        self._has_cr = self._is_open = self._broke = False
        try:
            cells = next(self._reader)
        except _BrokenRowError as error:
            return self._broken(str(error))
        except csv.Error:
            return self._broken(_TEXT_AFTER_QUOTE)
        if self._has_cr:
            cells = [cell.replace(_CR, "\r") for cell in cells]
        if self._delimiter == " " and self._taken[-1].endswith(b" "):
            cells.pop()  # what follows the last delimiter
        return self._row(cells, self._problem)

    def unread(self) -> None:
        """Return the row read last, to be read again."""
        self._lines.push_back(self._taken)
        self._taken = []

    @property
    def findings(self) -> tuple[str, ...]:
        """What was found in the rows so far, for people."""
        return ()

    def _row(self, cells: list[str], problem: str) -> Row:
        size = len(self._taken)
        return Row(self._lines.number - size + 1, cells, problem, size)

    def _broken(self, problem: str) -> Row:
        self._broke = problem in (UNCLOSED, _TEXT_AFTER_QUOTE)
        self.leave_first(problem)
        return self._row([], problem)

    def leave_first(self, problem: str) -> None:
        """Return all lines but the first, to be rows of their own.

        Where one of them opens a quote at its end the next lines would say the same of it again, so
        they are not asked: work does not grow with the square of such lines.
        """
        if len(self._taken) > 1:
            self._known_until, self._known_problem = self._lines.number, problem
            self._lines.push_back(self._taken[1:])
            del self._taken[1:]

    def _next_text(self) -> str:
        """Return the next line for the reader, which asks for a second only inside a quote."""
        if self._taken:
            return self._further_text()
        line = next(self._lines).removeprefix(codecs.BOM_UTF8)  # of files one after the other
        self._taken.append(line)
        self._head = text, self._problem = decode(line, self._lines.encoding)
        if len(line) > MAX_LINE:
            raise _BrokenRowError(self._problem)
        return text + "\n" if "\r" not in text else self._with_cr_for_csv(text)

    def _further_text(self) -> str:
        self._is_open = True
        self._size += len(self._taken[-1])
        if self._lines.number < self._known_until:
            raise _BrokenRowError(self._known_problem)
        if len(self._taken) >= MAX_QUOTED_LINES or self._size > MAX_QUOTED_BYTES:
            raise _BrokenRowError(UNCLOSED)
        line = next(self._lines, None)
        if line is None:
            raise _BrokenRowError(UNCLOSED)
        self._taken.append(line)
        text, problem = decode(line, self._lines.encoding)
        if len(line) > MAX_LINE:
            raise _BrokenRowError(UNCLOSED)
        if problem and not self._problem:
            self._problem = f"in line {self._lines.number}: {problem}"
        return text + "\n" if "\r" not in text else self._with_cr_for_csv(text)

    def _with_cr_for_csv(self, text: str) -> str:
        self._has_cr = True
        return text.replace("\r", _CR) + "\n"


class PlainRows(Rows):
    """Rows of which each is a line, whatever quotes it has."""

    def __next__(self) -> Row:
        line = next(self._lines).removeprefix(codecs.BOM_UTF8)
        self._taken = [line]
        text, problem = decode(line, self._lines.encoding)
        return self._row(cut(text, self._delimiter), problem)
