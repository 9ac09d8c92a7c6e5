"""The report of `evaluate` for people, in at most 80 columns, whatever the task is."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from grucli.errors import counted
from grucli.report.tables import GAP, WIDTH, bar, fit, number, percent, table
from grucli.tasks.scorecard import (
    Baseline,
    ConfusionTable,
    CountTable,
    Figure,
    FigureTable,
    Scorecard,
    ScoreTable,
)

LABEL_WIDTH = 22  # in tables
NAME_WIDTH = 20  # in sentences
MOST_CLASSES = 12  # of a confusion matrix that is printed in full
MOST_LINES = 10  # of lists that are cut


def text(card: Scorecard, more: Sequence[tuple[str, object, str]] = ()) -> str:
    """Return the report: figures, then the tables.

    Args:
        card: what was measured.
        more: what else stands among the figures: name, figure, what it means.
    """
    parts = (_figures(card, more), *(_table(one, card.rows) for one in card.tables))
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def tables_text(card: Scorecard) -> str:
    """Return the tables alone; of many classes the weakest, and the most confused."""
    parts = [
        _weakest(one) if isinstance(one, FigureTable) else _table(one, card.rows)
        for one in card.tables
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _weakest(one: FigureTable) -> list[str]:
    """Return the lines of a table, where it is long those of the rows with the shortest bars."""
    if len(one.rows) <= MOST_CLASSES:
        return _of_figures(one)
    measured = next((column.values for column in one.columns if column.has_bars), ())
    figures = [math.inf if value is None else value for value in measured]
    order = sorted(range(len(figures)), key=figures.__getitem__)
    kept = order[:MOST_LINES]
    part = dataclasses.replace(
        one,
        rows=[one.rows[k] for k in kept],
        columns=[
            dataclasses.replace(column, values=[column.values[k] for k in kept])
            for column in one.columns
        ],
    )
    rest = len(one.rows) - len(kept)
    return [f"the {len(kept)} weakest of {len(one.rows):,}", *_of_figures(part), *_more(rest)]


def _figures(card: Scorecard, more: Sequence[tuple[str, object, str]]) -> list[str]:
    main, *others = _rows((*card.figures, *card.further))
    baseline = card.baseline
    value = number(baseline.value, has_unit=baseline.measure.has_unit)
    blind = (f"{baseline.owner} baseline", value, _blind(baseline))
    rows = [("rows", card.rows, ""), main, blind, *others, *more]
    return table(rows, "lrl", limit=WIDTH) + _verdict(card)


def _rows(figures: Sequence[Figure]) -> Iterator[tuple[str, str, str]]:
    """Yield a row for each figure; below an interval how it was counted, once for several alike."""
    for one, after in zip(figures, (*figures[1:], None), strict=True):
        yield _row(one)
        if one.interval is not None and one.meaning and one.meaning != (after and after.meaning):
            yield "", "", one.meaning


def _row(one: Figure) -> tuple[str, str, str]:
    has_unit = one.measure.has_unit
    meaning = _meaning(one.meaning, one.subject)
    if one.interval is not None:
        low, high = (number(end, has_unit=has_unit) for end in one.interval)
        meaning = f"95 % interval {low} to {high}"
    return one.measure.title, number(one.value, has_unit=has_unit), meaning


def _blind(baseline: Baseline) -> str:
    return _meaning(baseline.meaning, baseline.subject)


def _meaning(words: str, subject: str | None) -> str:
    return words if subject is None else f"{words} '{fit(subject, NAME_WIDTH)}'"


def _verdict(card: Scorecard) -> list[str]:
    value = card.figures[0].value
    if value is not None and card.baseline.is_missed_by(value):
        return [f"! worse than {_blind(card.baseline)}"]
    if not card.above_baseline:
        return [f"! on these rows, not better than {_blind(card.baseline)}"]
    return []


def _table(one: ScoreTable, rows: int) -> list[str]:
    """Return the lines of a table about so many rows."""
    if isinstance(one, FigureTable):
        return _of_figures(one)
    return _confusion(one) if isinstance(one, ConfusionTable) else _counts(one, rows)


def _of_figures(one: FigureTable) -> list[str]:
    columns: list[Sequence[object]] = [[one.title, *(fit(name, LABEL_WIDTH) for name in one.rows)]]
    align = "l"
    for column in one.columns:
        has_unit = column.measure.has_unit
        values = [number(value, has_unit=has_unit) for value in column.values]
        columns.append([column.measure.title, *values])
        align += "r"
        if column.has_bars:
            columns.append(["", *(bar(value or 0.0, 10) for value in column.values)])
            align += "l"
    return table(list(zip(*columns, strict=True)), align)


def _confusion(one: ConfusionTable) -> list[str]:
    if len(one.labels) <= MOST_CLASSES:
        lines = _matrix(one)
        if max(map(cell_len, lines)) <= WIDTH:
            return lines
    return _pairs(one)


def _matrix(one: ConfusionTable) -> list[str]:
    """Return the matrix in full, its columns headed by numbers where labels have no room."""
    names = [fit(label, LABEL_WIDTH) for label in one.labels]
    room = WIDTH - max(map(cell_len, names))
    columns = names
    if sum(len(GAP) + cell_len(name) for name in names) > room:
        columns = [f"{k:{len(str(len(names)))}}" for k in range(1, len(names) + 1)]
        names = [f"{k} {name}" for k, name in zip(columns, names, strict=True)]
    counts = [[count or "·" for count in row] for row in one.counts]
    rows = [[name, *row] for name, row in zip(names, counts, strict=True)]
    title = "confusion (a row for each true class, a column for each answer)"
    return [title, *table([["", *columns], *rows], "l" + "r" * len(names))]


def _pairs(one: ConfusionTable) -> list[str]:
    wrong = one.counts.wrong()
    if not wrong:
        return []
    rows = [
        (
            fit(one.labels[truth], LABEL_WIDTH),
            fit(one.labels[answer], LABEL_WIDTH),
            count,
            percent(count / sum(one.counts[truth])),
        )
        for truth, answer, count in wrong[:MOST_LINES]
    ]
    lines = table([("true class", "answer", "rows", "of the class"), *rows], "llrr")
    return ["most confused", *lines, *_more(len(wrong) - len(rows))]


def _counts(one: CountTable, rows: int) -> list[str]:
    if not one.counts:
        return []
    most = sorted(one.counts.items(), key=lambda item: (-item[1], item[0]))
    total = sum(one.counts.values())
    whole = counted(total, one.unit) if one.unit else f"{total} of {counted(rows, 'row')}"
    title = f"{one.title}: {whole}"
    lines = table([(name, count, one.hint(name)) for name, count in most[:MOST_LINES]], "lrl")
    return [title, *lines, *_more(len(most) - MOST_LINES)]


def _more(count: int) -> list[str]:
    return [f"and {count} more"] if count > 0 else []
