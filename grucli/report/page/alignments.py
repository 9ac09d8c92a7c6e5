"""What each symbol of a written answer looks at and rests on: tables with coloured cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from grucli.engine.packing import Floats
from grucli.inspection.alignment import Alignment
from grucli.report.alignments import joint_lines, left_out, shown
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
    rows, symbols = left_out(one), [shown(symbol) for symbol in one.symbols]
    return joined(
        tag("h3", f"{one.text} -> {one.answer}"),
        tag("p", f"{one.name}, score {one.score:.4f}"),
        *(tag("p", f"{name}: {line}") for name, line in joint_lines(one)),
        tag("p", LEGEND, class_="faint") if looks else None,
        _map(one, symbols, [[_looked(each) for each in own] for own in one.weights])
        if looks
        else None,
        tag("p", RESTS, class_="faint") if rests else None,
        _map(one, symbols, [[_rested(each) for each in own] for own in one.effects])
        if rests
        else None,
        tag("p", LEFT_OUT, class_="faint") if rows else None,
        table(("left out", "score", "writes"), rows, "lrl") if rows else None,
        gates,
    )


def said_by(one: Alignment, effects: Mapping[str, Floats]) -> Markup:
    """Return what methods say of the steps of the input, a row a method; what is deepest is most.

    Args:
        one: an answer.
        effects: (S,) of each method [nat].
    """
    most = [max(float(np.abs(own).max()), SHOWN) for own in effects.values()]
    cells = [
        [_cell_of(each, each / size) for each in own.tolist()]
        for own, size in zip(effects.values(), most, strict=True)
    ]
    return _map(one, list(effects), cells)


def _map(one: Alignment, names: Sequence[str], cells: Sequence[Sequence[Markup]]) -> Markup:
    """Return a table with a row for each symbol, or what else has a name, and a column a step."""
    head = [tag("th", shown(token), scope="col") for token in one.source]
    lines = [
        tag("tr", tag("th", name, scope="row", class_=name_class(name)), *own)
        for name, own in zip(names, cells, strict=True)
    ]
    grid = tag("table", tag("tr", tag("td"), *head), *lines, class_="heat")
    return scrolling(grid, len(one.source))


def _looked(weight: float) -> Markup:
    return tag("td") if weight < LEAST else _cell(f"{100 * weight:.0f}", "f", weight)


def _rested(effect: float) -> Markup:
    return _cell_of(effect, max(-1.0, min(1.0, effect / DEEPEST)))


def _cell_of(effect: float, strength: float) -> Markup:
    """Return a cell with an effect [nat]; `strength` is from -1 to 1."""
    if abs(effect) < SHOWN:
        return tag("td")
    return _cell(f"{effect:.1f}", "f" if effect > 0 else "a", abs(strength))


def _cell(words: str, side: str, strength: float) -> Markup:
    opacity = WEAKEST + (STRONGEST - WEAKEST) * strength
    return tag("td", words, class_=side, style=f"--e:{opacity:.2f}")
