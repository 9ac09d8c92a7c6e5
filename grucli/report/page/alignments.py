"""What each symbol of a written answer has looked at: a table whose cells are coloured by it."""

from __future__ import annotations

from collections.abc import Sequence

from grucli.inspection.alignment import Alignment
from grucli.report.alignments import shown
from grucli.report.page.document import name_class
from grucli.report.page.heat_map import STRONGEST, WEAKEST
from grucli.report.page.markup import Markup, joined, tag

LEAST = 0.005  # of what a symbol looks at: less has no colour
LEGEND = (
    "A row for each symbol of the answer, a column for each step of the input. The deeper the "
    "colour, the more the symbol has looked at the step; the numbers are percentages."
)


def alignments(found: Sequence[Alignment]) -> Markup | None:
    """Return a table for each; None where there is none."""
    if not found:
        return None
    return joined(tag("p", LEGEND, class_="faint"), *map(_alignment, found))


def _alignment(one: Alignment) -> Markup:
    names = [shown(token) for token in one.source]
    head = [tag("th", name, scope="col") for name in names]
    lines = [
        tag(
            "tr",
            tag("th", shown(symbol), scope="row", class_=name_class(shown(symbol))),
            *map(_cell, weights.tolist()),
        )
        for symbol, weights in zip(one.symbols, one.weights, strict=True)
    ]
    return joined(
        tag("h3", f"{one.text} -> {one.answer}"),
        tag("p", f"{one.name}, score {one.score:.4f}"),
        tag("div", tag("table", tag("tr", tag("td"), *head), *lines, class_="heat"), class_="wide"),
    )


def _cell(weight: float) -> Markup:
    if weight < LEAST:
        return tag("td")
    opacity = WEAKEST + (STRONGEST - WEAKEST) * weight
    return tag("td", f"{100 * weight:.0f}", class_="f", style=f"--e:{opacity:.2f}")
