"""The columns of a table for people and as JSON: what each holds, and what it is or could be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.cells import cell_len

from grucli.data.tables.column_kinds import stem_and_number
from grucli.data.tables.column_profile import ColumnProfile, TableProfile
from grucli.errors import counted
from grucli.report.tables import GAP, WIDTH, fit, table

SCHEMA = "grucli.columns/1"
MOST_LINES = 60
LEAST_RUN = 4
"""Columns that count on, such as v0 … v95, which stand in one line."""
_ALIGN = "llrrll"
_LEAST_WIDTH, _LONGEST_NAME = 10, 24
_LONGEST_USE = 34


def lines(name: str, found: TableProfile, uses: Mapping[str, str] | None = None) -> list[str]:
    """Return a table of the columns, in at most 80 columns of the terminal.

    Args:
        name: of the data.
        found: what the columns hold.
        uses: as what each column is read, by its name; None where that is not known.
    """
    rows = counted(found.rows, "row")
    whole = rows if found.is_whole else f"the first {rows}"
    runs = _runs(found.columns, uses)
    heading = (
        "column",
        "kind",
        "distinct",
        "blank",
        "sample",
        "could be" if uses is None else "use",
    )
    cells = [heading, *(_row(run, uses) for run in runs[:MOST_LINES])]
    more = len(runs) - MOST_LINES
    title = f"{counted(len(found.columns), 'column')} of {whole} in {name}"
    return [title, *table(_fitted(cells), _ALIGN, WIDTH), *([f"and {more} more"] * (more > 0))]


def result(found: TableProfile, uses: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the same as JSON; arguments as of `lines`."""
    return {
        "rows": found.rows,
        "all_rows": found.is_whole,
        "columns": [
            {
                "name": column.name,
                "kind": column.kind,
                "distinct": column.distinct,
                "blank": column.blank,
                "sample": column.sample,
                "could_be": list(column.could_be),
                **({} if uses is None else {"use": uses.get(column.name)}),
            }
            for column in found.columns
        ],
    }


def _runs(
    columns: Sequence[ColumnProfile], uses: Mapping[str, str] | None
) -> list[list[ColumnProfile]]:
    """Return the columns, those that count on together."""

    def likeness(column: ColumnProfile) -> tuple[object, ...]:
        stem, number = stem_and_number(column.name)
        return (stem if number >= 0 else column.name, column.kind, _use(column, uses))

    found: list[list[ColumnProfile]] = []
    for _, group in groupby(columns, likeness):
        run = list(group)
        found += [run] if len(run) >= LEAST_RUN else [[column] for column in run]
    return found


def _row(run: Sequence[ColumnProfile], uses: Mapping[str, str] | None) -> tuple[object, ...]:
    first, last = run[0], run[-1]
    name, kind, distinct = first.name or "(no name)", str(first.kind), f"{first.distinct:,}"
    if len(run) > 1:
        name = f"{fit(first.name, _LEAST_WIDTH)} … {fit(last.name, _LEAST_WIDTH)}"
        kind, distinct = f"{len(run):,} x {kind}", ""
    blank = sum(column.blank for column in run)
    return (name, kind, distinct, f"{blank:,}", first.sample, _use(first, uses))


def _use(column: ColumnProfile, uses: Mapping[str, str] | None) -> str:
    """Return as what a column is read, or could be."""
    if uses is not None and column.name in uses:
        return uses[column.name]
    if not column.could_be:
        return f"left out: {column.why}"
    return ", ".join(column.could_be) if uses is None else f"left out ({column.could_be[0]}?)"


def _fitted(rows: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Return rows whose names and samples share the room that the other cells leave."""
    cells = [[fit(cell, WIDTH) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    use = min(widths[5], _LONGEST_USE)
    room = WIDTH - widths[1] - widths[2] - widths[3] - use - 5 * len(GAP)
    name = min(widths[0], max(_LEAST_WIDTH, min(_LONGEST_NAME, room - _LEAST_WIDTH)))
    sample = max(_LEAST_WIDTH, room - name)
    return [
        (fit(row[0], name), *row[1:4], fit(row[4], sample), fit(row[5], _LONGEST_USE))
        for row in rows
    ]
