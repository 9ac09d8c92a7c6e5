"""Regular files read whole and once: their bytes, their hash, whether they hold what was meant."""

import hashlib
import io
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from grucli.errors import AccessError, GrucliError, show_path
from grucli.files import effects
from grucli.files.access_errors import kind_of, reading_errors

CHUNK_BYTES = 1 << 16


def sha256(data: bytes | memoryview) -> str:
    """Return the SHA-256 of `data` in 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_of(path: str | Path) -> str | None:
    """Return the SHA-256 of a regular file; None of standard input ("-") or a pipe.

    Raises:
        AccessError: it is not there any more, or unreadable.
    """
    if str(path) == "-" or Path(path).is_fifo():
        return None
    with reading_errors(path), effects.reader(effects.open(path, os.O_RDONLY)) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_bytes(path: str | Path, limit: int, oversize: type[GrucliError] = AccessError) -> bytes:
    """Read a whole regular file, once, so that a replacement meanwhile cannot mix in.

    Args:
        path: the file.
        limit: [bytes] a larger file is refused before anything of it is read.
        oversize: the error that a larger file is.

    Raises:
        AccessError: the file is missing, unreadable or not regular.
    """
    with reading_errors(path), open_only(path, {stat.S_IFREG}) as file:
        size = os.fstat(file.fileno()).st_size
        if size > limit:
            sizes = f"{size:,} bytes, at most {limit:,} are read"
            raise oversize(f"{show_path(path)}: too large: {sizes}; is it the right file?")
        return file.read(size)


def consists_of(path: str | Path, pieces: Iterable[bytes | memoryview]) -> bool:
    """Return whether a regular file holds just these pieces, one after the other.

    Raises:
        AccessError: the file is missing, unreadable or not regular.
    """
    with reading_errors(path), open_only(path, {stat.S_IFREG}) as file:
        for piece in pieces:
            for start in range(0, len(piece), CHUNK_BYTES):
                chunk = piece[start : start + CHUNK_BYTES]
                if file.read(len(chunk)) != chunk:
                    return False
        return not file.read(1)


def open_only(path: str | Path, allowed: set[int]) -> io.BufferedReader:
    """Open a file for reading if its type (of `stat.S_IFMT`) is one of those allowed.

    Raises:
        AccessError: it is something else.
        OSError: it cannot be opened.
    """
    mode = os.stat(path).st_mode  # before opening, which may wait or have effects
    if stat.S_IFMT(mode) not in allowed:
        raise AccessError(f"{show_path(path)}: is {kind_of(mode)}; name a file")
    return effects.reader(effects.open(path, os.O_RDONLY))
