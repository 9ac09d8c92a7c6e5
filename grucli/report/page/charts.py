"""Drawings as inline SVG: the colours are the page's, and each says its figures in words too."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from grucli.engine.packing import Floats
from grucli.errors import counted
from grucli.inspection.health import Gate
from grucli.inspection.memory import Horizon
from grucli.report.page.markup import Markup, joined, tag
from grucli.report.tables import percent

WIDTH, HEIGHT = 320, 150
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 8, 32
BINS = 20
LABEL_GAP = 24  # least distance of two labels of an axis

Point = tuple[float, float]
Tick = tuple[float, str]
"""A place as a share of the axis, and its label."""

PLAIN: tuple[Tick, ...] = ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))
SHARES: tuple[Tick, ...] = ((0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %"))


def histogram(gate: Gate) -> Markup:
    """Draw how the means of the units are spread over 0 to 1."""
    counts = np.histogram(np.clip(gate.mean, 0, 1), BINS, (0, 1))[0].tolist()
    most = max(counts)
    columns = [
        tag(
            "rect",
            tag("title", f"{counted(count, 'unit')} from {k / BINS:.2f} to {(k + 1) / BINS:.2f}"),
            class_="column",
            x=_number(_x(k / BINS) + 0.5),
            y=_number(_y(count / most)),
            width=_number(_x(1 / BINS) - _x(0) - 1),
            height=_number(_y(0) - _y(count / most)),
        )
        for k, count in enumerate(counts)
        if count
    ]
    words = f"mean {gate.name} of each unit: from {gate.mean.min():.2f} to {gate.mean.max():.2f}"
    axes = _axes(PLAIN, [(1, str(most))], f"mean {gate.name}", "units")
    return _figure(words, "units by their mean", axes, *columns)


def triangle(gate: Gate, saturation: tuple[float, float]) -> Markup:
    """Draw each unit at its shares of steps below and above the limits.

    Source: Karpathy, Johnson, Fei-Fei 2015 (arXiv:1506.02078).
    """
    low, high = saturation
    dots = [
        tag(
            "circle",
            tag("title", f"unit {k}: below {percent(below, 0)}, above {percent(above, 0)}"),
            class_="dot",
            cx=_number(_x(below)),
            cy=_number(_y(above)),
            r=3,
        )
        for k, (below, above) in enumerate(zip(gate.low.tolist(), gate.high.tolist(), strict=True))
    ]
    edge = _polyline([(_x(0), _y(1)), (_x(1), _y(0))], "axis")
    words = f"saturation of {gate.name}, a dot a unit: on the slope it is never in between"
    axes = _axes(SHARES, SHARES, f"steps below {low:g}", f"above {high:g}")
    return _figure(words, words, axes, edge, *dots)


def horizons(sides: Sequence[Horizon]) -> Markup:
    """Draw the share of decisions that stay by the steps that are read, from either side."""
    longest = sides[0].steps[-1]
    scale = math.log(longest) or 1.0

    def place(k: int) -> float:
        return _x(math.log(k) / scale)

    drawn = []
    for side, kind in zip(sides, ("", " o"), strict=True):
        points = [
            (place(k), _y(share)) for k, share in zip(side.steps, side.agreement, strict=True)
        ]
        at, bottom = place(side.h99), _y(0)
        mark = f"{at:.1f},{bottom - 7:.1f} {at - 4:.1f},{bottom:.1f} {at + 4:.1f},{bottom:.1f}"
        title = tag("title", f"H99 from the {side.side}: {side.h99} steps")
        drawn += [
            _polyline(points, f"line{kind}"),
            tag("polygon", title, class_=f"at{kind}", points=mark),
        ]
    words = ", ".join(f"H99 from the {side.side} {counted(side.h99, 'step')}" for side in sides)
    axes = _axes(
        _spaced([(math.log(k) / scale, f"{k:,}") for k in sides[0].steps]),
        SHARES,
        "k steps read",
        "stay",
    )
    caption = "solid blue: the last k steps; dashed orange: the first k; triangles: H99"
    return _figure(words, caption, axes, *drawn)


def running(values: Floats, change: int | None, words: str) -> Markup:
    """Draw the level after each part, and where the last answer begins to lead.

    Args:
        values: (P,) levels in [0, 1].
        change: the part from which on it leads; None if from the start on.
        words: the figures.
    """
    last = max(len(values) - 1, 1)
    points = [(_x(k / last), _y(value)) for k, value in enumerate(values.tolist())]
    if len(points) == 1:
        points.append((_x(1), points[0][1]))
    since = None
    if change is not None:
        at = _number(_x(change / last))
        since = tag("line", class_="since", x1=at, x2=at, y1=_number(_y(1)), y2=_number(_y(0)))
    ends = [(0.0, "1"), (1.0, str(len(values)))] if len(values) > 1 else [(0.0, "1")]
    axes = _axes(ends, PLAIN, "parts read", "p")
    return _figure(words, words, axes, since, _polyline(points, "line"))


def _figure(words: str, caption: str, *drawn: Markup | None) -> Markup:
    picture = tag("svg", *drawn, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=words)
    return tag("figure", picture, tag("figcaption", caption))


def _axes(below: Sequence[Tick], left: Sequence[Tick], x: str, y: str) -> Markup:
    """Return both axes with their ticks and names."""
    corner = [(_x(0), _y(1)), (_x(0), _y(0)), (_x(1), _y(0))]
    return joined(
        _polyline(corner, "axis"),
        *(_text(_x(at), HEIGHT - 18, label, "middle") for at, label in below),
        *(_text(LEFT - 4, _y(at) + 3, label, "end") for at, label in left),
        _text((_x(0) + _x(1)) / 2, HEIGHT - 5, x, "middle"),
        _text(LEFT - 4, _y(0.75) + 3, y, "end"),
    )


def _spaced(ticks: Sequence[Tick]) -> list[Tick]:
    """Return the ticks that leave each other room, the last one among them."""
    kept: list[Tick] = []
    for at, label in reversed(ticks):
        if not kept or (kept[-1][0] - at) * (_x(1) - _x(0)) >= LABEL_GAP:
            kept.append((at, label))
    return kept


def _polyline(points: Sequence[Point], kind: str) -> Markup:
    return tag("polyline", class_=kind, points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points))


def _text(x: float, y: float, label: str, anchor: str) -> Markup:
    return tag("text", label, x=_number(x), y=_number(y), text_anchor=anchor)


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _number(value: float) -> str:
    return f"{value:.1f}"
