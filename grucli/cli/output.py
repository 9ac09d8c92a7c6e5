"""The two streams: results to stdout, everything else to stderr; UTF-8 in every locale."""

import errno
import io
import os
import re
import shutil
import stat
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from grucli.errors import AccessError, ConfigError, excerpt, show_lines, show_path
from grucli.notices import Notice

if TYPE_CHECKING:
    from grucli.cli.live_line import LiveLine

WARNING = "warning: "
LONGEST_WARNING, SHORTEST_PLACE = 200, 20  # characters
HANGING = 2  # columns before what goes on in the next line of a terminal

BOM = "\ufeff"
"""Begins a CSV by which Excel tells that it is UTF-8."""

WRITE_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
"""What writing to standard output can meet, beside a reader that went away."""

live_line: "LiveLine | None" = None
"""What is drawn anew at the foot of the terminal, above which lines are said; None for nothing."""


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
    from grucli.files.places import check_place

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
        ConfigError: the file is one of the others, by whatever name; or it is none.
    """
    check_named(flag, path)
    for name, other in others.items():
        if other is not None and _is_same(path, other):
            raise ConfigError(f"{flag}: {show_path(path)} is the {name}; name another file")


def check_named(flag: str, path: str | Path) -> None:
    """Refuse what names no file: nothing, as of a variable of a shell that is empty, and "-".

    Raises:
        ConfigError: it names none.
    """
    if str(path) in ("", "-"):
        raise ConfigError(f"{flag}: '{path}' is no file; name one")


def write_file(
    path: str,
    data: bytes | Callable[[BinaryIO], None],
    verify: Callable[[Path], object] | None = None,
) -> None:
    """Write a result file wholly or not at all, as `write_atomic` does; left-overs go first."""
    from grucli.files.temporaries import sweep
    from grucli.files.writing import write_atomic

    sweep(path)
    write_atomic(path, data, verify)


def write(text: str, drawn: re.Pattern[str] | None = None) -> None:
    """Write a piece of the result; a terminal is shown what in it could act on it as escapes.

    Args:
        text: the piece.
        drawn: what in it has been drawn for a terminal, colours and all, and stays as it is.

    Raises:
        AccessError: standard output is closed.
        OSError: it cannot be written.
    """
    if live_line is not None and not _is_file(_stdout()):
        live_line.close()  # both may end up on one terminal, also through a pipe
    _stdout().write(_shown(text, drawn) if _stdout().isatty() else text)


def flush() -> None:
    """Hand what was written to the reader now; a full disk is met while it can still be said."""
    if sys.stdout is not None:
        sys.stdout.flush()


def discard() -> None:
    """Drop what is left of the result: nobody can take it, and the interpreter must not retry."""
    _drop(sys.stdout)


def say(line: str, *, as_it_is: bool = False) -> None:
    """Write one line to stderr; if nobody reads it, work goes on.

    A terminal gets it in several lines where it is too long for one.

    Args:
        line: fit to be shown.
        as_it_is: whether it stays one line even so: a command, to be copied; a picture.
    """
    if sys.stderr is None:
        return
    is_wrapped = not as_it_is and is_terminal() and len(line) > columns() // 2
    text = show_lines(_wrapped(line) if is_wrapped else line)
    try:
        if live_line is not None:
            live_line.above(text + "\n")
            return
        sys.stderr.write(text + "\n")
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


def has_colour(is_refused: bool) -> bool:
    """Whether results may be in colour: on a terminal that has any, unless somebody says no."""
    if is_refused or os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb":
        return False
    return sys.stdout is not None and sys.stdout.isatty()


def has_braille() -> bool:
    """Whether a terminal may be trusted with braille: not the console, nor other charsets."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    charset = next(filter(None, names), "").partition(".")[2].partition("@")[0]
    is_utf8 = charset.lower().replace("-", "") in ("", "utf8")
    return is_utf8 and os.environ.get("TERM") != "linux"


def columns() -> int:
    """Return the columns of the terminal at present, 80 if it does not tell."""
    try:
        found = os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError, AttributeError):
        found = 0
    return found or shutil.get_terminal_size().columns


def _shown(text: str, drawn: re.Pattern[str] | None) -> str:
    if drawn is None:
        return show_lines(text)
    pieces, last = [], 0
    for match in drawn.finditer(text):
        pieces += [show_lines(text[last : match.start()]), match[0]]
        last = match.end()
    return "".join([*pieces, show_lines(text[last:])])


def _wrapped(line: str) -> str:
    """Return a line as several of the terminal's width, all but the first one indented."""
    from grucli.report.tables import wrapped

    return "\n".join(wrapped(line, columns(), HANGING))


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


def _is_file(stream: TextIO) -> bool:
    """Whether what is written to a stream goes into a regular file."""
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def _drop(stream: TextIO) -> None:
    """Let what is buffered, and all that follows, vanish; a flush at exit would fail again."""
    with suppress(OSError, AttributeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
