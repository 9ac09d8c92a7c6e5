"""How far each stage is, in memory that processes share and ranks copy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grucli.engine.params import Allocate
from grucli.parallel.rank_channel import RankChannel
from grucli.training.progress import Progress
from grucli.values import dataclass


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

    def __init__(
        self, num_stages: int, allocate: Allocate, channels: Sequence[RankChannel] = ()
    ) -> None:
        """Take memory for so many stages, the last of which learns from all rows.

        Args:
            num_stages: how many there are.
            allocate: gives the same memory to every process that asks in this order.
            channels: to ranks that have boards of their own.
        """
        self._counts = allocate((num_stages, 4), np.int64)
        self._known = [(channel, np.zeros_like(self._counts)) for channel in channels]

    def note(self, stage: int, progress: Progress) -> None:
        """Write down how far a stage is, 0 for the first."""
        count = Count.of(progress)
        self._counts[stage] = count.epoch, count.batch, count.best_epoch, count.is_over

    def count(self, stage: int) -> Count:
        """Return how far a stage is."""
        epoch, batch, best_epoch, is_over = self._counts[stage].tolist()
        return Count(epoch=epoch, batch=batch, best_epoch=best_epoch, is_over=bool(is_over))

    def exchange(self) -> None:
        """Write down what other ranks have said of stages, and tell them what they do not know.

        Steps within an epoch are told with the next epoch: nobody but a bar waits for them.
        """
        for channel, known in self._known:
            channel.listen()
            while channel.notes:
                stage, *counts = np.frombuffer(channel.notes.popleft(), np.int64).tolist()
                self._counts[stage] = known[stage] = counts
        for channel, known in self._known:
            for stage in np.flatnonzero((known != self._counts)[:, [0, 2, 3]].any(axis=1)).tolist():
                known[stage] = self._counts[stage]
                channel.note(np.array([stage, *known[stage]], np.int64).tobytes())

    @property
    def least_epochs(self) -> int:
        """Epochs that all rows are learned from, at least: a fold's best one only ever grows."""
        return round(np.mean(self._counts[:-1, 2]))
