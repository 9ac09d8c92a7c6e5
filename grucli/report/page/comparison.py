"""Two models beside each other on the page: what they answer otherwise, and what is inside."""

from __future__ import annotations

from grucli.inspection.comparison import Comparison
from grucli.inspection.report import Report
from grucli.report.comparison import (
    ARROW,
    NAMES,
    answers_sentence,
    figure_rows,
    gate_rows,
    head_facts,
    inside_rows,
    layer_sentence,
    states_legend,
    weight_rows,
    weights_sentence,
)
from grucli.report.page.document import facts, table
from grucli.report.page.judged import judged
from grucli.report.page.markup import Markup, joined, tag

WHOSE = (
    "Sequences are explained, and reasons audited, by both models; "
    "all other sections below are about A."
)


def beside(report: Report, compared: Comparison) -> Markup:
    """Return how the second model, B, differs from the report's, A; the rest of the page is A's."""
    parts = [facts(head_facts(report, compared)), tag("p", WHOSE)]
    if compared.answers is not None:
        found = compared.answers
        parts += [tag("h3", "Answers"), tag("p", f"{answers_sentence(found)}.", class_="lead")]
        parts += _table(figure_rows(found), "lrrrr") if found.figures else []
        items = judged(compared.verdicts)
        parts += [tag("ul", *items)] if items else []
        parts += [tag("h3", "Memory and gates"), *_table(inside_rows(report, compared), "lrr")]
        gates = gate_rows(report, compared)
        parts += [_gates(gates)] if gates else []
        parts += _verdicts(report, compared)
    parts += [tag("h3", "Weights"), tag("p", f"{weights_sentence(compared).capitalize()}.")]
    parts += _table(weight_rows(compared.weights), "lrr") if compared.weights else []
    if compared.layers:
        layers = [(one.name, layer_sentence(one)) for one in compared.layers]
        parts += [tag("h3", "States"), tag("p", f"Likeness {states_legend(report, compared)}.")]
        parts.append(facts(layers))
    return joined(*parts)


def _table(rows: list[tuple[str, ...]], align: str) -> list[Markup]:
    return [table(rows[0], rows[1:], align)]


def _gates(rows: list[tuple[str, ...]]) -> Markup:
    """Return a table of pairs, each of which may be on two lines where there is little room."""
    heading, *lines = rows
    cells = [[*names, *map(_pair, pairs)] for names, pairs in ((row[:2], row[2:]) for row in lines)]
    return table(heading, cells, "ll" + "w" * (len(heading) - 2))


def _pair(cell: str) -> Markup:
    first, second = cell.split(ARROW)
    return joined(tag("span", first), " ", tag("span", f"{ARROW.lstrip()}{second}"))


def _verdicts(report: Report, compared: Comparison) -> list[Markup]:
    items = [
        item
        for name, own in zip(NAMES, (report, compared.other), strict=True)
        for item in judged(own.verdicts, name)
    ]
    return [tag("ul", *items)] if items else []
