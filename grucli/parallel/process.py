"""A process that works for another one, as its parent sees it: started, spoken with, ended."""

from __future__ import annotations

import json
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

import numpy as np

import grucli
from grucli import activity
from grucli.errors import AccessError, excerpt
from grucli.parallel.memory import Memory, Place, memory_file
from grucli.parallel.worker import DONE, LAST_WORDS, STATE
from grucli.values import dataclass

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ISOLATED = ("-I", "-S", "-B")
"""Options of its interpreter: no folder but that of Python's modules, no variables, no files."""
PATIENCE_S = 1.0
"""After which nobody who wants an end waits for an answer: a worker that was stopped gives none."""
PROGRAM = """
import json, sys
briefing = json.loads(sys.argv[1])
standard = sys.path[:]
sys.path[:] = [*standard, briefing["numpy"]]
import numpy
sys.path[:] = [*standard, briefing["grucli"]]
from grucli.parallel.worker import work
work(briefing)
"""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What workers are there for, as complaints have it.

    Attributes:
        name: what does not go on without them.
        mend: how it does.
        again: what else helps once it has begun, "" for nothing.
    """

    name: str
    mend: str
    again: str = ""


TRAINING = Task(name="training", mend="set training.workers=0", again="go on with --resume, or ")


class Process:
    """A worker, which may not have started as yet."""

    def __init__(
        self, name: str, module: str, memory: Memory, lent: Sequence[Place], task: Task = TRAINING
    ) -> None:
        """Start it.

        Args:
            name: in words, for complaints.
            module: whose `serve` it runs.
            memory: that it shares.
            lent: what it finds there first, as `Memory.lend` says it.
            task: what it is there for.

        Raises:
            OSError: it cannot be started.
        """
        self._name, self._task = name, task
        self._channel, theirs = socket.socketpair()
        files = {file for _, file, _ in lent if file is not None}
        briefing = {
            "numpy": _folder_of(np),
            "grucli": _folder_of(grucli),
            "module": module,
            "memory": memory.file,
            "lent": [*lent],
            "channel": theirs.fileno(),
        }
        try:
            with theirs, _without_signals():
                self._process = subprocess.Popen(
                    [sys.executable, *ISOLATED, "-c", PROGRAM, json.dumps(briefing)],
                    pass_fds=(theirs.fileno(), memory.file, *files),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
        except OSError:
            self._channel.close()
            raise

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def send(self, message: bytes) -> None:
        """Tell it something; if it is gone, `hear` will say how."""
        with suppress(OSError):
            self._channel.sendall(message)

    def hear(self, *, waits: bool = True) -> bytes:
        """Return DONE or STATE, whichever comes next, or nothing if that does not wait.

        Raises:
            AccessError: it has failed or was ended.
            GivenUp: somebody wants an end, and it says nothing for long.
        """
        if not (waits or self._has_said(0)):
            return b""
        said = self._receive(1)
        if said not in (DONE, STATE):
            raise self._gone(said)
        return said

    def receive(self, size: int) -> bytes:
        """Return so many bytes that follow; raises as `hear`."""
        said = self._receive(size)
        if len(said) < size:
            raise self._gone()
        return said

    def end(self) -> None:
        """End it, whatever it does."""
        self._channel.close()
        self._process.kill()  # it holds nothing that must be put away
        self._process.wait()

    def _receive(self, size: int) -> bytes:
        """Return what it says, less if it is gone."""
        said = bytearray()
        while len(said) < size:
            while not self._has_said(PATIENCE_S):  # it may have been stopped
                activity.check_wish()
            try:
                part = self._channel.recv(size - len(said))
            except ConnectionError:
                part = b""
            if not part:
                break
            said += part
        return bytes(said)

    def _has_said(self, seconds: float) -> bool:
        """Wait so long at most; return whether there is something to hear, or its end."""
        return bool(select.select([self._channel], [], [], seconds)[0])

    def _gone(self, said: bytes = b"") -> AccessError:
        task = self._task
        return AccessError(
            f"{task.name}: {self._name} {self._end_of(said)}; {task.again}{task.mend}"
        )

    def _end_of(self, said: bytes) -> str:
        if said:
            words = said + self._receive(LAST_WORDS)
            return f"failed: {excerpt(words.decode(errors='replace'), 80)}"
        code = self._process.wait()
        if code >= 0:
            return f"ended with code {code}"
        return f"was ended by signal {-code}" + (" (out of memory?)" if code == -9 else "")


@contextmanager
def hiring(task: Task = TRAINING) -> Iterator[Memory]:
    """Open the memory that processes share; inside, they are started, for a task.

    Raises:
        AccessError: there is no such memory, or a process cannot be started.
    """
    try:
        with memory_file() as file:
            yield Memory(file)
    except OSError as fault:
        reason = excerpt(fault.strerror or fault, 60).lower()
        raise AccessError(f"{task.name}: cannot start workers: {reason}; {task.mend}") from fault


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


def _folder_of(package: ModuleType) -> str:
    """Return where a package is imported from."""
    return str(Path(str(package.__file__)).absolute().parents[1])
