"""What is known of a sample before gates are looked at: how long it is, how it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.inspection.report import Branches, Input
from grucli.inspection.sampling import Drawn
from grucli.model.blend import recurrence_share
from grucli.model.logits import BranchLogits
from grucli.modelfile.checkpoint import SavedModel
from grucli.tasks.scorecard import Scorecard
from grucli.tasks.task import Scores, Task
from grucli.tasks.writing_task import WritingTask


def input_of(
    task: Task,
    drawn: Drawn,
    lengths: npt.NDArray[np.int64],
    scores: Scores,
    shares: Branches | None = None,
) -> Input:
    """Return what a sample is, and how often it is answered right.

    Args:
        task: of the model.
        drawn: the sample.
        lengths: (n,) steps of its sequences, as the model reads them.
        scores: of all of it.
        shares: what both branches of the model do alone.
    """
    labelled, right = _decided(task, drawn, scores)
    return Input(
        name=drawn.name,
        rows=drawn.rows,
        skipped=drawn.skipped,
        sequences=len(lengths),
        labelled=labelled,
        steps=int(lengths.sum()),
        median_length=float(np.median(lengths)),
        long_length=float(np.percentile(lengths, 95)),
        longest=int(lengths.max()),
        stratified=drawn.stratified,
        right=right,
        answers=task.num_answers(scores),
        sha256=drawn.sha256,
        branches=shares,
    )


def shares_of(saved: SavedModel, drawn: Drawn, branches: BranchLogits) -> Branches | None:
    """Return what both branches do alone; None where there is one."""
    task, recurrence, linear = saved.task, branches.recurrence, branches.linear
    if linear is None:
        return None
    alone = card_of(task, recurrence, drawn.records)
    can_tell = alone is not None and not alone.baseline.limit
    return Branches(
        recurrence_share=recurrence_share(task, saved.model.mix, recurrence, linear),
        recurrence_right=_right(task, drawn, recurrence),
        linear_right=_right(task, drawn, linear),
        recurrence_level=None if alone is None else alone.figures[0].value,
        is_above_blind=alone.above_baseline if alone is not None and can_tell else None,
    )


def card_of(task: Task, scores: Scores, records: Sequence[Record]) -> Scorecard | None:
    """Return how good the scores (n, O) are of those records whose target the task knows."""
    rows = np.flatnonzero([record.has_target for record in records])
    asked = [records[row] for row in rows.tolist()]
    if not asked or not task.known(task.encode(asked)).any():
        return None
    return task.measure(scores[rows], task.encode(asked), asked)


def _decided(task: Task, drawn: Drawn, scores: Scores) -> tuple[int, int | None]:
    """Return how many answers have a target and are right; of texts, how many distinct inputs."""
    asked = [row for row, record in enumerate(drawn.records) if record.has_target]
    if not (task.writes and asked):
        return len(asked), _right(task, drawn, scores)
    writing, records = cast(WritingTask, task), [drawn.records[row] for row in asked]
    texts = writing.texts(scores[np.array(asked)])
    right = writing.input_parts(texts, records)[0][1][:, 0]
    return len(right), int(right.sum())


def _right(task: Task, drawn: Drawn, scores: Scores) -> int | None:
    """Return how many answers are right; None where none is right or wrong."""
    hits = task.right(scores, task.encode(drawn.records))
    if hits is None:
        return None
    return int((hits & [record.has_target for record in drawn.records]).sum())
