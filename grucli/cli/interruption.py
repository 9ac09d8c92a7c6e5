"""Signals as a wish to stop: heard once, so that the step at hand is finished and saved."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """Calls `stop` at the first signal.

    A second one ends the process at once; what is on the disk is whole at every instant. A signal
    that whoever started the process has it ignore (`nohup`, a shell's background) stays ignored.

    Attributes:
        number: of the signal, None before one.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self.number: int | None = None
        self._stop = stop
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Interruption:
        heard = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
        self._handlers = {number: signal.signal(number, self._remember) for number in heard}
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        self._stop()
        for each in self._handlers:
            signal.signal(each, signal.SIG_DFL)
