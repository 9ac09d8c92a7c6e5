"""Columns that are steps or channels, where nobody said so: found by name and content.

Steps of a wide table are a run of names with one stem and numbers, such as v0 … v95; without one
they are all columns of numbers. What tells rows apart (a row number, an id, a date) is none, nor is
what stands outside of the run.
"""

from collections.abc import Sequence, Set

from grucli.data.tables.column_kinds import is_dates
from grucli.data.tables.column_names import ID_NAMES, TEXT_NAMES, TIME_NAMES, normal_name
from grucli.data.tables.sample import TableSample
from grucli.data.tables.series_cells import holds_series
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class GuessedColumns:
    """Indices of columns that were found; None: there is none.

    Attributes:
        values: the steps of a wide table, the channels of a long one, in their order.
        label, id, time: of a sequence; `id` makes the table a long one.
        in_cells: whether one column holds a whole sequence in each cell.
    """

    values: tuple[int, ...]
    label: int | None
    id: int | None = None
    time: int | None = None
    in_cells: bool = False


def guess_sequences(
    table: TableSample, aside: Set[int | None], label: int | None, *, needs_label: bool
) -> GuessedColumns | None:
    """Find sequences in single cells, or in the rows of an id.

    Args:
        table: the table.
        aside: columns with another use.
        label: the one of the label, None to find it by its content.
        needs_label: whether there must be a label.

    Raises:
        DataError: there are sequences, but no clear column of them or of labels.
    """
    in_cells = _in_cells(table, aside, label, needs_label)
    if in_cells is not None:
        return in_cells
    row_id = table.likely_id({*aside, label})
    if row_id is None:
        return None
    run = table.run({*aside, label, row_id})
    if run and label is not None and _differ(table, row_id, label):
        return None
    return _long(table, {*aside, row_id}, label, row_id, needs_label)


def guess_rows(
    table: TableSample, aside: Set[int | None], label: int | None, *, least: int, needs_label: bool
) -> GuessedColumns | None:
    """Find sequences in rows, of `least` steps; else as `guess_sequences`."""
    named = {table.by_name(ID_NAMES, {*aside, label})}
    values = table.steps({*aside, *named, label})
    run = table.run({*aside, *named, label})
    words = [i for i in table.rest({*aside, *named, *run, label}) if not table.is_numeric(i)]
    is_aside = table.is_aside if run else table.tells_apart
    if label is None:
        label = _label_of(
            table, [i for i in words if run or not table.tells_apart(i)], alone=not run
        )
        words = [i for i in words if i != label]
    if len(values) < least or not all(map(is_aside, words)):
        return None
    if label is None and needs_label:
        raise table.error("no clear label column", "pass --label COL")
    return GuessedColumns(values=tuple(values), label=label)


def _in_cells(
    table: TableSample, aside: Set[int | None], label: int | None, needs_label: bool
) -> GuessedColumns | None:
    """Find one column whose cells hold a sequence each; a text by its name stands above it."""
    words = [i for i in table.rest({*aside, label}) if not table.is_numeric(i)]
    values = [i for i in words if holds_series(table.cells(i))]
    words = [i for i in words if i not in values]
    if not values or any(normal_name(table.columns[i]) in TEXT_NAMES for i in words):
        return None
    if len(values) > 1:
        raise table.error("lists of numbers in several columns", "pass --values COL for one")
    if label is None:
        label = _label_of(table, words, alone=False)
        if label is None and needs_label:
            raise table.error("no clear label column", "pass --label COL")
    if not all(table.is_aside(i) for i in words if i != label):
        return None
    return GuessedColumns(values=tuple(values), label=label, in_cells=True)


def _long(
    table: TableSample, aside: Set[int | None], label: int | None, row_id: int, needs_label: bool
) -> GuessedColumns | None:
    time = table.by_name(TIME_NAMES, {*aside, label})
    words = [i for i in table.rest({*aside, label, time}) if not table.is_numeric(i)]
    if time is None and (dates := [i for i in words if is_dates(table.cells(i))]):
        time = dates[0]
        words.remove(time)
    if label is None:
        label = _label_of(table, words, alone=True)
        words = [i for i in words if i != label]
    times = table.times_of_steps(row_id, {*aside, label, time})
    values = table.channels({*aside, label, time, *times})
    time = times[0] if time is None and times else time
    if not values or (label is None and needs_label):
        return None
    if words and (time is None or not all(map(table.is_aside, words))):
        return None
    return GuessedColumns(values=tuple(values), label=label, id=row_id, time=time)


def _label_of(table: TableSample, words: Sequence[int], *, alone: bool) -> int | None:
    """Return the one column of words that reads like labels; where it must be alone, if it is."""
    brief = [i for i in words if table.repeats_briefly(i) and not is_dates(table.cells(i))]
    return brief[0] if len(brief) == 1 and not (alone and len(words) > 1) else None


def _differ(table: TableSample, row_id: int, label: int) -> bool:
    """Whether rows of one id have different labels."""
    pairs = {(a, b) for a, b in zip(table.cells(row_id), table.cells(label), strict=False)}
    return len(pairs) > len({row_id for row_id, _ in pairs})
