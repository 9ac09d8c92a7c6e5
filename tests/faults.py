"""A rig that makes the nth effect on files fail: first the 1st, then the 2nd, ... in each way.

    for fault in every_fault(save):
        assert fault.error is None or isinstance(fault.error, AccessError)
        ...                             # what must hold after the fault

The modules of `grucli.files` reach the system through their name `os` alone; for a while that name
stands for a system that fails.
A short write is no error of the system: the rest has to be written by the caller.
"""

import errno
import io
import os
import pkgutil
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from unittest import mock

from grucli import files

NAMES = (module.name for module in pkgutil.iter_modules(files.__path__, "grucli.files."))
MODULES = tuple(name for name in NAMES if hasattr(import_module(name), "os"))
EFFECTS = frozenset({"open", "read", "write", "fsync", "replace", "close", "mkdir", "ftruncate"})
RETRIED = ("EINTR",)  # by Python itself: for ever would be for ever
WAYS = ("ENOSPC", "EIO", "EACCES", "EINTR", "EDQUOT", "short")


@dataclass
class Fault:
    """The `nth` effect, of those in `effects`, fails in this way: once, or it and all after it."""

    nth: int
    way: str
    for_ever: bool = False
    effects: frozenset[str] = EFFECTS
    trace: list[str] = field(default_factory=list)
    error: BaseException | None = None

    @property
    def reached(self) -> bool:
        return len(self.trace) >= self.nth

    def strikes(self, effect: str) -> bool:
        """Count one effect; say whether it is to be a short write; or raise, or kill."""
        if effect not in self.effects:
            return False
        self.trace.append(effect)
        count = len(self.trace)
        if not (count == self.nth or (self.for_ever and count > self.nth)):
            return False
        if self.way == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.way != "short":
            code = getattr(errno, self.way)
            raise OSError(code, os.strerror(code))
        return True


class _FaultyFile(io.FileIO):
    """The raw file below the buffer; it closes for sure, even if closing is said to fail."""

    def __init__(self, descriptor: int, mode: str, fault: Fault, closefd: bool) -> None:
        super().__init__(descriptor, mode, closefd=closefd)
        self._fault = fault

    def write(self, data: Any) -> int:
        short = self._fault.strikes("write")
        return super().write(memoryview(data)[: max(1, len(data) // 2)] if short else data)

    def readinto(self, buffer: Any) -> int:
        self._fault.strikes("read")
        return super().readinto(buffer)

    def readall(self) -> bytes:
        self._fault.strikes("read")
        return super().readall()

    def close(self) -> None:
        was_open = not self.closed
        super().close()
        if was_open:
            self._fault.strikes("close")


class _FaultySystem:
    """Stands for the module `os`: some of its functions fail when it is their turn."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    def __getattr__(self, name: str) -> Any:
        function = getattr(os, name)
        if name not in EFFECTS | {"unlink"}:
            return function

        def counted(*args: Any, **kwargs: Any) -> Any:
            if name == "close":  # as on Linux: the descriptor is gone even if closing fails
                function(*args)
            self._fault.strikes(name)
            return None if name == "close" else function(*args, **kwargs)

        return counted

    def fdopen(self, descriptor: int, mode: str, closefd: bool = True) -> io.BufferedIOBase:
        raw = _FaultyFile(descriptor, mode, self._fault, closefd)
        return io.BufferedWriter(raw) if "w" in mode else io.BufferedReader(raw)


@contextmanager
def injected(fault: Fault) -> Iterator[Fault]:
    """Let `fault` strike within the block; `fault.trace` lists the effects."""
    system = _FaultySystem(fault)
    with ExitStack() as patches:
        for module in MODULES:
            patches.enter_context(mock.patch(f"{module}.os", system))
        yield fault


def trace(action: Callable[[], object]) -> list[str]:
    """Return the effects of `action`, which nothing disturbs."""
    with injected(Fault(nth=0, way="EIO")) as fault:
        action()
    return fault.trace


def every_fault(
    action: Callable[[], object], ways: tuple[str, ...] = WAYS, effects: frozenset[str] = EFFECTS
) -> Iterator[Fault]:
    """Run `action` again and again, each time with the next fault, and yield each fault.

    For each way, once and for ever, the 1st, 2nd, 3rd, ... effect fails until a run is over before
    its turn comes; that last run must succeed. What `action` raised is in `fault.error`.
    """
    for way in ways:
        for for_ever in (False,) if way in RETRIED else (False, True):
            nth = 1
            while True:
                fault = Fault(nth=nth, way=way, for_ever=for_ever, effects=effects)
                with injected(fault):
                    try:
                        action()
                    except Exception as error:
                        fault.error = error
                if not fault.reached:
                    assert fault.error is None, fault
                    break
                yield fault
                nth += 1
