"""Lines to rows of cells, for CSV and TSV.

A broken row takes one line with it, the one it starts on; reading goes on with the next, so a
stray quote does not eat the file. A quoted cell may hold newlines (each becomes LF), for at most
MAX_QUOTED_LINES lines or MAX_QUOTED_BYTES. A CR within a line belongs to its cell, quoted or not.
A run of spaces is one delimiter, and spaces around a row are none.
"""

import codecs
import csv
from collections import deque
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from grucli.data.lines import MAX_LINE, Lines, decode
from grucli.data.quotes import Evidence, Verdict, cut, uncovered
from grucli.errors import counted

MAX_QUOTED_LINES: Final = 10_000
MAX_QUOTED_BYTES: Final = 2**20

SAMPLED_ROWS = 200
_MEND = 'write a quote inside a field as "" and quote the field, or pass --no-quotes'
_UNCLOSED = f"a quote opens here and does not close in {MAX_QUOTED_LINES:,} lines or 1 MiB; {_MEND}"
_TEXT_AFTER_QUOTE = f"text after a closing quote; {_MEND}"
_UNCLEAR = (
    "a quoted cell would end in line {:,}, but its lines read as rows, too; pass --no-quotes, or "
    "--quotes if they are one cell"
)
_CR = "\udc0d"
"""Stands for a CR in what the csv module reads, which would take it for the end of a row."""


class Row(NamedTuple):
    """One row: the line it starts on (from 1), its cells, and what is wrong with it ("")."""

    line: int
    cells: list[str]
    problem: str


@dataclass(frozen=True, kw_only=True)
class Grammar:
    """How lines are cut into cells.

    Attributes:
        delimiter: one character.
        quotes: whether quotes enclose cells; None lets the rows tell.
    """

    delimiter: str
    quotes: bool | None = None


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
            cells = _with_cr(cells)
        if self._delimiter == " " and self._taken[-1].endswith(b" "):
            cells.pop()  # what follows the last delimiter
        return Row(self._lines.number - len(self._taken) + 1, cells, self._problem)

    def unread(self) -> None:
        """Return the row read last, to be read again."""
        self._lines.push_back(self._taken)
        self._taken = []

    @property
    def findings(self) -> tuple[str, ...]:
        """What was found in the rows so far, for people."""
        return ()

    def _row(self, cells: list[str], problem: str) -> Row:
        return Row(self._lines.number - len(self._taken) + 1, cells, problem)

    def _broken(self, problem: str) -> Row:
        self._broke = problem in (_UNCLOSED, _TEXT_AFTER_QUOTE)
        self._leave_first(problem)
        return self._row([], problem)

    def _leave_first(self, problem: str) -> None:
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
            raise _BrokenRowError(_UNCLOSED)
        line = next(self._lines, None)
        if line is None:
            raise _BrokenRowError(_UNCLOSED)
        self._taken.append(line)
        text, problem = decode(line, self._lines.encoding)
        if len(line) > MAX_LINE:
            raise _BrokenRowError(_UNCLOSED)
        if problem and not self._problem:
            self._problem = f"in line {self._lines.number}: {problem}"
        return text + "\n" if "\r" not in text else self._with_cr_for_csv(text)

    def _with_cr_for_csv(self, text: str) -> str:
        self._has_cr = True
        return text.replace("\r", _CR) + "\n"


class _PlainRows(Rows):
    """Rows of which each is a line, whatever quotes it has."""

    def __next__(self) -> Row:
        line = next(self._lines).removeprefix(codecs.BOM_UTF8)
        self._taken = [line]
        text, problem = decode(line, self._lines.encoding)
        return self._row(cut(text, self._delimiter), problem)


class _JudgedRows(Rows):
    """Rows whose quotes enclose cells, unless the rows tell that they are characters like others.

    A cell that quotes enclose within its line is read without them in any case.
    """

    def __init__(self, lines: NextLines, delimiter: str, width: int = 0) -> None:
        super().__init__(lines, delimiter, width)
        self._evidence = Evidence(delimiter)
        self._count = 0
        self._first = 0

    def __next__(self) -> Row:
        row = super().__next__()
        if '"' in self._head[0]:
            row = self._judged(row)
        if not self._width:
            self._width = len(row.cells)
            self._evidence.of_first(self._head[0])
        return row

    @property
    def findings(self) -> tuple[str, ...]:
        """How many rows were read with quotes that are characters like others."""
        if not self._count:
            return ()
        return (
            f"{counted(self._count, 'row')} with quotes that enclose no cell, the first in line "
            f"{self._first:,}, read as they stand (pass --quotes or --no-quotes)",
        )

    def _judged(self, row: Row) -> Row:
        text, problem = self._head
        plain = cut(text, self._delimiter)
        width = self._width or len(plain)
        is_whole = len(row.cells) == width and not self._broke
        if is_whole and len(self._taken) == 1:
            self._evidence.of_row(text, row.cells)
            return row
        verdict = self._verdict(width, is_whole=is_whole) if len(plain) == width else Verdict.QUOTED
        self._evidence.learn(verdict if is_whole or verdict is Verdict.PLAIN else Verdict.UNCLEAR)
        if verdict is Verdict.QUOTED or (self._broke and verdict is Verdict.UNCLEAR):
            return row
        end = self._lines.number
        self._leave_first(_UNCLOSED)
        if verdict is Verdict.UNCLEAR:
            return self._row([], _UNCLEAR.format(end))
        self._count += 1
        self._first = self._first or row.line
        return self._row([uncovered(cell) for cell in plain], problem)

    def _verdict(self, width: int, *, is_whole: bool) -> Verdict:
        """Judge the lines that were taken, of which the first has the cells of a row by itself."""
        if self._broke:
            return self._evidence.on_broken(in_one_line=not self._is_open)
        if not is_whole and self._evidence.on_ragged() is Verdict.PLAIN:
            return Verdict.PLAIN
        texts = [decode(line, self._lines.encoding)[0] for line in self._taken]
        return self._evidence.on_span(texts, width)


class _Peeked:
    """Lines that were looked at, to be read as if they were all."""

    def __init__(self, lines: list[bytes], encoding: str) -> None:
        self.number = 0
        self.encoding = encoding
        self._waiting = deque(lines)

    def __iter__(self) -> "_Peeked":
        return self

    def __next__(self) -> bytes:
        if not self._waiting:
            raise StopIteration
        self.number += 1
        return self._waiting.popleft()

    def push_back(self, lines: list[bytes]) -> None:
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)


def open_rows(lines: NextLines, grammar: Grammar, width: int = 0) -> Rows:
    """Return the rows that `lines` hold; `width` is their number of cells if it is known."""
    kinds = {True: Rows, False: _PlainRows, None: _JudgedRows}
    return kinds[grammar.quotes](lines, grammar.delimiter, width)


def sample_rows(lines: Lines, grammar: Grammar, count: int, width: int = 0) -> list[list[str]]:
    """Return the cells of about `count` rows that come next, without blank and broken ones.

    Args: as for `peeked_rows`.
    """
    return [row.cells for row in peeked_rows(lines, grammar, count, width=width) if row.cells]


def peeked_rows(
    lines: Lines, grammar: Grammar, count: int, *, width: int = 0, skipped: int = 0
) -> list[Row]:
    """Return about `count` rows that come next, without reading them, header and all.

    A last row that the sample may have cut is left out.

    Args:
        lines: to look at.
        grammar: of the rows.
        count: of lines to look at.
        width: as for `open_rows`.
        skipped: lines to pass over first.
    """
    raw, more = lines.peek(skipped + count)
    rows = []
    for row in open_rows(_Peeked(raw[skipped:], lines.encoding), grammar, width):
        if more and row.problem == _UNCLOSED:
            break
        rows.append(row)
    return rows


def _with_cr(cells: list[str]) -> list[str]:
    """Return cells of the csv module as they stand in the data."""
    return [cell.replace(_CR, "\r") for cell in cells]
