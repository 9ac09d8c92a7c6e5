"""The pictures of gates and of memory, each with its figures in words and in a table."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from grucli.engine.packing import Floats
from grucli.errors import counted
from grucli.inspection.health import Gate
from grucli.inspection.memory import Horizon
from grucli.inspection.sequences import Example
from grucli.inspection.verdicts import listed
from grucli.report.page.markup import Child, Markup, joined, tag
from grucli.report.page.plot import Axis, Scale, box, curves, dot, folded, plot, upright
from grucli.report.sequences import last_change
from grucli.report.sequences import running as level_words
from grucli.report.tables import percent

BINS = 20
CELLS = 40  # of an axis: units in the same one are one dot
LEAST_SATURATION = 0.05  # that an axis shows
MARGIN = 0.12  # of an axis, before its 0
SMALLEST, LARGEST = 3.5, 14  # radius of a dot [pixels]

PLAIN = ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))
SHARES = ((0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %"))


def histogram(gate: Gate) -> Markup:
    """Draw how the means of the units are spread over 0 to 1."""
    counts = np.histogram(np.clip(gate.mean, 0, 1), BINS, (0, 1))[0].tolist()
    scale = Scale.over(0, max(counts))
    bins = [(k / BINS, (k + 1) / BINS, count) for k, count in enumerate(counts) if count]
    columns = [
        box(
            low,
            0,
            high,
            scale.place(count),
            "column",
            f"{counted(count, 'unit')} from {low:.2f} to {high:.2f}",
        )
        for low, high, count in bins
    ]
    return plot(
        f"{gate.name}: units by their mean",
        f"mean {gate.name} of each unit: from {gate.mean.min():.2f} to {gate.mean.max():.2f}, "
        f"median {np.median(gate.mean):.2f}",
        Axis(name=f"mean {gate.name} over all steps", ticks=PLAIN),
        scale.axis("units"),
        *columns,
        numbers=folded(
            "numbers",
            (f"mean {gate.name}", "units"),
            [(f"{low:.2f} to {high:.2f}", str(count)) for low, high, count in bins],
            "lr",
        ),
    )


def saturation(gate: Gate, limits: tuple[float, float]) -> Markup:
    """Draw each unit at its shares of steps below and above the limits, equal ones as one dot.

    Source: Karpathy, Johnson, Fei-Fei 2015 (arXiv:1506.02078).
    """
    low, high = limits
    scale = _saturation_scale(gate)
    points = in_one_place(gate.low / scale.high, gate.high / scale.high)
    named = [(x * scale.high, y * scale.high, units) for (x, y), units in points]
    dots = [
        dot(
            scale.place(below),
            scale.place(above),
            min(SMALLEST * math.sqrt(len(units)), LARGEST),
            f"{_units(units)}: below {low:g} at {percent(below)} of the steps, "
            f"above {high:g} at {percent(above)}",
        )
        for below, above, units in named
    ]
    zero = scale.place(0)
    slope = curves(([(zero, 1), (1, zero)], "axis")) if scale.high == 1 else None
    never = int((gate.low + gate.high == 0).sum())
    most = int(np.argmax(gate.low + gate.high))
    return plot(
        f"{gate.name}: how often it is shut or open",
        f"{counted(never, 'unit')} of {len(gate.mean)} never; the most saturated is unit {most}, "
        f"below {low:g} at {percent(float(gate.low[most]))} of the steps and above {high:g} at "
        f"{percent(float(gate.high[most]))}",
        _shares(scale, f"share of steps below {low:g} (shut)"),
        _shares(scale, f"above {high:g} (open)"),
        slope,
        *dots,
        caption="a dot a unit, a larger one for several in one place"
        + ("; on the slope it is never in between" if slope else ""),
        numbers=folded(
            "numbers",
            ("units", f"below {low:g}", f"above {high:g}"),
            [(_units(units), percent(below), percent(above)) for below, above, units in named],
            "lrr",
        ),
    )


def horizons(sides: Sequence[Horizon], names: Sequence[str], numbers: Child) -> Markup:
    """Draw the share of answers that stay by the steps that are read, on either side.

    Args:
        sides: of the end, and of the start.
        names: what is read of each.
        numbers: what is folded below.
    """
    longest = sides[0].steps[-1]
    scale = math.log(longest) or 1.0

    def place(k: int) -> float:
        return math.log(k) / scale

    lines, marks = [], []
    for side, kind in zip(sides, ("", " o"), strict=True):
        shares = zip(side.steps, side.agreement, strict=True)
        lines.append(([(place(k), share) for k, share in shares], f"line{kind}"))
        is_first = side.h99 <= min(other.h99 for other in sides)
        marks.append(upright(place(side.h99), f"mark{kind}", f"{side.h99:,}", before=is_first))
    words = ", ".join(f"H99 from the {side.side} {counted(side.h99, 'step')}" for side in sides)
    last, first = names
    return plot(
        "answers that stay when only k steps are read",
        words,
        Axis(name="k steps", ticks=[(place(k), f"{k:,}") for k in sides[0].steps]),
        Axis(name="stay", ticks=SHARES),
        curves(*lines),
        *marks,
        caption=joined(
            tag("span", last, class_="key"),
            tag("span", first, class_="key o"),
            "upright: from there on 99 % stay",
        ),
        numbers=numbers,
    )


def running(one: Example, numbers: Child) -> Markup:
    """Draw the level after each part, and where the last answer begins to lead."""
    why, stops = one.attribution, [part.stop for part in one.parts]
    last, words = max(len(stops) - 1, 1), level_words(one)
    points = [(k / last, value) for k, value in enumerate(why.running.tolist())]
    if len(points) == 1:
        points.append((1, points[0][1]))
    change = last_change(why)
    since = (
        None if change is None else upright(change / last, "since", f"{stops[change]}", before=True)
    )
    ends = [(0.0, f"{stops[0]:,}"), (1.0, f"{stops[-1]:,}")]
    return plot(
        "while it is read",
        words,
        Axis(name=f"{one.unit}s read", ticks=ends if len(stops) > 1 else ends[:1]),
        Axis(name=why.explained.level_name, ticks=PLAIN),
        since,
        curves((points, "line")),
        caption=words,
        numbers=numbers,
        size="low",
    )


def _saturation_scale(gate: Gate) -> Scale:
    """Return a scale that shows all units, no more of rare saturation, and large dots at 0."""
    most = float(max(gate.low.max(), gate.high.max(), LEAST_SATURATION))
    scale = Scale(low=0, high=1, step=0.5) if most > 0.5 else Scale.over(0, most)
    return replace(scale, low=-MARGIN * scale.high)


def _shares(scale: Scale, name: str) -> Axis:
    values = [scale.step * k for k in range(round(scale.high / scale.step) + 1)]
    ticks = [
        (scale.place(value), percent(value, 0 if scale.step >= 0.01 else 1)) for value in values
    ]
    return Axis(name=name, ticks=ticks)


def in_one_place(x: Floats, y: Floats) -> list[tuple[tuple[float, float], list[int]]]:
    """Return the places of units (H,), those too near to be told apart as one, with their units."""
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    columns, rows = (np.rint(CELLS * shares).tolist() for shares in (x, y))
    for unit, cell in enumerate(zip(columns, rows, strict=True)):
        cells[cell].append(unit)
    found = [((float(x[units].mean()), float(y[units].mean())), units) for units in cells.values()]
    return sorted(found, key=lambda one: -len(one[1]))


def _units(units: Sequence[int]) -> str:
    return f"unit {units[0]}" if len(units) == 1 else f"{len(units)} units ({listed(units)})"
