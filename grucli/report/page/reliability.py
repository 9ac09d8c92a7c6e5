"""Whether probabilities are to be believed: how often answers of each are right."""

from __future__ import annotations

import numpy as np

from grucli.errors import counted
from grucli.report.page.markup import Markup
from grucli.report.page.plot import Axis, box, curves, dot, folded, plot
from grucli.report.page.sections import SHARES, Section
from grucli.report.tables import number
from grucli.tasks.curves import CalibrationBins
from grucli.tasks.intervals import wilson_interval
from grucli.tasks.pictures import Believed

NEAR = (0.85, 0.95)  # what people call .9
HEIGHT_OF_COUNTS = 0.25  # of the plot


def trust(one: Believed, error: float | None) -> Section:
    """Return a section about how often answers of each probability are right."""
    bins = CalibrationBins.of(one.probabilities, one.right)
    gap = "" if error is None else f" The mean gap (calibration error) is {number(error)}."
    return Section(
        name="trust",
        question="Can a probability be believed?",
        answer=f"{_near(one)}{gap}",
        content=(_reliability(bins, one.unit),),
    )


def _near(one: Believed) -> str:
    """Return how many of the answers with about .9 are right."""
    low, high = NEAR
    near = (one.probabilities >= low) & (one.probabilities < high)
    count, hits = int(near.sum()), int(one.right[near].sum())
    if not count:
        return f"No {one.unit} has a probability of {low:g} to {high:g}."
    ends = wilson_interval(hits, count)
    mean = float(one.probabilities[near].mean())
    verdict = "as often as they say"
    if not ends[0] <= mean <= ends[1]:
        verdict = "less often than they say" if mean > ends[1] else "more often than they say"
    return (
        f"Of the {counted(count, one.unit)} given with {low:g} to {high:g}, {number(hits / count)} "
        f"were right ({number(ends[0])} to {number(ends[1])}): {verdict}."
    )


def _reliability(bins: CalibrationBins, unit: str) -> Markup:
    most, total = int(bins.counts.max()), int(bins.counts.sum())
    columns, dots, whiskers, rows = [], [], [], []
    edges = bins.edges.tolist()
    for k in np.flatnonzero(bins.counts).tolist():
        count, hits, mean = int(bins.counts[k]), int(bins.hits[k]), float(bins.confidence[k])
        low, high = wilson_interval(hits, count)
        span = f"{edges[k]:.3f} to {edges[k + 1]:.3f}"
        own = f"{counted(count, unit)} from {span}: {number(hits / count)} right"
        columns.append(box(edges[k], 0, edges[k + 1], HEIGHT_OF_COUNTS * count / most, "count"))
        whiskers.append(([(mean, low), (mean, high)], "whisker"))
        dots.append(dot(mean, hits / count, 3.5, own))
        right = (number(hits / count), f"{number(low)} to {number(high)}")
        rows.append((span, f"{count:,}", number(mean), *right))
    words = (
        f"{counted(total, unit)} in {counted(len(rows), 'bin')}; a dot is the share of right ones "
        "with its 95 % interval, on the dashed line it is what the probability says; grey: how "
        f"many there are, at most {most:,}"
    )
    heading = ("probability", f"{unit}s", "mean", "right", "95 % interval")
    return plot(
        "Probability and truth",
        words,
        Axis(name=f"probability of the {unit}", ticks=SHARES),
        Axis(name="share right", ticks=SHARES),
        *columns,
        curves(([(0, 0), (1, 1)], "ideal"), *whiskers),
        *dots,
        caption=words,
        numbers=folded("numbers", heading, rows, "lrrrr"),
        size="tall",
    )
