"""Windows of a log: a row is a step, and every stretch of so many steps of one id is a record.

A window is given as soon as its last row has been read, whatever comes behind it, so answers do not
depend on whether the rows come from a file or from a stream. Of each id memory holds the steps of a
window at most.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from grucli.data.forms import Missing
from grucli.data.numbers import NumberError
from grucli.data.records import Record
from grucli.data.tables.cells import Row
from grucli.data.tables.live_sequence import LiveSequence, Step
from grucli.data.tables.log_clock import LogClock
from grucli.data.tables.long_table import packed
from grucli.data.tables.table_rows import TableLayout, is_blank
from grucli.data.windows import Cutting, Window, label_of
from grucli.errors import DataError, counted, excerpt
from grucli.values import dataclass

MOST_STEPS = 1 << 20
"""Of windows that are not complete, in a stream: this bounds the memory."""


@dataclass(frozen=True, kw_only=True)
class LogColumns:
    """Indices of the columns of a step; without `id` all are of one sequence.

    Without `time` the order of the rows counts.
    """

    id: int | None
    time: int | None
    values: tuple[int, ...]


class WindowRecords:
    """Iterates the windows of a log, a Record each, in the order of their last rows.

    A row that cannot be read is no step, as nobody knows of which id: the next step of each id
    bears its problem, and so do all windows with that step.
    """

    def __init__(
        self,
        rows: Iterable[Row],
        table: TableLayout,
        columns: LogColumns,
        cutting: Cutting,
        missing: Missing,
        has_line: Callable[[], bool],
    ) -> None:
        """Read `rows`; `has_line` says whether one can be had without waiting."""
        self._rows = iter(rows)
        self._table = replace(table, needs_label=False)  # the label of a window counts
        self._needs_label = table.needs_label
        self._columns = columns
        self._cutting = cutting
        self._missing = missing
        self._has_line = has_line
        self._clock = LogClock(table.name, cutting)
        self._live: OrderedDict[str, LiveSequence] = OrderedDict()
        self._most = 0 if table.needs_label else max(1, MOST_STEPS // cutting.size)
        self._complete: deque[Record] = deque()
        self._bad_row = ""  # the error of the last of them
        self._bad_rows = self._bad_rows_before = 0  # in all, and as of the last sound row
        self._number = self._steps = self._ids = 0
        self._left_over = self._unlabelled = self._let_go = 0
        self._ended = False

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        while not self._complete:
            if self._ended:
                raise StopIteration
            self._read()
        return self._complete.popleft()

    def ready(self) -> bool:
        """Return whether the next window, or the end, can be had without waiting."""
        while not self._complete and not self._ended and self._has_line():
            self._read()
        return bool(self._complete) or self._ended

    def findings(self) -> tuple[str, ...]:
        """Return what became of all rows, for people."""
        found = list(self._clock.findings())
        if self._left_over:
            found.append(
                f"{counted(self._left_over, 'row')} at the end or before a gap: no whole window of "
                f"{self._cutting.size:,}, left out"
            )
        if self._unlabelled:
            found.append(f"{counted(self._unlabelled, 'window')} without a label are left out")
        if self._let_go:
            found.append(
                f"{counted(self._let_go, 'id')} with an open window let go of: more than "
                f"{self._most:,} at once"
            )
        return tuple(found)

    def _read(self) -> None:
        """Take the next row in."""
        row = next(self._rows, None)
        if row is None:
            self._end()
        elif not is_blank(row):
            record = self._checked(row)
            if record.error is None:
                self._add(record)
            else:
                self._bad_row = record.error
                self._bad_rows += 1

    def _checked(self, row: Row) -> Record:
        record, row_id = self._table.record(0, row), self._columns.id
        if record.error is None and row_id is not None and not record.cells[row_id].strip():
            column = excerpt(self._table.columns[row_id])
            problem = f"no id; fill column '{column}' or drop the row"
            return self._table.unreadable(0, row.line, problem, row.cells)
        return record

    def _add(self, record: Record) -> None:
        columns, cells = self._columns, record.cells
        live = self._sequence("" if columns.id is None else cells[columns.id])
        time = None if columns.time is None else cells[columns.time]
        problem, is_gap, gap = "", False, 0.0
        if time is not None:
            problem, is_gap, gap = self._clock.take(live, time, record.line)
        if live.bad_rows < self._bad_rows:
            live.bad_rows, problem = self._bad_rows, self._bad_row
        self._bad_rows_before = self._bad_rows
        if is_gap:
            self._leave(live)
        self._steps += 1
        step = Step(
            line=record.line,
            further=record.lines[1:],
            time=time,
            label=record.label,
            gap=gap,
            problem=problem,
        )
        live.add(step, [cells[i] for i in columns.values])
        if live.is_complete:
            self._give(live, record)

    def _sequence(self, row_id: str) -> LiveSequence:
        """Return the steps of an id, as of the one that was seen last."""
        live = self._live.get(row_id)
        if live is not None:
            self._live.move_to_end(row_id)
            return live
        if self._most and len(self._live) >= self._most:
            self._leave(self._live.popitem(last=False)[1])
            self._let_go += 1
        channels = len(self._columns.values)
        live = LiveSequence(row_id, self._cutting, channels, self._bad_rows_before)
        self._live[row_id] = live
        self._ids += 1
        return live

    def _give(self, live: LiveSequence, record: Record) -> None:
        """Give a window that is complete; `record` is that of its last row."""
        steps, first = live.window(), live.first
        problem = next((step.problem for step in steps if step.problem), "")
        try:
            record.values = live.values(self._missing)
        except NumberError as error:
            column = excerpt(self._table.columns[self._columns.values[error.channel]])
            line = steps[error.step].line
            problem = problem or f"{self._table.name}:{line}: column '{column}': {error.problem}"
        live.move_on(was_told=bool(problem))
        record.label = label_of([step.label for step in steps], self._cutting.label)
        if record.label is None and self._needs_label and not problem:
            self._unlabelled += 1
            return
        lines = steps[0].line, steps[-1].line
        further = [line for step in steps for line in step.further]
        record.line, record.lines = lines[0], packed([*(step.line for step in steps), *further])
        record.window = Window(
            sequence=live.name, first=first, last=first + len(steps) - 1, lines=lines
        )
        if steps[0].time is not None and steps[-1].time is not None:
            record.span = steps[0].time, steps[-1].time
        if problem:
            record.values, record.error = None, problem
        self._put(record)

    def _put(self, record: Record) -> None:
        self._number += 1
        record.number = self._number
        self._complete.append(record)

    def _leave(self, live: LiveSequence) -> None:
        """Leave out the steps that make no whole window, but not what is wrong with them."""
        self._left_over += live.left_over
        if live.problem:
            self._put(Record(number=0, line=live.line, error=live.problem))
        live.begin_anew()

    def _end(self) -> None:
        self._ended = True
        for live in self._live.values():
            self._leave(live)
        if self._bad_rows > self._bad_rows_before:
            self._put(Record(number=0, line=1, error=self._bad_row))
        if self._needs_label and self._steps and not self._number:
            raise DataError(self._nothing())

    def _nothing(self) -> str:
        """Say why there is no window to learn from or to score."""
        name, size = self._table.name, self._cutting.size
        if self._unlabelled:
            return f"{name}: no window of {size:,} steps has a label; fill the label column"
        rows = counted(self._steps, "row")
        if self._columns.id is not None:
            rows += f" of {counted(self._ids, 'id')}"
        return f"{name}: {rows}, but nowhere {size:,} in a row; pass a smaller --window"
