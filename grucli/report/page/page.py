"""The report of `inspect-gates` as one HTML file."""

from __future__ import annotations

from collections.abc import Sequence

from grucli.inspection.report import SCHEMA, Input, Report, Verdict
from grucli.report.comparison import NAMES, paired
from grucli.report.inspection import (
    data_facts,
    gate_heading,
    gate_row,
    memory_facts,
    memory_heading,
    memory_legend,
    units_sentence,
)
from grucli.report.model_card import facts as model_facts
from grucli.report.page.alignments import alignments
from grucli.report.page.audit import audited
from grucli.report.page.card_sections import card_sections
from grucli.report.page.charts import histogram, horizons, saturation
from grucli.report.page.comparison import beside
from grucli.report.page.document import document, facts, footer, table
from grucli.report.page.evaluation_page import verdict
from grucli.report.page.judged import judged
from grucli.report.page.markup import Child, Markup, joined, tag
from grucli.report.page.model_tables import model_tables
from grucli.report.page.ngrams import heaviest
from grucli.report.page.plot import folded
from grucli.report.page.sequences import examples
from grucli.report.page.training_flow import training_flow
from grucli.report.page.units import of_units
from grucli.report.tables import percent

GATE = "A gate is a number from 0 to 1 for each unit and step."
GATES = {
    "keep": "Where keep is near 1, a unit holds on to what it knows; near 0 it takes what is new.",
    "reset": "Where reset is near 0, what is new forgets what was.",
}
IDLE_GATES = "Gates that never move, or that are always shut or open, decide nothing."


def page(report: Report) -> str:
    """Return the whole page: why first, then the data, memory, gates, verdicts, and the model.

    Without data there are the explained texts and what is in the model.
    """
    shown, aligned, compared = report.examples, report.alignments, report.comparison
    sections: list[tuple[str, str, Markup | None]] = []
    if compared is not None:
        shown = tuple(paired(shown, compared.other.examples))
        aligned = tuple(paired(aligned, compared.other.alignments))
        sections.append(("beside", "Beside another model", beside(report, compared)))
    sections += [
        ("why", "Why this answer", examples(shown, report.picked)),
        ("alignment", "What each symbol rests on", alignments(aligned)),
    ]
    sections += _audits(report)
    if report.ngrams is not None and report.is_of_whole:
        sections.append(("ngrams", "What weighs most", heaviest(report.ngrams)))
    if report.input is not None:
        sections += [
            ("data", "On the data", _data(report, report.input)),
            ("memory", "Memory: how far it looks", _memory(report)),
            ("gates", "Gates: are they used", _gates(report)),
        ]
    if report.input is not None or report.verdicts:
        sections.append(("verdicts", "Verdicts", _verdicts(report.verdicts)))
    if report.training is not None and report.is_of_whole:
        sections.append(("training", "Training: how it went", training_flow(report.training)))
    sections.append(("model", "The model", _model(report)))
    filled = [section for section in sections if section[2] is not None]
    links = [tag("a", heading, href=f"#{name}") for name, heading, _ in filled]
    return document(
        f"{report.path} – grucli inspect-gates",
        tag("h1", f"Inside {report.path}"),
        tag("p", f"{report.saved.task.name}, {report.saved.task.listed}", class_="lead"),
        tag("nav", *links),
        *(tag("section", tag("h2", heading), inner, id=name) for name, heading, inner in filled),
        footer(SCHEMA),
    )


def _audits(report: Report) -> list[tuple[str, str, Markup | None]]:
    """Return what an audit says of the reasons and the units, of two models one below the other."""
    if report.comparison is None:
        named: list[tuple[Markup | None, Report]] = [(None, report)]
    else:
        both = zip(NAMES, (report, report.comparison.other), strict=True)
        named = [(tag("h3", f"Model {name}"), one) for name, one in both]
    of_reasons = [
        joined(head, audited(one, one.audit)) for head, one in named if one.audit is not None
    ]
    of_all = [joined(head, of_units(one.units)) for head, one in named if one.units is not None]
    return [
        ("audit", "Are the reasons to be believed", joined(*of_reasons) or None),
        ("units", "Units: what they know and do", joined(*of_all) or None),
    ]


def _data(report: Report, data: Input) -> Markup:
    """Return how good the answers are, and which are taken for which, where targets are known."""
    if report.card is None:
        return facts(data_facts(report, data))
    found = card_sections(report.card, reads_steps=report.saved.task.reads_steps)
    parts = [
        tag(
            "section",
            tag("h3", one.question),
            tag("p", one.answer),
            *one.content,
            class_="full" if one.is_wide else None,
        )
        for one in found
    ]
    return joined(
        tag("p", verdict(report.card), class_="lead"),
        facts(data_facts(report, data)),
        tag("div", *parts, class_="sections") if parts else None,
    )


def _memory(report: Report) -> Markup:
    end, start = report.horizons
    task = report.saved.task
    rows = [
        (f"{k:,}", *_stay(last, "bar"), *_stay(first, "bar o"))
        for k, last, first in zip(
            end.steps,
            zip(end.agreement, end.distance, strict=True),
            zip(start.agreement, start.distance, strict=True),
            strict=True,
        )
    ]
    heading = memory_heading(task)
    numbers = folded("numbers", heading, rows, "rrlrrlr")
    return joined(
        tag("p", f"Sequences are shortened, and the answers compared: {memory_legend(task)}."),
        facts(memory_facts(report)),
        horizons(report.horizons, (heading[1], heading[4]), numbers),
    )


def _stay(measured: tuple[float, float], kind: str) -> tuple[Child, ...]:
    """Return the cells of one k and side: the share that stays, its bar, what moved."""
    share, moved = measured
    bar = tag("span", tag("i"), class_=kind, style=f"--w:{100 * share:.1f}")
    return percent(share, 0), bar, f"{moved:.3f}"


def _gates(report: Report) -> Markup:
    limits = report.settings.saturation
    if not report.health[0].gates:
        parts = [tag("p", "None: this is a plain recurrent network.")]
    else:
        meant = (GATES[gate.name] for gate in report.health[0].gates)
        parts = [
            tag("p", " ".join((GATE, *meant, IDLE_GATES))),
            tag("p", f"convention: {report.convention}", class_="faint"),
        ]
    for part in report.health:
        parts += [tag("h3", part.name), tag("p", units_sentence(part))]
        if part.gates:
            rows = [gate_row(gate) for gate in part.gates]
            pictures = [
                picture
                for gate in part.gates
                for picture in (histogram(gate), saturation(gate, limits))
            ]
            parts += [
                tag("div", *pictures, class_="cards"),
                table(("gate", *gate_heading(limits)), rows, "lrrrrrr"),
            ]
    return joined(*parts)


def _verdicts(found: Sequence[Verdict]) -> Markup:
    if not found:
        return tag("p", "No rule has anything to say.")
    return joined(
        tag("p", "What fixed rules find worth a look in these figures."), tag("ul", *judged(found))
    )


def _model(report: Report) -> Markup:
    return joined(facts(model_facts(report.saved, report.path)), model_tables(report.saved))
