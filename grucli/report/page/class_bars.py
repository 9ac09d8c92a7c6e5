"""How each class fares: shares as bars, each with what chance leaves open."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from grucli.errors import counted
from grucli.report.page.document import table
from grucli.report.page.markup import Child, Markup, joined, tag
from grucli.report.page.sections import Section
from grucli.report.page.short_names import short_names
from grucli.report.tables import number
from grucli.tasks.intervals import Interval
from grucli.tasks.scorecard import FigureColumn, FigureTable, Measure

MOST_ROWS = 60
MOST_NARROW = 5  # columns that have room beside another section
NAME_WIDTH = 40
LONG_NAME = 20  # columns: a longer one needs the room of two sections


def class_section(one: FigureTable) -> Section:
    """Return the table with its bars, and which rows are the weakest."""
    shown, names = _shown(one), short_names(one.rows, NAME_WIDTH)
    more = len(one.rows) - len(shown)
    left_out = f"The {len(shown)} weakest; {more:,} more are in --json." if more else None
    heading = [one.title, *(column.measure.title for column in one.columns)]
    rows = [[names[k], *(_cell(column, k) for column in one.columns)] for k in shown]
    return Section(
        name=one.name,
        question=f"How does each {one.title} fare?",
        answer=_weakest(one, names),
        content=(
            table(heading, rows, "n" + "r" * len(one.columns)),
            tag("p", left_out) if left_out else None,
            tag(
                "p",
                "The line in a bar is the 95 % interval of its figure: where two overlap, "
                "these rows cannot tell which is better.",
                class_="faint",
            )
            if any(column.intervals for column in one.columns)
            else None,
        ),
        is_wide=len(one.columns) > MOST_NARROW
        or any(cell_len(names[k]) > LONG_NAME for k in shown),
    )


def share_bar(value: float, interval: Interval | None, whole: float = 1.0) -> Markup:
    """Return a bar of a number at least 0; `whole` fills it."""
    whole, line = whole or 1.0, None
    if interval is not None:
        low, high = (f"{100 * end / whole:.1f}" for end in interval)
        line = tag("b", style=f"--a:{low};--b:{high}")
    return tag("span", tag("i", style=f"--w:{100 * value / whole:.1f}"), line, class_="share")


def _cell(column: FigureColumn, k: int) -> Child:
    value, measure = column.values[k], column.measure
    shown = f"{value:,}" if isinstance(value, int) else number(value, has_unit=measure.has_unit)
    if value is None or not column.intervals:
        return shown
    own = column.intervals[k]
    title = None if own is None else f"95 % interval {' to '.join(_shown_number(measure, own))}"
    ends = [1.0] if not measure.has_unit else [each[1] for each in column.intervals if each]
    return joined(tag("span", shown, title=title), share_bar(value, own, max(ends, default=1.0)))


def _judging(one: FigureTable) -> FigureColumn | None:
    """Return the column that tells weak rows from strong ones."""
    chosen = [column for column in one.columns if column.has_bars]
    chosen += [column for column in one.columns if column.measure.larger_is_better is False]
    return chosen[0] if chosen else None


def _order(one: FigureTable) -> list[int]:
    """Return the rows with a figure, first those that are surely weak.

    It is the better end of the interval that tells: with few rows, chance may be the reason.
    """
    column = _judging(one)
    if column is None:
        return []
    is_good = column.measure.larger_is_better
    ends = []
    for k, value in enumerate(column.values):
        if value is not None:
            low, high = (column.intervals[k] if column.intervals else None) or (value, value)
            ends.append((high if is_good else -low, k))
    return [k for _, k in sorted(ends)]


def _shown(one: FigureTable) -> Sequence[int]:
    if len(one.rows) <= MOST_ROWS:
        return range(len(one.rows))
    return _order(one)[:MOST_ROWS]


def _weakest(one: FigureTable, names: Sequence[str]) -> str:
    """Return the weakest and the strongest in words."""
    column, order = _judging(one), _order(one)
    if column is None or not order:
        return f"{counted(len(one.rows), 'group')} of rows by their {one.title}."
    rows = next((each for each in one.columns if each.measure.name == "rows"), None)
    measure = column.measure

    def said(k: int) -> str:
        value, interval = column.values[k], column.intervals[k] if column.intervals else None
        span = "" if interval is None else f" ({' to '.join(_shown_number(measure, interval))})"
        count = None if rows is None else rows.values[k]
        of = "" if rows is None or count is None else f", {_of_rows(rows.measure, int(count))}"
        shown = number(value, has_unit=measure.has_unit)
        return f"'{names[k]}' with {measure.title} {shown}{span}{of}"

    weak = f"Weakest is {said(order[0])}"
    return f"{weak}; strongest {said(order[-1])}." if len(order) > 1 else f"{weak}."


def _of_rows(measure: Measure, count: int) -> str:
    """Return how many there are: rows, or what else a task counts."""
    return counted(count, "row") if measure.title == "rows" else f"{count:,} {measure.title}"


def _shown_number(measure: Measure, values: Sequence[float]) -> list[str]:
    return [number(value, has_unit=measure.has_unit) for value in values]
