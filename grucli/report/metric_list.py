"""All figures that `evaluate` takes in --min and --max, one a line, for people and programs."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Any, Final

from grucli.prediction.score import COVERAGE_MEASURES, Scored
from grucli.report.cell_text import escaped
from grucli.tasks.figure_lookup import figures
from grucli.tasks.scorecard import FigureTable

SCHEMA: Final = "grucli.metrics/1"
UNDEFINED: Final = "undefined"
INTERVAL: Final = "_interval"
OTHERS: Final = {"above_baseline": True, "known": True}
"""Whether a larger figure is better of those that no Measure describes."""
BETTER: Final = {True: "higher", False: "lower", None: ""}


def lines(scored: Scored) -> Iterator[str]:
    """Yield a line each, sorted: path, value and which way is better, tabs between them.

    Where neither is better, as of counts, the last is empty.
    """
    for path, value, better in _rows(scored):
        number = UNDEFINED if value is None else _shown(value)
        yield f"{escaped(path)}\t{number}\t{BETTER[better]}\n"


def to_json(scored: Scored) -> dict[str, Any]:
    """Return the same as an object of the schema `grucli.metrics/1`."""
    return {
        "schema": SCHEMA,
        "metrics": {
            path: {"value": value, "better": BETTER[better] or None}
            for path, value, better in _rows(scored)
        },
    }


def _rows(scored: Scored) -> Iterator[tuple[str, float | None, bool | None]]:
    measures = (*scored.card.measures, *COVERAGE_MEASURES)
    better = OTHERS | {one.name: one.larger_is_better for one in measures}
    counts = tuple(
        f"{table.name}." for table in scored.card.tables if not isinstance(table, FigureTable)
    )
    for path, value in sorted(figures(scored.to_json()), key=itemgetter(0)):
        name = path.rpartition(".")[2]
        if name.isdecimal():  # an end of an interval
            name = path.rpartition(".")[0].removesuffix(INTERVAL)
        value = int(value) if isinstance(value, bool) else value  # --min takes numbers
        yield path, value, None if path.startswith(counts) else better.get(name)


def _shown(value: float) -> str:
    """Return a count in full, another number with six digits that tell something."""
    return str(int(value)) if isinstance(value, int) else f"{value:.6g}"
