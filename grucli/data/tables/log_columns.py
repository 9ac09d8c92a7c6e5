"""The columns of a log that is cut into windows, where nobody said so: by name and content."""

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import Final

from grucli.data.tables.column_kinds import is_dates, is_time_name
from grucli.data.tables.column_names import TIME_NAMES
from grucli.data.tables.sample import MORE_TIME_NAMES, TableSample
from grucli.data.tables.series_guess import GuessedColumns

_UNIT_NAMES: Final = (
    *("machine", "machine_id", "device", "device_id", "sensor", "sensor_id", "unit", "unit_id"),
    *("asset", "asset_id", "equipment", "station", "node", "host", "motor", "pump", "engine"),
    *("vehicle", "subject", "subject_id", "user", "user_id", "patient", "patient_id", "run"),
    *("run_id", "session", "session_id", "设备", "机器", "传感器", "设备编号", "机器编号"),
)
_STATE_NAMES: Final = (
    *("state", "status", "condition", "activity", "mode", "phase", "fault", "failure", "anomaly"),
    *("alarm", "event", "状态", "故障", "活动", "工况"),
)
"""What the rows of a log belong to, and what they say of it; the surest first."""


def guess_log(
    table: TableSample, named: GuessedColumns, aside: Set[int | None], *, needs_label: bool
) -> GuessedColumns:
    """Find the columns of a step a row that `named` leaves open; all rows may be of one sequence.

    Args:
        table: the table.
        named: the columns that are known.
        aside: columns with another use.
        needs_label: whether there must be a label.

    Raises:
        DataError: there is no clear label.
    """
    taken = {*aside, *named.values, named.label, named.id, named.time}
    label, time, row_id = named.label, named.time, named.id
    if label is None:
        label = _first(table.label_by_name(taken), table.by_name(_STATE_NAMES, taken))
    if time is None:
        time = _time(table, {*taken, label})
    if row_id is None:
        row_id = _id(table, {*taken, label, time}, time)
    taken |= {label, time, row_id}
    if label is None and needs_label:
        label = _only_words(table, taken)
    values = named.values or tuple(table.channels({*taken, label}))
    return replace(named, values=values, label=label, id=row_id, time=time)


def _first(*found: int | None) -> int | None:
    return next((index for index in found if index is not None), None)


def _time(table: TableSample, aside: Set[int | None]) -> int | None:
    """Return the column of times: known by its name, or of dates."""
    named = table.by_name((*TIME_NAMES, *MORE_TIME_NAMES), aside)
    rest = table.rest(aside)
    dates = next((i for i in rest if is_dates(table.cells(i))), None)
    timed = (i for i in rest if is_time_name(table.columns[i]) and table.is_numeric(i))
    return _first(named, dates, next(timed, None))


def _id(table: TableSample, aside: Set[int | None], time: int | None) -> int | None:
    """Return the column that says whose step a row is: by its name, or as times come again."""
    named = _first(table.likely_id(aside), table.by_name(_UNIT_NAMES, aside))
    if named is not None:
        return named if _repeats(table.cells(named)) else None
    if time is None or not _repeats(table.cells(time)):
        return None
    times = table.cells(time)
    pairs = {i: [*zip(table.cells(i), times, strict=True)] for i in table.rest(aside)}
    telling = [i for i in pairs if not _repeats(pairs[i])]
    words = [i for i in telling if _repeats(table.cells(i)) and not is_dates(table.cells(i))]
    words = [i for i in words if not table.is_numeric(i) or _are_whole(table.cells(i))]
    return min(words, key=lambda i: len(set(table.cells(i))), default=None)


def _repeats(cells: Sequence[object]) -> bool:
    return len(set(cells)) < len(cells)


def _are_whole(cells: Sequence[str]) -> bool:
    return all(cell.strip().isdigit() for cell in cells)


def _only_words(table: TableSample, aside: Set[int | None]) -> int:
    """Return the one column of words that reads like labels.

    Raises:
        DataError: there is none, or more than one.
    """
    words = [i for i in table.rest(aside) if not table.is_numeric(i) and table.repeats_briefly(i)]
    if len(words) != 1:
        raise table.error("no clear label column", "pass --label COL")
    return words[0]
