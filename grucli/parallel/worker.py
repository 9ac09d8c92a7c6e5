"""A process that works for another one, as it looks from within.

It is a fresh interpreter that knows nothing but its briefing. It ends when its channel does, so it
does not outlive its parent, however that ends. There is no file, no lock and no name that could be
left behind. It imports Python's own modules, NumPy and grucli, each from where its parent has it: a
file in the current folder, or where variables of Python point, is never taken for one of them.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any, Protocol

from grucli.parallel.memory import Memory

DONE = b"."
"""It has started, or done what it was told."""
STATE = b"="
"""What it was asked for follows. Anything else is its last words."""
LAST_WORDS = 200  # bytes


class Channel(Protocol):
    """What a worker hears of the process that it works for."""

    def send(self, message: bytes, /) -> None:
        """Say something."""

    def receive(self, size: int, /) -> bytes:
        """Return so many bytes, nothing at the end."""

    def is_asked(self, seconds: float, /) -> bool:
        """Wait so long at most; return whether something has come, or the end."""


class SocketChannel:
    """A `Channel` to a process on this machine."""

    def __init__(self, channel: socket.socket) -> None:
        """Take one end of a pair."""
        self._socket = channel
        self.send = channel.sendall

    def receive(self, size: int) -> bytes:
        """Return so many bytes, nothing at the end."""
        return self._socket.recv(size, socket.MSG_WAITALL)

    def is_asked(self, seconds: float) -> bool:
        """Wait so long at most; return whether something has come, or the end."""
        return bool(select.select([self._socket], [], [], seconds)[0])


def work(briefing: Mapping[str, Any]) -> None:
    """Be a worker, until the channel ends: what `serve` of the module of the briefing does.

    That is told the channel, the memory and what was lent there.
    """
    with socket.socket(fileno=briefing["channel"]) as channel:
        try:
            serve = import_module(briefing["module"]).serve
            memory = Memory(briefing["memory"])
            serve(channel, memory, memory.borrow(briefing["lent"]))
        except Exception as fault:  # the parent has to hear of any; if it is gone, nobody has
            words = f"{type(fault).__name__}: {fault}".encode(errors="replace")
            with suppress(OSError):
                channel.sendall(words[:LAST_WORDS])
