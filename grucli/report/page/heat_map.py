"""Which labels are taken for which: a table whose cells are coloured by their share of the row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grucli.errors import counted
from grucli.report.page.document import name_class, scrolling
from grucli.report.page.markup import Markup, tag
from grucli.report.page.plot import folded
from grucli.report.page.sections import Section
from grucli.report.page.short_names import short_names
from grucli.report.tables import percent
from grucli.tasks.pictures import LabelSwaps
from grucli.tasks.scorecard import ConfusionTable
from grucli.values import dataclass

MOST_CLASSES = 40
MOST_NARROW = 12  # beside another section
MOST_PAIRS = 12
SAID_PAIRS = 3
NAME_WIDTH = 24
WEAKEST, STRONGEST = 0.06, 0.62  # opacity: text on it must stay readable


@dataclass(frozen=True, kw_only=True)
class _Map:
    """What is shown: `rows` of each label, of which counts are shares; and its words."""

    table: ConfusionTable
    names: Sequence[str]
    rows: Sequence[int]
    unit: str
    joint: str
    legend: str

    def name(self, k: int) -> str:
        return f"'{self.names[k]}'"

    def share(self, truth: int, count: int) -> float:
        return count / max(1, self.rows[truth])


def confusion_map(one: ConfusionTable, unit: str) -> Section:
    """Return a section about answers in place of others; `unit` is what is counted."""
    return _section(
        _Map(
            table=one,
            names=short_names(one.labels, NAME_WIDTH),
            rows=one.counts.totals(),
            unit=unit,
            joint="is taken for",
            legend=f"A row for each true label, a column for each answer: {unit}s.",
        )
    )


def swap_map(found: LabelSwaps) -> Section:
    """Return a section about labels that are missing where others are too many."""
    return _section(
        _Map(
            table=found.table,
            names=short_names(found.table.labels, NAME_WIDTH),
            rows=found.rows,
            unit="row",
            joint="is missing beside a wrong",
            legend="A row for each label that is missing, a column for each that is there instead; "
            "where both are one, it is there rightly.",
        )
    )


def _section(one: _Map) -> Section:
    pairs = one.table.counts.wrong()
    places = _shown(one.table, pairs)
    left_out = None
    if len(places) < len(one.table.labels):
        left_out = f"The {len(places)} of {len(one.table.labels):,} that are confused most."
    rows = [
        (
            one.names[t],
            one.names[a],
            f"{count:,}",
            percent(one.share(t, count)),
        )
        for t, a, count in pairs[:MOST_PAIRS]
    ]
    heading = ("true", "answer", f"{one.unit}s", "of the true")
    legend = (
        f"{one.legend} The deeper the colour, the greater its share of those that have the label; "
        "blue is right, orange is not."
    )
    return Section(
        name=one.table.name,
        question="Which are confused?",
        answer=_said(one, pairs),
        content=(
            scrolling(_grid(one, places), len(places)),
            tag("p", legend, class_="faint"),
            None if left_out is None else tag("p", left_out),
            folded("the most frequent confusions", heading, rows, "nnrr") if rows else None,
        ),
        is_wide=len(places) > MOST_NARROW,
    )


def _said(one: _Map, pairs: Sequence[tuple[int, int, int]]) -> str:
    if not pairs:
        return "No label is taken for another."
    said = [
        f"{one.name(t)} {one.joint} {one.name(a)} in {counted(count, one.unit)} "
        f"({percent(one.share(t, count), 0)} of its own)"
        for t, a, count in pairs[:SAID_PAIRS]
    ]
    total = sum(count for _, _, count in pairs)
    shown = sum(count for _, _, count in pairs[:SAID_PAIRS])
    rest = "" if len(pairs) <= SAID_PAIRS else f"; that is {percent(shown / total, 0)} of them all"
    return f"Most often {'; '.join(said)}{rest}."


def _shown(one: ConfusionTable, pairs: Sequence[tuple[int, int, int]]) -> list[int]:
    """Return the labels to show: all, or those with most confusions, in their order."""
    if len(one.labels) <= MOST_CLASSES:
        return list(range(len(one.labels)))
    kept: dict[int, None] = {}
    for truth, answer, _ in pairs:
        if len(kept.keys() | {truth, answer}) > MOST_CLASSES:
            break
        kept |= dict.fromkeys((truth, answer))
    return sorted(kept)


def _grid(one: _Map, places: Sequence[int]) -> Markup:
    names = [one.names[k] for k in places]
    head = [tag("th", name, scope="col") for name in names]
    lines = []
    for name, truth in zip(names, places, strict=True):
        counts = np.array(one.table.counts[truth])
        cells = [
            _cell(int(counts[k]), one.share(truth, int(counts[k])), is_right=k == truth)
            for k in places
        ]
        lines.append(tag("tr", tag("th", name, scope="row", class_=name_class(name)), *cells))
    return tag("table", tag("tr", tag("td"), *head), *lines, class_="heat")


def _cell(count: int, share: float, *, is_right: bool) -> Markup:
    if not count:
        return tag("td")
    opacity = WEAKEST + (STRONGEST - WEAKEST) * share
    kind = "f" if is_right else "a"
    return tag("td", f"{count:,}", class_=kind, style=f"--e:{opacity:.2f}")
