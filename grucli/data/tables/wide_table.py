"""Wide series: a row is a sequence, its value columns are the steps of one channel.

One value column alone may hold a whole series in each of its cells, of one channel or several.
Blank cells and NaN at the end make it shorter; before the last value they are missing values.
"""

from collections.abc import Iterable, Iterator, Sequence

from grucli.data.forms import Missing
from grucli.data.numbers import NumberError, looks_numeric, numbers, whole
from grucli.data.records import Record
from grucli.data.tables.cells import Row
from grucli.data.tables.series_cells import holds_lists, series_of
from grucli.data.tables.table_rows import TableLayout, is_blank
from grucli.errors import excerpt


def wide_records(
    rows: Iterable[Row], table: TableLayout, values: Sequence[int], missing: Missing
) -> Iterator[Record]:
    """Yield a record a row, with values (T, 1)."""
    number = 0
    for row in rows:
        if is_blank(row):
            continue
        number += 1
        record = table.record(number, row)
        if record.error is None and (problem := _fill(record, table, values, missing)):
            record = table.unreadable(number, row.line, problem, row.cells)
        yield record


def _fill(record: Record, table: TableLayout, values: Sequence[int], missing: Missing) -> str:
    """Put the values of a row into its record; return what is wrong with them, or nothing."""
    cells = [record.cells[i] for i in values]
    try:
        steps = whole(series_of(cells[0]) if len(cells) == 1 else numbers(cells), missing)
    except NumberError as error:
        if len(cells) > 1 and not any(map(looks_numeric, cells)):
            return _nothing_in(cells)
        return f"{_place(table, values, error.step)}: {error.problem}"
    if not len(steps):
        return "no values; fill in the value columns or drop the row"
    record.values = steps
    return ""


def _nothing_in(cells: Sequence[str]) -> str:
    if holds_lists(cells):
        return "lists of numbers in several columns; pass --values with one of them"
    return "no number in any value column; delete the row if it holds names or units"


def _place(table: TableLayout, values: Sequence[int], step: int) -> str:
    if len(values) > 1:
        return f"column '{excerpt(table.columns[values[step]])}'"
    where = f", step {step + 1}" if step else ""
    return f"column '{excerpt(table.columns[values[0]])}'{where}"
