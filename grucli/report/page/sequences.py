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
    token,
    windows,
)

WEAKEST, STRONGEST = 0.12, 0.62  # opacity: text on it must stay readable
DEEPEST = 1.0  # [logit] effects from here on have the deepest colour, if there is none beyond


def examples(shown: Sequence[Example]) -> Markup | None:
    """Return a legend and an article for each sequence; nothing if there is none."""
    if not shown:
        return None
    key = f"{legend(shown)}; blue for, orange against, the deeper the more"
    articles = [_article(one) for one in shown]
    return tag("section", tag("h2", "Why"), tag("p", key, class_="faint"), *articles)


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
        charts.running(why.running, last_change(why), running(one)),
        *notes,
    )


def _tokens(one: Example) -> Markup:
    effect = one.attribution.effect
    sizes = np.abs(effect[~np.isnan(effect)])
    most = float(sizes.max(initial=DEEPEST))
    spans = [
        _token(part, size, most, one.attribution.explained.faint, shares)
        for part, size, shares in zip(one.parts, effect.tolist(), _shares(one), strict=True)
    ]
    return tag("p", *spans, class_="tokens")


def _shares(one: Example) -> list[str | None]:
    """Return how much of each effect is that of which branch; nothing where there is one."""
    why = one.attribution
    if why.linear_effect is None:
        return [None] * len(one.parts)
    both = zip((why.effect - why.linear_effect).tolist(), why.linear_effect.tolist(), strict=True)
    return [
        None if math.isnan(own) else f"recurrence {own:+.2f}, {NAMES[one.unit]} {linear:+.2f}"
        for own, linear in both
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
