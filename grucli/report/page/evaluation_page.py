"""The report of `evaluate` as one HTML file: it begins with the answer, and shows why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from grucli import __version__
from grucli.data.records import Record
from grucli.errors import counted
from grucli.inspection.worst_answers import worst_answers
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.error_analysis import analyse
from grucli.prediction.score import SCHEMA, Scored
from grucli.report import coverage
from grucli.report.page.class_bars import class_section
from grucli.report.page.document import document, table
from grucli.report.page.error_figures import error_section
from grucli.report.page.heat_map import confusion_map, swap_map
from grucli.report.page.markup import Markup, tag
from grucli.report.page.number_figures import number_section
from grucli.report.page.reliability import trust
from grucli.report.page.sections import Section, every, in_short
from grucli.report.page.thresholds import thresholds
from grucli.report.page.worst_figures import worst_section
from grucli.report.tables import number
from grucli.tasks.pictures import Pictures
from grucli.tasks.scorecard import ConfusionTable, Figure, FigureTable, Scorecard


def evaluation_page(
    scored: Scored, saved: SavedModel, records: Sequence[Record], model: str, data: str
) -> str:
    """Return the whole page.

    Args:
        scored: what was found on n rows.
        saved: the model.
        records: the n rows.
        model, data: names of their files.
    """
    sections = list(sections_of(scored, saved, records))
    made = (
        f"grucli {__version__}, NumPy {np.__version__}; the figures are those of --json ({SCHEMA})"
    )
    return document(
        f"{model} on {data} – grucli evaluate",
        tag("h1", f"How well {model} answers {data}"),
        tag("p", verdict(scored.card), class_="lead"),
        in_short(sections),
        _figures(scored.card, coverage.rows(scored.coverage, saved)),
        every(sections),
        tag("footer", made),
    )


def verdict(card: Scorecard) -> str:
    """Return how good the answers are, and whether that is better than blind ones."""
    first, baseline = card.figures[0], card.baseline
    has_unit = first.measure.has_unit
    blind = f"{baseline.meaning} '{baseline.subject}'" if baseline.subject else baseline.meaning
    told = number(baseline.value, has_unit=has_unit)
    if first.value is not None and baseline.is_missed_by(first.value):
        better = "that is worse"
    elif card.above_baseline:
        better = "that is better by more than chance explains"
    else:
        better = "on these rows, that is no better than chance explains"
    title, rows = first.measure.title, counted(card.rows, "row")
    reached = f"{title[:1].upper()}{title[1:]} {_with_interval(first)} on {rows}"
    return f"{reached}; {blind} would reach {told}: {better}."


def _with_interval(one: Figure) -> str:
    has_unit = one.measure.has_unit
    value = number(one.value, has_unit=has_unit)
    if one.interval is None:
        return value
    low, high = (number(end, has_unit=has_unit) for end in one.interval)
    return f"{value} (95 % interval {low} to {high})"


def _figures(card: Scorecard, more: Sequence[tuple[str, object, str]]) -> Markup:
    """Return all figures of the report; `more` as in `report.scorecard.text`."""
    rows = list[tuple[str, ...]]()
    for one in (*card.figures, *card.further):
        means = one.meaning if one.subject is None else f"{one.meaning} '{one.subject}'"
        span = ""
        if one.interval is not None:
            low, high = (number(end, has_unit=one.measure.has_unit) for end in one.interval)
            span = f"{low} to {high}"
        value = number(one.value, has_unit=one.measure.has_unit)
        rows.append((one.measure.title, value, span, means))
    rows += [(name, str(value), "", meaning) for name, value, meaning in more]
    return tag("section", tag("h2", "Figures"), table(("", "", "95 % interval", ""), rows, "lrrl"))


def sections_of(scored: Scored, saved: SavedModel, records: Sequence[Record]) -> Iterator[Section]:
    """Yield what is shown of answers to some rows, by the questions that it answers."""
    task, card = saved.task, scored.card
    pictures = task.pictures(scored.scores, scored.targets)
    for one in card.tables:
        if isinstance(one, FigureTable):
            yield class_section(one)
        elif isinstance(one, ConfusionTable):
            yield confusion_map(one, "row" if pictures.errors.parts.max() == 1 else "token")
    if pictures.swaps is not None:
        yield swap_map(pictures.swaps)
    yield from _of_answers(pictures, card)
    errors = analyse(pictures, records, saved.encoder.encode(records))
    mistakes = task.mistakes(scored.scores, scored.targets)
    found = (
        error_section(errors, pictures.errors.measure, saved.encoder.unit),
        worst_section(worst_answers(saved, records, mistakes), mistakes),
    )
    yield from (one for one in found if one is not None)


def _of_answers(pictures: Pictures, card: Scorecard) -> Iterator[Section]:
    """Yield what is shown of probabilities, or of numbers."""
    if pictures.numbers is not None:
        yield number_section(pictures.numbers)
    if pictures.believed is not None:
        ece = next((one.value for one in card.figures if one.measure.name == "ece"), None)
        yield trust(pictures.believed, ece)
    if pictures.labels is not None:
        found = thresholds(pictures.labels)
        if found is not None:
            yield found
