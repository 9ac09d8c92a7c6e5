"""Rows of a table as Records: what all kinds of tables share, and tables of texts."""

import re
from collections.abc import Iterable, Iterator, Sequence

from grucli.data.numbers import LARGEST_WEIGHT, weight
from grucli.data.records import Record
from grucli.data.tables.cells import Row, Rows
from grucli.data.tables.delimiter_names import delimiter_name
from grucli.data.tables.unit_row import are_units, is_row_of_units
from grucli.errors import counted, excerpt
from grucli.values import dataclass

_DAMAGE = re.compile("[\0\ufffd]")
"""What stands in a cell that cannot be decoded."""
_SHUFFLED = (
    "the header again, with its columns in another order; give the files that stand one after the "
    "other the same order"
)


@dataclass(frozen=True, kw_only=True)
class TableLayout:
    """A table whose header is read, and the columns that any kind of record takes of it.

    Attributes:
        name: of the data, for messages.
        columns: their names.
        label, weight, group, time: indices of columns, None where there is none; `time` tells
            when a whole row was, not a step of it.
        needs_label: whether a row must have a label,
        may_lack_label: unless its labels are a set, which may be empty;
        allows_sets: they would be if somebody said so.
        header: whether the table has one.
        delimiter: of the table.
    """

    name: str
    columns: tuple[str, ...]
    label: int | None
    weight: int | None
    group: int | None
    needs_label: bool
    header: bool
    delimiter: str
    time: int | None = None
    may_lack_label: bool = False
    allows_sets: bool = False

    def record(self, number: int, row: Row) -> Record:
        """Return what a row says of its record, text and values apart, or why it cannot be read."""
        problem = row.problem or self._problem(row.cells)
        cells = tuple(row.cells) or ("",)
        if problem:
            return self.unreadable(number, row.line, problem, cells)
        return Record(
            number=number,
            line=row.line,
            lines=() if row.size == 1 else range(row.line, row.line + row.size),
            label=self._label(cells),
            weight=1.0 if self.weight is None else weight(cells[self.weight]) or 1.0,
            group=None if self.group is None else cells[self.group] or None,
            span=None if self.time is None else (cells[self.time], cells[self.time]),
            cells=cells,
        )

    def unreadable(self, number: int, line: int, problem: str, cells: Sequence[str]) -> Record:
        """Return the record that says what is wrong in a line, with the cells that are sound."""
        error = f"{self.name}:{line}: {problem}"
        sound = tuple("" if _DAMAGE.search(cell) else cell for cell in cells)
        if len(cells) != len(self.columns):  # nobody knows which is which
            sound = ()
        return Record(number=number, line=line, cells=sound, error=error)

    def _problem(self, cells: Sequence[str]) -> str:
        if cells and len(cells) != len(self.columns):
            return self._ragged(len(cells))
        is_needed = self.needs_label and not self.may_lack_label
        if is_needed and self.label is not None and not cells[self.label].strip():
            name = excerpt(self.columns[self.label])
            sets = " (--label-separator lets rows have none)" if self.allows_sets else ""
            return f"no label; fill column '{name}' or drop the row{sets}"
        if self.weight is not None and weight(cells[self.weight]) is None:
            return (
                f"weight '{excerpt(cells[self.weight])}' in column "
                f"'{excerpt(self.columns[self.weight])}' must be a number above 0 and at most "
                f"{LARGEST_WEIGHT:.0f}"
            )
        return ""

    def _label(self, cells: Sequence[str]) -> str | None:
        if self.label is None:
            return None
        return cells[self.label] or ("" if self.may_lack_label else None)

    def _ragged(self, count: int) -> str:
        fields = "1 field" if count == 1 else f"{count} fields"
        first = "header" if self.header else "first row"
        name = delimiter_name(self.delimiter)
        more = count > len(self.columns)
        mend = f"quote the {name}" if more else "add the missing ones"
        other = "comma" if name == "tab" else "tab"
        return (
            f"row has {fields}, {first} has {len(self.columns)} "
            f"({excerpt(','.join(self.columns))}); {mend} or pass --delimiter {other}"
        )


class TableBody:
    """The rows below the header, without those that repeat it, as in files one after the other.

    In a table of one column such a row may be a text like others. A row of units right below a
    header belongs to it.
    """

    def __init__(self, rows: Rows, header: Sequence[str]) -> None:
        """Read `rows`; `header` are the names of the columns, none if the table has none."""
        self._rows = rows
        self._header = list(header) if len(header) > 1 else []
        self._sorted = sorted(map(_bare, self._header))
        self._names = frozenset(self._sorted)
        self._count = 0
        self._first = 0
        self._top = 0
        self._is_top = bool(self._header)
        self._values: tuple[int, ...] = ()
        self._units: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            if self._is_top or (row.cells and _bare(row.cells[0]) in self._names):
                if self._belongs_to_header(row):
                    continue
                self._is_top = self._is_top and is_blank(row)
                if row.cells and sorted(map(_bare, row.cells)) == self._sorted:
                    row = row._replace(problem=_SHUFFLED)
            if not self._top and not is_blank(row):
                self._top = row.line
            yield row

    def head(self) -> int:
        """Return how many lines stand above the first row; 0 before it was read."""
        return max(0, self._top - 1)

    def hold_numbers(self, values: Sequence[int]) -> None:
        """Pass over a row of units, now that these columns are known to hold numbers."""
        self._values = tuple(values)

    def _belongs_to_header(self, row: Row) -> bool:
        if repeats(row.cells, self._header):
            self._count += 1
            self._first = self._first or row.line
            self._is_top = True
            return True
        is_units = self._is_top and len(row.cells) == len(self._header) and bool(self._values)
        if not (is_units and are_units([row.cells[i] for i in self._values])):
            return False
        if not is_row_of_units(row.cells):
            return False
        self._is_top = False
        first = excerpt(", ".join(filter(str.strip, row.cells)), 30)
        self._units = self._units or (f"passed over line {row.line}, a row of units ({first})",)
        return True

    def findings(self) -> tuple[str, ...]:
        """Return what was found in the rows so far, for people."""
        found = (*self._rows.findings, *self._units)
        if not self._count:
            return found
        again = f"{counted(self._count, 'row')} with the header again, the first in line"
        return (*found, f"passed over {again} {self._first:,}")


def below_header(rows: list[list[str]], header: Sequence[str]) -> list[list[str]]:
    """Return the first rows without those that repeat the header, and a row of units below it."""
    rows = [cells for cells in rows if not repeats(cells, header)]
    return rows[1:] if header and rows and is_row_of_units(rows[0]) else rows


def repeats(cells: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a row is the header once more, in any spacing and case."""
    return 0 < len(cells) == len(header) and all(
        _bare(cell) == _bare(name) for cell, name in zip(cells, header, strict=True)
    )


def _bare(cell: str) -> str:
    """Return what is left of a cell without the spaces around it, and case."""
    return cell.strip().casefold()


def is_blank(row: Row) -> bool:
    """Whether a row is a blank line."""
    return len(row.cells) <= 1 and not "".join(row.cells).strip() and not row.problem


def text_records(rows: Iterable[Row], table: TableLayout, text: Sequence[int]) -> Iterator[Record]:
    """Yield a record a row; the texts of several columns are joined by line ends."""
    number = 0
    for row in rows:
        if is_blank(row) and (table.needs_label or len(table.columns) > 1):
            continue
        number += 1
        record = table.record(number, row)
        if record.error is None:
            record.text = "\n".join([record.cells[i] for i in text])
        yield record
