"""A page as questions: each section begins with its answer, and the page with all of them."""

from __future__ import annotations

from collections.abc import Sequence

from grucli.report.page.markup import Child, Markup, tag
from grucli.values import dataclass

SHARES = ((0.0, "0"), (0.25, ".25"), (0.5, ".5"), (0.75, ".75"), (1.0, "1"))
"""Ticks of an axis of shares."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """One of them.

    Attributes:
        name: by which the page refers to it.
        question: that it answers.
        answer: in a sentence or two.
        content: what shows it.
        is_wide: whether it takes all of a wide screen.
    """

    name: str
    question: str
    answer: str
    content: tuple[Child, ...]
    is_wide: bool = False


def in_short(sections: Sequence[Section]) -> Markup:
    """Return the questions with their answers, each a reference to its section."""
    items = [
        tag("li", tag("a", tag("b", one.question), href=f"#{one.name}"), one.answer)
        for one in sections
    ]
    return tag("nav", tag("ul", *items), class_="short")


def every(sections: Sequence[Section]) -> Markup:
    """Return the sections, narrow ones beside each other where there is room."""
    return tag("div", *map(_whole, sections), class_="sections")


def _whole(one: Section) -> Markup:
    return tag(
        "section",
        tag("h2", one.question),
        tag("p", one.answer, class_="lead"),
        *one.content,
        id=one.name,
        class_="full" if one.is_wide else None,
    )
