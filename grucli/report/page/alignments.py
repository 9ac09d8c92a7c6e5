"""What each symbol of a written answer looks at and rests on: tables with coloured cells."""

from __future__ import annotations

from collections.abc import Sequence

from grucli.inspection.alignment import Alignment
from grucli.report.alignments import left_out, shown
from grucli.report.gate_maps import of_alignment
from grucli.report.page.document import name_class, scrolling, table
from grucli.report.page.gate_maps import INTRO, pictured
from grucli.report.page.heat_map import STRONGEST, WEAKEST
from grucli.report.page.markup import Markup, joined, tag

LEAST = 0.005  # of what a symbol looks at: less has no colour
LEGEND = (
    "A row for each symbol of the answer, a column for each step of the input. The deeper the "
    "colour, the more the symbol has looked at the step; the numbers are percentages."
)
RESTS = (
    "How much log-probability [nat] each symbol loses without each step: the deeper the blue, the "
    "more it rests on the step; orange steps speak against it."
)
LEFT_OUT = "What is written when a step is left out, and by how much the score of the answer falls."
SHOWN = 0.05  # nat
DEEPEST = 5.0  # nat, from which on no colour is deeper


def alignments(found: Sequence[Alignment]) -> Markup | None:
    """Return a table for each; None where there is none."""
    if not found:
        return None
    gates = pictured([of_alignment(one) for one in found])
    number = sum(own is not None for own in gates)
    only = "" if number == len(found) else f" They are drawn of the first {number}."
    return joined(
        *map(_alignment, found, gates), tag("p", INTRO + only, class_="faint") if number else None
    )


def _alignment(one: Alignment, gates: Markup | None) -> Markup:
    looks, rests = one.weights.size > 0, one.effects.size > 0
    rows = left_out(one)
    return joined(
        tag("h3", f"{one.text} -> {one.answer}"),
        tag("p", f"{one.name}, score {one.score:.4f}"),
        tag("p", LEGEND, class_="faint") if looks else None,
        _map(one, [[_looked(each) for each in own] for own in one.weights]) if looks else None,
        tag("p", RESTS, class_="faint") if rests else None,
        _map(one, [[_rested(each) for each in own] for own in one.effects]) if rests else None,
        tag("p", LEFT_OUT, class_="faint") if rows else None,
        table(("left out", "score", "writes"), rows, "lrl") if rows else None,
        gates,
    )


def _map(one: Alignment, cells: Sequence[Sequence[Markup]]) -> Markup:
    """Return a table with a row for each symbol, and a column for each step."""
    head = [tag("th", shown(token), scope="col") for token in one.source]
    lines = [
        tag("tr", tag("th", shown(symbol), scope="row", class_=name_class(shown(symbol))), *own)
        for symbol, own in zip(one.symbols, cells, strict=True)
    ]
    grid = tag("table", tag("tr", tag("td"), *head), *lines, class_="heat")
    return scrolling(grid, len(one.source))


def _looked(weight: float) -> Markup:
    return tag("td") if weight < LEAST else _cell(f"{100 * weight:.0f}", "f", weight)


def _rested(effect: float) -> Markup:
    if abs(effect) < SHOWN:
        return tag("td")
    side = "f" if effect > 0 else "a"
    return _cell(f"{effect:.1f}", side, min(1.0, abs(effect) / DEEPEST))


def _cell(words: str, side: str, strength: float) -> Markup:
    opacity = WEAKEST + (STRONGEST - WEAKEST) * strength
    return tag("td", words, class_=side, style=f"--e:{opacity:.2f}")
