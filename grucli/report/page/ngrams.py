"""The n-grams that weigh most for each answer as bars, a card for each."""

from __future__ import annotations

from grucli.inspection.ngram_weights import NgramWeights, Side
from grucli.report.ngrams import SHOWN, legend, name, shown_sides, spelled, weight
from grucli.report.page.document import table
from grucli.report.page.markup import Markup, joined, tag


def heaviest(found: NgramWeights) -> Markup:
    """Return a legend, then a table with bars for each answer, all bars of one scale."""
    shown = [side for side in shown_sides(found) if side.ngrams]
    most = max((side.ngrams[0].weight for side in shown), default=1.0)
    cards = [_card(side, most, is_counted=found.texts is not None) for side in shown]
    more = len(found.sides) - len(shown)
    return joined(
        tag("p", f"N-grams {legend(found, 'at the end')}."),
        tag("div", *cards, class_="cards"),
        tag("p", f"and {more:,} more in --json", class_="faint") if more else None,
    )


def _card(side: Side, most: float, *, is_counted: bool) -> Markup:
    rows = [
        (
            spelled(one),
            tag("span", tag("i"), class_="bar", style=f"--w:{100 * one.weight / most:.1f}"),
            weight(one),
            f"{one.texts:,}",
        )
        for one in side.ngrams[:SHOWN]
    ]
    heading, columns = ("n-gram", "", "weight", "texts"), 4 if is_counted else 3
    return tag(
        "div",
        tag("h3", name(side)),
        table(heading[:columns], [row[:columns] for row in rows], "nlrr"[:columns]),
    )
