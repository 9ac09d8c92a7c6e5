"""How far each stage is, in memory that all processes see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grucli.engine.params import Allocate
from grucli.training.progress import Progress


@dataclass(frozen=True, kw_only=True)
class Count:
    """How far a stage is.

    Attributes:
        epoch, batch, best_epoch: as in `Progress`.
        is_over: whether the stage has ended.
    """

    epoch: int
    batch: int
    best_epoch: int
    is_over: bool

    @classmethod
    def of(cls, progress: Progress) -> Count:
        """Return how far the stage at hand is."""
        return cls(
            epoch=progress.epoch,
            batch=progress.batch,
            best_epoch=progress.best_epoch,
            is_over=progress.stopped is not None,
        )


class Board:
    """A line of numbers for each stage: the process that trains it writes, any process reads."""

    def __init__(self, num_stages: int, allocate: Allocate) -> None:
        """Take memory for so many stages, the last of which learns from all rows."""
        self._counts = allocate((num_stages, 4), np.int64)

    def note(self, stage: int, progress: Progress) -> None:
        """Write down how far a stage is, 0 for the first."""
        count = Count.of(progress)
        self._counts[stage] = count.epoch, count.batch, count.best_epoch, count.is_over

    def count(self, stage: int) -> Count:
        """Return how far a stage is."""
        epoch, batch, best_epoch, is_over = self._counts[stage].tolist()
        return Count(epoch=epoch, batch=batch, best_epoch=best_epoch, is_over=bool(is_over))

    @property
    def least_epochs(self) -> int:
        """Epochs that all rows are learned from, at least: a fold's best one only ever grows."""
        return round(np.mean(self._counts[:-1, 2]))
