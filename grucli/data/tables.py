"""Lines to rows of cells, for CSV and TSV, and the delimiter that a table uses.

A broken row takes one line with it, the one it starts on; reading goes on with the next, so a
stray quote does not eat the file. A quoted cell may hold newlines (each becomes LF), for at most
MAX_QUOTED_LINES lines or MAX_QUOTED_BYTES. A CR within a line belongs to its cell, quoted or not.
"""

import csv
from collections.abc import Sequence
from typing import Final, NamedTuple

from grucli.data.lines import MAX_LINE, Lines, decode
from grucli.errors import ConfigError, excerpt

MAX_QUOTED_LINES: Final = 10_000
MAX_QUOTED_BYTES: Final = 2**20
DELIMITERS: Final = {"comma": ",", "tab": "\t", "semicolon": ";", "pipe": "|", "space": " "}
"""What `--delimiter` may call them."""

COUNTED_ROWS = 50
SAMPLED_ROWS = 200
_UNCLOSED = (
    f"a quote opens here and does not close in {MAX_QUOTED_LINES:,} lines or 1 MiB; "
    'write a quote inside a field as "" and quote the field'
)
_CR = "\udc0d"
"""Stands for a CR in what the csv module reads, which would take it for the end of a row."""
_TEXT_AFTER_QUOTE = 'text after a closing quote; write a quote inside a field as ""'


class Row(NamedTuple):
    """One row: the line it starts on (from 1), its cells, and what is wrong with it ("")."""

    line: int
    cells: list[str]
    problem: str


class _BrokenRowError(Exception):
    """The row that is being read cannot be completed."""


class Rows:
    """The rows of a table, the header included; a blank line is a row without cells."""

    def __init__(self, lines: Lines, delimiter: str) -> None:
        csv.field_size_limit(2 * MAX_LINE)  # the lines are bounded already
        self._lines = lines
        self._taken: list[bytes] = []
        self._size = 0
        self._problem = ""
        self._has_cr = False
        texts = iter(self._next_text, None)
        self._reader = csv.reader(texts, delimiter=delimiter, strict=True)

    def __iter__(self) -> "Rows":
        return self

    def __next__(self) -> Row:
        self._taken.clear()
        self._size = 0
        self._problem = ""
        self._has_cr = False
        try:
            cells = next(self._reader)
        except _BrokenRowError as error:
            return self._broken(str(error))
        except csv.Error:
            return self._broken(_TEXT_AFTER_QUOTE)
        if self._has_cr:
            cells = _with_cr(cells)
        return Row(self._lines.number - len(self._taken) + 1, cells, self._problem)

    def unread(self) -> None:
        """Return the row read last, to be read again."""
        self._lines.push_back(self._taken)
        self._taken = []

    def _broken(self, problem: str) -> Row:
        self._lines.push_back(self._taken[1:])
        return Row(self._lines.number, [], problem)

    def _next_text(self) -> str:
        """Return the next line for the reader, which asks for a second only inside a quote."""
        if len(self._taken) >= MAX_QUOTED_LINES or self._size > MAX_QUOTED_BYTES:
            raise _BrokenRowError(_UNCLOSED)
        try:
            line = next(self._lines)
        except StopIteration:
            if self._taken:
                raise _BrokenRowError(_UNCLOSED) from None
            raise
        self._taken.append(line)
        self._size += len(line)
        text, problem = decode(line, self._lines.encoding)
        if len(line) > MAX_LINE:
            raise _BrokenRowError(problem if len(self._taken) == 1 else _UNCLOSED)
        if problem and not self._problem:
            here = f"in line {self._lines.number}: " if len(self._taken) > 1 else ""
            self._problem = here + problem
        self._has_cr = self._has_cr or "\r" in text
        return _for_csv(text)


def parse_delimiter(name: str) -> str:
    """Return the character that `--delimiter` names.

    Raises:
        ConfigError: it is neither a known name nor one fit character.
    """
    character = DELIMITERS.get(name.lower(), "\t" if name == "\\t" else name)
    if len(character) != 1 or character in '"\r\n\0':
        names = ", ".join(DELIMITERS)
        raise ConfigError(
            f"--delimiter: must be one character or one of {names}, got '{excerpt(name)}'"
        )
    return character


def delimiter_name(delimiter: str) -> str:
    """Return what `--delimiter` calls this character."""
    return next((name for name, c in DELIMITERS.items() if c == delimiter), excerpt(delimiter))


def sample_rows(lines: Lines, delimiter: str, count: int) -> list[list[str]]:
    """Return about `count` rows that come next, without reading them, header and all.

    Blank lines are left out, and so is a last row that the sample may have cut.
    """
    csv.field_size_limit(2 * MAX_LINE)
    raw, more = lines.peek(count)
    texts = [_for_csv(decode(line, lines.encoding)[0]) for line in raw]
    rows = [_with_cr(row) for row in csv.reader(texts, delimiter=delimiter)]
    if more and len(rows) > 1 and len(rows) < len(texts):
        rows.pop()
    return [row for row in rows if row]


def find_delimiter(lines: Lines, preferred: Sequence[str]) -> tuple[str, str]:
    """Return the delimiter of the table that comes, and a hint ("") for who gets one column.

    The first of `preferred` with more than one column wins; then one in which the first
    COUNTED_ROWS rows agree on more than one column; else the first of `preferred`, or "".
    The hint names a delimiter that was seen without such agreement.
    """
    seen = ""
    for delimiter in preferred:
        if len(next(iter(sample_rows(lines, delimiter, 1)), [])) > 1:
            return delimiter, ""
    for delimiter in "\t,;|":
        widths = [len(row) for row in sample_rows(lines, delimiter, COUNTED_ROWS)]
        if not widths or widths[0] < 2:
            continue
        if min(widths) == max(widths):
            return delimiter, ""
        seen = seen or delimiter
    hint = f"{delimiter_name(seen)}s seen: try --delimiter {delimiter_name(seen)}" if seen else ""
    return (preferred[0] if preferred else ""), hint


def _for_csv(text: str) -> str:
    """Return a line as the csv module shall read it."""
    return text.replace("\r", _CR) + "\n"


def _with_cr(cells: list[str]) -> list[str]:
    """Return cells of the csv module as they stand in the data."""
    return [cell.replace(_CR, "\r") for cell in cells]
