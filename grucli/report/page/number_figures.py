"""Numbers that were answered beside what is true: as a density, for points lie on each other."""

from __future__ import annotations

import math

import numpy as np

from grucli.engine.packing import Floats
from grucli.errors import counted
from grucli.report.page.line_key import line_key
from grucli.report.page.markup import Markup, tag
from grucli.report.page.plot import Scale, box, curves, folded, plot
from grucli.report.page.sections import Section
from grucli.report.tables import number, percent
from grucli.tasks.intervals import normal_interval, wilson_interval
from grucli.tasks.pictures import NumberPairs

CELLS = 44  # of the density, across and up
BINS = 21  # of the errors
FAINTEST = 0.4


def number_section(pairs: NumberPairs) -> Section:
    """Return a section about numbers."""
    errors = pairs.answers - pairs.truths
    return Section(
        name="numbers",
        question="How near are the answers?",
        answer=f"{_lean(errors)} {_coverage(pairs, errors)}",
        content=(tag("div", _density(pairs), _errors(pairs, errors), class_="cards wide"),),
        is_wide=True,
    )


def _lean(errors: Floats) -> str:
    """Return whether answers are too high or too low on the whole."""
    mean, n = float(errors.mean()), len(errors)
    low, high = normal_interval(mean, float(errors.std()) / math.sqrt(n))
    span = f"{number(low, has_unit=True)} to {number(high, has_unit=True)}"
    half = float(np.median(np.abs(errors)))
    said = f"Half of the {n:,} answers are off by at most {number(half, has_unit=True)}."
    if low <= 0 <= high:
        return f"{said} On the whole they are neither too high nor too low (mean error {span})."
    side = "high" if mean > 0 else "low"
    return f"{said} On the whole they are too {side} (mean error {span})."


def _coverage(pairs: NumberPairs, errors: Floats) -> str:
    if pairs.half_width is None:
        return "The model knows no interval around its answers: no rows were held out, or too few."
    inside = int(np.sum(np.abs(errors) <= pairs.half_width))
    low, high = wilson_interval(inside, len(errors))
    return (
        f"The interval of {number(pairs.half_width, has_unit=True)} to either side is made to hold "
        f"{percent(pairs.level, 0)} of what is true; here it holds {percent(inside / len(errors))} "
        f"({percent(low)} to {percent(high)})."
    )


def _density(pairs: NumberPairs) -> Markup:
    """Draw what is true across and what was answered up, in cells by how many rows they have."""
    both = np.concatenate((pairs.truths, pairs.answers))
    scale = Scale.over(float(both.min()), float(both.max()))
    places = [(one - scale.low) / (scale.high - scale.low) for one in (pairs.truths, pairs.answers)]
    ends = scale.place(float(both.min())), scale.place(float(both.max()))
    counts, edges, _ = np.histogram2d(places[0], places[1], CELLS, [ends, ends])
    most = float(counts.max())
    drawn = list[Markup]()
    if pairs.half_width is not None:
        drawn.append(_band(pairs.half_width / (scale.high - scale.low)))
    cells = np.argwhere(counts > 0).tolist()
    for i, j in cells:
        count = int(counts[i, j])
        depth = FAINTEST + (1 - FAINTEST) * (math.log(count) / math.log(most) if most > 1 else 1)
        cell = box(edges[i], edges[j], edges[i + 1], edges[j + 1], "density", f"{count:,}")
        drawn.append(tag("g", cell, opacity=f"{depth:.2f}"))
    drawn.append(curves(([(0, 0), (1, 1)], "ideal")))
    words = (
        f"{counted(len(pairs.truths), 'row')} in {counted(len(cells), 'cell')}, at most "
        f"{int(most):,} in one; the deeper, the more. Dashed: answered as is true."
    )
    words += "" if pairs.half_width is None else " The band is the interval."
    axes = scale.axis("true"), scale.axis("answered")
    return plot("Answered beside true", words, *axes, *drawn, caption=words, size="tall")


def _band(width: float) -> Markup:
    """Draw what is no farther than `width` from the diagonal."""
    corner = max(0.0, 1 - width)
    ends = [(0.0, 0.0), (0.0, width), (corner, 1.0), (1.0, 1.0), (1.0, corner), (width, 0.0)]
    return curves(([(min(x, 1.0), min(y, 1.0)) for x, y in ends], "band"))


def _errors(pairs: NumberPairs, errors: Floats) -> Markup:
    """Draw how errors are spread around 0."""
    end = max(float(np.abs(errors).max()), pairs.half_width or 0.0) or 1.0
    counts, edges = np.histogram(errors, BINS, (-end, end))
    across, up = Scale.over(-end, end), Scale.over(0, float(counts.max()))
    bins = list(zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), strict=True))
    drawn = [
        box(across.place(low), 0, across.place(high), up.place(count), "column", f"{count:,}")
        for low, high, count in bins
        if count
    ]
    entries = [("ideal", "no error")]
    lines = [([(across.place(0), 0.0), (across.place(0), 1.0)], "ideal")]
    if pairs.half_width is not None:
        for at in map(across.place, (-pairs.half_width, pairs.half_width)):
            lines.append(([(at, 0.0), (at, 1.0)], "now"))
        entries.append(("now", "ends of the interval"))
    low, high = np.quantile(errors, (0.05, 0.95)).tolist()
    return plot(
        "Errors",
        f"errors of {counted(len(errors), 'row')}: nine in ten lie between {_shown(low)} and "
        f"{_shown(high)}",
        across.axis("answered less true"),
        up.axis("rows"),
        *drawn,
        curves(*lines),
        caption=line_key(*entries),
        numbers=folded(
            "numbers",
            ("error", "rows"),
            [(f"{_shown(low)} to {_shown(high)}", f"{count:,}") for low, high, count in bins],
            "lr",
        ),
        size="tall",
    )


def _shown(value: float) -> str:
    return number(value, has_unit=True)
