"""Data as a stream from a file, a FIFO or standard input, unpacked if it is gzip."""

import gzip
import io
import os
import stat
import sys
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from grucli import activity
from grucli.errors import AccessError, DataError, show_path
from grucli.files import effects
from grucli.files.access_errors import reading_errors, reason
from grucli.files.whole_files import CHUNK_BYTES, open_only

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_GZIP_MAGIC = b"\x1f\x8b"


def open_binary(path: str | Path, called: str | Path | None = None) -> io.BufferedReader:
    """Open data for reading from its start; gzip (known by its first bytes) is unpacked.

    `read1(CHUNK_BYTES)` returns what is there without waiting for more. From the second call on it
    leaves nothing in a buffer, so `fileno()` may be asked whether more has come. A regular file
    must stay as it is until its end has been read.

    Args:
        path: a file or a FIFO, or "-" for standard input.
        called: the path that names the data in messages, if not `path` itself.

    Raises:
        AccessError: missing, unreadable, a folder or a device; also later, while reading.
        DataError: while reading: the gzip data are truncated or damaged, or the file has changed.
    """
    if str(path) == "-":
        stream, name = _open_stdin(), "standard input"
    else:
        name = show_path(called or path)
        activity.at(f"reading {name}")
        with reading_errors(path):
            stream = open_only(path, {stat.S_IFREG, stat.S_IFIFO})
    return io.BufferedReader(_DataStream(stream, name), CHUNK_BYTES)


def size_of(stream: io.BufferedIOBase) -> int:
    """Return the size of the regular file that a stream reads [bytes, as stored]; 0 of others."""
    try:
        return _version(stream.fileno())[0]
    except OSError:  # it is in memory
        return 0


class _DataStream(io.RawIOBase):
    """A stream, unpacked if it is gzip, whose faults are GrucliErrors that name the data."""

    def __init__(self, stream: io.BufferedReader, name: str) -> None:
        self._stream = stream
        self._name = name
        self._content: io.BufferedIOBase | None = None
        self._version = _version(stream.fileno())

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._stream.fileno()

    def readinto(self, buffer: "WriteableBuffer") -> int:
        try:
            if self._content is None:  # not earlier: the producer may not have begun
                packed = self._stream.peek(2)[:2] == _GZIP_MAGIC
                self._content = gzip.GzipFile(fileobj=self._stream) if packed else self._stream
            data = self._content.read1(len(memoryview(buffer)))  # readinto1 may wait for more
            memoryview(buffer)[: len(data)] = data
            if not data:
                self._check_unchanged()
            return len(data)
        except EOFError:
            raise DataError(f"{self._name}: gzip data is truncated; copy it again") from None
        except (gzip.BadGzipFile, zlib.error):
            raise DataError(f"{self._name}: gzip data is damaged; copy it again") from None
        except OSError as error:
            raise AccessError(f"{self._name}: {reason(error)}") from error

    def _check_unchanged(self) -> None:
        now = _version(self._stream.fileno())
        if now != self._version:
            before, after = self._version[0], now[0]
            sizes = "" if before == after else f", from {before:,} to {after:,} bytes"
            raise DataError(
                f"{self._name}: changed while it was read{sizes}; wait until it is complete, or "
                "read a copy"
            )

    def close(self) -> None:
        with suppress(OSError):  # all that was wanted has been read
            self._stream.close()
        super().close()


def _version(descriptor: int) -> tuple[int, int]:
    """Return size [bytes] and time of the last change [ns] of a regular file, else zeros."""
    status = os.fstat(descriptor)
    return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else (0, 0)


def _open_stdin() -> io.BufferedReader:
    if sys.stdin is None or sys.stdin.closed:
        raise AccessError("standard input is closed; name a file or pipe data in")
    return effects.reader(sys.stdin.fileno(), owned=False)
