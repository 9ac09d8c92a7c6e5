"""A rig that makes the nth effect on files fail: first the 1st, then the 2nd, ... in each way.

    for fault in every_fault(save):
        assert fault.error is None or isinstance(fault.error, AccessError)
        ...                             # what must hold after the fault

All effects are functions of `grucli.files.effects`; for a while others stand in their place.
A short write is no error of the system: the rest has to be written by the caller.
"""

import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from grucli.files import effects

SPARED = frozenset({"unlink", "set_mode"})  # which nothing depends on
ALL_EFFECTS = frozenset(
    name
    for name, value in vars(effects).items()
    if callable(value) and value.__module__ == effects.__name__ and name[0] != "_"
) - {"reader", "writer"}
EFFECTS = ALL_EFFECTS - SPARED
RETRIED = ("EINTR",)  # by buffers: for ever would be for ever
WAYS = ("ENOSPC", "EIO", "EACCES", "EINTR", "EDQUOT", "short")
PATCHED = {name: getattr(effects, name) for name in ALL_EFFECTS}


@dataclass
class Fault:
    """The `nth` effect, of those in `effects`, fails in this way: once, or it and all after it.

    Attributes:
        also: so many effects after the nth another one fails, as in cleaning up; 0 for none.
        trace: the effects so far.
    """

    nth: int
    way: str
    for_ever: bool = False
    also: int = 0
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
        after = len(self.trace) - self.nth
        if not (after == 0 or (self.for_ever and after > 0) or (self.also and after == self.also)):
            return False
        if self.way == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.way != "short":
            code = getattr(errno, self.way)
            raise OSError(code, os.strerror(code))
        return True


def _faulty(name: str, fault: Fault) -> Callable[..., Any]:
    """Return what stands in the place of an effect."""
    function = PATCHED[name]

    def counted(*args: Any, **kwargs: Any) -> Any:
        if name == "close":  # as on Linux: the descriptor is gone even if closing fails
            function(*args)
        if fault.strikes(name) and name == "write":
            return function(args[0], memoryview(args[1])[: max(1, len(args[1]) // 2)])
        return None if name == "close" else function(*args, **kwargs)

    return counted


@contextmanager
def injected(fault: Fault) -> Iterator[Fault]:
    """Let `fault` strike within the block; `fault.trace` lists the effects."""
    with ExitStack() as patches:
        for name in PATCHED:
            patches.enter_context(mock.patch.object(effects, name, _faulty(name, fault)))
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
