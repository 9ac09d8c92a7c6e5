"""All that `evaluate` says: scores for people or as JSON, and warnings of what they may hide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grucli.data.labelled import Table
from grucli.model.linear_path import NAMES
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.score import Scored
from grucli.report import branches, coverage, evaluation
from grucli.report.chance import doubts
from grucli.report.model_card import has_learned, is_of_training
from grucli.report.predictions import json_text
from grucli.tasks.baseline import Yardstick
from grucli.tasks.confusion import Confusion
from grucli.tasks.unknown_labels import unseen_line

STRANGE = (
    "what the model has learned does not show in these rows; are their columns and labels those of "
    "training?"
)
UNLEARNED = (
    "no better was its validation in training; more rows, other columns or other tokens may help"
)


def text(scored: Scored, saved: SavedModel) -> str:
    """Return the report."""
    whole = evaluation.text(scored.evaluation, coverage.rows(scored.coverage, saved))
    if scored.paths is None:
        return whole
    return f"{whole}\n{branches.text(scored.paths, NAMES[saved.encoder.kind])}"


def json_pieces(scores: Mapping[str, object]) -> Iterator[str]:
    """Yield the scores as a line of JSON."""
    yield from _pieces(scores)
    yield "\n"


def warnings(scored: Scored, saved: SavedModel, table: Table) -> Iterator[str]:
    """Yield what makes the scores of a file worth less than they seem."""
    found = scored.evaluation
    if is_of_training(saved, table):
        yield (
            f"{table.name}: looks like the file that the model has learned from (its name, rows "
            "and labels): its scores say little of new rows"
        )
    if found.unseen:
        yield unseen_line(table.name, found.unseen, saved.labels)
    unseen_rows = sum(found.unseen.values())
    why = coverage.reason(scored.coverage, saved, unseen_rows)
    why = why or (STRANGE if has_learned(saved) else UNLEARNED)
    yield from doubts(found.accuracy, Yardstick(rows=found.rows, baseline=found.baseline), why)


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
