"""One line at the foot of a terminal that is drawn anew, while other lines scroll by above it.

It never wraps and is gone at the end. The cursor stays visible, and no mode of the terminal is
changed: a program that is killed leaves nothing to mend.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

from grucli.cli import output

REDRAWN_S = 0.2
ERASE = "\r\x1b[K"


class LiveLine:
    """Draws a line again and again, as time passes."""

    def __init__(self, text: Callable[[int], str], stream: TextIO) -> None:
        """Take what gives the text, fit to be shown, for so many columns, and the terminal."""
        self._text, self._stream = text, stream
        self._drawn, self._lock = "", threading.RLock()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._redraw, daemon=True)

    def __enter__(self) -> LiveLine:
        self.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(is_drawn=kind is None)

    def begin(self) -> None:
        """Draw it from now on."""
        output.live_line = self
        self._thread.start()

    def close(self, *, is_drawn: bool = True) -> None:
        """Erase it for good; before, draw once more where things have ended."""
        if output.live_line is not self:
            return
        self._is_over.set()
        self._thread.join()
        output.live_line = None
        if is_drawn:
            self._draw()
        self._put("")

    def above(self, text: str) -> None:
        """Write whole lines above it."""
        with self._lock:
            erase = ERASE if self._drawn else ""
            self._stream.write(f"{erase}{text}{self._drawn}")
            self._stream.flush()

    def _redraw(self) -> None:
        while not self._is_over.wait(REDRAWN_S):
            with self._lock:
                self._draw()

    def _draw(self) -> None:
        width = max(1, output.columns() - 1)  # some terminals wrap in the last column
        self._put(self._text(width))

    def _put(self, text: str) -> None:
        if text == self._drawn:
            return
        try:
            self._stream.write(ERASE + text)
            self._stream.flush()
        except (OSError, ValueError):  # nobody looks any more
            self._is_over.set()
        self._drawn = text
