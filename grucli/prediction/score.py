"""Everything that `evaluate` finds out about a model on rows with targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from grucli import activity
from grucli.data.encoded import Encoded
from grucli.data.records import Record
from grucli.data.text.vocabulary import UNKNOWN
from grucli.engine.packing import Floats
from grucli.errors import counted
from grucli.model.blend import Mix, recurrence_share
from grucli.model.logits import BranchLogits, branch_logits
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.coverage import Coverage
from grucli.prediction.window import scores_of
from grucli.tasks.permutation import p_value
from grucli.tasks.scorecard import Measure, Scorecard
from grucli.tasks.task import Scores, Targets, Task
from grucli.tasks.writing_task import targets_of
from grucli.values import dataclass

SCHEMA = "grucli.evaluate/1"
LEAST_CHANCE = 0.05
"""A difference that chance gives less often is told as one."""
Verdict = Literal["gain", "loss", "nothing"]
COVERAGE_MEASURES = (
    Measure(name="truncated", title="cut", larger_is_better=False),
    Measure(name="none_known", title="without a known token", larger_is_better=False),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class BranchScores:
    """The scorecards of both branches of one model on one set of rows.

    Attributes:
        recurrence: as if there were no other, with the factor that is best for it on these rows.
        linear: likewise, with the factor that brings it nearest to the answers of the model; truths
            that the model has not seen would favour it.
        recurrence_share: the recurrence's part of the decisions, in [0, 1].
        p_value: how often chance alone would set the answers of the model as far apart from those
            of the linear path alone, in the figure that counts most.
    """

    recurrence: Scorecard
    linear: Scorecard
    recurrence_share: float
    p_value: float

    @classmethod
    def of(
        cls, task: Task, mix: Mix, logits: BranchLogits, targets: Targets, records: Sequence[Record]
    ) -> BranchScores | None:
        """Compare the branches on rows; None without a linear path."""
        if logits.linear is None:
            return None
        known = task.known(targets)
        ours, blended = _scaled(task, logits.recurrence, targets, known), logits.blended(mix)
        theirs = _nearest(logits.linear, blended)
        if theirs is None:
            theirs = _scaled(task, logits.linear, targets, known)
        alone, model = (task.row_parts(each, targets) for each in (theirs, blended))
        return cls(
            recurrence=task.measure(ours, targets, records),
            linear=task.measure(theirs, targets, records),
            recurrence_share=recurrence_share(task, mix, logits.recurrence, logits.linear),
            p_value=p_value(alone, model, task.figure_of),
        )

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

    def verdict(self, card: Scorecard) -> Verdict:
        """Return what the recurrence adds to the linear path, by the scorecard of the model."""
        if self.p_value >= LEAST_CHANCE:
            return "nothing"
        first, alone = card.figures[0], self.linear.figures[0].value
        gain = (first.value or 0.0) - (alone or 0.0)
        return "gain" if (gain > 0) is first.measure.larger_is_better else "loss"


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
        beside = {"baselines": baselines(self.card, self.branches)}
        whole = {"schema": SCHEMA} | self.card.to_json() | self.coverage.to_json()
        return whole | sure | parts | beside


def baselines(card: Scorecard, branches: BranchScores | None) -> dict[str, Any]:
    """Return what a model reaches in the figure that counts most, and what less than it does."""
    first = card.figures[0]
    found = {"figure": first.measure.name, "model": first.value, "blind": card.baseline.value}
    if branches is None:
        return found
    return found | {
        "wide": branches.linear.figures[0].value,
        "recurrence": branches.recurrence.figures[0].value,
        "p_value": branches.p_value,
        "recurrence_adds": branches.verdict(card),
    }


def score(saved: SavedModel, records: Sequence[Record], least: float | None = None) -> Scored:
    """Score a model on records that it can read, at least one, each with a target.

    Args:
        saved: the model.
        records: n.
        least: probability below which an answer would not be given, None to leave that aside.

    Raises:
        ConfigError: answers of its task have no probability as a whole.
    """
    activity.at(f"scoring {counted(len(records), 'row')}")
    encoded, task, mix = saved.encoder.encode(records), saved.task, saved.model.mix
    if task.reads_steps and saved.encoder.vocabulary is not None:
        records = list(records)  # of a file they are made anew for each who looks
        _mark_known(records, encoded, len(saved.encoder.vocabulary))
    runner, branches = Runner(saved.model, alike=True), None
    if task.has_linear_path:
        found, targets = branch_logits(runner, encoded), task.encode(records)
        scores = found.blended(mix)
        branches = BranchScores.of(task, mix, found, targets, records)
    else:
        scores = scores_of(task, runner, encoded)
        targets = targets_of(task, scores, records)
    return Scored(
        card=task.measure(scores, targets, records),
        branches=branches,
        coverage=Coverage.of(saved.encoder, encoded),
        sure=None if least is None else _sure(task, scores, targets, records, least),
        scores=scores,
        targets=targets,
    )


def _scaled(task: Task, scores: Scores, targets: Targets, known: npt.NDArray[np.bool_]) -> Scores:
    """Return scores times the factor that is best for the rows with known targets."""
    if not known.any():
        return scores
    return float(task.blend((scores[known],), targets[known])[0]) * scores


def _nearest(scores: Floats, others: Floats) -> Floats | None:
    """Return scores times the factor that brings them nearest to others; None if none above 0."""
    size = float((scores * scores).sum(dtype=np.float64))
    factor = float((scores * others).sum(dtype=np.float64)) / size if size else 0.0
    return factor * scores if factor > 0 else None


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
