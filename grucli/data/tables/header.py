"""The names of a table's columns: its first row, numbers, or those of training."""

from collections.abc import Sequence

from grucli.data.numbers import looks_numeric
from grucli.data.request import Asked
from grucli.data.streams.lines import Lines
from grucli.data.tables.cells import Rows
from grucli.data.tables.column_names import names_in_header
from grucli.errors import DataError, excerpt


def read_columns(
    rows: Rows, lines: Lines, asked: Asked
) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """Return the names of the columns, none if there is no row, where they stand, what to say.

    Raises:
        DataError: the first row cannot be read, or is none of names.
    """
    first = next((row for row in rows if row.cells or row.problem), None)
    if first is None:
        return (), asked.name, ()
    place = f"{asked.name}:{first.line}"
    if first.problem:
        raise DataError(f"{place}: {first.problem}")
    if asked.header and (columns := _of_training(first.cells, asked)):
        rows.unread()
        listed = excerpt(",".join(columns), 60)
        said = f"the first row is no header: columns as in training ({listed})"
        return columns, place, (said,)
    if asked.header:
        columns = names_in_header(first.cells, place)
        if any("\r" in name for name in columns) and not lines.peek(1)[0]:
            raise DataError(
                f"{place}: the whole file is one line with carriage returns; end its lines with LF "
                "(tr '\\r' '\\n')"
            )
        return columns, place, ()
    rows.unread()
    return tuple(str(i + 1) for i in range(len(first.cells))), place, ()


def _of_training(cells: Sequence[str], asked: Asked) -> tuple[str, ...]:
    """Return the columns of a log that goes on where `cells` stand, none if these are a header.

    They may lack the label.
    """
    known = asked.known
    for columns in (known.row, tuple(name for name in known.row if name != known.label)):
        if len(columns) == len(cells):
            row = dict(zip(columns, cells, strict=True))
            if all(looks_numeric(row.get(name, "x")) for name in known.values):
                return columns
    return ()
