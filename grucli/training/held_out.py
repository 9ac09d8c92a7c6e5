"""Scores of rows that were not learned from, and how much each branch counts by them."""

from __future__ import annotations

from grucli.model.blend import calibrated_loss, recurrence_share, weigh
from grucli.model.logits import BranchLogits
from grucli.tasks.task import Targets, Task
from grucli.training.scores import BlendScores, ValidScores


def valid_scores(task: Task, logits: BranchLogits, targets: Targets) -> ValidScores:
    """Return the scores of the recurrence alone.

    Args:
        task: knows what the targets are.
        logits: of n rows that neither branch has learned from.
        targets: (n, ...) of these rows.
    """
    return ValidScores(
        alone=task.held_out(logits.recurrence, targets),
        calibrated_loss=None  # a factor is found for its logits where there is another branch
        if logits.linear is None
        else calibrated_loss(task, logits.recurrence, targets),
    )


def blend_scores(
    task: Task, logits: BranchLogits, targets: Targets, always: bool
) -> BlendScores | None:
    """Return how much both branches count and what says so, None where there is one.

    Args:
        task, logits, targets: as for `valid_scores`.
        always: whether the linear path counts even where it does not pay.
    """
    if logits.linear is None:
        return None
    weighed = weigh(task, logits.recurrence, logits.linear, targets)
    mix = weighed.mix if always or weighed.pays else weighed.alone
    return BlendScores(
        mix=mix,
        gain=weighed.gain,
        error=weighed.error,
        recurrence_share=recurrence_share(task, mix, logits.recurrence, logits.linear),
        kept=task.held_out(logits.blended(mix), targets),
    )
