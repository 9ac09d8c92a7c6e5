"""Two models beside each other for people, A and B, in at most 80 columns."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TypeVar

from grucli.errors import counted
from grucli.inspection.alignment import Alignment
from grucli.inspection.comparison import Comparison
from grucli.inspection.gate_traces import Kind
from grucli.inspection.health import Gate
from grucli.inspection.layer_likeness import LayerLikeness
from grucli.inspection.layers import layers_of
from grucli.inspection.living_units import LivingTimes, living_times
from grucli.inspection.paired import Answers
from grucli.inspection.report import Report
from grucli.inspection.sequences import Example
from grucli.inspection.similarity import WeightChange
from grucli.report.audit import audit_lines
from grucli.report.explained import explained
from grucli.report.judged import verdict_lines
from grucli.report.model_card import FactLines, facts
from grucli.report.tables import field, number, percent, table
from grucli.report.units import units_lines

NAMES, ARROW = ("A", "B"), " → "
WEAKEST_SHOWN = 4
WEAK = 0.5  # |correlation| below which a match is hardly one
Row = tuple[str, ...]
Explained = TypeVar("Explained", Example, Alignment)


def text(
    report: Report, compared: Comparison, maps: Sequence[Kind] = (), *, is_coloured: bool = False
) -> str:
    """Return the comparison of the report's model, A, with another, B; `maps` as of a report."""
    parts = [[line for fact in head_facts(report, compared) for line in field(*fact)]]
    if compared.answers is not None:
        parts += [_answers(compared.answers), verdict_lines(compared.verdicts)]
        parts.append(_inside(report, compared))
    for name, one in zip(NAMES, (report, compared.other), strict=True):
        parts += _judged(name, one)
    parts.append(_weights(compared))
    if compared.layers:
        lines = field("STATES", states_legend(report, compared), indent=8)
        lines += [line for one in compared.layers for line in _layer(one)]
        parts.append(lines)
    answered = paired(report.examples, compared.other.examples)
    aligned = paired(report.alignments, compared.other.alignments)
    parts += explained((answered, aligned), report.picked, maps, is_coloured=is_coloured)
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def head_facts(report: Report, compared: Comparison) -> FactLines:
    """Return what both models are, what they were asked, and what the gates' names mean."""
    found = []
    for name, one in zip(NAMES, (report, compared.other), strict=True):
        of_model = dict(facts(one.saved, one.path))
        found.append((name, f"{of_model['model']}: {of_model['network']}"))
    found.append(("task", dict(facts(report.saved, report.path))["task"]))
    if report.input is not None:
        data = report.input
        digest = f" (sha256 {data.sha256[:12]})" if data.sha256 else ""
        asked = f"{data.sequences:,} of {counted(data.rows, 'sequence')}"
        found.append(("data", f"{data.name}{digest}: {asked}"))
    return [*found, ("convention", report.convention)]


def answers_sentence(found: Answers) -> str:
    """Return how many answers changed, who was right, and whether that is more than chance."""
    number_of = counted(found.sequences, "sequence")
    words = (
        f"{len(found.flips):,} of {number_of} answered otherwise by B ({percent(found.churn)}); "
        f"answers moved by {found.moved:.3f} on average"
    )
    if found.p is None:
        return words
    return (
        f"{words}; only A right {found.only_first:,}, only B right {found.only_second:,}: "
        f"exact McNemar p = {found.p:.3g}"
    )


def figure_rows(found: Answers) -> list[Row]:
    """Return a heading, and each figure of both models with the interval of its change."""
    rows: list[Row] = [("", *NAMES, "B - A", "95 % interval")]
    for one in found.figures:
        unit = one.measure.has_unit
        interval = " to ".join(_signed(end, has_unit=unit) for end in one.interval or ())
        values = (number(value, has_unit=unit) for value in (one.first, one.second))
        change = _signed(one.change, has_unit=unit)
        rows.append((one.measure.title, *values, change, interval or "-"))
    return rows


def gate_rows(report: Report, compared: Comparison) -> list[Row]:
    """Return a heading, and each gate of each layer and direction in both; none without gates."""
    low, high = report.settings.saturation
    first, *further = "mean", f"<{low:g}", f">{high:g}", "constant"
    rows: list[Row] = [("GATES", "", f"{first} {ARROW.join(NAMES)}", *further)]
    each = [
        {(part.name, gate.name): gate for part in one.health for gate in part.gates}
        for one in (report, compared.other)
    ]
    for key in {**each[0], **each[1]}:
        both = [_gate_cells(own.get(key)) for own in each]
        rows.append((*key, *map(ARROW.join, zip(*both, strict=True))))
    return rows if len(rows) > 1 else []


def inside_rows(report: Report, compared: Comparison) -> list[Row]:
    """Return a heading, and what both remember and which of their units idle."""
    reports = (report, compared.other)
    rows: list[Row] = [("INSIDE", *NAMES)]
    sides = ("up to it", "from it on") if report.saved.task.reads_steps else ("last", "first")
    for k, which in enumerate(sides):
        needed = (f"{one.horizons[k].h99:,}" for one in reports)
        rows.append((f"H99: steps that keep 99 % of the decisions, {which}", *needed))
    leaks = (
        [living_times(part.leak, part.dead) for part in one.health if part.leak is not None]
        for one in reports
    )
    rows.append(("leak time of the longest unit [steps]", *map(_longest, leaks)))
    dead = (f"{sum(len(part.dead) for part in one.health):,}" for one in reports)
    rows.append(("dead units", *dead))
    rows.append(("parameters", *(f"{one.saved.model.num_parameters:,}" for one in reports)))
    return rows


def weight_rows(changes: Sequence[WeightChange]) -> list[Row]:
    """Return a heading, and how each array of weights has changed."""
    return [
        ("WEIGHTS", "cosine", "|B - A| / |A|"),
        *(
            (
                one.name + ("" if one.rows is None else f" ({one.rows:,} shared tokens)"),
                number(one.cosine),
                number(one.relative),
            )
            for one in changes
        ),
    ]


def weights_sentence(compared: Comparison) -> str:
    """Return what to make of the angles between weights."""
    if not compared.weights:
        return "no array has the same shape in both models"
    if compared.same_start:
        return "both began with the same weights: an angle says how far they went apart"
    return "of different runs, whose units have no common order: near 0 is no sign of anything"


def states_legend(report: Report, compared: Comparison) -> str:
    """Return what the likeness of states is of, and which layers have none."""
    of_last = [one.name for one in compared.layers if not one.of_steps]
    which = "the last step of each sequence" if of_last else "all steps"
    if 0 < len(of_last) < len(compared.layers):
        which = f"all steps, in {', '.join(of_last)} of {which}"
    how = "by number, for both began alike" if compared.same_start else "by |correlation|"
    each = [one.saved.model.architecture for one in (report, compared.other)]
    sizes = [set(layers_of(arch)) for arch in each]
    both = "" if sizes[0] == sizes[1] else ", in layers and directions that both have"
    if report.saved.task.writes:
        both += "; decoders read the targets, or where there is none what A writes"
    return f"of {which}{both}; CKA 1 is alike but for rotation and scale; units are matched {how}"


def layer_sentence(one: LayerLikeness) -> str:
    """Return how alike one layer is, and which of its units have no match."""
    weak = sorted(one.units, key=lambda unit: abs(unit.correlation))
    weak = [unit for unit in weak if abs(unit.correlation) < WEAK]
    units = f"{counted(len(one.units), 'unit')}, median |r| {number(one.matched)}"
    words = f"CKA {number(one.cka)}; {units}"
    if not weak:
        return words
    listed = ", ".join(
        f"{unit.first}~{unit.second} {unit.correlation:+.2f}" for unit in weak[:WEAKEST_SHOWN]
    )
    more = ", …" if len(weak) > WEAKEST_SHOWN else ""
    return f"{words}; {len(weak):,} below {WEAK:g}: {listed}{more}"


def paired(of_first: Sequence[Explained], of_second: Sequence[Explained]) -> list[Explained]:
    """Return each explained sequence as A has it, then as B has it."""
    return [
        dataclasses.replace(one, name=f"{name} {one.name}")
        for pair in zip(of_first, of_second, strict=True)
        for name, one in zip(NAMES, pair, strict=True)
    ]


def _answers(found: Answers) -> list[str]:
    lines = field("ANSWERS", answers_sentence(found), indent=9)
    return lines + (table(figure_rows(found), "lrrrr") if found.figures else [])


def _inside(report: Report, compared: Comparison) -> list[str]:
    lines = table(inside_rows(report, compared), "lrr", limit=60)
    rows = gate_rows(report, compared)
    if rows:
        lines += ["", *table(rows, "ll" + "r" * (len(rows[0]) - 2))]
    return lines


def _judged(name: str, one: Report) -> list[list[str]]:
    """Return the audit of one model's reasons and units, if there is one, and its verdicts."""
    audited = [] if one.audit is None else [f"{name}:", *audit_lines(one.audit)]
    of_units = [] if one.units is None else units_lines(one.units)
    return [audited, of_units, verdict_lines(one.verdicts, f"! {name}")]


def _weights(compared: Comparison) -> list[str]:
    lines = table(weight_rows(compared.weights), "lrr", limit=50) if compared.weights else []
    return lines + field("" if lines else "WEIGHTS", weights_sentence(compared), indent=9)


def _layer(one: LayerLikeness) -> list[str]:
    return field(one.name, layer_sentence(one), indent=len(one.name) + 2)


def _gate_cells(gate: Gate | None) -> Row:
    if gate is None:
        return ("–",) * 4
    shares = (percent(float(share.mean()), 0) for share in (gate.low, gate.high))
    return (f"{gate.mean.mean():.2f}", *shares, f"{len(gate.constant):,}")


def _longest(leaks: Sequence[LivingTimes | None]) -> str:
    living = [one.longest for one in leaks if one is not None]
    if not living:
        return "–"
    longest = max(living)
    return ">1e6" if longest > 999_999 else f"{longest:.1f}"


def _signed(value: float, *, has_unit: bool) -> str:
    shown = number(abs(value), has_unit=has_unit)
    return f"{'-' if value < 0 else '+'}{shown}"
