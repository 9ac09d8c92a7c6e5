"""The steps of one id, of which the last may become a window."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grucli.data.forms import Missing
from grucli.data.numbers import Floats, NumberError, numbers, refuse_missing
from grucli.data.step_times import Moment
from grucli.data.windows import Cutting


@dataclass(slots=True, kw_only=True)
class Step:
    """What a row says beside its numbers.

    Attributes:
        line, time, label: of the row.
        further: lines of a row that takes several, but for the first.
        gap: what the channel of gaps has.
        problem: what is wrong with the row, "" if nothing.
    """

    line: int
    further: Sequence[int]
    time: str | None
    label: str | None
    gap: float
    problem: str


class LiveSequence:
    """The steps of one id from the start of the window that is open.

    Attributes:
        name: the id.
        before: moment and line of its step before the next; None at first.
        bad_rows: unreadable rows of the table so far, as of its last step.
        first: the step that the open window starts with, counted from 0.
        problem: the first that no window has told, "" if there is none.
        line: where that is.
    """

    def __init__(self, name: str, cutting: Cutting, channels: int, bad_rows: int) -> None:
        """Wait for the first step; `channels` are those of a row."""
        self.name = name
        self.before: tuple[Moment, int] | None = None
        self.bad_rows = bad_rows
        self.first = 0
        self.problem, self.line = "", 0
        self._cutting = cutting
        self._channels = channels
        self._count = 0  # of all steps so far
        self._done = 0  # steps before this one need no other window
        self._steps: list[Step] = []
        self._cells: list[str] = []  # of steps that have not been read as numbers
        self._values = np.zeros((0, channels))
        self._faults: list[NumberError] = []  # in these; their steps count from 0, too

    def add(self, step: Step, cells: list[str]) -> None:
        """Take a step in."""
        self._count += 1
        if step.problem and not self.problem:
            self.problem, self.line = step.problem, step.line
        if self._count > self.first:  # else it is between windows that do not touch
            self._steps.append(step)
            self._cells += cells

    @property
    def is_complete(self) -> bool:
        """Whether the open window has all of its steps."""
        return len(self._steps) == self._cutting.size

    @property
    def left_over(self) -> int:
        """How many steps are in no window so far."""
        return max(0, self._count - max(self._done, self.first))

    def window(self) -> list[Step]:
        """Return the steps of the window."""
        return self._steps.copy()

    def values(self, missing: Missing) -> Floats:
        """Return the (T, D) values of the window, of its gaps behind them if they are a channel.

        Raises:
            NumberError: a value in it is no number, or missing where it must not.
        """
        self._read_cells()
        if self._faults:
            error = self._faults[0]
            raise NumberError(error.step - self.first, error.channel, error.problem)
        if missing == "refuse":
            refuse_missing(self._values)
        if self._cutting.gap_channel:
            return np.column_stack([self._values, [step.gap for step in self._steps]])
        return self._values.copy()

    def move_on(self, *, was_told: bool) -> None:
        """Open the next window; `was_told` says whether the last one has told its problem."""
        if was_told:
            self.problem = ""
        self._done = self.first + self._cutting.size
        self._start_at(self.first + self._cutting.step)

    def begin_anew(self) -> None:
        """Open a window with the next step, whatever was before."""
        self.problem = ""
        self._done = self._count
        self._cells = []
        self._start_at(self._count)

    def _start_at(self, first: int) -> None:
        passed, self.first = first - self.first, first
        del self._steps[:passed]
        self._values = self._values[passed:]
        self._faults = [fault for fault in self._faults if fault.step >= first]

    def _read_cells(self) -> None:
        """Read what has come since as numbers; a step that cannot be read is not a number."""
        width, start = self._channels, self.first + len(self._values)
        try:
            found = numbers(self._cells, width)
        except NumberError:
            rows = [self._cells[k : k + width] for k in range(0, len(self._cells), width)]
            found = np.array([self._row(start + k, row) for k, row in enumerate(rows)])
        self._values = np.concatenate([self._values, found])
        self._cells = []

    def _row(self, step: int, cells: list[str]) -> Floats:
        try:
            found: Floats = numbers(cells, self._channels)[0]
            return found
        except NumberError as error:
            self._faults.append(NumberError(step, error.channel, error.problem))
            return np.full(self._channels, np.nan)
