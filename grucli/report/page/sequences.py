"""Single sequences on the page: tokens in the colour of their effect, with its sign and size."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from grucli.inspection.sequences import Example, SequencePart
from grucli.model.linear_path import NAMES
from grucli.report.page import charts
from grucli.report.page.markup import Markup, joined, tag
from grucli.report.sequences import (
    check,
    decision,
    last_change,
    legend,
    mark,
    running,
    signed,
    token,
    windows,
)

WEAKEST, STRONGEST = 0.12, 0.62  # opacity: text on it must stay readable
DEEPEST = 10.0  # times what is faint: effects of the deepest colour, if there is none beyond


def examples(shown: Sequence[Example]) -> Markup | None:
    """Return a legend and an article for each sequence; nothing if there is none."""
    if not shown:
        return None
    key = f"{legend(shown)}; blue for, orange against, the deeper the more"
    articles = [_article(one) for one in shown]
    return joined(tag("p", key, class_="faint"), tag("div", *articles, class_="cards wide"))


def _article(one: Example) -> Markup:
    why = one.attribution
    notes = [tag("p", f"{name}: {text}", class_="faint") for name, text in windows(one)]
    if why.check is not None:
        notes.append(tag("p", f"check: {check(why, why.check)}"))
    return tag(
        "article",
        tag("h3", one.name),
        tag("p", decision(one)),
        _tokens(one),
        charts.running(why.running, last_change(why), why.explained.level_name, running(one)),
        *notes,
    )


def _tokens(one: Example) -> Markup:
    effect = one.attribution.effect
    sizes = np.abs(effect[~np.isnan(effect)])
    faint = one.attribution.explained.faint
    most = float(sizes.max(initial=DEEPEST * faint))
    spans = [
        _token(part, size, most, faint, shares)
        for part, size, shares in zip(one.parts, effect.tolist(), _shares(one), strict=True)
    ]
    return tag("p", *spans, class_="tokens")


def _shares(one: Example) -> list[str | None]:
    """Return how much of each effect is that of which branch; nothing where there is one."""
    why = one.attribution
    if why.linear_effect is None:
        return [None] * len(one.parts)
    parts = (why.effect - why.linear_effect).tolist(), why.linear_effect.tolist()
    both = [[signed(one, why.explained.faint) for one in part] for part in parts]
    return [
        None if math.isnan(effect) else f"recurrence {own}, {NAMES[one.unit]} {linear}"
        for effect, own, linear in zip(why.effect.tolist(), *both, strict=True)
    ]


def _token(
    part: SequencePart, effect: float, most: float, faint: float, shares: str | None
) -> Markup:
    """Return a token above its mark; `most` is the effect of the deepest colour."""
    text = joined(token(part), tag("i", mark(effect, faint)))
    if math.isnan(effect) or abs(effect) < faint:
        return tag("span", text, title=shares)
    opacity = WEAKEST + (STRONGEST - WEAKEST) * abs(effect) / most
    sign = "f" if effect > 0 else "a"
    return tag("span", text, class_=sign, style=f"--e:{opacity:.2f}", title=shares)
