"""What a run is at, as the line that is drawn anew at the foot of a terminal.

Nothing here decides what is computed: the clock serves what is shown alone.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from grucli import activity
from grucli.cli import output
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
        self._work, self._share = Work(done=0, left=0), 0.0
        self._left_s: float | None = None
        self._first: tuple[float, float] | None = None  # when, and what was done by then

    def begin(self, what: str) -> None:
        """Name what begins now; it is shown once it has taken a second."""
        self._begun, self._begun_s = what, self._clock()

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
        now_s = self._clock()
        if self._first is None:
            self._first = now_s, work.done
        rows, seconds = work.done - self._first[1], now_s - self._first[0]
        left = work.left
        if rows > 0 and seconds >= GUESSED_AFTER_S:
            self._left_s = min(most_s, left * seconds / rows + further_s)
            left = self._left_s * rows / seconds
        share = work.done / (work.done + left) if work.done else 0.0
        self._share = max(self._share, share)
        self._work, self._step, self._begun = work, what, ""

    def line(self, width: int) -> str:
        """Return what is shown on so many columns; nothing before there is anything."""
        from grucli.report.bar import bar_line
        from grucli.report.tables import fit

        seconds = self._clock() - self._begun_s
        is_long = self._begun != "" and seconds >= SHOWN_AFTER_S
        if self._first is None:
            return fit(f"{self._begun} ({seconds:.0f} s)", width) if is_long else ""
        what = self._begun if is_long else self._step
        return bar_line(what, self._share, self._left_s if self._work.left else None, width)


@contextmanager
def shown(common: Common) -> Iterator[Status]:
    """Context in which what a run is at is shown, where there is a terminal and no --quiet."""
    if common.quiet or not output.is_terminal():
        yield Status(is_shown=False)
        return
    from grucli.cli.live_line import LiveLine

    status = Status()
    with activity.heard_by(status.begin), LiveLine(status.line, sys.stderr):
        yield status
