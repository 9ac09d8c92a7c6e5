"""Single sequences on the page: tokens in the colour of their effect, with its sign and size."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from grucli.gates.attribution import Attribution
from grucli.gates.examples import Example, Part
from grucli.report.examples import FAINT, check, decision, last_change, legend, mark, token, windows
from grucli.report.examples import running as running_sentence
from grucli.report.markup import Markup, joined, tag
from grucli.report.page_charts import running

WEAKEST, STRONGEST = 0.12, 0.62  # opacity: text on it must stay readable
DEEPEST = 1.0  # [logit] effects from here on have the deepest colour, if there is none beyond


def examples(shown: Sequence[Example], labels: Sequence[str]) -> Markup | None:
    """Return a legend and an article for each sequence; nothing if there is none."""
    if not shown:
        return None
    key = f"{legend(shown)}; blue for, orange against, the deeper the more"
    articles = [_article(one, labels) for one in shown]
    return tag("section", tag("h2", "Why"), tag("p", key, class_="faint"), *articles)


def _article(one: Example, labels: Sequence[str]) -> Markup:
    why = one.attribution
    notes = [tag("p", f"{name}: {text}", class_="faint") for name, text in windows(one)]
    if why.check is not None:
        notes.append(tag("p", f"check: {check(why, why.check, labels)}"))
    return tag(
        "article",
        tag("h3", one.name),
        tag("p", decision(one, labels)),
        _tokens(one.parts, why),
        running(why.running[:, why.target], last_change(why), running_sentence(one, labels)),
        *notes,
    )


def _tokens(parts: Sequence[Part], why: Attribution) -> Markup:
    sizes = np.abs(why.effect[np.isfinite(why.effect)])
    most = float(sizes.max(initial=DEEPEST))
    spans = [_token(*one, most) for one in zip(parts, why.effect.tolist(), strict=True)]
    return tag("p", *spans, class_="tokens")


def _token(part: Part, effect: float, most: float) -> Markup:
    """Return a token above its mark; `most` is the effect of the deepest colour."""
    text = joined(token(part), tag("i", mark(effect)))
    if not math.isfinite(effect) or abs(effect) < FAINT:
        return tag("span", text)
    opacity = WEAKEST + (STRONGEST - WEAKEST) * abs(effect) / most
    return tag("span", text, class_="f" if effect > 0 else "a", style=f"--e:{opacity:.2f}")
