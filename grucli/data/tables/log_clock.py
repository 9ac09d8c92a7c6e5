"""The times of a log: how long its steps usually take, and where more time has passed.

Steps are regular where nine of ten take at most one and a half times as long as the median; there,
what takes longer than three times the median is a gap.
"""

import math
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np

from grucli.data.step_times import Moment, elapsed, moment_of, unread
from grucli.data.tables.cells import Row
from grucli.data.tables.live_sequence import LiveSequence
from grucli.data.windows import Cutting
from grucli.errors import counted, excerpt
from grucli.values import dataclass

GAP: Final = 3.0
REGULAR: Final = 0.9, 1.5  # share of the steps, times the median
_SHORTEST = 0.1
"""Usual steps that the channel of gaps tells from none."""
_REMEMBERED = 100_000
"""Ids whose last time is known; this bounds the memory."""
_TIMES = ((172_800, 86_400, "days"), (7200, 3600, "h"), (120, 60, "min"))


Steps = Iterable[tuple[str, str]]
"""The id and the time of each row, in the order of the table."""


@dataclass(frozen=True, kw_only=True)
class Timing:
    """What the times of a whole table say.

    Attributes:
        in_order: whether the rows of each id stand in the order of their times.
        step_time: the median time from a step to the next; None without two of them.
        gap_time: what is longer is a gap; None where steps are irregular.
    """

    in_order: bool
    step_time: float | None
    gap_time: float | None

    @classmethod
    def of(cls, steps: Steps) -> "Timing":
        """Look through all rows; memory is that of a number each."""
        every = np.fromiter(_passed(steps), np.float64)
        in_order, passed = bool((every >= 0).all()), every[every > 0]
        if not len(passed):
            return cls(in_order=in_order, step_time=None, gap_time=None)
        usual = float(np.median(passed))
        share, times = REGULAR
        is_regular = float(np.mean(passed <= times * usual)) >= share
        return cls(in_order=in_order, step_time=usual, gap_time=GAP * usual if is_regular else None)


def are_in_order(steps: Steps) -> bool:
    """Whether the rows of each id stand in the order of their times, which takes no memory."""
    return all(passed >= 0 for passed in _passed(steps))


def _passed(steps: Steps) -> Iterator[float]:
    """Yield how long after the one before it each step came, where both times can be read."""
    last: OrderedDict[str, Moment] = OrderedDict()
    is_dated = None
    for row_id, time in steps:
        is_dated = kind_of(time) if is_dated is None else is_dated
        moment = None if is_dated is None else moment_of(time, is_dated=is_dated)
        if moment is None:
            continue
        between = elapsed(last[row_id], moment) if row_id in last else None
        last[row_id] = moment
        if between is not None:
            yield between
        elif len(last) > _REMEMBERED:
            last.popitem(last=False)


def kind_of(time: str) -> bool | None:
    """Return whether a time is a date, False if it is a number, None if it is neither."""
    return next(
        (kind for kind in (False, True) if moment_of(time, is_dated=kind) is not None), None
    )


def ordered(rows: Iterable[Row], time: int, width: int) -> list[Row]:
    """Return rows by rising time, equal ones as they stand.

    One without a time that can be read stays behind the one before it.

    Args:
        rows: all of a table.
        time: the column.
        width: cells of a sound row.
    """
    found = list(rows)
    keys: list[Any] = []  # moments of one kind
    is_dated = last = None
    for row in found:
        cell = row.cells[time] if len(row.cells) == width else ""
        is_dated = kind_of(cell) if is_dated is None else is_dated
        moment = None if is_dated is None else moment_of(cell, is_dated=is_dated)
        last = moment if moment is not None else last
        keys.append(last)
    first = next((key for key in keys if key is not None), 0)
    keys = [first if key is None else key for key in keys]
    return [found[k] for k in sorted(range(len(found)), key=keys.__getitem__)]


class LogClock:
    """Tells of each step of a log how long after the one before it came."""

    def __init__(self, name: str, cutting: Cutting) -> None:
        """Go by what `cutting` says of usual steps and gaps; `name` is that of the data."""
        self._name = name
        self._cutting = cutting
        self._is_dated: bool | None = None
        self._gaps = self._equal = 0
        self._longest = 0.0, 0  # and the line behind it

    def take(self, live: LiveSequence, time: str, line: int) -> tuple[str, bool, float]:
        """Return what is wrong with the time of a step, if anything; whether a gap is before it.

        The third is what the channel of gaps has: the logarithm of the time since the step before,
        in usual steps; 0 where there is none.
        """
        place = f"{self._name}:{line}"
        if self._is_dated is None:
            self._is_dated = kind_of(time)
        is_dated = self._is_dated is not False
        moment = moment_of(time, is_dated=is_dated)
        if moment is None:
            return f"{place}: {unread(time, is_dated=is_dated)}", False, 0.0
        before, live.before = live.before, (moment, line)
        if before is None:
            return "", False, 0.0
        passed = elapsed(before[0], moment)
        if passed is None:
            problem = f"time '{excerpt(time)}' and that in line {before[1]}: one has no offset"
            return f"{place}: {problem} from UTC; write all alike", False, 0.0
        if passed < 0:
            problem = f"time '{excerpt(time)}' is before that in line {before[1]}"
            return f"{place}: {problem}; sort the rows by time", False, 0.0
        self._equal += passed == 0
        usual = self._cutting.step_time or passed or 1.0
        return "", self._is_gap(passed, line), math.log(max(passed / usual, _SHORTEST))

    def findings(self) -> tuple[str, ...]:
        """Return what was odd in the times so far, for people."""
        found = []
        if self._gaps:
            found.append(self._gaps_found())
        if self._equal:
            found.append(
                f"{counted(self._equal, 'row')} with the time of the one before, in the order of "
                "the data (pass --id COL if they belong to several)"
            )
        return tuple(found)

    def _gaps_found(self) -> str:
        cutting = self._cutting
        longest, line = self._longest
        told = "no window reaches over one (--gap-channel lets them)"
        if cutting.gap_channel:
            told = "windows reach over them, and a channel says how long they are"
        return (
            f"{counted(self._gaps, 'gap')} in time, above {GAP:.0f} times the usual step of "
            f"{self._shown(cutting.step_time or 0.0)}, the longest {self._shown(longest)} before "
            f"line {line:,}: {told}"
        )

    def _is_gap(self, passed: float, line: int) -> bool:
        if self._cutting.gap_time is None or passed <= self._cutting.gap_time:
            return False
        self._gaps += 1
        self._longest = max(self._longest, (passed, line), key=lambda gap: gap[0])
        return not self._cutting.gap_channel

    def _shown(self, time: float) -> str:
        if not self._is_dated:
            return f"{time:,.6g}"
        for least, unit, name in _TIMES:
            if time >= least:
                return f"{time / unit:,.3g} {name}"
        return f"{time:.3g} s"
