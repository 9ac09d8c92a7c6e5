"""The audit of reasons on the page: three methods beside each other, and beside chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grucli.inspection.audit import METHODS, Audit, SequenceAudit
from grucli.inspection.faithfulness import SHARES, Curve
from grucli.inspection.report import Report
from grucli.inspection.sequences import Example
from grucli.report.audit import (
    KEPT,
    TAKEN,
    curve_rows,
    interval_words,
    legend,
    sequence_sentence,
    sums_sentence,
)
from grucli.report.page.alignments import said_by
from grucli.report.page.class_bars import share_bar
from grucli.report.page.document import table
from grucli.report.page.judged import judged
from grucli.report.page.line_key import line_key
from grucli.report.page.markup import Markup, joined, tag
from grucli.report.page.plot import Axis, Scale, curves, folded, plot
from grucli.report.page.sequences import tokens
from grucli.report.page.series import effects
from grucli.report.tables import number

RULES = "trust."
CHANCE = "random"
LINES = dict(zip((*METHODS, CHANCE), ("line", "line o", "line third", "line fourth"), strict=True))
MOST_EXPLAINED = 8  # sequences on a page, which is to stay small: of more the first ones are drawn
BESIDE = (
    "What each method says of the same parts; the deeper the colour, the more of what that method "
    "finds."
)


def audited(report: Report, found: Audit) -> Markup:
    """Return the verdict, how far three methods agree, and what the parts that they name do."""
    (_, *shares, ahead), *rows = curve_rows(found)
    whose = [TAKEN] * len(SHARES) + [KEPT] * len(SHARES)
    heading = ("", *(f"{share} {how}" for share, how in zip(shares, whose, strict=True)), ahead)
    of_rules = [one for one in report.verdicts if one.id.startswith(RULES)]
    taken, kept = (
        {name: getattr(curve, side) for name, curve in _curves(found).items()}
        for side in ("comprehensiveness", "sufficiency")
    )
    return joined(
        tag("ul", *judged(of_rules)) if of_rules else None,
        tag("p", f"An audit {legend(found)}."),
        tag(
            "div",
            _falls("without the top parts", "the further it falls, the better", taken),
            _falls("with nothing but the top parts", "the less it falls, the better", kept),
            class_="cards wide",
        ),
        folded("numbers", heading, rows, "l" + "r" * (2 * len(SHARES) + 1)),
        tag("div", _agreement(found), _ahead(found), class_="cards wide"),
        tag("p", f"{sums_sentence(found).capitalize()}."),
        _explained(report, found.sequences[: found.explained]),
    )


def _curves(found: Audit) -> dict[str, Curve]:
    return {**found.curves, CHANCE: found.chance}


def _falls(title: str, better: str, falls: dict[str, Sequence[float]]) -> Markup:
    """Draw how far the level falls by the share of parts, a line a method and one of chance."""
    ends = [float(end) for own in falls.values() for end in own]
    scale = Scale.over(min(0.0, *ends), max(ends))
    first, *_, last = SHARES
    places = [(share - first) / (last - first) for share in SHARES]
    lines = [
        (list(zip(places, map(scale.place, own), strict=True)), LINES[name])
        for name, own in falls.items()
    ]
    words = ", ".join(f"{name} {own[1]:.2f}" for name, own in falls.items())
    key = line_key(*((LINES[name], name) for name in falls))
    shares = [(at, f"{share:.0%}") for at, share in zip(places, SHARES, strict=True)]
    return plot(
        title,
        f"the level falls, at {SHARES[1]:.0%} of the parts: {words}",
        Axis(name="share of the parts", ticks=shares),
        scale.axis("the level falls"),
        curves(*lines),
        caption=joined(key, better),
    )


def _agreement(found: Audit) -> Markup:
    rows = [
        (pair, joined(number(value), share_bar(max(0.0, value or 0.0), None)))
        for pair, value in found.agreement.items()
    ]
    return table(("agreement", "rank correlation"), rows, "lr")


def _ahead(found: Audit) -> Markup:
    rows = []
    for method in METHODS:
        mean, ends = found.ahead(method)
        low, high = (min(1.0, max(0.0, end)) for end in ends)
        bar = share_bar(min(1.0, max(0.0, mean)), (low, high) if high > low else None)
        rows.append((method, joined(f"{mean:+.3f}", bar), interval_words(ends) or "–"))
    return table(("ahead of chance", "mean", "95 % interval"), rows, "lrr")


def _explained(report: Report, sequences: Sequence[SequenceAudit]) -> Markup | None:
    """Return what each method says of explained sequences, drawn as where they are explained."""
    if not sequences:
        return None
    drawn = sequences[:MOST_EXPLAINED]
    more = f" The first {len(drawn)} of {len(sequences)}." if len(sequences) > len(drawn) else ""
    together = len(METHODS) * len(drawn)
    examples = {one.name: one for one in report.examples}
    written = {one.name: one for one in report.alignments}
    articles = [
        tag(
            "article",
            tag("h3", own.name),
            said_by(written[own.name], own.effects)
            if own.name in written
            else joined(*(_method(examples[own.name], own, name, together) for name in METHODS)),
            tag("p", sequence_sentence(own), class_="faint"),
        )
        for own in drawn
    ]
    return joined(
        tag("h3", "Three explanations of one answer"),
        tag("p", BESIDE + more),
        tag("div", *articles, class_="cards wide"),
    )


def _method(example: Example, own: SequenceAudit, method: str, together: int) -> Markup:
    """Return an explained sequence with the effects of one method."""
    why = replace(example.attribution, effect=own.effects[method], linear_effect=None, stretches=())
    one = replace(example, attribution=why)
    if one.series is not None:
        return effects(one, one.series, title=method)
    return joined(tag("p", method, class_="faint"), tokens(one, together))
