"""The order of steps that have a time each."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise

from grucli.data.numbers import exact
from grucli.errors import excerpt

_DATE = "2024-05-31T18:30:00"


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
    """Return the indices of steps by rising time, all numbers or all dates of ISO 8601.

    Args:
        times: of the steps, at least one.
        named: what messages call the step of an index.

    Raises:
        TimeError: a time is neither, or of another kind than the first, or there twice.
    """
    parse = _date if exact(times[0]) is None else exact
    moments = []
    for index, time in enumerate(times):
        moment = parse(time)
        if moment is None:
            kind = "number like the first" if parse is exact else "number or ISO 8601 date"
            raise TimeError(index, f"time '{excerpt(time)}' is no {kind}; write 12.5 or {_DATE}")
        moments.append(moment)
    found = sorted(range(len(moments)), key=moments.__getitem__)
    for before, after in pairwise(found):
        if moments[before] == moments[after]:
            problem = f"time '{excerpt(times[after])}' stands in {named(before)} too"
            raise TimeError(after, f"{problem}; give each step its own")
    return found


def _date(cell: str) -> tuple[bool, datetime] | None:
    """Return a date that sorts; those with an offset from UTC stand apart from those without."""
    try:
        moment = datetime.fromisoformat(cell.strip())
    except ValueError:
        return None
    return moment.tzinfo is not None, moment
