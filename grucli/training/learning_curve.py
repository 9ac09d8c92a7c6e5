"""How a training went, stage by stage: what of it there is to be drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from grucli.preparation.prepare import Prepared
from grucli.training.optimizer import learning_rate
from grucli.training.progress import Progress
from grucli.training.scores import EpochScores
from grucli.training.settings import Recipe
from grucli.training.trainer import Trainer
from grucli.values import dataclass

MOST_RATES = 240  # learning rates of a stage


@dataclass(frozen=True, kw_only=True)
class StageCurve:
    """One fold, or the training on all rows.

    Attributes:
        fold: which one is held out, 1 for the first; 0 where none is.
        rows: that are learned from.
        history: the scores of each epoch.
        best_epoch: 1 for the first; 0 before the first epoch has ended.
        ended: why: "patience", "epochs", "time"; None where it was cut short.
        rates: the epochs done, with fractions, and the learning rate of the next step there.
    """

    fold: int
    rows: int
    history: Sequence[EpochScores]
    best_epoch: int
    ended: str | None
    rates: Sequence[tuple[float, float]]

    @property
    def best(self) -> EpochScores:
        """The scores of the best epoch, of which there is one."""
        return self.history[self.best_epoch - 1]


def stage_curves(trainer: Trainer, prepared: Prepared) -> tuple[StageCurve, ...]:
    """Return each stage of a training that has an epoch; a resumed one has those before, too."""
    recipe = Recipe.of(prepared.config.training.model_dump())
    progress, found = trainer.progress, list[StageCurve]()
    for number, fold in enumerate(progress.folds, 1):
        is_stale = len(fold.history) < recipe.epochs
        ended = "patience" if is_stale else "epochs"
        own = Progress(history=fold.history, best_epoch=fold.best_epoch, stopped=ended)
        found.append(_curve(number, own, recipe.epochs, recipe, prepared))
    if progress.history:
        found.append(_curve(trainer.fold, progress, trainer.epochs, recipe, prepared))
    return tuple(found)


def _curve(
    fold: int, progress: Progress, epochs: int, recipe: Recipe, prepared: Prepared
) -> StageCurve:
    rows = len(prepared.train)
    if fold and prepared.folds is not None:
        rows = int((prepared.folds != fold - 1).sum())
    batches = math.ceil(rows / recipe.batch_size)
    return StageCurve(
        fold=fold,
        rows=rows,
        history=progress.history,
        best_epoch=progress.best_epoch,
        ended=progress.stopped,
        rates=_rates(progress.history, batches, epochs, recipe),
    )


def _rates(
    history: Sequence[EpochScores], batches: int, epochs: int, recipe: Recipe
) -> list[tuple[float, float]]:
    """Return learning rates at places that are spread evenly over the epochs."""
    last = len(history) * batches - 1
    steps = np.unique(np.linspace(0, last, min(last + 1, MOST_RATES)).astype(int)).tolist()
    found = []
    for step in steps:
        then = Progress(step=step, history=list(history[: step // batches]))
        found.append((step / batches, learning_rate(recipe, then, epochs * batches)))
    return found
