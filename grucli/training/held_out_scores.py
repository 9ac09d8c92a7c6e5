"""What a training is worth in detail: the scorecard of rows that were not learned from."""

from __future__ import annotations

import copy

import numpy as np

from grucli.engine.steps import Steps
from grucli.model.runner import Runner
from grucli.prediction.score import BranchScores
from grucli.prediction.window import scores_of
from grucli.preparation.prepare import Prepared
from grucli.preparation.windows import joined
from grucli.tasks.scorecard import Scorecard
from grucli.training.trainer import Trainer
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldOutScores:
    """What was found on rows that were not learned from.

    Attributes:
        card: the scorecard of the model.
        branches: those of its branches alone; None where there is one.
    """

    card: Scorecard
    branches: BranchScores | None


def held_out_scores(trainer: Trainer, prepared: Prepared) -> HeldOutScores | None:
    """Return what the answers of all folds, or those to validation rows, are worth.

    None without any, or before all folds have answered.
    """
    held = trainer.held_out
    if held is None:
        return None
    (logits, targets), records, task = held, prepared.records, trainer.task
    if task.writes:  # which the scores of the targets' own symbols do not say
        encoded = prepared.encoder.encode(records)
        model = copy.copy(trainer.best)
        model.joint = trainer.joint
        drafts = scores_of(task, Runner(model), encoded)
        return HeldOutScores(card=task.measure(drafts, targets, records), branches=None)
    scores = logits.blended(trainer.mix)
    if isinstance(scores, Steps):
        records, scores, _ = joined(records, scores, np.zeros(len(records), np.int64))
        targets = task.encode(records)
    return HeldOutScores(
        card=task.measure(scores, targets, records),
        branches=BranchScores.of(task, trainer.mix, logits, targets, records),
    )
