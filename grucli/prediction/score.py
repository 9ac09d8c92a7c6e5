"""Everything that `evaluate` finds out about a model on rows with targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grucli.data.encoded import Encoded
from grucli.data.records import Record
from grucli.data.text.vocabulary import UNKNOWN
from grucli.model.blend import recurrence_share
from grucli.model.logits import branch_logits
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.coverage import Coverage
from grucli.tasks.scorecard import Measure, Scorecard
from grucli.tasks.task import Scores, Targets

SCHEMA = "grucli.evaluate/1"
COVERAGE_MEASURES = (
    Measure(name="truncated", title="cut", larger_is_better=False),
    Measure(name="none_known", title="without a known token", larger_is_better=False),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class BranchScores:
    """The scorecards of both branches of one model on one set of rows.

    Attributes:
        recurrence, linear: each as if there were no other.
        recurrence_share: the recurrence's part of the decisions, in [0, 1].
    """

    recurrence: Scorecard
    linear: Scorecard
    recurrence_share: float

    def to_json(self) -> dict[str, Any]:
        """Return what stands beside the figures of the model."""
        parts = {"recurrence": self.recurrence, "wide": self.linear}
        return {
            "parts": {
                name: {one.measure.name: one.value for one in card.brief()}
                for name, card in parts.items()
            },
            "recurrence_share": self.recurrence_share,
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class Scored:
    """What was found on n rows.

    Attributes:
        card: the scorecard of the model.
        branches: those of its branches alone; None where there is one.
        coverage: how much of the rows it has read.
        scores: (n, O) of the model, or the `Steps` of a head that reads each step.
        targets: (n, ...) of the rows, as the task has them.
    """

    card: Scorecard
    branches: BranchScores | None
    coverage: Coverage
    scores: Scores
    targets: Targets

    def to_json(self) -> dict[str, Any]:
        """Return the object of the schema `grucli.evaluate/1`."""
        parts = {} if self.branches is None else self.branches.to_json()
        return {"schema": SCHEMA} | self.card.to_json() | self.coverage.to_json() | parts


def score(saved: SavedModel, records: Sequence[Record]) -> Scored:
    """Score a model on records that it can read, at least one, each with a target."""
    encoded, task, mix = saved.encoder.encode(records), saved.task, saved.model.mix
    if task.reads_steps and saved.encoder.vocabulary is not None:
        _mark_known(records, encoded, len(saved.encoder.vocabulary))
    found, targets = branch_logits(Runner(saved.model), encoded), task.encode(records)
    scores = found.blended(mix)
    branches = None
    if found.linear is not None:
        branches = BranchScores(
            recurrence=task.measure(found.recurrence, targets, records),
            linear=task.measure(found.linear, targets, records),
            recurrence_share=recurrence_share(task, mix, found.recurrence, found.linear),
        )
    return Scored(
        card=task.measure(scores, targets, records),
        branches=branches,
        coverage=Coverage.of(saved.encoder, encoded),
        scores=scores,
        targets=targets,
    )


def _mark_known(records: Sequence[Record], encoded: Encoded, size: int) -> None:
    """Note in each record which of its tokens are among `size` of a vocabulary."""
    known = (encoded.steps != UNKNOWN) & (encoded.steps < size)  # others have numbers behind them
    for record, own in zip(records, np.split(known, np.cumsum(encoded.lengths)[:-1]), strict=True):
        record.known = tuple(own.tolist())
