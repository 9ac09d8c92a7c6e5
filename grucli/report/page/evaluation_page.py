"""The report of `evaluate` as one HTML file: it begins with the answer, and shows why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from grucli.data.labelled import Table
from grucli.data.records import Record
from grucli.errors import counted
from grucli.inspection.worst_answers import worst_answers
from grucli.model.linear_path import NAMES
from grucli.modelfile.checkpoint import SavedModel
from grucli.notices import Notice
from grucli.prediction.error_analysis import analyse
from grucli.prediction.score import SCHEMA, Scored
from grucli.report import coverage
from grucli.report.page.card_sections import card_sections
from grucli.report.page.document import document, footer, table
from grucli.report.page.error_figures import error_section
from grucli.report.page.heat_map import swap_map
from grucli.report.page.markup import Markup, tag
from grucli.report.page.number_figures import number_section
from grucli.report.page.reliability import trust
from grucli.report.page.sections import Section, every, in_short
from grucli.report.page.thresholds import thresholds
from grucli.report.page.worst_figures import worst_section
from grucli.report.scores import sure_text, warnings, worth
from grucli.report.tables import number
from grucli.tasks.pictures import Pictures
from grucli.tasks.scorecard import Figure, Scorecard


def evaluation_page(scored: Scored, saved: SavedModel, rows: Table, model: str, data: str) -> str:
    """Return the whole page.

    Args:
        scored: what was found on rows.
        saved: the model.
        rows: all of them.
        model, data: names of their files.
    """
    sections = list(sections_of(scored, saved, rows.records))
    odd = [warning_item(one, rows.name) for one in warnings(scored, saved, rows)]
    return document(
        f"{model} on {data} – grucli evaluate",
        tag("h1", f"How well {model} answers {data}"),
        tag("p", verdict(scored.card), class_="lead"),
        tag("ul", *odd) if odd else None,
        in_short(sections),
        _figures(scored, saved),
        every(sections),
        footer(SCHEMA),
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
    rows = counted(card.rows, "row")
    reached = f"{_begun(first.measure.title)} {_with_interval(first)} on {rows}"
    return f"{reached}; {blind} would reach {told}: {better}."


def _begun(text: str) -> str:
    """Return text as it begins a sentence."""
    return f"{text[:1].upper()}{text[1:]}"


def _with_interval(one: Figure) -> str:
    has_unit = one.measure.has_unit
    value = number(one.value, has_unit=has_unit)
    if one.interval is None:
        return value
    low, high = (number(end, has_unit=has_unit) for end in one.interval)
    return f"{value} (95 % interval {low} to {high})"


def warning_item(one: Notice, path: str) -> Markup:
    """Return a warning of a list; of the file at `path` the name alone, wherever it is."""
    text = one.text.replace(path, Path(path).name)
    return tag("li", tag("b", "warning"), text, class_="warning")


def _figures(scored: Scored, saved: SavedModel) -> Markup:
    """Return all figures of the report, and what the branches of the model reach alone."""
    card, name = scored.card, NAMES[saved.encoder.unit]
    rows, said = [_row(one.measure.title, one) for one in (*card.figures, *card.further)], []
    if scored.branches is not None:
        alone = {"recurrence": scored.branches.recurrence, name: scored.branches.linear}
        rows += [_row(f"{owner} alone", one.figures[0]) for owner, one in alone.items()]
        said.append(tag("p", f"{_begun(worth(scored.branches, card, name))}."))
    if scored.sure is not None:
        said.append(tag("p", f"{_begun(sure_text(scored.sure).strip())}."))
    known = coverage.rows(scored.coverage, saved)
    rows += [(title, str(value), "", meaning) for title, value, meaning in known]
    heading = ("", "", "95 % interval", "")
    return tag("section", tag("h2", "Figures"), table(heading, rows, "lrrl"), *said)


def _row(title: str, one: Figure) -> tuple[str, str, str, str]:
    means = one.meaning if one.subject is None else f"{one.meaning} '{one.subject}'"
    value, *ends = (
        number(each, has_unit=one.measure.has_unit) for each in (one.value, *(one.interval or ()))
    )
    return title, value, " to ".join(ends), means


def sections_of(scored: Scored, saved: SavedModel, records: Sequence[Record]) -> Iterator[Section]:
    """Yield what is shown of answers to some rows, by the questions that it answers."""
    task, card = saved.task, scored.card
    pictures = task.pictures(scored.scores, scored.targets)
    yield from card_sections(card, reads_steps=task.reads_steps)
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
