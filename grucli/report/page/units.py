"""Units on the page: what each knows beside what it does, and what chance reaches."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from grucli.inspection.units import Units, UnitUse, Unmeasured
from grucli.report.page.charts import LARGEST, SMALLEST, in_one_place
from grucli.report.page.class_bars import share_bar
from grucli.report.page.document import facts, table
from grucli.report.page.markup import Markup, joined, tag
from grucli.report.page.plot import Axis, Scale, dot, plot, upright
from grucli.report.units import legend, told, unit_rows, units_facts, unmeasured

NAMED = 3  # units of a dot
TICKS = 5  # parts of the way from what is known blindly to all


def of_units(found: Units | Unmeasured) -> Markup:
    """Return which units know the answer, and which are used."""
    if isinstance(found, Unmeasured):
        return tag("p", f"{unmeasured(found).capitalize()}.")
    heading, *rows = unit_rows(found)
    return joined(
        tag("p", f"{legend(found).capitalize()}."),
        tag(
            "div",
            _scatter(found),
            tag("div", table(heading, rows, "lrlr"), _together(found)),
            class_="cards wide",
        ),
        facts(units_facts(found)),
    )


def _scatter(found: Units) -> Markup:
    """Draw each unit at what it knows and what it does; equal ones are one larger dot."""
    blind, telling = found.blind, found.telling
    encoded = np.array([one.encoded for one in telling])
    lost = np.array([one.lost for one in telling])
    scale = Scale.over(min(0.0, float(lost.min())), max(0.0, float(lost.max())))
    shares = (encoded - blind) / (1 - blind), (lost - scale.low) / (scale.high - scale.low)
    dots = [
        dot(x, y, min(SMALLEST * math.sqrt(len(units)), LARGEST), _said(telling, units))
        for (x, y), units in in_one_place(*shares)
    ]
    most = max(telling, key=lambda one: one.lost)
    whose = " of the decoder" if len(telling) < len(found.uses) else ""
    return plot(
        "units: what they know and what they do",
        f"{found.above_chance:,} of {len(telling):,} units know more than chance; used most: "
        f"{_figures(most)}",
        Axis(
            name="encoded",
            ticks=[(k / TICKS, f"{blind + (1 - blind) * k / TICKS:g}") for k in range(TICKS + 1)],
        ),
        scale.axis("used"),
        upright((found.chance - blind) / (1 - blind), "since", "chance", before=True),
        *dots,
        caption=f"a dot a unit{whose}, a larger one for several in one place; left of the line it "
        "knows no more than chance lets the best of them",
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


def _said(telling: Sequence[UnitUse], units: list[int]) -> str:
    """Return which units a dot stands for, with their figures if they are few."""
    own = [telling[k] for k in units]
    if len(own) > NAMED:
        return f"{len(own)} units, such as {_figures(own[0])}"
    return "; ".join(map(_figures, own))


def _figures(one: UnitUse) -> str:
    return f"{one.unit.name}: encoded {' '.join(told(one))}, used {one.lost:+.3f}"
