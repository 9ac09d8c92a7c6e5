"""Two ranks that speak with each other: a stream of bytes, and notes beside it."""

from __future__ import annotations

import math
import time
from collections import deque

from grucli.parallel.ranks import IDLE_PAUSE_S, PIECE, SHORTEST_PAUSE_S, Ranks

STREAM, NOTE = 1, 2  # tags


class RankChannel:
    """What one of two ranks has of it; to the first rank the other is like a `Process`.

    Attributes:
        notes: that have come and nobody has taken, the oldest first.
    """

    def __init__(self, ranks: Ranks, rank: int) -> None:
        """Speak with a rank, which does so with this one."""
        self._ranks, self._rank = ranks, rank
        self._come = bytearray()
        self._has_ended = False
        self.notes = deque[bytearray]()

    def send(self, message: bytes) -> None:
        """Add bytes to the stream."""
        for start in range(0, len(message), PIECE):
            self._ranks.post(self._rank, STREAM, message[start : start + PIECE])

    def note(self, message: bytes) -> None:
        """Say something beside the stream."""
        self._ranks.post(self._rank, NOTE, message)

    def listen(self) -> None:
        """Take what has come without waiting."""
        while (posted := self._ranks.posted(self._rank)) is not None:
            tag, data = posted
            if tag == NOTE:
                self.notes.append(data)
            elif data:
                self._come += data
            else:
                self._has_ended = True

    def is_asked(self, seconds: float) -> bool:
        """Wait so long at most; return whether there is something in the stream, or its end."""
        self._await(1, time.monotonic() + seconds)
        return bool(self._come) or self._has_ended

    def hear(self, *, waits: bool = True) -> bytes:
        """Return the next byte of the stream, or nothing if that does not wait for it."""
        return self.receive(1) if waits or self.is_asked(0) else b""

    def receive(self, size: int) -> bytes:
        """Return so many bytes that follow, nothing if the stream has ended."""
        self._await(size, math.inf)
        found = bytes(self._come[:size])
        del self._come[:size]
        return found

    def end(self) -> None:
        """End the stream in both directions; what the other one has said meanwhile is lost."""
        if self._ranks.is_torn:
            return
        self._ranks.post(self._rank, STREAM, b"")
        while not self._has_ended:
            self._come.clear()
            self._await(1, math.inf)

    def _await(self, size: int, ends_s: float) -> None:
        """Listen until so many bytes have come, or the end, or a time."""
        pause_s = SHORTEST_PAUSE_S
        self.listen()
        while len(self._come) < size and not self._has_ended and time.monotonic() < ends_s:
            time.sleep(pause_s)
            pause_s = min(1.25 * pause_s, IDLE_PAUSE_S)
            self.listen()
