"""What each fold says of a training, and how far they differ: as a line, and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grucli.errors import counted
from grucli.preparation.prepare import Prepared
from grucli.report.tables import number
from grucli.training.trainer import Trainer

LOSS = "loss"


def lines(trainer: Trainer, prepared: Prepared) -> list[str]:
    """Return mean and standard deviation over all folds in a line, none before they are done."""
    scores = _scores(trainer, prepared)
    if not scores:
        return []
    mean, spread = _over(scores, statistics.fmean), _over(scores, statistics.stdev)
    listed = []
    for kind in prepared.task.figures:
        both = (number(each[kind.name], has_unit=kind.has_unit) for each in (mean, spread))
        listed.append(f"{kind.title} {' ± '.join(both)}")
    listed.append(f"{LOSS} {mean[LOSS]:.4f} ± {spread[LOSS]:.4f}")
    return [f"{counted(len(scores), 'fold')}: {', '.join(listed)}"]


def result(trainer: Trainer, prepared: Prepared) -> dict[str, Any]:
    """Return the parts of an object about folds: a list of them, mean and spread; None for none."""
    scores = _scores(trainer, prepared)
    if not scores or prepared.folds is None:
        return {"folds": [], "mean": None, "spread": None}
    done = zip(trainer.progress.folds, scores, strict=True)
    return {
        "folds": [
            {
                "fold": number,
                "rows": int(np.count_nonzero(prepared.folds == number - 1)),
                "best_epoch": fold.best_epoch,
                **own,
            }
            for number, (fold, own) in enumerate(done, 1)
        ],
        "mean": _over(scores, statistics.fmean),
        "spread": _over(scores, statistics.stdev),
    }


def _scores(trainer: Trainer, prepared: Prepared) -> list[dict[str, float]]:
    """Return what each fold reaches with weights that have not learned from it.

    None without folds, or before training on all rows has ended.
    """
    scores, folds = trainer.out_of_fold, prepared.folds
    if scores is None or folds is None:
        return []
    task, targets = prepared.task, prepared.train.targets
    each = (np.flatnonzero(folds == fold) for fold in range(trainer.num_folds))
    reached = (task.held_out(scores[rows], targets[rows]) for rows in each)
    return [{**held.figures, LOSS: held.loss} for held in reached]


def _over(
    scores: Sequence[Mapping[str, float]], statistic: Callable[[Sequence[float]], float]
) -> dict[str, float]:
    """Return a statistic of each number over the folds, of which there are two or more."""
    return {name: statistic([each[name] for each in scores]) for name in scores[0]}
