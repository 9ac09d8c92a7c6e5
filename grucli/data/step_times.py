"""The order of steps that have a time each."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise

from grucli.data.dates import date_of, is_date
from grucli.data.numbers import exact
from grucli.errors import excerpt

_DATE = "2024-05-31T18:30:00"

Moment = float | tuple[bool, datetime]
"""A number, or a date and whether it has an offset from UTC."""


class TimeError(ValueError):
    """A time cannot be used.

    Attributes:
        index: which, from 0.
        problem: what is wrong with it and how to mend it.
    """

    def __init__(self, index: int, problem: str) -> None:
        super().__init__(index, problem)
        self.index = index
        self.problem = problem


def order(times: Sequence[str], named: Callable[[int], str]) -> list[int]:
    """Return the indices of steps by rising time, all numbers or all dates.

    Args:
        times: of the steps, at least one.
        named: what messages call the step of an index.

    Raises:
        TimeError: a time is neither, or of another kind than the first, or there twice.
    """
    is_dated = exact(times[0]) is None
    moments = []
    for index, time in enumerate(times):
        moment = moment_of(time, is_dated=is_dated)
        if moment is None:
            raise TimeError(index, unread(time, is_dated=is_dated))
        moments.append(moment)
    found = sorted(range(len(moments)), key=moments.__getitem__)
    for before, after in pairwise(found):
        if moments[before] == moments[after]:
            problem = f"time '{excerpt(times[after])}' stands in {named(before)} too"
            raise TimeError(after, f"{problem}; give each step its own")
    return found


def moment_of(time: str, *, is_dated: bool) -> Moment | None:
    """Return the moment that a time says, as a date or as a number; None if it is no such."""
    return _date(time) if is_dated else exact(time)


def unread(time: str, *, is_dated: bool) -> str:
    """Return what is wrong with a time that says no moment, and how to mend it."""
    if is_dated and is_date(time):
        return f"time '{excerpt(time)}' does not tell day, month and year apart; write {_DATE}"
    kind = "number or date" if is_dated else "number like the first"
    return f"time '{excerpt(time)}' is no {kind}; write 12.5 or {_DATE}"


def elapsed(earlier: Moment, later: Moment) -> float | None:
    """Return the time between two moments, in seconds of dates; None if one alone has an offset."""
    if isinstance(earlier, tuple) and isinstance(later, tuple):
        same = earlier[0] == later[0]
        return (later[1] - earlier[1]).total_seconds() if same else None
    if isinstance(earlier, tuple) or isinstance(later, tuple):
        return None
    return float(later - earlier)


def _date(cell: str) -> tuple[bool, datetime] | None:
    """Return a date that sorts; those with an offset from UTC stand apart from those without."""
    try:
        moment: datetime | None = datetime.fromisoformat(cell.strip())
    except ValueError:
        moment = date_of(cell)
    return None if moment is None else (moment.tzinfo is not None, moment)
