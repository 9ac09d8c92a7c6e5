"""Worker processes, and ranks, that train stages which this process has not come to."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from grucli.model.network import Model
from grucli.parallel.process import Process, hiring
from grucli.parallel.rank_channel import RankChannel
from grucli.parallel.ranks import Ranks
from grucli.parallel.worker import DONE
from grucli.training import stage_worker
from grucli.training.board import Board, Count
from grucli.training.progress import Progress
from grucli.training.stage_run import Lesson, Moment
from grucli.training.stage_worker import BEGIN, MESSAGE, SIZE, TAKE, Lent


class Ahead:
    """Deals stages to workers as these come free, and takes them over when their turn comes."""

    def __init__(self, lesson: Lesson, first: Model, progress: Progress) -> None:
        """Take what workers need; the arguments are those of `working_ahead`."""
        self._lesson, self._first = lesson, first
        self._workers: list[Process | RankChannel] = []
        self._free: list[Process | RankChannel] = []
        self._begun: dict[int, Process | RankChannel] = {}
        end = lesson.num_folds + stage_worker.can_guess(lesson.recipe)
        self._stages = [*range(len(progress.folds) + 1, end)]  # that nobody has begun

    def hire(self, workers: int, progress: Progress, ranks: Ranks | None) -> None:
        """Start so many workers, or as many as there are stages; ranks have started already.

        Raises:
            AccessError: there is no memory to share, or no process can be started.
        """
        number, first = min(workers, len(self._stages)), self._first
        flat, table = first.params.flat, first.table
        what = Lent(lesson=self._lesson, architecture=first.architecture, dense=flat, table=table)
        if ranks is not None:
            ranks.order(stage_worker.__name__, what)
            self._workers += [RankChannel(ranks, rank) for rank in range(1, ranks.size)]
        channels = [worker for worker in self._workers if isinstance(worker, RankChannel)]
        with hiring() as memory:
            lent = memory.lend(what) if number else []
            self._board = Board(self._lesson.num_folds + 1, memory.allocate, channels)
            for k in range(number):
                name = f"worker {k + 1} of {number}"
                self._workers.append(Process(name, stage_worker.__name__, memory, lent))
        for stage, fold in enumerate(progress.folds):
            self._board.note(stage, Progress(best_epoch=fold.best_epoch))

    @property
    def counts(self) -> Mapping[int, Count]:
        """How far the stages are that workers have begun, by the folds before them."""
        return {stage: self._board.count(stage) for stage in self._begun}

    def tend(self, progress: Progress) -> None:
        """Tell workers how far this process is, and give those that are free a stage.

        Raises:
            AccessError: a worker has failed or was ended.
        """
        self._board.note(len(progress.folds), progress)
        self._board.exchange()
        for worker in self._workers:
            if worker.hear(waits=False) == DONE:
                self._free.append(worker)
        while self._free and self._stages:
            worker, stage = self._free.pop(), self._stages.pop(0)
            worker.send(MESSAGE.pack(BEGIN, stage))
            self._begun[stage] = worker

    def take(self, progress: Progress) -> Moment | None:
        """Return where a worker is with the stage that follows these folds; it leaves it then.

        None if none has begun it, or if it cannot go on: this process will find out why.

        Raises:
            AccessError: the worker has failed or was ended.
        """
        stage = len(progress.folds)
        if stage in self._stages:
            self._stages.remove(stage)
        worker = self._begun.pop(stage, None)
        if worker is None:
            return None
        worker.send(MESSAGE.pack(TAKE, stage))
        while worker.hear() == DONE:
            self._free.append(worker)
        (size,) = SIZE.unpack(worker.receive(SIZE.size))
        moment: Moment | None = pickle.loads(worker.receive(size))
        return moment

    def end(self) -> None:
        """End all workers, whatever they do."""
        while self._workers:
            self._workers.pop().end()


@contextmanager
def working_ahead(
    lesson: Lesson, first: Model, progress: Progress, workers: int, ranks: Ranks | None = None
) -> Iterator[Ahead]:
    """Let workers and ranks train the stages after the one at hand, until the end.

    They take some time to start; until then, this process trains what comes.

    Args:
        lesson: what is learned.
        first: has the weights that each stage begins with.
        progress: where this process stands.
        workers: how many at most; more than there are stages would stand idle.
        ranks: of which this is the first; the others are free.

    Raises:
        AccessError: there is no memory to share, or no process can be started.
    """
    ahead = Ahead(lesson, first, progress)
    try:
        ahead.hire(workers, progress, ranks)
        yield ahead
    finally:
        ahead.end()
