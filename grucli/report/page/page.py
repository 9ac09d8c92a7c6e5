"""The report of `inspect-gates` as one HTML file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grucli import __version__
from grucli.errors import excerpt
from grucli.inspection.health import LayerHealth
from grucli.inspection.report import SCHEMA, Report, Verdict
from grucli.report.inspection import (
    gate_heading,
    gate_row,
    head_facts,
    memory_facts,
    memory_heading,
    memory_legend,
    units_sentence,
)
from grucli.report.model_card import parameter_rows, setting_rows
from grucli.report.page.charts import histogram, horizons, triangle
from grucli.report.page.document import document, facts, table
from grucli.report.page.markup import Child, Markup, joined, tag
from grucli.report.page.sequences import examples
from grucli.report.tables import percent

SETTING_WIDTH = 200  # [characters]; a model file may hold anything


def page(report: Report) -> str:
    """Return the whole page; without data, what is in the model and the explained texts."""
    main: list[Markup | None] = [tag("section", facts(head_facts(report)))]
    if report.input is not None:
        main += [
            _verdicts(report.verdicts),
            _gates(report.health, report.settings.saturation),
            _memory(report),
        ]
    main += [examples(report.examples), _inside(report)]
    made = (
        f"grucli {__version__}, NumPy {np.__version__}; the figures are those of --json ({SCHEMA})"
    )
    heading = tag("h1", f"Inside {report.path}")
    title = f"{report.path} – grucli inspect-gates"
    return document(title, heading, *main, tag("footer", made))


def _verdicts(found: Sequence[Verdict]) -> Markup:
    items = [tag("li", tag("b", one.level), one.text, class_=one.level) for one in found]
    listed = tag("ul", *items) if items else tag("p", "No rule has anything to say.")
    return tag("section", tag("h2", "Verdicts"), listed)


def _gates(health: Sequence[LayerHealth], saturation: tuple[float, float]) -> Markup:
    parts: list[Markup] = []
    for part in health:
        parts += [tag("h3", part.name), tag("p", units_sentence(part))]
        if part.gates:
            rows = [gate_row(gate) for gate in part.gates]
            charts = [
                chart
                for gate in part.gates
                for chart in (histogram(gate), triangle(gate, saturation))
            ]
            parts += [
                table(("gate", *gate_heading(saturation)), rows, "lrrrrrr"),
                tag("div", *charts, class_="charts"),
            ]
    if not health[0].gates:
        parts.insert(0, tag("p", "None: this is a plain recurrent network."))
    return tag("section", tag("h2", "Gates"), *parts)


def _memory(report: Report) -> Markup:
    end, start = report.horizons
    rows = [
        (f"{k:,}", *_stay(last, "bar"), *_stay(first, "bar o"))
        for k, last, first in zip(
            end.steps,
            zip(end.agreement, end.distance, strict=True),
            zip(start.agreement, start.distance, strict=True),
            strict=True,
        )
    ]
    return tag(
        "section",
        tag("h2", "Memory"),
        facts(memory_facts(report)),
        horizons(report.horizons),
        table(memory_heading(report.saved.task), rows, "rrlrrlr"),
        tag("p", memory_legend(report.saved.task), class_="faint"),
    )


def _stay(measured: tuple[float, float], kind: str) -> tuple[Child, ...]:
    """Return the cells of one k and side: the share that stays, its bar, what moved."""
    share, moved = measured
    bar = tag("span", tag("i"), class_=kind, style=f"--w:{100 * share:.1f}")
    return percent(share, 0), bar, f"{moved:.3f}"


def _inside(report: Report) -> Markup:
    rows = setting_rows(report.saved.card)
    settings = [[excerpt(cell, SETTING_WIDTH) for cell in row] for row in rows]
    return tag(
        "section",
        tag("h2", "Parameters"),
        table(("part", "number", "share"), parameter_rows(report.saved), "lrr"),
        joined(tag("h2", "Settings"), table(("setting", "value", "why"), settings, "lll"))
        if settings
        else None,
    )
