"""How much of a run is done and how much is left of it, counted in rows that are learned from.

What is left is a guess where patience may end a stage: never fewer epochs than up to the best one
and the patience that follows, two passes over many rows, else about as many as the folds before.
Nothing here is timed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from types import MappingProxyType

import numpy as np

from grucli.preparation.prepare import Prepared
from grucli.training.board import Count
from grucli.training.order import num_batches
from grucli.training.progress import Progress
from grucli.training.tuning.trial import Trial
from grucli.values import dataclass

NOT_BEGUN = Count(epoch=0, batch=0, best_epoch=0, is_over=False)
MANY_ROWS, PASSES = 1 << 13, 2
"""Over many rows, after which more of the same teaches little: of 12,500 reviews, 43,000 tweets,
45,000 and 490,000 generated texts, the second pass had the best epoch; of 9,000 the fourth."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """Rows that were learned from, and those that are still to come, each as often as it counts."""

    done: float
    left: float

    def __add__(self, other: Work) -> Work:
        return Work(done=self.done + other.done, left=self.left + other.left)


class Forecast:
    """What a run has before it.

    Attributes:
        num_folds: how many there are, 0 to train once.
    """

    def __init__(self, prepared: Prepared) -> None:
        """Take what is learned from; its config is complete."""
        settings, every = prepared.config.training, len(prepared.train)
        held = () if prepared.folds is None else np.bincount(prepared.folds)
        self.num_folds = len(held)
        self._batch_size = settings.batch_size or 1
        self._epochs = 1 if settings.epochs is None else settings.epochs
        self._most = settings.epoch_rows
        self._fold_rows = [self._of_epoch(every - int(rows)) for rows in held]
        self._every = self._of_epoch(every)
        is_judged = prepared.valid is not None or prepared.folds is not None
        patience = settings.patience if is_judged else None
        self._patience = patience if isinstance(patience, int) else None
        self._usual: float | None = None  # epochs of a stage, None where patience tells more
        if self._patience is not None and (every > MANY_ROWS or self._every < every):
            self._usual = PASSES * every / self._every + self._patience

    def of(self, progress: Progress, ahead: Mapping[int, Count] = MappingProxyType({})) -> Work:
        """Return how far a run is.

        Args:
            progress: of the stages up to the one at hand.
            ahead: how far later ones are, by the folds before them.
        """
        fold = len(progress.folds)
        expected, read = self._expected(progress), self._read(Count.of(progress), fold)
        done = read * self._rows(fold)
        for rows, past in zip(self._fold_rows, progress.folds, strict=False):
            done += rows * len(past.history)
        left = max(0.0, expected - read) * self._rows(fold)
        usual = fmean([*(len(past.history) for past in progress.folds), expected])
        for later in range(fold + 1, self.num_folds + 1):
            is_fold, count = later < self.num_folds, ahead.get(later, NOT_BEGUN)
            rest = (usual if is_fold else self._best(progress, expected)) - self._read(count, later)
            done += self._read(count, later) * self._rows(later)
            left += 0.0 if count.is_over else max(0.0, rest) * self._rows(later)
        return Work(done=done, left=left)

    def of_search(
        self, trials: Sequence[Trial], progress: Progress, num_trials: int | None
    ) -> Work:
        """Return how far a search for settings is, with the training that follows it.

        Args:
            trials: that have ended.
            progress: of the one at hand.
            num_trials: of the search, None where time ends it: trials to come do not count then.
        """
        rows, read = self._rows(0), self._read(Count.of(progress), 0)
        first = trials[0].epochs if trials else self._expected(progress)
        done = sum(trial.epochs for trial in trials)
        usual = fmean([trial.epochs for trial in trials]) if trials else first
        to_come = 0 if num_trials is None else num_trials - len(trials)
        left = max(0.0, to_come * usual - read) * rows
        left += (sum(self._fold_rows) + self._every) * first
        return Work(done=(done + read) * rows, left=left)

    def _of_epoch(self, rows: int) -> int:
        """Return how many of so many rows an epoch has."""
        return min(rows, num_batches(rows, self._batch_size, self._most) * self._batch_size)

    def _rows(self, fold: int) -> int:
        """Return how many rows an epoch of a stage has, 0 for the first fold."""
        return self._fold_rows[fold] if fold < self.num_folds else self._every

    def _read(self, count: Count, fold: int) -> float:
        """Return how many epochs of a stage are done, with the share of a last one."""
        if not count.epoch:
            return 0.0
        batches = num_batches(self._rows(fold), self._batch_size, None)
        return count.epoch - 1 + count.batch / batches

    def _expected(self, progress: Progress) -> float:
        """Return how many epochs the stage at hand takes."""
        if progress.stopped is not None:
            return len(progress.history)
        if progress.crossed is not None:
            return progress.crossed.epochs
        if self._patience is None:
            return self._epochs
        earliest = max(progress.epoch, progress.best_epoch + self._patience)
        stale = progress.epoch - progress.best_epoch
        half_way = earliest + max(0, self._patience - stale)  # to it is the next best epoch
        usual = [half_way if self._usual is None else self._usual]
        if progress.folds:
            usual.append(fmean(len(fold.history) for fold in progress.folds))
        return min(self._epochs, max(earliest, min(usual)))

    def _best(self, progress: Progress, expected: float) -> float:
        """Return how many epochs training on all rows takes: the mean of those that were best."""
        now = expected if self._patience is None else max(1.0, expected - self._patience)
        return fmean([*(fold.best_epoch for fold in progress.folds), now])
