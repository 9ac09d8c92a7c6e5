"""What a model says of a window of records, whichever process asks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from grucli.data.encoded import Encoded
from grucli.data.records import Record
from grucli.engine.steps import Steps
from grucli.model.logits import branch_logits, no_scores
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.coverage import Coverage
from grucli.tasks.task import Scores, Task
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.tasks.writing_task import WritingTask


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """What a model says of a window of records.

    Attributes:
        records: (n,) what was asked, in order.
        scores: (m, O) of those m of them that could be read, from which the task has its answers;
            of a head that reads each step their `Steps`, of one that writes its `Drafts`.
        known: (m,) share of the tokens that the vocabulary knows, in [0, 1].
        truncated: (m,) bool, whether steps beyond the longest allowed were left out.
        coverage: both, counted.
    """

    records: Sequence[Record]
    scores: Scores
    known: npt.NDArray[np.float64]
    truncated: npt.NDArray[np.bool_]
    coverage: Coverage = field(default_factory=Coverage)


def answered(saved: SavedModel, runner: Runner, window: Sequence[Record]) -> Predictions:
    """Answer a window of records, some of which could not be read.

    Raises:
        DataError: a record has numbers that the model cannot read.
    """
    records = sound(window)
    if not records:
        return Predictions(
            records=window,
            scores=nothing(saved),
            known=np.zeros(0),
            truncated=np.zeros(0, bool),
        )
    encoded = saved.encoder.encode(records)
    scores = scores_of(saved.task, runner, encoded)
    if isinstance(scores, Steps) and encoded.texts is not None:
        scores = scores.emptied(encoded.texts.lengths == 0)  # they were read as one token, <empty>
    return Predictions(
        records=window,
        scores=scores,
        known=encoded.known,
        truncated=encoded.truncated,
        coverage=Coverage.of(saved.encoder, encoded),
    )


def sound(window: Sequence[Record]) -> list[Record]:
    """Return the records that could be read."""
    return [record for record in window if record.error is None]


def nothing(saved: SavedModel) -> Scores:
    """Return the scores of no input at all."""
    if saved.task.writes:
        from grucli.tasks.drafts import Drafts  # late: few models write

        return Drafts()
    return no_scores(saved.model.architecture, np.zeros(0, np.int64))


def scores_of(task: Task, runner: Runner, encoded: Encoded) -> Scores:
    """Return the scores by which a model answers inputs, or the drafts of one that writes."""
    if task.writes:
        from grucli.model.writing import drafts  # late: few models write

        writing = cast("WritingTask", task)
        limits = writing.limits(encoded.lengths)
        return drafts(runner, encoded, width=writing.beam, longest=limits)
    return branch_logits(runner, encoded).blended(runner.model.mix)
