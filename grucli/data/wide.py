"""Wide series: a row is a sequence, its value columns are the steps of one channel.

Blank cells at the end make it shorter; a blank before the last value is a missing value.
"""

from collections.abc import Iterator, Sequence

from grucli.data.numbers import Missing, NumberError, numbers
from grucli.data.records import Record
from grucli.data.table_rows import Table, is_blank
from grucli.data.tables import Rows
from grucli.errors import excerpt


def wide_records(
    rows: Rows, table: Table, values: Sequence[int], missing: Missing
) -> Iterator[Record]:
    """Yield a record a row, with values (T, 1)."""
    number = 0
    for row in rows:
        if is_blank(row):
            continue
        number += 1
        record = table.record(number, row)
        if record.error is None:
            cells = _without_tail([record.cells[i] for i in values])
            try:
                record.values = numbers(cells, missing)[:, None]
            except NumberError as error:
                column = excerpt(table.columns[values[error.index]])
                problem = f"column '{column}': {error.problem}"
                record = table.unreadable(number, row.line, problem, row.cells)
            else:
                if not cells:
                    problem = "no values; fill in the value columns or drop the row"
                    record = table.unreadable(number, row.line, problem, row.cells)
        yield record


def _without_tail(cells: list[str]) -> list[str]:
    """Return the cells up to the last that is not blank."""
    length = len(cells)
    while length and not cells[length - 1].strip():
        length -= 1
    return cells[:length]
