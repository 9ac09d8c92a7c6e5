"""The frame of a picture: axes, a title, its figures in words and, folded, in a table.

A picture is as wide as its place and of fixed height, so that text has one size on a phone and on a
wide screen. Places in it are shares of the axes, from 0 to 1 to the right and upwards.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Self

from grucli.report.page.document import HtmlRows, table
from grucli.report.page.markup import Child, Markup, joined, tag
from grucli.values import dataclass

Point = tuple[float, float]
Tick = tuple[float, str]
"""A place as a share of the axis, and its label."""

FINE = 1000  # units of a drawing that is stretched over the whole frame
LABEL_GAP = 0.09  # of the axis: least distance of two labels below it
CHARACTER = 0.023  # of the axis: a character of a label, on a phone
MOST_ROOM = 0.9  # of the axis: the ends are named whatever their names
EDGE = 0.1  # of the axis: nearer to an end there is no room for a label
LONGEST = 1e6  # above it, or below its inverse, numbers have an exponent
TINY = 1e-300  # no span: what is nearer to 0 cannot be divided
NICE = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One side of a picture.

    Attributes:
        name: what is measured, with its unit.
        ticks: places that have a label.
    """

    name: str
    ticks: Sequence[Tick]


@dataclass(frozen=True, kw_only=True)
class Scale:
    """From values to places between round ends.

    Attributes:
        low, high: values at either end, `high` above `low`.
        step: of the labelled values.
    """

    low: float
    high: float
    step: float

    @classmethod
    def over(cls, low: float, high: float, parts: int = 3) -> Self:
        """Return a scale that holds both values, divided into about so many parts."""
        if high - low <= max(1e-9 * max(abs(low), abs(high)), TINY):
            margin = abs(low) / 2 or 1.0
            low, high = low - margin, high + margin
        step = _nice((high - low) / parts)
        return cls(low=step * math.floor(low / step), high=step * math.ceil(high / step), step=step)

    def place(self, value: float) -> float:
        """Return where a value is."""
        return (value - self.low) / (self.high - self.low)

    def axis(self, name: str) -> Axis:
        """Return the axis with round values at its ticks."""
        number = round((self.high - self.low) / self.step)
        values = [self.low + k * self.step for k in range(number + 1)]
        shown = [self._shown(0.0 if abs(value) < self.step / 2 else value) for value in values]
        return Axis(name=name, ticks=list(zip(map(self.place, values), shown, strict=True)))

    def _shown(self, value: float) -> str:
        """Return a value with as many digits as the step has."""
        if abs(value) >= LONGEST or self.step < 1 / LONGEST:
            return f"{value:.6g}"
        digits = next(k for k in range(9) if abs(self.step * 10**k % 1 - 0.5) > 0.499)
        return f"{value:.{digits}f}"


def plot(
    title: str,
    words: str,
    below: Axis,
    left: Axis,
    *drawn: Child,
    caption: Child = None,
    numbers: Child = None,
    size: str | None = None,
) -> Markup:
    """Return a picture.

    Args:
        title: what it shows, in a few words.
        words: its figures, for those who do not see it.
        below, left: its axes.
        drawn: what is in it.
        caption: what its signs mean; the title stands before it.
        numbers: what is folded below, as of `folded`.
        size: "low" for a row of many.
    """
    labels = [
        *(_text(at, 0, label, dy=15, anchor=_anchor(at)) for at, label in spaced(below.ticks)),
        *(_text(0, at, label, dx=-5, dy=4, anchor="end") for at, label in left.ticks),
        *(_line(0, at, 1, at, "rule") for at, _ in left.ticks),
        _text(0.5, 0, below.name, dy=29, anchor="middle"),
        _text(0, 1, left.name, dx=-40, dy=-9, anchor="start") if left.name else None,
    ]
    picture = tag(
        "svg",
        tag("title", title),
        tag("desc", words),
        *labels,
        *drawn,
        class_=f"plot {size}" if size else "plot",
        role="img",
    )
    return tag("figure", tag("figcaption", tag("b", title), caption), picture, numbers)


def folded(name: str, heading: Sequence[str], rows: HtmlRows, align: str) -> Markup:
    """Return a table that opens at a click, and in print."""
    return tag("details", tag("summary", name), table(heading, rows, align))


def curves(*lines: tuple[Sequence[Point], str]) -> Markup:
    """Return lines, each with its class; stretched over the frame, their width is not."""
    drawn = [
        tag("polyline", class_=kind, points=" ".join(f"{_fine(x)},{_fine(1 - y)}" for x, y in line))
        for line, kind in lines
    ]
    return stretched(*drawn)


def stretched(*drawn: Markup) -> Markup:
    """Return what is drawn in 1000 by 1000 units, 0 at the left and at the top, over the frame."""
    return tag("svg", *drawn, viewBox=f"0 0 {FINE} {FINE}", preserveAspectRatio="none")


def note(x: float, y: float, label: str) -> Markup:
    """Return a word in the picture, which stays within it."""
    return _text(x, y, label, anchor=_anchor(x))


def box(
    left: float, bottom: float, right: float, top: float, kind: str, title: str | None = None
) -> Markup:
    """Return a rectangle between two corners."""
    return tag(
        "rect",
        tag("title", title) if title else None,
        class_=kind,
        x=_percent(left),
        y=_percent(1 - top),
        width=_percent(right - left),
        height=_percent(top - bottom),
    )


def dot(x: float, y: float, radius: float, title: str) -> Markup:
    """Return a circle; `radius` is in pixels."""
    return tag(
        "circle",
        tag("title", title),
        class_="dot",
        cx=_percent(x),
        cy=_percent(1 - y),
        r=f"{radius:.1f}",
    )


def upright(x: float, kind: str, label: str, *, before: bool) -> Markup:
    """Return a line from the bottom to the top, its label before it or, a bit higher, behind it."""
    anchor, dx = ("end", -4) if (before and x > EDGE) or x > 1 - EDGE else ("start", 4)
    return joined(
        _line(x, 0, x, 1, kind), _text(x, 0.03 if before else 0.16, label, dx=dx, anchor=anchor)
    )


def spaced(ticks: Sequence[Tick]) -> list[Tick]:
    """Return the ticks whose labels leave each other room on a phone, the last one among them."""
    kept: list[Tick] = []
    for at, label in reversed(ticks):
        if not kept:
            kept.append((at, label))
            continue
        behind, name = kept[-1]
        room = CHARACTER * (len(label) + len(name)) / 2
        if _anchor(behind) == "end":
            room += CHARACTER * len(name) / 2
        if behind - at >= max(LABEL_GAP, min(room, MOST_ROOM)):
            kept.append((at, label))
    return kept[::-1]


def _nice(step: float) -> float:
    size = 10.0 ** math.floor(math.log10(step))
    return size * next(one for one in NICE if one * size >= step * (1 - 1e-9))


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    ends = {"x1": x1, "y1": 1 - y1, "x2": x2, "y2": 1 - y2}
    return tag("line", class_=kind, **{name: _percent(end) for name, end in ends.items()})


def _text(
    x: float,
    y: float,
    label: str,
    *,
    dx: int | None = None,
    dy: int | None = None,
    anchor: str,
) -> Markup:
    place = {"x": _percent(x), "y": _percent(1 - y), "dx": dx, "dy": dy}
    return tag("text", label, text_anchor=None if anchor == "middle" else anchor, **place)


def _anchor(x: float) -> str:
    """Return which side of a label stands at its place: near the end it is the last one."""
    return "end" if x > 1 - EDGE / 3 else "middle"


def _percent(share: float) -> str | None:
    """Return a place, which is 0 if it is not named."""
    return f"{100 * share:.4g}%" if share else None


def _fine(share: float) -> int:
    return round(FINE * share)
