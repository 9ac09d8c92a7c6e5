"""Units on the page: what each knows beside what it does, and what chance reaches."""

from __future__ import annotations

import math

import numpy as np

from grucli.inspection.units import Units, UnitUse
from grucli.report.page.charts import LARGEST, SMALLEST, in_one_place
from grucli.report.page.class_bars import share_bar
from grucli.report.page.document import facts, table
from grucli.report.page.markup import Markup, joined, tag
from grucli.report.page.plot import Axis, Scale, dot, plot, upright
from grucli.report.units import legend, unit_rows, units_facts

BLIND = 0.5  # area under the curve of a unit that knows nothing
NAMED = 3  # units of a dot
TICKS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def of_units(found: Units) -> Markup:
    """Return which units know the answer, and which are used."""
    heading, *rows = unit_rows(found)
    return joined(
        tag("p", f"{legend(found).capitalize()}."),
        tag(
            "div",
            _scatter(found),
            tag("div", table(heading, rows, "lrr"), _together(found)),
            class_="cards wide",
        ),
        facts(units_facts(found)),
    )


def _scatter(found: Units) -> Markup:
    """Draw each unit at what it knows and what it does; equal ones are one larger dot."""
    encoded = np.array([one.encoded for one in found.uses])
    lost = np.array([one.lost for one in found.uses])
    scale = Scale.over(min(0.0, float(lost.min())), max(0.0, float(lost.max())))
    shares = (encoded - BLIND) / (1 - BLIND), (lost - scale.low) / (scale.high - scale.low)
    dots = [
        dot(x, y, min(SMALLEST * math.sqrt(len(units)), LARGEST), _said(found, units))
        for (x, y), units in in_one_place(*shares)
    ]
    most = max(found.uses, key=lambda one: one.lost)
    return plot(
        "units: what they know and what they do",
        f"{found.above_chance:,} of {len(found.uses):,} units know more than chance; used most: "
        f"{_figures(most)}",
        Axis(name="encoded", ticks=[((at - BLIND) / (1 - BLIND), f"{at:g}") for at in TICKS]),
        scale.axis("used"),
        upright((found.chance - BLIND) / (1 - BLIND), "since", "chance", before=True),
        *dots,
        caption="a dot a unit, a larger one for several in one place; left of the line it knows no "
        "more than chance lets the best of them",
        size="tall",
    )


def _together(found: Units) -> Markup:
    """Return what groups of units lose together, as bars."""
    most = max(found.lost_encoded, found.lost_random, 0.0)
    rows = [
        (name, joined(f"{lost:+.3f}", share_bar(max(0.0, lost), None, most)))
        for name, lost in (
            (f"the {found.group:,} most encoded", found.lost_encoded),
            (f"{found.group:,} random ones", found.lost_random),
        )
    ]
    return table(("held together", "used"), rows, "lr")


def _said(found: Units, units: list[int]) -> str:
    """Return which units a dot stands for, with their figures if they are few."""
    own = [found.uses[k] for k in units]
    if len(own) > NAMED:
        return f"{len(own)} units, such as {_figures(own[0])}"
    return "; ".join(map(_figures, own))


def _figures(one: UnitUse) -> str:
    return f"{one.unit.name}: encoded {one.encoded:.2f}, used {one.lost:+.3f}"
