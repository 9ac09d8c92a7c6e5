"""Dates and times of day in a column: known as such in their usual forms, and put in order."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from itertools import compress

from grucli.data.numbers import exact

_DAY_S, _MONTH_S, _YEAR_S = 86_400, 31 * 86_400, 372 * 86_400
"""Seconds, with months of one length: this is for order, and roughly for how long it is."""

_MOST_BAD = 0.1

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{4}年\d{1,2}月\d{1,2}日"
_DAY_BY_NAME = rf"(?:[a-z]{{3}}[a-z]*,?\s+)?(?:\d{{1,2}}[ -]{_MONTH}|{_MONTH}\s+\d{{1,2}},?)"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[ap]\.?m\.?)?"
_ZONE = r"\s*(?:z|(?:utc|gmt)(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}:?\d{2})?"
_DATE = re.compile(
    rf"(?:{_DAY}|{_DAY_BY_NAME}[ -]\d{{2,4}})(?:[ t]*{_CLOCK}{_ZONE})?"
    rf"|{_CLOCK}|{_DAY_BY_NAME}\s+{_CLOCK}(?:\s+\d{{4}})?",
    re.IGNORECASE,
)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}(?:[.,]\d+)?))?(?:\s*([ap])\.?m)?", re.IGNORECASE)
_OFFSET = re.compile(r"(?:z|utc|gmt|([+-])(\d{2}):?(\d{2}))$", re.IGNORECASE)
_NAMED = re.compile("|".join(_MONTHS), re.IGNORECASE)


def is_date(cell: str) -> bool:
    """Whether a cell is a date, a time of day or both, in one of the usual forms."""
    return bool(_DATE.fullmatch(cell.strip()))


def date_of(cell: str) -> datetime | None:
    """Return the moment of a date in one of the usual forms; None if it is none, or has no day.

    Nor is one whose day and month could be taken for each other, such as 03/04/2024; where dots
    divide them the day stands first.
    """
    text = cell.strip()
    if not _DATE.fullmatch(text):
        return None
    day, seconds = _fields(text)
    if len(day) < 3:
        return None
    first, second, third = day[:3]
    is_day_first = first > 12 or "." in text[:6] or bool(_NAMED.search(text)) or first == second
    if first > 31:
        year, month, date = first, second, third
    elif is_day_first or second > 12:
        month, date = (second, first) if is_day_first else (first, second)
        year = third if third > 99 else 2000 + third
    else:
        return None
    try:
        return datetime(year, month, date, tzinfo=_zone(text)) + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return None


def _zone(text: str) -> timezone | None:
    """Return the offset from UTC behind a time of day, None if there is none."""
    clock = _TIME.search(text)
    found = _OFFSET.search(text, clock.end()) if clock else None
    if found is None:
        return None
    hours, minutes = (int(found[k] or 0) for k in (2, 3))
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if found[1] == "-" else offset)


def moments(cells: Sequence[str]) -> list[float] | None:
    """Return what cells are ordered by: all numbers, or dates in seconds; None if they are neither.

    Of 05.06.2024 the day stands first, unless a number there says otherwise in some cell. A few
    that cannot be read are as late as the one before them.
    """
    if (filled := _filled(cells, _is_number)) is not None:
        return [number for number in map(exact, filled) if number is not None]
    if (filled := _filled(cells, is_date)) is None:
        return None
    cells = filled
    found = [_fields(cell) for cell in cells]
    month_first = any(len(day) > 2 and day[0] <= 31 and day[1] > 12 for day, _ in found)
    return [_seconds(day, month_first) + seconds for day, seconds in found]


def _filled(cells: Sequence[str], is_known: Callable[[str], bool]) -> list[str] | None:
    """Return cells with the one before in place of an unknown one; None if those are many."""
    known = [is_known(cell) for cell in cells]
    if known.count(False) > _MOST_BAD * len(cells):
        return None
    last = next(compress(cells, known), "")
    return [last := cell if fits else last for cell, fits in zip(cells, known, strict=True)]


def _is_number(cell: str) -> bool:
    return exact(cell) is not None


def _fields(cell: str) -> tuple[list[int], float]:
    """Return the numbers of the day as they stand, and the seconds since midnight."""
    clock = _TIME.search(cell)
    seconds = 0.0
    if clock:
        hour = int(clock[1]) % 12 + 12 * (clock[4].lower() == "p") if clock[4] else int(clock[1])
        second = float((clock[3] or "0").replace(",", "."))
        seconds = 3600 * hour + 60 * int(clock[2]) + second
        cell = cell[: clock.start()] + " " + re.sub(r"[+-]\d{2}:?\d{2}", "", cell[clock.end() :])
    day = [int(number) for number in re.findall(r"\d+", cell)]
    if named := _NAMED.search(cell):  # 5 Jan 2024, Jan 5 2024
        day.insert(1, _MONTHS.index(named[0].lower()) + 1)
    return day, seconds


def _seconds(day: list[int], month_first: bool) -> float:
    if len(day) < 3:
        return 0.0
    first, second, third = day[:3]
    if first > 31:
        year, month, date = first, second, third
    elif month_first:
        month, date, year = first, second, third
    else:
        date, month, year = first, second, third
    return float(year * _YEAR_S + month * _MONTH_S + date * _DAY_S)
