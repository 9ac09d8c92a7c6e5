"""The two streams: results to stdout, everything else to stderr; UTF-8 in every locale."""

import errno
import io
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from grucli.errors import AccessError, ConfigError, excerpt, show_path
from grucli.notices import Notice

WARNING = "warning: "
LONGEST_WARNING, SHORTEST_PLACE = 200, 20  # characters

WRITE_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
"""What writing to standard output can meet, beside a reader that went away."""


def prepare() -> None:
    """Make both streams UTF-8, whatever the locale says."""
    for stream, errors in ((sys.stdout, "surrogateescape"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors, newline="\n")


def check_target(path: str | None, force: bool) -> None:
    """Refuse, before anything is read, a result that has no place to go.

    Args:
        path: of the result file; None for standard output.
        force: whether an existing file may be replaced.

    Raises:
        AccessError: the file exists, or cannot; standard output is closed.
    """
    if path is None:
        _stdout()
        return
    from grucli.files.writing import check_place

    check_place(path)
    if Path(path).exists() and not force:
        raise AccessError(f"{show_path(path)}: exists; pass --force to replace it")


def check_apart(flag: str, path: str | Path, others: Mapping[str, str | Path | None]) -> None:
    """Refuse, before anything is read, a result file that would replace what must stay.

    Args:
        flag: that asks for the file.
        path: of the file.
        others: what the command reads, or writes too, by what it is; "-" is standard input, None
            is nothing.

    Raises:
        ConfigError: the file is one of the others, by whatever name; or it is "-", which is none.
    """
    if str(path) == "-":
        raise ConfigError(f"{flag}: '-' is no file; name one")
    for name, other in others.items():
        if other is not None and _is_same(path, other):
            raise ConfigError(f"{flag}: {show_path(path)} is the {name}; name another file")


def write_file(path: str, data: bytes | Callable[[BinaryIO], None]) -> None:
    """Write a result file wholly or not at all, as `write_atomic` does; left-overs go first."""
    from grucli.files.writing import sweep, write_atomic

    sweep(path)
    write_atomic(path, data)


def write(text: str) -> None:
    """Write a piece of the result.

    Raises:
        AccessError: standard output is closed.
        OSError: it cannot be written.
    """
    _stdout().write(text)


def flush() -> None:
    """Hand what was written to the reader now; a full disk is met while it can still be said."""
    if sys.stdout is not None:
        sys.stdout.flush()


def discard() -> None:
    """Drop what is left of the result: nobody can take it, and the interpreter must not retry."""
    _drop(sys.stdout)


def say(line: str) -> None:
    """Write one line to stderr; if nobody reads it, work goes on."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        _drop(sys.stderr)


def warning_line(notice: Notice) -> str:
    """Return a warning that ends with its name; where it is too long, of a path the end stays."""
    name = f" [{notice.name}]"
    room = LONGEST_WARNING - len(WARNING) - len(name)
    text, (place, colon, rest) = notice.text, notice.text.partition(": ")
    if len(text) > room and " " not in place:
        text = show_path(place, max(SHORTEST_PLACE, room - len(colon + rest))) + colon + rest
    return f"{WARNING}{excerpt(text, room)}{name}"


def is_terminal() -> bool:
    """Whether stderr is a terminal on which a line can be drawn anew."""
    if sys.stderr is None or os.environ.get("TERM") == "dumb":
        return False
    return sys.stderr.isatty()


def _is_same(path: str | Path, other: str | Path) -> bool:
    """Whether both lead to one file, which may not be there yet."""
    try:
        if str(other) == "-":
            return os.path.samestat(os.stat(path), os.fstat(0))
        is_same_place = os.path.realpath(path) == os.path.realpath(other)
        return is_same_place or os.path.samefile(path, other)
    except (OSError, ValueError):  # one of them is not there, or is no name of a file
        return False


def _stdout() -> TextIO:
    if sys.stdout is None or sys.stdout.closed:
        raise AccessError("standard output is closed; redirect it to a file")
    return sys.stdout


def _drop(stream: TextIO) -> None:
    """Let what is buffered, and all that follows, vanish; a flush at exit would fail again."""
    with suppress(OSError, AttributeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
