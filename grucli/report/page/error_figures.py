"""Where the wrong answers are, and what their rows have in common."""

from __future__ import annotations

from collections.abc import Sequence

from grucli.errors import counted, excerpt
from grucli.prediction.error_analysis import ErrorAnalysis, Group, Trend
from grucli.report.page.class_bars import share_bar
from grucli.report.page.document import table
from grucli.report.page.markup import Child, Markup, joined, tag
from grucli.report.page.sections import Section
from grucli.report.tables import number
from grucli.tasks.scorecard import Measure

SAID_TOKENS = 5
TOKEN_WIDTH = 30


def error_section(found: ErrorAnalysis, measure: Measure, unit: str) -> Section | None:
    """Return a section about all rows; None where no answer is wrong.

    Args:
        found: what wrong answers have more often.
        measure: how wrong answers are.
        unit: of lengths.
    """
    said = _said(found)
    if not found.wrong or not said:
        return None
    content: list[Child] = []
    for title, first, groups in (
        ("By length", f"{unit}s", found.lengths),
        ("By script", "script", found.scripts),
        ("By what was read", "sequence", found.cut),
    ):
        if groups:
            content.append(tag("div", tag("h3", title), _bars(groups, measure, first)))
    if found.tokens:
        content.append(tag("div", tag("h3", "Telling tokens"), _tokens(found)))
    return Section(
        name="errors",
        question="What do wrong answers share?",
        answer=said,
        content=(tag("div", *content, class_="cards wide"),),
        is_wide=True,
    )


def _said(found: ErrorAnalysis) -> str:
    said = [
        _of_trend(found.length_trend, "their length", "longer", "shorter"),
        _of_trend(found.unknown_trend, "unknown tokens", "of more unknown tokens", "of fewer"),
    ]
    if found.tokens:
        listed = ", ".join(
            f"'{excerpt(one.text, TOKEN_WIDTH)}'" for one in found.tokens[:SAID_TOKENS]
        )
        said.append(f"Wrong answers come with {listed} more often than right ones do.")
    elif found.scripts or found.unknown_trend is not None:
        said.append("No token stands in them more often than chance explains.")
    return " ".join(one for one in said if one)


def _of_trend(found: Trend | None, what: str, more: str, less: str) -> str:
    if found is None:
        return ""
    low, high = found.interval
    ends = f"rank correlation {found.correlation:.2f}, {low:.2f} to {high:.2f}"
    if found.is_chance:
        return f"Errors do not go with {what} by more than chance ({ends})."
    kind = more if low > 0 else less
    named = f"Sequences {kind}" if kind.startswith("of ") else f"{kind.capitalize()} sequences"
    return f"{named} have more errors ({ends})."


def _bars(groups: Sequence[Group], measure: Measure, first: str) -> Markup:
    """Return a line for each group, with a bar on a scale that all share.

    `first` heads their names.
    """
    rows = []
    most = max(group.interval[1] for group in groups) if measure.has_unit else 1.0
    for group in groups:
        low, high = group.interval
        value, *ends = (number(one, has_unit=measure.has_unit) for one in (group.value, low, high))
        bar = share_bar(group.value, group.interval, most)
        shown = joined(tag("span", value, title=f"{ends[0]} to {ends[1]}"), bar)
        rows.append((group.name, f"{group.rows:,}", shown, f"{ends[0]} to {ends[1]}"))
    return table((first, "rows", measure.title, "95 % interval"), rows, "lrrr")


def _tokens(found: ErrorAnalysis) -> Markup:
    rows = [
        (
            excerpt(one.text, TOKEN_WIDTH),
            f"{one.wrong:,} of {found.wrong:,}",
            f"{one.right:,} of {found.rows - found.wrong:,}",
            f"x {one.odds:.1f}",
        )
        for one in found.tokens
    ]
    legend = (
        f"rows that have the token; {counted(len(rows), 'token')} by more than chance, however "
        "many were looked at"
    )
    heading = ("token", "in wrong", "in right", "odds")
    return joined(table(heading, rows, "nrrr"), tag("p", legend, class_="faint"))
