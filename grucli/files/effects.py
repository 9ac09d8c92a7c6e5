"""What is asked of the file system, a function for each effect: all of grucli asks it here.

Tests put other functions in their place, so that the nth effect fails, or the process dies there.
"""

from __future__ import annotations

import errno
import fcntl
import io
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})


def open(path: str | Path, flags: int, mode: int = 0o644) -> int:
    """Return a descriptor, which other programs do not inherit; a new file has `mode`."""
    return os.open(path, flags | os.O_CLOEXEC, mode)


def open_unnamed() -> int:
    """Return a descriptor of a new file without a name, in the folder that TMPDIR names."""
    import tempfile  # late: it takes 6 ms, and an answer to one line need not wait

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def read(descriptor: int, buffer: WriteableBuffer) -> int:
    """Fill the first bytes of a buffer; return how many, 0 at the end."""
    return os.readv(descriptor, [buffer])


def read_at(descriptor: int, size: int, start: int) -> bytes:
    """Return bytes from `start` on, fewer only at the end."""
    return os.pread(descriptor, size, start)


def write(descriptor: int, data: ReadableBuffer) -> int:
    """Write the first bytes of `data`; return how many."""
    return os.write(descriptor, data)


def sync(descriptor: int) -> None:
    """Return once a file, or the names in a folder, will outlast a loss of power."""
    if hasattr(fcntl, "F_FULLFSYNC"):  # on macOS fsync stops at the disk's own cache
        with suppress(OSError):  # not all file systems know it
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def truncate(descriptor: int, size: int) -> None:
    """Make a file as long as this."""
    os.ftruncate(descriptor, size)


def set_mode(descriptor: int, mode: int) -> None:
    """Let those read and write a file whom `mode` lets."""
    os.fchmod(descriptor, mode)


def lock(descriptor: int) -> bool | None:
    """Lock an open file, unless another process has; whoever dies, unlocks.

    Returns:
        whether it is ours now; None where the file system has no locks.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in _NO_LOCKS:
            return None
        raise
    return True


def close(descriptor: int) -> None:
    """Close a file; the descriptor is gone even if that fails."""
    os.close(descriptor)


def replace(path: str | Path, target: str | Path) -> None:
    """Give a file the name of another, which is gone at the same instant."""
    os.replace(path, target)


def unlink(path: str | Path) -> None:
    """Remove a file."""
    os.unlink(path)


def make_folder(path: str | Path) -> None:
    """Make a folder in one that is there."""
    os.mkdir(path)


def writer(descriptor: int) -> io.BufferedWriter:
    """Return a stream into a file, which stays open when the stream is closed."""
    return io.BufferedWriter(_Raw(descriptor, "wb", closefd=False))


def reader(descriptor: int, *, owned: bool = True) -> io.BufferedReader:
    """Return a stream of what is in a file; if `owned`, the file is closed with it."""
    return io.BufferedReader(_Raw(descriptor, "rb", closefd=False, owned=owned))


class _Raw(io.FileIO):
    """A file below a buffer, of which each read, each write and the end is an effect."""

    def __init__(self, descriptor: int, mode: str, closefd: bool, owned: bool = False) -> None:
        super().__init__(descriptor, mode, closefd)
        self._descriptor, self._owned = descriptor, owned

    def readinto(self, buffer: WriteableBuffer) -> int:
        return read(self._descriptor, buffer)

    def write(self, data: ReadableBuffer) -> int:
        return write(self._descriptor, data)

    def close(self) -> None:
        was_open = not self.closed
        super().close()
        if was_open and self._owned:
            close(self._descriptor)
