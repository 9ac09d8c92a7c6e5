"""What a run is at, as the line that is drawn anew at the foot of a terminal.

Nothing here decides what is computed: the clock serves what is shown alone.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from grucli import activity
from grucli.cli import output

if TYPE_CHECKING:
    from grucli.cli.live_line import LiveLine
    from grucli.cli.options import Common
    from grucli.training.forecast import Work

SHOWN_AFTER_S = 1.0  # what takes less is over before anybody could read its name
GUESSED_AFTER_S = 2.0  # before, a pace says little


class Status:
    """What is going on, how much of all is done, and how long the rest takes.

    Attributes:
        is_shown: whether anybody sees it.
    """

    def __init__(
        self, *, is_shown: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.is_shown = is_shown
        self._clock = clock
        self._begun, self._begun_s = "", clock()
        self._step = ""
        self._done = self._done_before = 0.0
        self._share, self._is_over = 0.0, False
        self._left_s: float | None = None
        self._first: tuple[float, float] | None = None  # when, and what was done by then

    def begin(self, what: str) -> None:
        """Name what begins now; it is shown once it has taken a second.

        How far it is may stand behind a colon: "reading a.csv: 10,000 rows" has begun before.
        """
        if what.partition(": ")[0] != self._begun.partition(": ")[0]:
            self._begun_s = self._clock()
        self._begun = what

    def step(
        self, what: str, work: Work, *, further_s: float = 0.0, most_s: float = math.inf
    ) -> None:
        """Name what a step belongs to, and how much of the run is done with it.

        Args:
            what: it belongs to.
            work: done, and left after this step.
            further_s: what else has to pass [s], whatever is done in it.
            most_s: after which the run ends [s], whatever is left.
        """
        now_s, left = self._clock(), work.left
        self._done = done = self._done_before + work.done
        if self._first is None:
            self._first = now_s, done
        rows, seconds = done - self._first[1], now_s - self._first[0]
        if rows > 0 and seconds >= GUESSED_AFTER_S:
            self._left_s = min(most_s, left * seconds / rows + further_s)
            left = self._left_s * rows / seconds
        self._share = max(self._share, done / (done + left) if done else 0.0)
        self._is_over = not work.left
        self._step, self._begun = what, ""

    def go_on(self) -> None:
        """Count what follows, whose work begins at nothing, to what was done so far."""
        self._done_before = self._done

    def line(self, width: int) -> str:
        """Return what is shown on so many columns; nothing before there is anything."""
        from grucli.report.bar import bar_line
        from grucli.report.tables import fit

        seconds = self._clock() - self._begun_s
        is_long = self._begun != "" and seconds >= SHOWN_AFTER_S
        if self._first is None:
            return fit(f"{self._begun} ({seconds:.0f} s)", width) if is_long else ""
        what = self._begun if is_long else self._step
        return bar_line(what, self._share, None if self._is_over else self._left_s, width)


@contextmanager
def shown(common: Common) -> Iterator[Status]:
    """Context in which what a run is at is shown, where there is a terminal and no --quiet."""
    if common.quiet or not output.is_terminal():
        yield Status(is_shown=False)
        return
    status, line = _drawn()
    with activity.heard_by(status.begin), line:
        yield status


def show_activity(common: Common) -> None:
    """Show what a command is at in the same way, until its first result or its end."""
    if not common.quiet and output.is_terminal():
        status, line = _drawn()
        activity.listen(status.begin)
        line.begin()


def _drawn() -> tuple[Status, LiveLine]:
    from grucli.cli.live_line import LiveLine

    status = Status()
    return status, LiveLine(status.line, sys.stderr)
