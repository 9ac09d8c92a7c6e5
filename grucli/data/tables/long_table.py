"""Long series: a row is a step, its value columns are the channels, an id says whose step it is.

Rows of one sequence stand together where the data may be an endless stream; a file may have them
anywhere. A row that cannot be read spoils the sequences it may belong to.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field

import numpy as np

from grucli.data.forms import Missing
from grucli.data.numbers import Floats, NumberError, numbers, whole
from grucli.data.records import Record
from grucli.data.step_times import TimeError, order
from grucli.data.tables.cells import Row
from grucli.data.tables.table_rows import TableLayout, is_blank
from grucli.data.windows import SUGGESTED
from grucli.errors import excerpt
from grucli.values import dataclass

REMEMBERED_IDS = 100_000
"""An id that comes again is noticed over so many others; this bounds the memory of a stream."""
MOST_CELLS = 1 << 14
"""Cells that wait to be read as numbers: as text they take ten times the memory."""


@dataclass(frozen=True, kw_only=True)
class LongColumns:
    """Indices of the columns of a step; without `time` the order of the rows counts."""

    id: int
    time: int | None
    values: tuple[int, ...]


@dataclass(slots=True, kw_only=True)
class _Series:
    """The rows of one sequence.

    Attributes:
        first: the record of the first row.
        lines, times: of each row; no times without a column of them.
        further: lines of rows that take several, but for the first of each.
        cells: of the last rows, one after the other, until they are read as numbers.
        values: what was read before, (n, D) arrays that follow each other.
        problem: what is wrong, place included; "" if nothing.
    """

    first: Record
    lines: array[int] = field(default_factory=lambda: array("q"))
    further: array[int] = field(default_factory=lambda: array("q"))
    times: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    values: list[Floats] = field(default_factory=list)
    problem: str = ""


class LongRecords:
    """Iterates the sequences of a long table, a Record each; memory holds one sequence."""

    def __init__(
        self,
        rows: Iterable[Row],
        table: TableLayout,
        columns: LongColumns,
        missing: Missing,
        has_line: Callable[[], bool],
    ) -> None:
        """Read `rows`; `has_line` says whether one can be had without waiting."""
        self._rows = iter(rows)
        self._table = table
        self._columns = columns
        self._missing = missing
        self._has_line = has_line
        self._open: _Series | None = None
        self._complete: deque[_Series] = deque()
        self._unread = ""  # the error of a row since the last one that could be read
        self._ended = False
        self._lines: OrderedDict[str, int] = OrderedDict()
        self._number = 0

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        while not self._complete:
            if self._ended:
                raise StopIteration
            self._read()
        series = self._complete.popleft()
        self._notice_return(series)
        return self._record(series)

    def ready(self) -> bool:
        """Return whether the next sequence, or the end, can be had without waiting."""
        while not self._complete and not self._ended and self._has_line():
            self._read()
        return bool(self._complete) or self._ended

    def grouped(self) -> Iterator[Record]:
        """Yield all sequences in the order of their first rows, wherever their other rows are."""
        whole: dict[str, _Series] = {}
        while not self._ended:
            self._read()
            while self._complete:
                part = self._complete.popleft()
                known = whole.setdefault(self._id(part.first), part)
                if known is not part:
                    problem = part.problem or self._other_label(known.first, part.first)
                    known.problem = known.problem or problem
                    known.lines += part.lines
                    known.further += part.further
                    known.times += part.times
                    known.values += part.values
        for series in whole.values():
            yield self._record(series)

    def _read(self) -> None:
        """Take the next row in."""
        row = next(self._rows, None)
        if row is None:
            self._end()
        elif not is_blank(row):
            record = self._checked(row)
            if record.error is not None:
                self._unread = record.error
                if self._open is not None:
                    self._open.problem = self._open.problem or record.error
            else:
                self._add(record)

    def _checked(self, row: Row) -> Record:
        record = self._table.record(0, row)
        if record.error is None and not self._id(record).strip():
            column = excerpt(self._table.columns[self._columns.id])
            problem = f"no id; fill column '{column}' or drop the row"
            return self._table.unreadable(0, row.line, problem, row.cells)
        return record

    def _add(self, record: Record) -> None:
        series = self._open
        if series is None or self._id(record) != self._id(series.first):
            self._close()
            series = self._open = _Series(first=record, problem=self._unread)
        self._unread = ""
        columns, cells = self._columns, record.cells
        series.lines.append(record.line)
        series.further.extend(record.lines[1:])
        series.cells += [cells[i] for i in columns.values]
        if columns.time is not None:
            series.times.append(cells[columns.time])
        series.problem = series.problem or self._other_label(series.first, record)
        if len(series.cells) >= MOST_CELLS:
            self._read_cells(series)

    def _end(self) -> None:
        self._ended = True
        if self._open is None and self._unread:
            self._open = _Series(first=Record(number=0, line=1), problem=self._unread)
        self._close()

    def _close(self) -> None:
        """Let the open sequence be complete."""
        if self._open is not None:
            self._read_cells(self._open)
            self._complete.append(self._open)

    def _read_cells(self, series: _Series) -> None:
        """Read the cells of a sequence that wait as numbers."""
        width = len(self._columns.values)
        try:
            series.values.append(numbers(series.cells, width))
        except NumberError as error:
            lines = series.lines[-(len(series.cells) // width) :]
            series.problem = series.problem or self._problem(error, lines)
        series.cells.clear()

    def _id(self, record: Record) -> str:
        return record.cells[self._columns.id] if record.cells else ""

    def _other_label(self, first: Record, other: Record) -> str:
        if other.label == first.label or not self._table.needs_label:
            return ""
        return (
            f"{self._table.name}:{other.line}: label '{excerpt(other.label)}', but "
            f"'{excerpt(self._id(first))}' has '{excerpt(first.label)}' in line {first.line}; pass "
            f"--window {SUGGESTED} or another N to cut windows, or give one id one label"
        )

    def _notice_return(self, series: _Series) -> None:
        row_id, line = self._id(series.first), series.first.line
        if row_id in self._lines:
            problem = (
                f"{self._table.name}:{line}: '{excerpt(row_id)}' comes again, it began in line "
                f"{self._lines[row_id]}; sort the rows by "
                f"'{excerpt(self._table.columns[self._columns.id])}'"
            )
            series.problem = problem
            return
        self._lines[row_id] = line
        if len(self._lines) > REMEMBERED_IDS:
            self._lines.popitem(last=False)

    def _record(self, series: _Series) -> Record:
        self._number += 1
        record = series.first
        record.number, record.lines = self._number, packed(series.lines + series.further)
        if not series.problem:
            try:
                record.values = self._values(series)
            except TimeError as error:
                line = series.lines[error.index]
                series.problem = f"{self._table.name}:{line}: {error.problem}"
            except NumberError as error:
                series.problem = self._problem(error, series.lines)
        if series.problem:
            record.values, record.error = None, series.problem
        return record

    def _values(self, series: _Series) -> Floats:
        """Return the (T, D) values in the order of time, which the lines of the rows take, too."""
        values = np.concatenate(series.values)
        if series.times:
            rows = order(series.times, lambda k: f"line {series.lines[k]}")
            values, series.lines = values[rows], array("q", [series.lines[k] for k in rows])
            series.first.span = (series.times[rows[0]], series.times[rows[-1]])
        values = whole(values, self._missing)
        if not len(values):
            row_id = excerpt(self._id(series.first))
            series.problem = (
                f"{self._table.name}:{series.lines[0]}: '{row_id}' has no values; "
                "fill them in or drop its rows"
            )
        return values

    def _problem(self, error: NumberError, lines: Sequence[int]) -> str:
        column = excerpt(self._table.columns[self._columns.values[error.channel]])
        return f"{self._table.name}:{lines[error.step]}: column '{column}': {error.problem}"


def packed(lines: Sequence[int]) -> Sequence[int]:
    """Return numbers of lines in rising order, in little memory."""
    first, last = min(lines, default=1), max(lines, default=0)
    if last - first + 1 == len(lines):
        return range(first, last + 1)
    return array("q", sorted(lines))
