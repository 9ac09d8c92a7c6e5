"""Signs of a step a row in a table that nobody said to be long: found in content alone.

Two kinds are told apart: rows of several sequences, each with an id, and a log, which has no id.
Neither is read without being told: a step alone says little, and its neighbours nearly the same.
"""

import shlex
from collections.abc import Sequence, Set
from itertools import accumulate, pairwise

from grucli.data.dates import moments
from grucli.data.tables.column_kinds import counts, is_dates, is_grouped, runs
from grucli.data.tables.column_names import TEXT_NAMES, normal_name
from grucli.data.tables.log_columns import guess_log
from grucli.data.tables.sample import TableSample
from grucli.data.tables.series_guess import GuessedColumns
from grucli.data.windows import suggested_window
from grucli.errors import DataError, show

_LISTED = 40
"""Characters of the columns that a flag names one by one."""


def refuse_steps(table: TableSample, aside: Set[int | None], label: int | None) -> None:
    """Refuse a table whose rows look like steps.

    Args:
        table: the table.
        aside: columns with another use.
        label: the one of the label, None if it is not known.

    Raises:
        DataError: they do; it names the flags that read them.
    """
    if flags := long_flags(table, aside, label):
        raise DataError(
            f"{table.place}: rows look like steps of sequences; pass {flags}, or --values COLS "
            "if each row is one"
        )
    if flags := log_flags(table, aside, label):
        raise DataError(
            f"{table.place}: rows look like steps of a log, to be cut into windows; pass {flags}, "
            "or --values COLS if each row is one"
        )


def long_flags(table: TableSample, aside: Set[int | None], label: int | None) -> str:
    """Return the flags that read a table as a step a row; "" if it does not look like one.

    The id is a column whose equal values stand together, in two rows or more. Of the other columns
    each must be one of these: a value that never changes in a sequence (its label, at least one),
    numbers or dates that rise in every sequence (its time, at most one), numbers (its channels, at
    least one). Ids that are numbers must have a time beside them.
    """
    values = table.run({*aside, label})
    rest = table.rest({*aside, *values})
    ids = [i for i in rest if i != label and is_grouped(table.cells(i))]
    if not ids:
        return ""
    row_id = max(ids, key=lambda i: len(set(table.cells(i))))
    ends = [0, *accumulate(runs(table.cells(row_id)))]
    times: list[int] = []
    labels: list[int] = []
    for i in rest:
        cells = table.cells(i)
        parts = [cells[start:stop] for start, stop in pairwise(ends)]
        is_dated = is_dates(cells)
        if all(len(set(part)) == 1 for part in parts):
            labels.append(i)
        elif not (table.is_numeric(i) or is_dated):
            return ""
        elif not times and all(_advances(part) for part in parts):
            times.append(i)
        elif not is_dated and not counts(cells):
            values.append(i)
    labels.remove(row_id)
    is_told = times or not table.is_numeric(row_id)
    if not (values and labels and is_told) or label not in (None, *labels):
        return ""
    chosen = [label] if label is not None else labels
    return _flags(table, row_id=row_id, times=times, values=values, labels=chosen)


def log_flags(table: TableSample, aside: Set[int | None], label: int | None) -> str:
    """Return the flags that cut a log into windows; "" if a table does not look like one.

    It has a time that never falls, numbers beside it, and no column that reads like a text.
    """
    run = table.run({*aside, label})
    time = table.time_of_rows({*aside, *run, label})
    if time is None or not _never_falls(table.cells(time)):
        return ""
    aside = {*aside, time, label}
    words = [i for i in table.rest(aside) if not table.is_numeric(i)]
    values = run or table.channels(aside)
    if not values or not all(map(table.is_aside, words)):
        return ""
    if normal_name(table.columns[time]) in TEXT_NAMES:
        return ""
    named = GuessedColumns(values=tuple(values), label=label, time=time)
    found = guess_log(table, named, aside, needs_label=False)
    states = [i for i in words if i != found.id and table.repeats_briefly(i)]
    if found.label is not None:
        states = [found.label]
    values = [i for i in values if i not in (found.id, found.label)]
    window = f"--window {suggested_window(len(table.rows))}"
    flags = _flags(table, row_id=found.id, times=[time], values=values, labels=states)
    return f"{window} {flags}" if values else ""


def _flags(
    table: TableSample,
    *,
    row_id: int | None,
    times: Sequence[int],
    values: Sequence[int],
    labels: Sequence[int],
) -> str:
    columns = table.columns
    named = {
        "--id": "" if row_id is None else _listed([columns[row_id]]),
        "--time": _listed([columns[i] for i in times]),
        "--values": _listed([columns[i] for i in values]),
        "--label": _listed([columns[i] for i in labels]) if len(labels) == 1 else "COL",
    }
    return " ".join(f"{flag} {each}" for flag, each in named.items() if each)


def _never_falls(cells: Sequence[str]) -> bool:
    found = moments(cells)
    return found is not None and all(a <= b for a, b in pairwise(found))


def _advances(cells: Sequence[str]) -> bool:
    found = moments(cells)
    return found is not None and all(a < b for a, b in pairwise(found))


def _listed(names: Sequence[str]) -> str:
    joined = ",".join(names)
    if not joined:
        return ""
    return shlex.quote(show(joined)) if len(joined) <= _LISTED else "COLS"
