"""A worker that trains whole stages before their turn has come, and keeps them until it has."""

from __future__ import annotations

import pickle
import socket
import struct
from contextlib import suppress

import numpy as np

from grucli.engine.packing import Floats
from grucli.errors import TrainingError
from grucli.model.network import Architecture, Model
from grucli.parallel.memory import Memory
from grucli.parallel.rank_channel import RankChannel
from grucli.parallel.ranks import Ranks
from grucli.parallel.worker import DONE, STATE, Channel, SocketChannel
from grucli.training.board import Board
from grucli.training.progress import Fold
from grucli.training.settings import Recipe
from grucli.training.stage_run import Lesson, StageRun
from grucli.values import dataclass

MESSAGE = struct.Struct("=2q")
"""To a worker: what to do, and the stage, 0 for the first."""
BEGIN, TAKE = range(2)
SIZE = struct.Struct("=q")
"""Before the moment of a stage that is taken: its bytes."""
PAUSE_S = 0.02  # between looks at the board, while no further epoch is certain
NO_FOLD = Fold(best_epoch=0, history=[])
"""Stands for a fold that another process trains."""


@dataclass(frozen=True, kw_only=True)
class Lent:
    """What a worker must know before it asks the memory for a board."""

    lesson: Lesson
    architecture: Architecture
    dense: Floats
    table: Floats


def can_guess(recipe: Recipe) -> bool:
    """Whether all rows can be learned from before it is known for how many epochs."""
    return recipe.patience is None or recipe.schedule != "cosine"


def serve(channel: socket.socket, memory: Memory, lent: Lent) -> None:
    """Train stages, until the channel ends."""
    _work(SocketChannel(channel), Board(lent.lesson.num_folds + 1, memory.allocate), lent)


def follow(ranks: Ranks, lent: Lent) -> None:
    """Do so as a rank, for the first one."""
    channel = RankChannel(ranks, 0)
    with suppress(SystemExit):
        _work(channel, Board(lent.lesson.num_folds + 1, np.zeros, [channel]), lent)
    channel.end()


def _work(channel: Channel, board: Board, lent: Lent) -> None:
    model = Model(lent.architecture)
    model.params.flat[...], model.table[...] = lent.dense, lent.table
    worker = _StageWorker(channel, StageRun(model, lent.lesson), board, lent.lesson.recipe)
    channel.send(DONE)
    while True:
        worker.obey()


class _StageWorker:
    """What it is at, and what it keeps until somebody takes it."""

    def __init__(self, channel: Channel, run: StageRun, board: Board, recipe: Recipe) -> None:
        self._channel, self._run, self._board, self._recipe = channel, run, board, recipe
        self._stage: int | None = None  # at hand
        self._kept: dict[int, bytes] = {}

    def obey(self) -> None:
        """Wait for a message, and do what it says; leave once the channel has ended."""
        message = self._channel.receive(MESSAGE.size)
        if not message:
            raise SystemExit
        what, stage = MESSAGE.unpack(message)
        if what == BEGIN:
            self._train(stage)
        else:
            self._hand_over(stage)

    def _train(self, stage: int) -> None:
        """Train a stage to its end, or until it is taken."""
        run, self._stage = self._run, stage
        run.begin_stage([NO_FOLD] * stage)
        try:
            self._attend()
            if self._stage is not None:
                self._make_steps(stage)
        except TrainingError:  # the first process will meet it when its turn comes
            self._kept[stage] = pickle.dumps(None)
        self._stage = None
        self._board.exchange()
        self._channel.send(DONE)

    def _make_steps(self, stage: int) -> None:
        run = self._run
        for _ in run.run_stage():
            self._board.note(stage, run.progress)
            self._attend()
            if self._stage is None:
                return
        run.learn_linear()
        self._kept[stage] = pickle.dumps(run.moment)

    def _attend(self) -> None:
        """Hand over what is asked for, and wait while nobody knows whether an epoch follows."""
        self._board.exchange()
        while self._channel.is_asked(0):
            self.obey()
        while self._stage is not None and self._has_to_wait():
            self._run.learn_linear()
            if self._channel.is_asked(PAUSE_S):
                self.obey()
            self._board.exchange()

    def _has_to_wait(self) -> bool:
        """Whether all rows have been learned from for as many epochs as are certain."""
        run, progress = self._run, self._run.progress
        if run.fold or self._recipe.patience is None or progress.batch % run.num_batches:
            return False
        return progress.stopped is None and progress.epoch >= self._board.least_epochs

    def _hand_over(self, stage: int) -> None:
        """Send where a stage stands, and leave it."""
        if stage == self._stage:
            self._stage, moment = None, pickle.dumps(self._run.moment)
        else:
            moment = self._kept.pop(stage)
        self._channel.send(STATE + SIZE.pack(len(moment)))
        self._channel.send(moment)
