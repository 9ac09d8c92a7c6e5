"""The tables of a scorecard as sections: how each class fares, and which are confused."""

from __future__ import annotations

from collections.abc import Iterator

from grucli.report.page.class_bars import class_section
from grucli.report.page.heat_map import confusion_map
from grucli.report.page.sections import Section
from grucli.tasks.scorecard import ConfusionTable, FigureTable, Scorecard


def card_sections(card: Scorecard, *, reads_steps: bool) -> Iterator[Section]:
    """Yield a section for each table; `reads_steps` says whether steps have the answers."""
    for one in card.tables:
        if isinstance(one, FigureTable):
            yield class_section(one)
        elif isinstance(one, ConfusionTable):
            yield confusion_map(one, "token" if reads_steps else "row")
