"""What need not stay in memory: files without a name, gone with the process."""

import mmap
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from grucli.errors import AccessError, show_path
from grucli.files import effects
from grucli.files.access_errors import reason

KEPT_BYTES = 1 << 22
"""Fewer stay in memory, so that small data need no folder for temporary files."""
_mapped: weakref.WeakKeyDictionary[mmap.mmap, int] = weakref.WeakKeyDictionary()
"""Each view, and a descriptor of its file."""


class Scratch:
    """Bytes, one after the other, to be read again at any place.

    Beyond KEPT_BYTES they are in a file in the folder that TMPDIR names.
    """

    def __init__(self) -> None:
        self._file: int | None = None  # its descriptor
        self._written = 0
        self._waiting = bytearray()

    def __len__(self) -> int:
        """Return the number of bytes."""
        return self._written + len(self._waiting)

    def append(self, data: bytes | memoryview) -> int:
        """Add bytes; return where they begin.

        Raises:
            AccessError: they cannot be written.
        """
        start = len(self)
        self._waiting += data
        if len(self._waiting) > KEPT_BYTES:
            self._write()
        return start

    def read(self, start: int, size: int) -> bytes:
        """Return `size` bytes from `start` on, all of which were added.

        Raises:
            AccessError: they cannot be read.
        """
        if self._file is None or start >= self._written:
            start -= self._written
            return bytes(self._waiting[start : start + size])
        if start + size > self._written:
            self._write()
        with _errors():
            return effects.read_at(self._file, size, start)

    def view(self) -> bytes | mmap.mmap:
        """Return all bytes, read-only: those of a file are not in memory before they are read.

        Raises:
            AccessError: they cannot be written or mapped.
        """
        if self._file is None:
            return bytes(self._waiting)
        self._write()
        with _errors():
            return mapped(self._file, self._written)

    def _write(self) -> None:
        with _errors():
            if self._file is None:
                self._file = effects.open_unnamed()
                weakref.finalize(self, _close, self._file)
            left = memoryview(bytes(self._waiting))
            while left:
                left = left[effects.write(self._file, left) :]
            self._written += len(self._waiting)
            self._waiting.clear()


def mapped(descriptor: int, size: int) -> mmap.mmap:
    """Return the first bytes of a file as a view of it that `release` knows.

    Raises:
        OSError: they cannot be mapped.
    """
    view = mmap.mmap(descriptor, size, prot=mmap.PROT_READ)
    _mapped[view] = own = os.dup(descriptor)
    weakref.finalize(view, _close, own)
    return view


def views() -> dict[mmap.mmap, int]:
    """Return all views that there are, each with a descriptor of its file."""
    return dict(_mapped)


def release() -> None:
    """Give the memory of all views back; what is read again comes from its file again."""
    for view in _mapped:
        view.madvise(mmap.MADV_DONTNEED)


def _close(descriptor: int) -> None:
    with suppress(OSError):  # all that was wanted has been read
        effects.close(descriptor)


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        import tempfile

        folder = tempfile.tempdir or os.environ.get("TMPDIR", "")
        place = f" in {show_path(folder)}" if folder else ""
        raise AccessError(
            f"cannot keep data in temporary files{place} (TMPDIR names the folder): {reason(error)}"
        ) from error
