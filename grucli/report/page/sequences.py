"""Single sequences on the page: what was answered, what decided it, and what would change it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from grucli.inspection.report import Picked
from grucli.inspection.sequences import Example
from grucli.model.linear_path import NAMES
from grucli.report.gate_maps import of_example
from grucli.report.page import charts
from grucli.report.page.document import facts
from grucli.report.page.gate_maps import INTRO, pictured
from grucli.report.page.markup import Markup, joined, tag
from grucli.report.page.plot import folded
from grucli.report.page.series import FEW, drawn
from grucli.report.sequences import (
    answer,
    check,
    legend,
    margin,
    mark,
    of_how_many,
    part_name,
    reasons,
    running,
    signed,
    token,
    windows,
)

WEAKEST, STRONGEST = 0.12, 0.62  # opacity: text on it must stay readable
DEEPEST = 10.0  # times what is faint: effects of the deepest colour, if there is none beyond
TOKENS, LEAST_TOKENS = 3600, 30  # of a whole page, which is to stay small, and of each sequence
ROWS = 480  # of the tables of a whole page


def examples(shown: Sequence[Example], picked: Sequence[Picked] = ()) -> Markup | None:
    """Return a legend and an article for each sequence; nothing if there is none."""
    if not shown:
        return None
    intro = (
        "Each part of a sequence is left out once, and the model is asked again: what the answer "
        "loses is what the part has done for it."
    )
    key = f"{legend(shown)}; blue is ▲, orange ▼, the deeper the more"
    if any(one.answered for one in shown):
        key += "; framed: whose answer it is"
    gates = pictured([of_example(one) for one in shown])
    articles = [_article(one, len(shown), own) for one, own in zip(shown, gates, strict=True)]
    number = sum(own is not None for own in gates)
    only = "" if number == len(shown) else f" They are drawn of the first {number}."
    return joined(
        tag("p", intro),
        tag("p", key, class_="faint"),
        tag("p", INTRO + only, class_="faint") if number else None,
        facts([(one.pick, of_how_many(one)) for one in picked]) if picked else None,
        tag("div", *articles, class_="cards wide"),
    )


def _article(one: Example, together: int, gates: Markup | None) -> Markup:
    """Return one of so many sequences, with the pictures of its gates."""
    why, level = one.attribution, None
    further = [("explained", margin(one)), *windows(one)]
    if why.check is not None:
        further.append(("check", check(why, why.check)))
    if together > FEW:
        further.insert(0, ("while it is read", running(one)))
    else:
        level = charts.running(one, _numbers(one, ROWS // together))
    return tag(
        "article",
        tag("h3", one.name),
        tag("p", answer(one), class_="lead"),
        facts(reasons(one)),
        tokens(one, together) if one.series is None else drawn(one, one.series, together),
        level,
        facts(further),
        gates,
    )


def _numbers(one: Example, most: int) -> Markup:
    """Return the parts with the largest effects, in their order, at most so many."""
    why = one.attribution
    effect, faint = why.effect.tolist(), why.explained.faint
    rows = [
        (part_name(one, k), mark(effect[k], faint), f"{why.running[k]:.3f}")
        for k in _largest(one, most)
    ]
    what = "numbers" if len(rows) == len(effect) else f"the {len(rows)} largest effects"
    return folded(what, ("part", "effect", f"{why.explained.level_name} after it"), rows, "lrr")


def _largest(one: Example, most: int) -> list[int]:
    sizes = np.nan_to_num(np.abs(one.attribution.effect))
    return sorted(np.argsort(-sizes, kind="stable")[:most].tolist())


def tokens(one: Example, together: int) -> Markup:
    """Return the tokens with their effects as colours; of so many sequences, the strongest ones."""
    effect = one.attribution.effect
    sizes = np.abs(effect[~np.isnan(effect)])
    faint = one.attribution.explained.faint
    most = float(sizes.max(initial=DEEPEST * faint))
    shares, spans, last = _shares(one), [], 0
    for k in _largest(one, max(LEAST_TOKENS, TOKENS // together)):
        spans += _left_out(k - last)
        spans.append(_token(one, k, most, shares[k]))
        last = k + 1
    return tag("p", *spans, *_left_out(len(effect) - last), class_="tokens", dir="auto")


def _left_out(number: int) -> list[Markup]:
    """Return a sign for so many parts that have little effect."""
    return [tag("span", "…", tag("i", f"{number} more"))] if number else []


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


def shade(effect: float, most: float) -> str:
    """Return how deep the colour of an effect is; `most` is the effect of the deepest one."""
    return f"--e:{WEAKEST + (STRONGEST - WEAKEST) * abs(effect) / most:.2f}"


def _token(one: Example, k: int, most: float, shares: str | None) -> Markup:
    """Return a token above its mark; `most` is the effect of the deepest colour."""
    part, effect, faint = (
        one.parts[k],
        float(one.attribution.effect[k]),
        one.attribution.explained.faint,
    )
    kinds, depth = ["q"] if part is one.answered else [], None
    if abs(effect) >= faint:  # which NaN is not
        kinds.append("f" if effect > 0 else "a")
        depth = shade(effect, most)
    return tag(
        "span",
        token(part),
        tag("i", mark(effect, faint)),
        class_=" ".join(kinds) or None,
        style=depth,
        title=shares,
    )
