"""A terminal without a screen: what a program draws on it, moment by moment, and what stays."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer

import pyte

from tests.cli.helpers import TIME_LIMIT_S, command, environment

TALLEST = 5000  # lines that scrolled away and are kept
_DRAWN = re.compile(r"\r\x1b\[K([^\r\n]*)")


@dataclass(kw_only=True)
class Seen:
    """What a terminal has shown.

    Attributes:
        code: with which the program has ended.
        lines: that stayed, those that scrolled away among them.
        feet: what was drawn anew in the line of the cursor, each time.
        raw: all bytes.
        wrapped: whether a line was ever longer than the terminal.
    """

    code: int = 0
    lines: list[str] = field(default_factory=list)
    feet: list[str] = field(default_factory=list)
    raw: bytes = b""
    wrapped: bool = False


class _Screen(pyte.HistoryScreen):
    """A screen that notes when a character falls off the right edge."""

    has_wrapped = False

    def draw(self, data: str) -> None:
        for character in data:
            row = self.cursor.y, len(self.history.top)
            super().draw(character)
            self.has_wrapped |= (self.cursor.y, len(self.history.top)) != row


def on_terminal(
    *arguments: object, columns: int = 80, rows: int = 24, cwd: Path | None = None, **env: str
) -> Seen:
    """Run one command whose streams are a terminal of this size."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(
        command(*arguments),
        cwd=cwd,
        env=environment(**{"TERM": "xterm"} | env),
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    watchdog = Timer(TIME_LIMIT_S, process.kill)
    watchdog.start()
    screen = _Screen(columns, rows, history=TALLEST)
    stream, seen = pyte.ByteStream(screen), Seen()
    while piece := _read(leader):
        seen.raw += piece
        stream.feed(piece)
    seen.code = process.wait()
    watchdog.cancel()
    os.close(leader)
    gone = ("".join(line[k].data for k in range(columns)) for line in screen.history.top)
    seen.lines = [line.rstrip() for line in (*gone, *screen.display)]
    while seen.lines and not seen.lines[-1]:
        seen.lines.pop()
    seen.wrapped = screen.has_wrapped
    seen.feet = [foot for foot in _DRAWN.findall(seen.raw.decode()) if foot]
    return seen


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65536)
    except OSError:  # nobody holds the other end any more
        return b""
