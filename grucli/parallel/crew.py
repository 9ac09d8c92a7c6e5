"""Who computes the gradients: this process, alone or with worker processes beside it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from grucli.data.batches import Examples
from grucli.errors import AccessError, excerpt
from grucli.model.network import Model
from grucli.model.runner import Runner
from grucli.parallel.shards import PartialSums, Rows, ShardJob, Shards
from grucli.parallel.worker import (
    DONE,
    ISOLATED,
    LAST_WORDS,
    MESSAGE,
    PROGRAM,
    Memory,
    briefing,
    memory_file,
)

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TRIAL_STEPS = 32  # after which it is known whether workers pay
REST_STEPS = 512  # for which they rest if they do not


def usable_cores() -> int:
    """Return how many processes can run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Crew:
    """This process and its workers: asked for gradients, it deals the shards among all of them.

    Attributes:
        model: holds the weights; another one with the same weights once there are workers.
    """

    def __init__(self, model: Model, examples: Examples, job: ShardJob) -> None:
        """Make a crew of this process alone; arguments as in `Shards`."""
        self.model, self._examples, self._job = model, examples, job
        self._shards = Shards(model, examples, job)
        self._workers: list[_Worker] = []
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
    def joined(self, workers: int) -> Iterator[Crew]:
        """Let workers help until the end; more than there are shards would stand idle.

        They take some time to start. Until then, whoever is there does the work.

        Raises:
            AccessError: there is no memory to share, or no process can be started.
        """
        try:
            if workers:
                self._hire(min(workers, self._job.shards))
            yield self
        finally:
            while self._workers:
                self._workers.pop().end()

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
        number, hands = self._shards.deal(rows), self._hands()
        dealt = [hands[shard % len(hands)] for shard in range(number)]
        started_s = time.perf_counter()
        for shard, worker in enumerate(dealt):
            if worker is not None:
                worker.send(step, len(rows), shard)
        own = [shard for shard, worker in enumerate(dealt) if worker is None]
        own_s = self._compute(step, len(rows), own)
        for worker in hands:
            if worker is not None:
                worker.wait()
        if own and len(own) < number:
            alone_s = own_s * number / len(own)
            self._pace.note(saved_s=alone_s - (time.perf_counter() - started_s))
        return self._shards.total(number)

    def _hands(self) -> list[_Worker | None]:
        """Return who computes, in the order of dealing; None is this process."""
        ready = [worker for worker in self._workers if worker.is_ready()]
        if len(ready) >= self._job.shards:
            return [*ready]
        return [None, *ready] if self._pace.allows() else [None]

    def _compute(self, step: int, num_rows: int, shards: Sequence[int]) -> float:
        """Compute shards here; return how long the processor took [s]."""
        began_s = time.thread_time()
        for shard in shards:
            self._shards.compute(step, num_rows, shard)
        return time.thread_time() - began_s

    def _hire(self, number: int) -> None:
        try:
            with memory_file() as file:
                memory = Memory(file)
                what = briefing(file, memory, self.model.architecture, self._examples, self._job)
                self.model = self.model.copy(memory.allocate)
                self._shards = Shards(self.model, self._examples, self._job, memory.allocate)
                for k in range(number):
                    name = f"worker {k + 1} of {number}"
                    self._workers.append(_Worker(name, what, file))
        except OSError as fault:
            reason = excerpt(fault.strerror or fault, 60).lower()
            raise AccessError(
                f"training: cannot start workers: {reason}; set training.workers=0"
            ) from fault


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


class _Worker:
    """A worker as its parent sees it."""

    def __init__(self, name: str, what: Mapping[str, Any], file: int) -> None:
        self._name = name
        self._owes = 1  # to say that it has started
        self._has_started = False
        self._channel, theirs = socket.socketpair()
        try:
            with theirs, _without_signals():
                words = json.dumps({**what, "channel": theirs.fileno()})
                self._process = subprocess.Popen(
                    [sys.executable, *ISOLATED, "-c", PROGRAM, words],
                    pass_fds=(theirs.fileno(), file),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
        except OSError:
            self._channel.close()
            raise

    def is_ready(self) -> bool:
        """Tell without waiting whether it can be sent work; raise if it is gone."""
        with suppress(BlockingIOError):
            self._hear(socket.MSG_DONTWAIT)
        return self._has_started

    def send(self, step: int, num_rows: int, shard: int) -> None:
        """Let it compute a shard."""
        with suppress(OSError):  # it is gone: `wait` will say how
            self._channel.sendall(MESSAGE.pack(step, num_rows, shard))
        self._owes += 1

    def wait(self) -> None:
        """Return once it has started and done all that it was sent."""
        while self._owes:
            self._hear()

    def end(self) -> None:
        """End it, whatever it does."""
        self._channel.close()
        self._process.kill()  # it holds nothing that must be put away
        self._process.wait()

    def _hear(self, flags: int = 0) -> None:
        said = self._receive(len(DONE), flags)
        if said != DONE:
            raise AccessError(
                f"training: {self._name} {self._end_of(said)}; "
                "go on with --resume, or set training.workers=0"
            )
        self._owes -= 1
        self._has_started = True

    def _receive(self, size: int, flags: int) -> bytes:
        """Return what it says, nothing if it is gone."""
        try:
            return self._channel.recv(size, flags)
        except ConnectionError:
            return b""

    def _end_of(self, said: bytes) -> str:
        if said:
            words = said + self._receive(LAST_WORDS, socket.MSG_WAITALL)
            return f"failed: {excerpt(words.decode(errors='replace'), 80)}"
        code = self._process.wait()
        if code >= 0:
            return f"ended with code {code}"
        return f"was ended by signal {-code}" + (" (out of memory?)" if code == -9 else "")


@contextmanager
def _without_signals() -> Iterator[None]:
    """Hold signals back; a process that is started meanwhile does so for all its life.

    A terminal sends Ctrl-C to the workers too, and a service manager SIGTERM to every process.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
