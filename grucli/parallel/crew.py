"""Who computes the gradients: this process, alone or with worker processes and ranks beside it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from grucli.data.batches import Examples
from grucli.model.network import Architecture, Model
from grucli.model.runner import Runner
from grucli.parallel import shard_worker
from grucli.parallel.memory import Memory, Place
from grucli.parallel.process import Process, hiring
from grucli.parallel.ranks import Ranks
from grucli.parallel.shard_ranks import ShardRanks
from grucli.parallel.shard_worker import MESSAGE, Lent
from grucli.parallel.shards import PartialSums, Rows, ShardJob, Shards
from grucli.values import dataclass

TRIAL_STEPS = 32  # after which it is known whether workers pay
REST_STEPS = 512  # for which they rest if they do not


def usable_cores() -> int:
    """Return how many processes can run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What another rank must know to make a crew of its own, that computes with the first one's."""

    architecture: Architecture
    examples: Examples
    job: ShardJob
    workers: int


def follow(ranks: Ranks, sent: Sent) -> None:
    """Compute shards on another rank than the first, with workers of its own, until the end."""
    crew = Crew(Model(sent.architecture), sent.examples, sent.job)
    with crew.joined(sent.workers, ranks):
        crew.follow()


class Crew:
    """This process and its workers: asked for gradients, it deals the shards among all of them.

    Where there are ranks each has a crew, and the shards are dealt among the crews before.

    Attributes:
        model: holds the weights; another one with the same weights once there are workers.
    """

    def __init__(self, model: Model, examples: Examples, job: ShardJob) -> None:
        """Make a crew of this process alone; arguments as in `Shards`."""
        self.model, self._examples, self._job = model, examples, job
        self._shards = Shards(model, examples, job)
        self._workers: list[_Worker] = []
        self._ranks = ShardRanks(None)
        self._pace = Pace()

    @property
    def runner(self) -> Runner:
        """What runs `model` in this process."""
        return self._shards.runner

    @property
    def num_workers(self) -> int:
        """Processes beside this one."""
        return len(self._workers)

    @contextmanager
    def joined(self, workers: int, ranks: Ranks | None = None) -> Iterator[Crew]:
        """Let workers and ranks help until the end; more than there are shards would stand idle.

        Workers take some time to start. Until then, whoever is there does the work.

        Args:
            workers: beside each rank.
            ranks: that were started; all are free if this is the first, else that has ordered it.

        Raises:
            AccessError: there is no memory to share, or no process can be started.
        """
        others = ranks if self._job.shards > 1 else None
        is_first = others is None or not others.rank
        if others is not None and is_first:
            others.order(__name__, self._sent(workers))
        self._ranks = ShardRanks(others)
        try:
            if number := min(workers, len(self._ranks.own(self._job.shards))):
                self._hire(number)
            yield self
        finally:
            while self._workers:
                self._workers.pop().end()
            if is_first:
                self._ranks.end()
            self._ranks = ShardRanks(None)

    def wait(self) -> None:
        """Return once every worker has started.

        Raises:
            AccessError: one has failed.
        """
        for worker in self._workers:
            worker.wait()

    def gradients(self, step: int, rows: Rows) -> PartialSums:
        """Return the loss of a batch, its right answers and its gradients, as sums over the rows.

        Args:
            step: optimizer steps before this one.
            rows: of the examples.

        Raises:
            AccessError: a worker has failed or was ended; nothing has changed.
        """
        if self._job.shards == 1 and not self._workers:
            return self._shards.whole(step, rows)
        with self._ranks.talking():
            self._ranks.tell(step, rows, self.model)
            sums = self._sums(step, rows)
        assert sums is not None  # this is the first rank
        return sums

    @np.errstate(over="ignore", invalid="ignore")  # the first rank finds what is not finite
    def follow(self) -> None:
        """Compute what the first rank asks for, until the end."""
        while (task := self._ranks.hear(self.model)) is not None:
            self._sums(*task)

    def forget(self) -> None:
        """Note that weights have changed otherwise than by the last gradient."""
        self._ranks.forget()

    def _sums(self, step: int, rows: Rows) -> PartialSums | None:
        """Return the sums of a batch, each rank its part, to the first one; None to others."""
        number = self._shards.deal(rows)
        mine = self._ranks.own(number)
        if mine:
            self._compute_all(step, len(rows), mine)
        return self._ranks.total(self._shards, number)

    def _compute_all(self, step: int, num_rows: int, shards: range) -> None:
        """Compute shards, here and in workers."""
        hands = self._hands(len(shards))
        dealt = [hands[k % len(hands)] for k in range(len(shards))]
        started_s = time.perf_counter()
        for shard, worker in zip(shards, dealt, strict=True):
            if worker is not None:
                worker.compute(step, num_rows, shard)
        own = [shard for shard, worker in zip(shards, dealt, strict=True) if worker is None]
        own_s = self._compute(step, num_rows, own)
        for worker in hands:
            if worker is not None:
                worker.wait()
        if own and len(own) < len(shards):
            alone_s = own_s * len(shards) / len(own)
            self._pace.note(saved_s=alone_s - (time.perf_counter() - started_s))

    def _hands(self, number: int) -> list[_Worker | None]:
        """Return who computes so many shards, in the order of dealing; None is this process."""
        ready = [worker for worker in self._workers if worker.is_ready()]
        if len(ready) >= number:
            return [*ready]
        return [None, *ready] if self._pace.allows() else [None]

    def _compute(self, step: int, num_rows: int, shards: Sequence[int]) -> float:
        """Compute shards here; return how long the processor took [s]."""
        began_s = time.thread_time()
        for shard in shards:
            self._shards.compute(step, num_rows, shard)
        return time.thread_time() - began_s

    def _sent(self, workers: int) -> Sent:
        arch = self.model.architecture
        return Sent(architecture=arch, examples=self._examples, job=self._job, workers=workers)

    def _hire(self, number: int) -> None:
        with hiring() as memory:
            arch = self.model.architecture
            lent = memory.lend(Lent(architecture=arch, examples=self._examples, job=self._job))
            self.model = self.model.copy(memory.allocate)
            self._shards = Shards(self.model, self._examples, self._job, memory.allocate)
            for k in range(number):
                name = f"worker {k + 1} of {number}"
                self._workers.append(_Worker(name, shard_worker.__name__, memory, lent))


class Pace:
    """Lets workers rest where they do not pay: on a machine that is busy with other things.

    No number depends on it, only the time.
    """

    def __init__(self) -> None:
        self._saved_s, self._steps, self._rest = 0.0, 0, 0

    def allows(self) -> bool:
        """Tell whether workers shall help with the next step."""
        self._rest = max(0, self._rest - 1)
        return not self._rest

    def note(self, saved_s: float) -> None:
        """Note what workers have saved in a step, below 0 if it would have been quicker without."""
        self._saved_s, self._steps = self._saved_s + saved_s, self._steps + 1
        if self._steps == TRIAL_STEPS:
            self._rest = REST_STEPS if self._saved_s < 0 else 0
            self._saved_s, self._steps = 0.0, 0


class _Worker(Process):
    """A worker, and how often it has still to say that it is done."""

    def __init__(self, name: str, module: str, memory: Memory, lent: Sequence[Place]) -> None:
        super().__init__(name, module, memory, lent)
        self._owes = 1  # to say that it has started
        self._has_started = False

    def is_ready(self) -> bool:
        """Tell without waiting whether it can be sent work; raise if it is gone."""
        self._note(self.hear(waits=False))
        return self._has_started

    def compute(self, step: int, num_rows: int, shard: int) -> None:
        """Let it compute a shard."""
        self.send(MESSAGE.pack(step, num_rows, shard))
        self._owes += 1

    def wait(self) -> None:
        """Return once it has started and done all that it was sent."""
        while self._owes:
            self._note(self.hear())

    def _note(self, said: bytes) -> None:
        self._owes -= len(said)
        self._has_started = self._has_started or bool(said)
