"""Verdicts on the page: what fixed rules find worth a look."""

from __future__ import annotations

from collections.abc import Sequence

from grucli.inspection.report import Verdict
from grucli.report.page.markup import Markup, tag


def judged(found: Sequence[Verdict], whose: str | None = None) -> list[Markup]:
    """Return verdicts as items of a list, each begun with its level, or with whose model it is."""
    return [
        tag("li", tag("b", whose or one.level), f"{one.text} [{one.id}]", class_=one.level)
        for one in found
    ]
