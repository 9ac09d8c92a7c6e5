"""Signs of a step a row in a table that nobody said to be long: found in content alone.

Two kinds are told apart: rows of several sequences, each with an id, and a log, which has no id.
Neither is read without being told: a step alone says little, and its neighbours nearly the same.
"""

import shlex
from collections.abc import Sequence, Set
from itertools import accumulate, pairwise
from typing import Any

from grucli.data.dates import moments
from grucli.data.tables.column_kinds import counts, is_dates, is_grouped, runs
from grucli.data.tables.column_names import TEXT_NAMES, normal_name
from grucli.data.tables.log_columns import guess_log
from grucli.data.tables.sample import TableSample
from grucli.data.tables.series_guess import GuessedColumns
from grucli.data.unclear import UnclearError, listed
from grucli.data.windows import suggested_window
from grucli.errors import DataError, show

_LISTED = 40
"""Characters of the columns that a flag names one by one."""
_UNCLEAR = "COL"


def refuse_steps(table: TableSample, aside: Set[int | None], label: int | None) -> None:
    """Refuse a table whose rows look like steps.

    Args:
        table: the table.
        aside: columns with another use.
        label: the one of the label, None if it is not known.

    Raises:
        DataError: they do; it names the flags that read them.
    """
    place = table.place
    if said := long_options(table, aside, label):
        raise _unclear(f"{place}: rows look like steps of sequences", said)
    if said := log_options(table, aside, label):
        raise _unclear(f"{place}: rows look like steps of a log, to be cut into windows", said)


def _unclear(what: str, said: dict[str, Any]) -> DataError:
    """Return the refusal; options of it are none where a column is not clear."""
    words = " ".join(f"--{name} {_shown(value)}" for name, value in said.items())
    mend = f"pass {words}, or --values COLS if each row is one"
    if said["label"] == _UNCLEAR:
        return DataError(f"{what}; {mend}")
    return UnclearError(what, said, mend=mend)


def long_options(table: TableSample, aside: Set[int | None], label: int | None) -> dict[str, Any]:
    """Return what to say of a table with a step a row; nothing if it does not look like one.

    The id is a column whose equal values stand together, in two rows or more. Of the other columns
    each must be one of these: a value that never changes in a sequence (its label, at least one),
    numbers or dates that rise in every sequence (its time, at most one), numbers (its channels, at
    least one). Ids that are numbers must have a time beside them.
    """
    values = table.run({*aside, label})
    rest = table.rest({*aside, *values})
    ids = [i for i in rest if i != label and is_grouped(table.cells(i))]
    if not ids:
        return {}
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
            return {}
        elif not times and all(_advances(part) for part in parts):
            times.append(i)
        elif not is_dated and not counts(cells):
            values.append(i)
    labels.remove(row_id)
    is_told = times or not table.is_numeric(row_id)
    if not (values and labels and is_told) or label not in (None, *labels):
        return {}
    chosen = [label] if label is not None else labels
    return _options(table, row_id=row_id, times=times, values=values, labels=chosen)


def log_options(table: TableSample, aside: Set[int | None], label: int | None) -> dict[str, Any]:
    """Return what to say of a log to be cut into windows; nothing if it does not look like one.

    It has a time that never falls, numbers beside it, and no column that reads like a text.
    """
    run = table.run({*aside, label})
    time = table.time_of_rows({*aside, *run, label})
    if time is None or not _never_falls(table.cells(time)):
        return {}
    aside = {*aside, time, label}
    words = [i for i in table.rest(aside) if not table.is_numeric(i)]
    values = run or table.channels(aside)
    if not values or not all(map(table.is_aside, words)):
        return {}
    if normal_name(table.columns[time]) in TEXT_NAMES:
        return {}
    named = GuessedColumns(values=tuple(values), label=label, time=time)
    found = guess_log(table, named, aside, needs_label=False)
    states = [i for i in words if i != found.id and table.repeats_briefly(i)]
    if found.label is not None:
        states = [found.label]
    values = [i for i in values if i not in (found.id, found.label)]
    if not values:
        return {}
    said = _options(table, row_id=found.id, times=[time], values=values, labels=states)
    return {"window": suggested_window(len(table.rows)), **said}


def _options(
    table: TableSample,
    *,
    row_id: int | None,
    times: Sequence[int],
    values: Sequence[int],
    labels: Sequence[int],
) -> dict[str, Any]:
    """Return what to say by the names of `ReadOptions`."""
    columns = table.columns
    named: dict[str, Any] = {}
    if row_id is not None:
        named["id"] = columns[row_id]
    if times:
        named["time"] = columns[times[0]]
    named["values"] = listed([columns[i] for i in values])
    named["label"] = columns[labels[0]] if len(labels) == 1 else _UNCLEAR
    return named


def _never_falls(cells: Sequence[str]) -> bool:
    found = moments(cells)
    return found is not None and all(a <= b for a, b in pairwise(found))


def _advances(cells: Sequence[str]) -> bool:
    found = moments(cells)
    return found is not None and all(a < b for a, b in pairwise(found))


def _shown(value: object) -> str:
    text = str(value)
    return shlex.quote(show(text)) if len(text) <= _LISTED else "COLS"
