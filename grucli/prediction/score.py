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
from grucli.tasks.task import Scores, Targets, Task

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
class Sure:
    """How well the answers fare that `predict` gives with --min-prob.

    Attributes:
        least: the probability that an answer needs.
        rows: m that get one,
        share: of all rows.
        card: the scorecard of these m; None where there are none.
    """

    least: float
    rows: int
    share: float
    card: Scorecard | None

    def to_json(self) -> dict[str, Any]:
        """Return what stands beside the figures of all rows."""
        found: dict[str, Any] = {"min_prob": self.least, "rows": self.rows, "share": self.share}
        for one in () if self.card is None else self.card.brief():
            found[one.measure.name] = one.value
        return {"answered": found}


@dataclass(frozen=True, kw_only=True, eq=False)
class Scored:
    """What was found on n rows.

    Attributes:
        card: the scorecard of the model.
        branches: those of its branches alone; None where there is one.
        coverage: how much of the rows it has read.
        sure: what remains if it abstains where it is not sure; None if nobody asked.
        scores: (n, O) of the model, or the `Steps` of a head that reads each step.
        targets: (n, ...) of the rows, as the task has them.
    """

    card: Scorecard
    branches: BranchScores | None
    coverage: Coverage
    sure: Sure | None
    scores: Scores
    targets: Targets

    def to_json(self) -> dict[str, Any]:
        """Return the object of the schema `grucli.evaluate/1`."""
        parts = {} if self.branches is None else self.branches.to_json()
        sure = {} if self.sure is None else self.sure.to_json()
        return {"schema": SCHEMA} | self.card.to_json() | self.coverage.to_json() | sure | parts


def score(saved: SavedModel, records: Sequence[Record], least: float | None = None) -> Scored:
    """Score a model on records that it can read, at least one, each with a target.

    Args:
        saved: the model.
        records: n.
        least: probability below which an answer would not be given, None to leave that aside.

    Raises:
        ConfigError: answers of its task have no probability as a whole.
    """
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
        sure=None if least is None else _sure(task, scores, targets, records, least),
        scores=scores,
        targets=targets,
    )


def _sure(
    task: Task, scores: Scores, targets: Targets, records: Sequence[Record], least: float
) -> Sure:
    rows = np.flatnonzero(task.sure(scores, least))
    card = None
    if len(rows):
        card = task.measure(scores[rows], targets[rows], [records[k] for k in rows.tolist()])
    return Sure(least=least, rows=len(rows), share=len(rows) / len(records), card=card)


def _mark_known(records: Sequence[Record], encoded: Encoded, size: int) -> None:
    """Note in each record which of its tokens are among `size` of a vocabulary."""
    known = (encoded.steps != UNKNOWN) & (encoded.steps < size)  # others have numbers behind them
    for record, own in zip(records, np.split(known, np.cumsum(encoded.lengths)[:-1]), strict=True):
        record.known = tuple(own.tolist())
