"""The report of `inspect-gates` for people, in at most 80 columns."""

from __future__ import annotations

import numpy as np

from grucli.data.wide_path import NAMES
from grucli.gates.health import Gate, LayerHealth
from grucli.gates.memory import Horizon
from grucli.gates.report import CONVENTION, Input, Report
from grucli.gates.verdicts import units_line
from grucli.report.examples import examples
from grucli.report.model_card import head, inside
from grucli.report.tables import bar, percent, table
from grucli.report.wrap import field

BAR_WIDTH = 12


def text(report: Report) -> str:
    """Return the whole report; without data, and nothing to explain, what is in the model."""
    parts = [head(report.saved, report.path)]
    if report.input is None:
        parts += [] if report.examples else inside(report.saved)
    else:
        parts[0] += _data(report.input, NAMES[report.saved.encoder.kind])
    parts[0] += field("convention", CONVENTION)
    if report.input is not None:
        parts += [
            _gates(report.health, report.settings.saturation),
            _memory(report.horizons, report.health, report.input),
        ]
        parts += [[line for one in report.verdicts for line in field("!", one.text, indent=2)]]
    parts += examples(report.examples, report.saved.labels)
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _data(data: Input, wide: str) -> list[str]:
    """Return what was looked at; `wide` is the name of the wide path."""
    sample = f"{data.sequences:,} of {data.rows:,} sequences"
    if data.stratified:
        sample += ", drawn label by label"
    skipped = f"; {data.skipped:,} unreadable ones skipped" if data.skipped else ""
    lines = field(
        "data",
        f"{data.name} ({data.fingerprint[:12]}): {sample}{skipped}; {data.steps:,} steps, "
        f"median length {data.median_length:g}, longest {data.longest:,}",
    )
    if data.accuracy is not None:
        shown = f"{data.accuracy:.3f} ({data.right:,} of {data.labelled:,})"
        lines += field("accuracy", shown + _alone(data, wide))
    if data.paths is not None:
        ours = data.paths.recurrence_share
        lines += field(
            "decided",
            f"{percent(ours, 0)} by the recurrence, {percent(1 - ours, 0)} by {wide} (of the "
            "margins of this sample); gates, memory and what tokens do are the recurrence's alone",
        )
    return lines


def _alone(data: Input, wide: str) -> str:
    """Return the accuracies of both paths in words, nothing where there is one."""
    if data.paths is None:
        return ""
    ours, theirs = data.share(data.paths.recurrence_right), data.share(data.paths.wide_right)
    return f"; recurrence alone {ours:.3f}, {wide} alone {theirs:.3f}"


def _gates(health: tuple[LayerHealth, ...], saturation: tuple[float, float]) -> list[str]:
    """Return a line a gate of each layer and direction, then the units that stand out."""
    if not health[0].gates:
        lines = ["GATES  none: this is a plain recurrent network"]
    else:
        low, high = saturation
        heading = ("GATES", "", "mean", f"<{low:g}", "mid", f">{high:g}", "slope", "constant")
        rows = [_gate(part.name, gate) for part in health for gate in part.gates]
        lines = table([heading, *rows], "llrrrrrr")
    for part in health:
        lines += field(part.name, _units(part), indent=len(part.name) + 2)
    return lines


def _gate(name: str, gate: Gate) -> tuple[str, ...]:
    low, high = float(gate.low.mean()), float(gate.high.mean())
    return (
        name,
        gate.name,
        f"{gate.mean.mean():.2f}",
        percent(low, 0),
        percent(max(0.0, 1 - low - high), 0),
        percent(high, 0),
        f"{gate.slope.mean():.2f}",
        "1 unit" if len(gate.constant) == 1 else f"{len(gate.constant)} units",
    )


def _units(part: LayerHealth) -> str:
    what = "candidate" if part.gates else "state"
    words = [f"dead {units_line(part.dead)}" if part.dead else "no dead unit"]
    for gate in part.gates:
        named = {"keep": (("frozen", gate.open), ("no carry", gate.shut))}
        for name, units in named.get(gate.name, (("always reset", gate.shut),)):
            if units:
                words.append(f"{name} {units_line(units)}")
        if gate.constant:
            words.append(f"constant {gate.name} {units_line(gate.constant)}")
    return ", ".join([*words, f"{what} beyond 0.97 at {percent(part.clipped)}"])


def _memory(
    horizons: tuple[Horizon, ...], health: tuple[LayerHealth, ...], data: Input
) -> list[str]:
    """Return both horizons as columns of one table, then the leak times."""
    end, start = horizons
    rows: list[tuple[object, ...]] = [("k", "last k", "", "moved", "first k", "", "moved")]
    for k, *values in zip(
        end.steps, end.agreement, end.distance, start.agreement, start.distance, strict=True
    ):
        cells: list[object] = [f"{k:,}"]
        for share, moved in (values[:2], values[2:]):
            cells += [percent(share, 0), bar(share, BAR_WIDTH), f"{moved:.3f}"]
        rows.append(tuple(cells))
    lines = field(
        "MEMORY",
        "share of the decisions that stay when only k steps are read; moved: the mean "
        "change of the probabilities",
        indent=8,
    )
    lines += table(rows, "rrlrrlr")
    lines += field(
        "context horizon",
        f"H99 = {end.h99:,} steps from the end, {start.h99:,} from the start (so many keep 99 % "
        f"of the decisions; median length {data.median_length:g})",
        indent=17,
    )
    return lines + _leaks(health)


def _leaks(health: tuple[LayerHealth, ...]) -> list[str]:
    pieces = [
        f"{part.name}: longest unit {_steps(part.leak.max())}, "
        f"median {_steps(float(np.median(part.leak)))}"
        for part in health
        if part.leak is not None
    ]
    if not pieces:
        return []
    return field("leak time", f"[steps, by the keep gate alone] {'; '.join(pieces)}", indent=17)


def _steps(leak: float) -> str:
    return ">1e6" if leak > 999_999 else f"{leak:.1f}"
