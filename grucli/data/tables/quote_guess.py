"""Rows of a table that nobody said to be quoted or not: each is read as the rows so far tell."""

from grucli.data.streams.lines import decode
from grucli.data.tables.cells import UNCLOSED, NextLines, Row, Rows
from grucli.data.tables.quotes import Evidence, Verdict, cut, uncovered
from grucli.errors import counted

_UNCLEAR = (
    "a quoted cell would end in line {:,}, but its lines read as rows, too; pass --no-quotes, or "
    "--quotes if they are one cell"
)
_GUESSED = (
    "a quoted cell of lines {:,} to {:,} is read as one row (pass --no-quotes if quotes are "
    "characters like others)"
)


class GuessedRows(Rows):
    """Rows whose quotes enclose cells, unless the rows tell that they are characters like others.

    A cell that quotes enclose within its line is read without them in any case.
    """

    def __init__(self, lines: NextLines, delimiter: str, width: int = 0) -> None:
        super().__init__(lines, delimiter, width)
        self._evidence = Evidence(delimiter)
        self._guessed: tuple[str, ...] = ()
        self._count = 0
        self._first = 0

    def __next__(self) -> Row:
        row = super().__next__()
        if '"' in self._head[0]:
            row = self._as_guessed(row)
        if not self._width:
            self._width = len(row.cells)
            self._evidence.of_first(self._head[0])
        return row

    @property
    def findings(self) -> tuple[str, ...]:
        """Which rows were read with quotes that are characters like others, or may be so."""
        if not self._count:
            return self._guessed
        return (
            *self._guessed,
            f"{counted(self._count, 'row')} with quotes that enclose no cell, the first in line "
            f"{self._first:,}, read as they stand (pass --quotes or --no-quotes)",
        )

    def _as_guessed(self, row: Row) -> Row:
        text, problem = self._head
        width = self._width or len(cut(text, self._delimiter))
        is_whole = len(row.cells) == width and not self._broke
        if is_whole and len(self._taken) == 1:
            self._evidence.of_row(text, row.cells)
            return row
        plain = cut(text, self._delimiter)
        if len(plain) != width and len(self._taken) == 1:
            return row
        verdict = self._verdict(width, is_whole=is_whole, fits=len(plain) == width)
        end = self._lines.number
        if width == 1 and verdict is Verdict.QUOTED and not self._evidence.is_quoted:
            self._guessed = (_GUESSED.format(row.line, end),)
        if is_whole or verdict is Verdict.PLAIN:
            self._evidence.learn(verdict)
        if verdict is Verdict.QUOTED or (self._broke and verdict is Verdict.UNCLEAR):
            return row
        self.leave_first(UNCLOSED)
        if verdict is Verdict.UNCLEAR:
            return self._row([], _UNCLEAR.format(end))
        self._count += 1
        self._first = self._first or row.line
        return self._row([uncovered(cell) for cell in plain], problem)

    def _verdict(self, width: int, *, is_whole: bool, fits: bool) -> Verdict:
        """Judge the lines that were taken; `fits` says that the first has the cells of a row."""
        if self._broke:
            return self._evidence.on_broken(in_one_line=not self._is_open)
        if fits and not is_whole and self._evidence.on_ragged() is Verdict.PLAIN:
            return Verdict.PLAIN
        texts = [decode(line, self._lines.encoding)[0] for line in self._taken]
        return self._evidence.on_span(texts, width)
