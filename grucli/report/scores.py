"""All that `evaluate` says: scores for people or as JSON, and warnings of what they may hide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grucli.data.labelled import Table
from grucli.errors import counted
from grucli.model.linear_path import NAMES
from grucli.modelfile.checkpoint import SavedModel
from grucli.notices import Notice
from grucli.prediction.score import BranchScores, Scored, Sure, Verdict
from grucli.report import coverage, scorecard
from grucli.report.cell_text import json_text
from grucli.report.chance import doubts
from grucli.report.model_card import has_learned, is_of_training
from grucli.report.tables import flow, number, percent, table
from grucli.tasks.confusion import Confusion
from grucli.tasks.scorecard import Scorecard

STRANGE = (
    "what the model has learned does not show in these rows; are their columns and {noun}s those "
    "of training?"
)
WISHED = (
    "thresholds decide for a recall or precision that was wished for, which has this price; look "
    "at the figures of that {noun}"
)
EARNED: Mapping[Verdict, str] = {
    "gain": "the recurrence earns its time",
    "loss": "the recurrence does harm",
    "nothing": "the recurrence adds nothing that {rows} can tell",
}
UNLEARNED = (
    "no better was its validation in training; more rows, other columns or other tokens may help"
)


def text(scored: Scored, saved: SavedModel) -> str:
    """Return the report."""
    whole = scorecard.text(scored.card, coverage.rows(scored.coverage, saved))
    if scored.sure is not None:
        whole += f"\n{sure_text(scored.sure)}"
    if scored.branches is None:
        return whole
    name = NAMES[saved.encoder.unit]
    return f"{whole}\n{branches_text(scored.branches, scored.card, name)}"


def sure_text(sure: Sure) -> str:
    """Return how many rows get an answer with --min-prob, and how good these answers are."""
    found = [] if sure.card is None else _brief(sure.card)
    parts = [f"{sure.rows:,} rows, {percent(sure.share)}", *found]
    return f"answered with --min-prob {sure.least:g}: {', '.join(parts)}\n"


def branches_text(branches: BranchScores, card: Scorecard, name: str) -> str:
    """Return a line for each branch, who decides, and whether the recurrence pays.

    Args:
        branches: of a model.
        card: of the model.
        name: the linear path's.
    """
    rows = [
        ("recurrence alone", *_brief(branches.recurrence)),
        (f"{name} alone", *_brief(branches.linear)),
    ]
    ours = branches.recurrence_share
    share = f"recurrence {percent(ours, 0)}, {name} {percent(1 - ours, 0)}"
    lines = [*table(rows, "l" * len(rows[0])), f"share of the decision: {share}"]
    return "\n".join([*lines, *flow(worth(branches, card, name).split(" "), "", 2, " ")]) + "\n"


def worth(branches: BranchScores, card: Scorecard, name: str) -> str:
    """Return in a sentence whether the recurrence has earned its time; arguments as above."""
    model, alone = card.figures[0], branches.linear.figures[0]
    before, after = (number(one.value, has_unit=one.measure.has_unit) for one in (alone, model))
    said = EARNED[branches.verdict(card)].format(rows=counted(card.rows, "row"))
    return (
        f"{said}: {model.measure.title} {before} with {name} alone, {after} with the recurrence "
        f"(p {branches.p_value:.3f})"
    )


def _brief(card: Scorecard) -> list[str]:
    return [
        f"{one.measure.title} {number(one.value, has_unit=one.measure.has_unit)}"
        for one in card.brief()
    ]


def json_pieces(scores: Mapping[str, object]) -> Iterator[str]:
    """Yield the scores as a line of JSON."""
    yield from _pieces(scores)
    yield "\n"


def warnings(scored: Scored, saved: SavedModel, table: Table) -> Iterator[Notice]:
    """Yield what makes the scores of a file worth less than they seem."""
    task = saved.task
    if is_of_training(saved, table):
        yield Notice(
            "score.of_training_data",
            f"{table.name}: looks like the file that the model has learned from (its name, rows "
            f"and {task.noun}s): its scores say little of new rows",
        )
    yield from task.unknown_warnings(table.name, table.records)
    yield from doubtful(scored, saved)


def doubtful(scored: Scored, saved: SavedModel) -> Iterator[Notice]:
    """Yield that the scores may be those of blind answers, and the likely reason."""
    card, task = scored.card, saved.task
    why = coverage.reason(scored.coverage, saved, card.unknown)
    if not why and has_learned(saved):
        why = (WISHED if task.decides_by_wish else STRANGE).format(noun=task.noun)
    why = why or UNLEARNED
    if (value := card.figures[0].value) is not None:
        yield from doubts(value, card.baseline, why)


def _pieces(value: object) -> Iterator[str]:
    """Yield JSON, a row of the confusion matrix at a time: it may be large."""
    if isinstance(value, Mapping):
        yield "{"
        for k, (name, item) in enumerate(value.items()):
            yield f"{', ' if k else ''}{json_text(name)}: "
            yield from _pieces(item)
        yield "}"
    elif isinstance(value, Confusion):
        for k, row in enumerate(value):
            yield f"{', ' if k else '['}{json_text(row)}"
        yield "]"
    else:
        yield json_text(value)
