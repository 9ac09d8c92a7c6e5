"""The report of `inspect-gates` for people, in at most 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from grucli.engine.packing import Floats
from grucli.errors import counted
from grucli.inspection.gate_traces import Kind
from grucli.inspection.health import Gate, LayerHealth, Units, gates_see_states
from grucli.inspection.living_units import living_times
from grucli.inspection.report import Input, Report
from grucli.inspection.verdicts import units_line
from grucli.model.linear_path import NAMES
from grucli.report import comparison
from grucli.report.audit import audit_lines
from grucli.report.explained import explained
from grucli.report.judged import verdict_lines
from grucli.report.model_card import FactLines, facts, inside
from grucli.report.ngrams import ngrams
from grucli.report.tables import bar, field, percent, table
from grucli.report.training_flow import training_lines
from grucli.report.units import units_lines
from grucli.tasks.task import Task

BAR_WIDTH = 12
CUT = "share of the decisions that stay when only k steps are read"
CUT_TEXT = "share of the symbols of answers that stay when only k steps of the input are read"
MOVED_SYMBOL = "how far the probability of one moves, on average"
CUT_AT_STEP = (
    "share of the answers to the middle step that stay when only k steps up to it are read, "
    "or k from it on"
)


def text(report: Report, maps: Sequence[Kind] = (), *, is_coloured: bool = False) -> str:
    """Return the whole report; without data, and nothing to explain, what is in the model.

    Beside a second model it is what differs.

    Args:
        report: what was measured.
        maps: kinds of maps that are drawn below each explained sequence.
        is_coloured: whether they are in colour; all else never is.
    """
    if report.comparison is not None:
        return comparison.text(report, report.comparison, maps, is_coloured=is_coloured)
    parts = [[line for fact in head_facts(report) for line in field(*fact)]]
    if report.input is not None:
        parts += [
            _gates(report.health, report.settings.saturation),
            _memory(report),
        ]
    elif not (report.examples or report.alignments):
        parts += inside(report.saved)
    parts += audited(report)
    if report.ngrams is not None and report.is_of_whole:
        parts.append(ngrams(report.ngrams))
    if report.training is not None and report.is_of_whole:
        parts.append(training_lines(report.training))
    parts += explained(
        (report.examples, report.alignments), report.picked, maps, is_coloured=is_coloured
    )
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def audited(report: Report) -> list[list[str]]:
    """Return the audit of reasons and units, if there is one, then all verdicts."""
    lines = [] if report.audit is None else audit_lines(report.audit)
    of_units = [] if report.units is None else units_lines(report.units)
    return [lines, of_units, verdict_lines(report.verdicts)]


def head_facts(report: Report) -> FactLines:
    """Return what the model is, what was looked at, and what the gates' names mean."""
    looked_at = [] if report.input is None else data_facts(report, report.input)
    return [*facts(report.saved, report.path), *looked_at, ("convention", report.convention)]


def data_facts(report: Report, data: Input) -> FactLines:
    """Return what was looked at, the input of the report."""
    linear, noun = NAMES[report.saved.encoder.unit], report.saved.task.noun
    sample = f"{data.sequences:,} of {counted(data.rows, 'sequence')}"
    if data.stratified:
        sample += f", drawn {noun} by {noun}"
    digest = f" (sha256 {data.sha256[:12]})" if data.sha256 else ""
    skipped = f"; {counted(data.skipped, 'unreadable one')} skipped" if data.skipped else ""
    found = [
        (
            "data",
            f"{data.name}{digest}: {sample}{skipped}; "
            f"{counted(data.steps, 'step')}, median length {data.median_length:g}, "
            f"longest {data.longest:,}",
        )
    ]
    if data.accuracy is not None:
        shown = f"{data.accuracy:.3f} ({data.right:,} of {data.labelled:,})"
        task = report.saved.task
        what = "exact match" if task.writes else "all right" if task.reads_steps else "accuracy"
        found.append((what, shown + _alone(data, linear)))
    if data.branches is not None:
        ours = data.branches.recurrence_share
        shares = f"{percent(ours, 0)} by the recurrence, {percent(1 - ours, 0)} by {linear}"
        whose = "gates and memory are the recurrence's alone"
        found.append(("decided", f"{shares} (of the margins of this sample); {whose}"))
    return found


def _alone(data: Input, linear: str) -> str:
    """Return the accuracies of both branches in words, nothing where there is one."""
    both = data.branches
    if both is None:
        return ""
    ours, theirs = data.share(both.recurrence_right), data.share(both.linear_right)
    return f"; recurrence alone {ours:.3f}, {linear} alone {theirs:.3f}"


def _gates(health: tuple[LayerHealth, ...], saturation: tuple[float, float]) -> list[str]:
    """Return a line a gate of each layer and direction, then the units that stand out."""
    if not health[0].gates:
        lines = ["GATES  none: this is a plain recurrent network"]
    else:
        heading = ("GATES", "", *gate_heading(saturation))
        rows = [(part.name, *gate_row(gate)) for part in health for gate in part.gates]
        lines = table([heading, *rows], "llrrrrrr")
    for part in health:
        lines += field(part.name, units_sentence(part), indent=len(part.name) + 2)
    return lines


def gate_heading(saturation: tuple[float, float]) -> tuple[str, ...]:
    """Return what the figures of `gate_row` are called."""
    low, high = saturation
    return "mean", f"<{low:g}", "mid", f">{high:g}", "slope", "constant"


def gate_row(gate: Gate) -> tuple[str, ...]:
    """Return a gate's name and its figures over all units and steps."""
    low, high = float(gate.low.mean()), float(gate.high.mean())
    return (
        gate.name,
        f"{gate.mean.mean():.2f}",
        percent(low, 0),
        percent(max(0.0, 1 - low - high), 0),
        percent(high, 0),
        f"{gate.slope.mean():.2f}",
        "1 unit" if len(gate.constant) == 1 else f"{len(gate.constant)} units",
    )


def units_sentence(part: LayerHealth) -> str:
    """Return which units stand out."""
    what = "candidate" if part.gates else "state"
    words = [f"dead: {units_line(part.dead)}" if part.dead else "no dead unit"]
    for gate in part.gates:
        named = {"keep": (("frozen", gate.open), ("no carry", gate.shut))}
        for name, units in named.get(gate.name, (("always reset", gate.shut),)):
            if units:
                words.append(f"{name}: {units_line(units)}")
        if gate.constant:
            words.append(f"constant {gate.name}: {units_line(gate.constant)}")
    if part.clipped is not None:
        words.append(f"{what} beyond 0.97 at {percent(part.clipped)}")
    return ", ".join(words)


def _memory(report: Report) -> list[str]:
    """Return both horizons as columns of one table, then the leak times."""
    end, start = report.horizons
    rows: list[tuple[object, ...]] = [memory_heading(report.saved.task)]
    for k, *values in zip(
        end.steps, end.agreement, end.distance, start.agreement, start.distance, strict=True
    ):
        cells: list[object] = [f"{k:,}"]
        for share, moved in (values[:2], values[2:]):
            cells += [percent(share, 0), bar(share, BAR_WIDTH), f"{moved:.3f}"]
        rows.append(tuple(cells))
    lines = field("MEMORY", memory_legend(report.saved.task), indent=8)
    lines += table(rows, "rrlrrlr")
    for name, sentence in memory_facts(report):
        lines += field(name, sentence, indent=17)
    return lines


def memory_heading(task: Task) -> tuple[str, ...]:
    """Return what the columns of both horizons are called."""
    last, first = ("up to it", "from it on") if task.reads_steps else ("last k", "first k")
    return "k", last, "", "moved", first, "", "moved"


def memory_legend(task: Task) -> str:
    """Return what the columns of both horizons mean."""
    if task.writes:
        return f"{CUT_TEXT}; moved: {MOVED_SYMBOL}"
    return f"{CUT_AT_STEP if task.reads_steps else CUT}; moved: {task.distance_title}"


def memory_facts(report: Report) -> FactLines:
    """Return both horizons, and what the keep gates hold, of a report about data."""
    end, start = report.horizons
    assert report.input is not None  # that is what the horizons are of
    last, first = "from the end", "from the start"
    if report.saved.task.reads_steps:
        last, first = "up to the one that is answered", "from it on"
    what = "symbols" if report.saved.task.writes else "decisions"
    needed = (
        f"H99 = {counted(end.h99, 'step')} {last}, {start.h99:,} {first} "
        f"(so many keep 99 % of the {what}; median length {report.input.median_length:g})"
    )
    pieces = [
        f"{part.name}: {_times(part.leak, part.dead)}"
        for part in report.health
        if part.leak is not None
    ]
    leaks = [("leak time", f"[steps, by the keep gate alone] {'; '.join(pieces)}")]
    if not gates_see_states(report.saved.model.architecture.cell):
        leaks.append(("exact memory", exact_memory(report.health)))
    return [("context horizon", needed), *(leaks if pieces else [])]


def exact_memory(health: Sequence[LayerHealth]) -> str:
    """Return how far back units look where the product of keeps is the whole derivative."""
    pieces = [
        f"{part.name}: {_times(part.reach, part.dead)}" for part in health if part.reach is not None
    ]
    return (
        "[steps of which 1/e or more is left at the end; no gate sees a state, so the product of "
        f"keeps is the whole derivative] {'; '.join(pieces)}"
    )


def _times(times: Floats, dead: Units) -> str:
    """Return which unit holds longest, and the median; of (H,) [steps] without dead units."""
    found = living_times(times, dead)
    if found is None:
        return "none, all units are dead"
    left_out = f" (without {counted(found.dead, 'dead unit')})" if found.dead else ""
    longest, median = _steps(found.longest), _steps(found.median)
    return f"longest unit {longest} (unit {found.unit}), median {median}{left_out}"


def _steps(leak: float) -> str:
    return ">1e6" if leak > 999_999 else f"{leak:.1f}"
