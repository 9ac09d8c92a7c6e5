"""How a training went from inside, as pictures: how far gradients reach, gates, updates."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from grucli.errors import counted
from grucli.inspection.training_flow import Row, TrainingFlow
from grucli.report.page.line_key import line_key
from grucli.report.page.markup import Markup, joined, tag
from grucli.report.page.plot import Axis, Scale, curves, folded, plot
from grucli.report.training_flow import few, flow_rows

KINDS = ("line", "line o", "line third", "line fourth")
SHARES = ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))
LEAST = 1e-6  # of an axis of powers of ten
OF_GATES = "mean of gates"
INTRO = (
    "Measured after epochs on at most 64 of the training sequences, always the same ones. A "
    "gradient that reaches far lets what stands far from the end be learned."
)


def training_flow(flow: TrainingFlow) -> Markup:
    """Return the pictures, and all figures in a table below them."""
    weights = {name: row for name, row in flow.update.items() if "weight" in name}
    heading, *rows = flow_rows(flow, few(len(flow.epochs), 24))
    pictures = [
        _reach(flow) if flow.reach else None,
        *_in_fours(flow, {name: gate["mean"] for name, gate in flow.gates.items()}, OF_GATES),
        *_in_fours(flow, weights, "how far weights move in a step, |dw| / |w|"),
    ]
    return joined(
        tag("p", INTRO),
        tag("div", *pictures, class_="cards"),
        folded("numbers", heading, rows, "l" + "r" * (len(heading) - 1)),
    )


def _reach(flow: TrainingFlow) -> Markup:
    """Draw the gradient by its distance from the end, of a few epochs, in powers of ten."""
    distances, places = [0, *flow.reach], few(len(flow.epochs), 3)
    longest = math.log(distances[-1] + 1)
    across = [math.log(distance + 1) / longest for distance in distances]
    rows = [[1.0, *(row[k] for row in flow.reach.values())] for k in places]
    scale = _scale(_powers(share for row in rows for share in row))
    lines = [
        (list(zip(across, map(scale.place, _powers(row)), strict=True)), kind)
        for kind, row in zip(KINDS, rows, strict=False)
    ]
    reached = ", ".join(
        f"epoch {flow.epochs[k]}: {counted(flow.steps_reached[k], 'step')}" for k in places
    )
    named = [f"epoch {flow.epochs[k]}" for k in places]
    return plot(
        "how far back the gradient reaches",
        f"1/e of it is left: {reached}",
        Axis(
            name="steps before the end",
            ticks=[(at, f"{step:,}") for at, step in zip(across, distances, strict=True)],
        ),
        _axis(scale, "beside that at the end"),
        curves(*lines),
        caption=joined(line_key(*zip(KINDS, named, strict=False)), f"1/e of it is left: {reached}"),
    )


def _in_fours(flow: TrainingFlow, rows: Mapping[str, Row], title: str) -> list[Markup]:
    """Draw figures by epoch, four in a picture; gates on an axis of shares, others by powers."""
    named = list(rows.items())
    return [_by_epoch(flow, named[k : k + len(KINDS)], title) for k in range(0, len(named), 4)]


def _by_epoch(flow: TrainingFlow, rows: Sequence[tuple[str, Row]], title: str) -> Markup:
    values: list[Sequence[float]] = [row for _, row in rows]
    scale, left = Scale(low=0, high=1, step=0.5), Axis(name="", ticks=SHARES)
    if title != OF_GATES:
        values = [_powers(row) for row in values]
        scale = _scale([power for row in values for power in row])
        left = _axis(scale, "")
    last = max(len(flow.epochs) - 1, 1)
    lines = []
    for kind, row in zip(KINDS, values, strict=False):
        ends = row if len(row) > 1 else (*row, *row)
        lines.append(([(k / last, scale.place(value)) for k, value in enumerate(ends)], kind))
    words = "; ".join(f"{name} from {row[0]:.2g} to {row[-1]:.2g}" for name, row in rows)
    return plot(
        title,
        words,
        Axis(
            name="epoch", ticks=[(k / last, f"{flow.epochs[k]}") for k in few(len(flow.epochs), 6)]
        ),
        left,
        curves(*lines),
        caption=line_key(*zip(KINDS, (name for name, _ in rows), strict=False)),
    )


def _powers(values: Iterable[float]) -> list[float]:
    """Return the powers of ten that values are."""
    return [math.log10(max(value, LEAST)) for value in values]


def _scale(powers: Sequence[float]) -> Scale:
    """Return a scale between whole powers."""
    low = math.floor(min(powers))
    high = max(math.ceil(max(powers)), low + 1)
    return Scale(low=low, high=high, step=max(1, math.ceil((high - low) / 4)))


def _axis(scale: Scale, name: str) -> Axis:
    powers = range(int(scale.low), int(scale.high) + 1, int(scale.step))
    return Axis(name=name, ticks=[(scale.place(power), f"1e{power}") for power in powers])
