"""A numeric sequence as lines: what each window does as bars, and each channel in its colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats
from grucli.errors import counted
from grucli.inspection.attribution import Stretch
from grucli.inspection.sequences import Channel, Example, Series
from grucli.report.page.document import table
from grucli.report.page.markup import Markup, joined, tag
from grucli.report.page.plot import (
    CHARACTER,
    FINE,
    Axis,
    Point,
    Scale,
    box,
    curves,
    note,
    plot,
    stretched,
)
from grucli.report.sequences import LISTED_PARTS, mark, part_noun, signed, steps_name
from grucli.report.tables import number

CHANNELS, FIGURES = 12, 96  # drawn of one sequence, and of all on the page
LEAST_CHANNELS = 1
POINTS, PAGE_POINTS, LEAST_POINTS = 400, 4_000, 50  # of one line, of all, of each at least
FEW = 24  # sequences on a page: of more, each has less
LEVELS = 3  # of colour and width
REACH = 0.38  # of the frame: the longest bar, so that its note has room
ROWS = 40

Rows = npt.NDArray[np.int64]


def drawn(one: Example, series: Series, together: int) -> Markup:
    """Return what windows do, and below it the channels, those that matter most if they are many.

    Args:
        one: what is explained.
        series: its numbers.
        together: sequences on the page, which is to stay small.
    """
    most = max(LEAST_CHANNELS, min(CHANNELS, FIGURES // together))
    shown = _most_important(series.channels, most)
    bands = _bands(one, LISTED_PARTS if together <= FEW else 1)
    points = min(POINTS, max(LEAST_POINTS, PAGE_POINTS // (together * len(shown))))
    lines = [_channel(one, series, k, points, bands) for k in shown]
    is_single = len(series.channels) == 1
    return joined(
        effects(one, series, bands),
        joined(*lines) if is_single else tag("div", *lines, class_="cards"),
        None if is_single or together > FEW else _channel_numbers(one, series, len(shown)),
    )


def _most_important(channels: Sequence[Channel], most: int) -> list[int]:
    """Return the channels that matter most, in their order."""
    sizes = [-abs(channel.effect or 0.0) for channel in channels]
    return sorted(np.argsort(sizes, kind="stable")[:most].tolist())


def effects(
    one: Example, series: Series, bands: Sequence[Markup] = (), title: str | None = None
) -> Markup:
    """Return bars that rise for the answer, and fall against it, and stretches as their outline."""
    why, parts = one.attribution, _parts(one)
    sizes = [abs(span.effect) for span in (*parts, *why.stretches)]
    size, faint = max(*sizes, why.explained.faint), why.explained.faint
    above, below = why.explained.sides
    ticks = [(0.5 - REACH, signed(-size, faint)), (0.5, "0"), (0.5 + REACH, signed(size, faint))]
    caption = f"outlined: {len(why.stretches)} longer stretches" if why.stretches else None
    return plot(
        title or f"what each {part_noun(one)} does",
        _words(one),
        _steps(one, series.span),
        Axis(name=f"▲ {above}, ▼ {below}", ticks=ticks),
        *bands,
        stretched(*_bars(parts, size, "bars"), *_bars(why.stretches, size, "bars outline")),
        *_notes(one, size),
        caption=caption,
    )


def _parts(one: Example) -> list[Stretch]:
    """Return the parts as the shortest of stretches."""
    effects = np.nan_to_num(one.attribution.effect).tolist()
    return [
        Stretch(start=part.start, stop=part.stop, effect=effect)
        for part, effect in zip(one.parts, effects, strict=True)
    ]


def _spans(one: Example) -> Sequence[Stretch]:
    """Return what colours are of: stretches, for steps beside each other say the same, or parts."""
    return one.attribution.stretches or _parts(one)


def _strongest(one: Example, most: int = LISTED_PARTS) -> tuple[list[Stretch], list[Stretch]]:
    """Return the spans that raise the margin most, and those that lower it most, none faint."""
    faint = one.attribution.explained.faint
    found = sorted(_spans(one), key=lambda span: -span.effect)
    above = [span for span in found if span.effect >= faint]
    below = [span for span in reversed(found) if span.effect <= -faint]
    return above[:most], below[:most]


def _bars(spans: Sequence[Stretch], size: float, kind: str) -> list[Markup]:
    """Return bars beside each other, of each side as one shape that begins at the middle line."""
    shapes, half = [], FINE // 2
    for side, sign in (("f", 1), ("a", -1)):
        last, moves = half, [f"M0,{half}"]
        for span in spans:
            right = round(FINE * span.stop / spans[-1].stop)
            y = round(FINE * (0.5 - REACH * sign * max(0.0, sign * span.effect) / size))
            moves.append(f"V{y}" if y != last else "")
            moves.append(f"H{right}" if y != half else f"M{right},{half}")
            last = y
        if any(sign * span.effect > 0 for span in spans):
            d = "".join(moves) + ("" if last == half else f"V{half}")
            shapes.append(tag("path", class_=f"{kind} {side}", d=d))
    return shapes


def _words(one: Example) -> str:
    """Return the strongest spans of either side in words."""
    sides = zip(one.attribution.explained.sides, _strongest(one), strict=True)
    found = [f"{side}: {', '.join(_said(one, span) for span in own)}" for side, own in sides if own]
    return "; ".join(found) or "nothing has an effect of its own"


def _said(one: Example, span: Stretch) -> str:
    effect = mark(span.effect, one.attribution.explained.faint)
    return f"{steps_name(span.start, span.stop)} {effect}"


def _notes(one: Example, size: float) -> list[Markup]:
    """Return the strongest effects as words beside their bars, those that have room."""
    faint, length = one.attribution.explained.faint, one.parts[-1].stop
    notes: list[Markup] = []
    for spans, beyond in zip(_strongest(one), (0.02, -0.11), strict=True):
        used: list[float] = []
        for span in spans:
            place = (span.start + span.stop) / 2 / length
            word = mark(span.effect, faint)
            if all(abs(place - other) >= CHARACTER * (len(word) + 1) for other in used):
                used.append(place)
                height = 0.5 + REACH * span.effect / size + beyond
                notes.append(note(place, height, word))
    return notes


def _bands(one: Example, most: int) -> list[Markup]:
    """Return so many spans of either side as areas of its colour, with their effect in words."""
    length = one.parts[-1].stop
    return [
        box(span.start / length, 0, span.stop / length, 1, f"window {kind}", _said(one, span))
        for kind, spans in zip("fa", _strongest(one, most), strict=True)
        for span in spans
    ]


def _channel(one: Example, series: Series, k: int, most: int, bands: Sequence[Markup]) -> Markup:
    """Return the line of a channel, where it is in the colour of what its steps do."""
    values, channel = series.values[:, k].astype(np.float64), series.channels[k]
    present = values[~np.isnan(values)]
    scale = (
        Scale.over(float(present.min()), float(present.max())) if present.size else Scale.over(0, 1)
    )
    own = _held(channel, one.attribution.explained.faint)
    return plot(
        channel.name if channel.effect is None else f"{channel.name} {own}",
        _range(values),
        _steps(one),
        scale.axis(""),
        *bands,
        curves(*_coloured(one, values, scale, most)),
        size="low" if len(series.channels) > 1 else None,
    )


def _range(values: Floats) -> str:
    present = values[~np.isnan(values)]
    missing = len(values) - len(present)
    words = f"{counted(missing, 'step')} of {len(values):,} missing" if missing else ""
    if not present.size:
        return "no value is there"
    least, most = (number(float(one), has_unit=True) for one in (present.min(), present.max()))
    return f"from {least} to {most}{'; ' if words else ''}{words}"


def _channel_numbers(one: Example, series: Series, shown: int) -> Markup:
    """Return the channels as a table, and how many of them are drawn."""
    faint, values = one.attribution.explained.faint, series.values
    rows = [
        (
            series.channels[k].name,
            "–"
            if series.channels[k].effect is None
            else mark(series.channels[k].effect or 0.0, faint),
            _range(values[:, k].astype(np.float64)),
        )
        for k in _most_important(series.channels, ROWS)
    ]
    total = len(series.channels)
    name = f"channels: {shown} of {total} are drawn" if shown < total else "channels"
    heading = ("channel", "held at its mean", "values")
    return tag("details", tag("summary", name), table(heading, rows, "lrl"))


def _held(channel: Channel, faint: float) -> str:
    return mark(float("nan") if channel.effect is None else channel.effect, faint)


def _coloured(
    one: Example, values: Floats, scale: Scale, most: int
) -> list[tuple[list[Point], str]]:
    """Return the line in pieces of one colour, broken where a value is missing."""
    length, kept = len(values), thinned(values, most)
    piece_of = _levels(one)[kept]
    lines: list[tuple[list[Point], str]] = []
    for place, step in enumerate(kept.tolist()):
        if np.isnan(values[step]):
            lines.append(([], ""))
            continue
        point = ((step + 0.5) / length, scale.place(float(values[step])))
        kind = _kind(int(piece_of[place]))
        if not lines or not lines[-1][1]:
            lines.append(([point], kind))
        elif lines[-1][1] == kind:
            lines[-1][0].append(point)
        elif len(lines[-1][0]) == 1:
            lines[-1] = ([*lines[-1][0], point], kind)
        else:
            lines.append(([lines[-1][0][-1], point], kind))
    return [(_seen(line, length), kind) for line, kind in lines if line]


def _seen(line: list[Point], length: int) -> list[Point]:
    """Return a line that can be seen: a step between missing ones is as long as a step."""
    if len(line) > 1:
        return line
    ((x, y),) = line
    return [(x - 0.5 / length, y), (x + 0.5 / length, y)]


def _levels(one: Example) -> Rows:
    """Return (T,) how much each step's span does, from -3 to 3; 0 is faint."""
    spans, faint = _spans(one), one.attribution.explained.faint
    effect = np.array([span.effect for span in spans])
    size = max(float(np.abs(effect).max()), faint)
    levels = np.sign(effect) * np.ceil(LEVELS * np.abs(effect) / size)
    levels[np.abs(effect) < faint] = 0
    return np.repeat(levels.astype(np.int64), [span.stop - span.start for span in spans])


def _kind(level: int) -> str:
    side = "f" if level > 0 else "a"
    return f"s {side}{abs(level)}" if level else "s"


def thinned(values: Floats, most: int) -> Rows:
    """Return the steps to draw, rising: of many, the lowest and the highest of each stretch.

    Args:
        values: (T,), NaN where one is missing. A stretch without a value gives one of its steps.
        most: of them, at least 2.
    """
    if len(values) <= most:
        return np.arange(len(values))
    kept: set[int] = set()
    for stretch in np.array_split(np.arange(len(values)), most // 2):
        own = values[stretch]
        if np.isnan(own).all():
            kept.add(int(stretch[0]))
        else:
            kept |= {int(stretch[np.nanargmin(own)]), int(stretch[np.nanargmax(own)])}
    return np.array(sorted(kept))


def _steps(one: Example, span: tuple[str, str] | None = None) -> Axis:
    """Return the axis of steps, with the times of its ends if they are given."""
    length = one.parts[-1].stop
    stride = max(1, round(Scale.over(0, length, 4).step))
    numbers = sorted({1, *range(stride, length, stride), length})
    name = "step"
    if span is not None:
        name = f"step, from {span[0]}" + ("" if one.truncated else f" to {span[1]}")
    return Axis(name=name, ticks=[((k - 0.5) / length, f"{k:,}") for k in numbers])
