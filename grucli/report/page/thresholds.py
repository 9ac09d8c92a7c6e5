"""What thresholds of probabilities do: curves, and which one gives a wanted precision or recall."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grucli.engine.packing import Floats
from grucli.errors import counted
from grucli.report.page.document import table
from grucli.report.page.line_key import line_key
from grucli.report.page.markup import Markup, joined, tag
from grucli.report.page.plot import Axis, Point, curves, folded, plot
from grucli.report.page.sections import SHARES, Section
from grucli.report.page.short_names import short_names
from grucli.report.tables import number, percent
from grucli.tasks.classify.metrics import pr_auc, roc_auc
from grucli.tasks.curves import ThresholdCurve
from grucli.tasks.pictures import LabelProbabilities
from grucli.values import dataclass

WANTED = (0.9, 0.95, 0.99)
SAID = 0.95
MOST_LABELS = 40  # with a line of their own in tables
MOST_OPEN = 12  # of them in a table that is open from the start
DRAWN_LABELS = 3  # beside the mean of all
MOST_POINTS = 200  # of a curve that is drawn
LINES = ("line", "line o", "line third", "line fourth")
NAME_WIDTH = 24
CHOSEN_HERE = (
    "Chosen on these very rows: on others it will be a little less. A dash: no threshold does."
)
WISHED = (
    " Train with --precision LABEL=0.95 or --recall LABEL=0.95 to have the model decide by a "
    "threshold that rows held out of training have told."
)

Line = tuple[Sequence[Point], str]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Label:
    """One label's probabilities.

    Attributes:
        place: among the labels of the model.
        name: a short one.
        curve, roc_area, pr_area: what thresholds do, and the areas under it.
    """

    place: int
    name: str
    curve: ThresholdCurve
    roc_area: float
    pr_area: float


def thresholds(found: LabelProbabilities) -> Section | None:
    """Return a section about thresholds; None where no label has rows with and without it."""
    labels = _labels(found)
    if not labels:
        return None
    labels.sort(key=lambda one: one.pr_area)
    frequent = _frequent(labels)
    drawn = frequent[:DRAWN_LABELS]
    if len(found.labels) == 2:  # the other's curves are mirror images
        drawn = [one for one in labels if one.place == 1] or drawn
    listed = sorted(labels[:MOST_LABELS], key=lambda one: one.place)
    more = len(labels) - len(listed)
    return Section(
        name="thresholds",
        question="Which threshold gives 95 % precision?",
        answer=_said(frequent, len(labels), found.unit),
        content=(
            tag("div", _precision_recall(drawn, labels), _roc(drawn, labels), class_="cards wide"),
            _listed(
                f"A threshold for a precision, and the share of its {found.unit}s that it finds",
                [(one.name, _precision_cells(one.curve)) for one in listed],
            ),
            _listed(
                "A threshold for a recall, and how many of its answers are right",
                [(one.name, _recall_cells(one.curve)) for one in listed],
            ),
            tag("p", f"The {len(listed)} weakest labels; {more:,} more are left out.")
            if more
            else None,
            tag("p", CHOSEN_HERE + WISHED * found.can_be_wished, class_="faint"),
            _areas(listed),
        ),
        is_wide=True,
    )


def _labels(found: LabelProbabilities) -> list[_Label]:
    """Return the labels that some rows have and some have not."""
    labels = []
    for k, name in enumerate(short_names(found.labels, NAME_WIDTH)):
        p, truth = found.probabilities[:, k], found.truth[:, k]
        roc, pr = roc_auc(p, truth), pr_auc(p, truth)
        if roc is not None and pr is not None:
            curve = ThresholdCurve.of(p, truth)
            labels.append(_Label(place=k, name=name, curve=curve, roc_area=roc, pr_area=pr))
    return labels


def _frequent(labels: Sequence[_Label]) -> list[_Label]:
    """Return the half of many labels, or more, that has most rows: few rows tell little."""
    if len(labels) <= DRAWN_LABELS:
        return list(labels)
    least = float(np.median([one.curve.rows for one in labels]))
    return [one for one in labels if one.curve.rows >= least]


def _said(labels: Sequence[_Label], number_of_all: int, unit: str) -> str:
    """Return the thresholds of a few labels in words: those first that it costs most."""
    places = [(one, one.curve.for_precision(SAID)) for one in labels]
    found = [(float(one.curve.recall[k]), one, k) for one, k in places if k is not None]
    none = [_name(one) for one, k in places if k is None]
    said = [
        f"{_name(one)} from a probability of {one.curve.threshold(k):g} on, which finds "
        f"{percent(recall)} of its {unit}s"
        for recall, one, k in sorted(found, key=lambda each: each[0])[:DRAWN_LABELS]
    ]
    rest = number_of_all - len(said) - min(len(none), DRAWN_LABELS)
    text = f"{'; '.join(said)}." if said else ""
    if none:
        text += f" No threshold does for {', '.join(none[:DRAWN_LABELS])}."
    return (text + (f" Below, {counted(rest, 'label')} more." if rest else "")).strip()


def _name(one: _Label) -> str:
    return f"'{one.name}'"


def _listed(title: str, cells: Sequence[tuple[str, Sequence[Markup]]]) -> Markup:
    """Return a table with a line a label, folded where it is long."""
    rows = [[name, *own] for name, own in cells]
    heading = ["label", *(f"for {wanted:g}" for wanted in WANTED)]
    align = "n" + "r" * len(WANTED)
    if len(rows) > MOST_OPEN:
        return folded(title, heading, rows, align)
    return joined(tag("h3", title), table(heading, rows, align))


def _precision_cells(curve: ThresholdCurve) -> list[Markup]:
    places = [curve.for_precision(wanted) for wanted in WANTED]
    return [_cell(curve, k, curve.recall, curve.rows) for k in places]


def _recall_cells(curve: ThresholdCurve) -> list[Markup]:
    places = [curve.for_recall(wanted) for wanted in WANTED]
    return [
        _cell(curve, k, curve.precision, 0 if k is None else int(curve.answers[k])) for k in places
    ]


def _cell(curve: ThresholdCurve, k: int | None, shares: Floats, whole: int) -> Markup:
    """Return the k-th threshold and its share of the whole; a dash where none does."""
    if k is None:
        return joined("–", tag("span", class_="of"))
    share = f"{percent(float(shares[k]))} of {whole:,}"
    return joined(f"{curve.threshold(k):g} ", tag("span", share, class_="of"))


def _areas(labels: Sequence[_Label]) -> Markup:
    rows = [
        (
            one.name,
            f"{one.curve.rows:,}",
            number(one.roc_area),
            number(one.pr_area),
        )
        for one in labels
    ]
    heading = ("label", "rows", "ROC AUC", "PR AUC")
    return folded("areas under the curves", heading, rows, "nrrr")


def _roc(drawn: Sequence[_Label], labels: Sequence[_Label]) -> Markup:
    lines: list[Line] = [([(0, 0), (1, 1)], "ideal")]
    entries, kinds = list[tuple[str, str]](), list(LINES)
    if len(labels) > 2:
        across = np.linspace(0, 1, MOST_POINTS)
        mean = np.mean([_recall_at(one.curve, across) for one in labels], axis=0)
        area = float(np.mean([one.roc_area for one in labels]))
        kind = kinds.pop(0)
        lines.append((_thinned(across, mean), kind))
        entries.append((kind, f"mean of {len(labels)} labels: {number(area)}"))
    for kind, one in zip(kinds, drawn, strict=False):
        lines.append((_thinned(*_roc_points(one.curve)), kind))
        entries.append((kind, f"{_name(one)}: {number(one.roc_area)}"))
    words = f"area under the curve, {'; '.join(text for _, text in entries)}; .5 is chance"
    return plot(
        "Recall and false alarms (ROC)",
        words,
        Axis(name="false alarms: share of the other rows that get it", ticks=SHARES),
        Axis(name="recall", ticks=SHARES),
        curves(*lines),
        caption=line_key(*entries),
        size="tall",
    )


def _roc_points(curve: ThresholdCurve) -> tuple[Floats, Floats]:
    """Return the false alarms and the recall of all thresholds, from none answered on."""
    return np.append(0.0, curve.false_alarms), np.append(0.0, curve.recall)


def _recall_at(curve: ThresholdCurve, across: Floats) -> Floats:
    """Return the recall between the thresholds, at these shares of false alarms."""
    found: Floats = np.interp(across, *_roc_points(curve))
    return found


def _precision_recall(drawn: Sequence[_Label], labels: Sequence[_Label]) -> Markup:
    lines, entries = list[Line](), list[tuple[str, str]]()
    for kind, one in zip(LINES, drawn, strict=False):
        x, y = one.curve.recall, one.curve.precision
        points = _thinned(np.repeat(x, 2)[:-1], np.repeat(y, 2)[1:])
        lines.append(([(0.0, float(y[0])), *points], kind))
        entries.append((kind, f"{_name(one)}: {number(one.pr_area)}"))
    what = "the weakest of the frequent labels; " if len(labels) > 2 else ""
    words = f"{what}average precision, {'; '.join(text for _, text in entries)}"
    return plot(
        "Precision and recall",
        words,
        Axis(name="recall: share of its rows that are found", ticks=SHARES),
        Axis(name="precision", ticks=SHARES),
        curves(*lines),
        caption=line_key(*entries),
        size="tall",
    )


def _thinned(x: Floats, y: Floats) -> list[Point]:
    """Return the points of a curve, of many those that a reader could tell apart."""
    kept = np.ones(len(x), bool)
    if len(x) > MOST_POINTS:
        cells = np.round(np.stack((x, y)) * MOST_POINTS)
        kept[1:-1] = (cells[:, 1:-1] != cells[:, :-2]).any(axis=0)
    return list(zip(x[kept].tolist(), y[kept].tolist(), strict=True))
