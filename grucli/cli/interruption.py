"""Signals: as an end at once that cleans up, and in training as a wish, heard once and saved."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from grucli import activity

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SOON_S = 0.01


class Stopped(BaseException):
    """A signal that ends the process, which cleans up before; Ctrl-C is a `KeyboardInterrupt`.

    Attributes:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def exit_code(end: KeyboardInterrupt | Stopped) -> int:
    """Return the exit code of a process that a signal has ended."""
    return 128 + (end.number if isinstance(end, Stopped) else signal.SIGINT)


@contextmanager
def stopping() -> Iterator[None]:
    """Context in which SIGTERM or SIGHUP raises `Stopped`; a second one ends at once.

    Where Python drops what is raised, as while it deletes a thing, it is raised again; Ctrl-C, too.
    """
    heard = _heard(signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> None:
        _handle(heard, signal.SIG_DFL)
        raise Stopped(number)

    before, hook = _handle(heard, stop), sys.unraisablehook
    sys.unraisablehook = _raise_again
    try:
        yield
    finally:
        sys.unraisablehook = hook
        _restore(before)


def _raise_again(dropped: sys.UnraisableHookArgs) -> None:
    """Raise an end again that has been dropped, once that can be done."""
    end = dropped.exc_value
    if not isinstance(end, KeyboardInterrupt | Stopped):
        sys.__unraisablehook__(dropped)
        return

    def go_on(number: int, frame: FrameType | None) -> None:
        raise end

    signal.signal(signal.SIGALRM, go_on)
    signal.setitimer(signal.ITIMER_REAL, SOON_S)


class Interruption:
    """Calls `stop` at the first signal, and gives up what may be given up.

    A second one ends the process at once; what is on the disk is whole at every instant. A signal
    that whoever started the process has it ignore (`nohup`, a shell's background) stays ignored.

    Attributes:
        number: of the signal, None before one.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self.number: int | None = None
        self._stop = stop
        self._heard = _heard(*SIGNALS)
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interruption:
        self._before = _handle(self._heard, self._remember)
        return self

    def __exit__(self, *error: object) -> None:
        _restore(self._before)
        activity.take_up()

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        self._stop()
        _handle(self._heard, signal.SIG_DFL)
        activity.give_up()


def _heard(*numbers: int) -> list[int]:
    """Return those signals that whoever started the process has not had ignored."""
    return [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]


def _handle(numbers: list[int], handler: Any) -> dict[int, Any]:
    """Let a handler have these signals; return the handlers before."""
    return {number: signal.signal(number, handler) for number in numbers}


def _restore(handlers: dict[int, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)
