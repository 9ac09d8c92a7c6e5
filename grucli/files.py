"""Every effect on files: bounded reads, data streams, atomic writes, sweeping, locks.

After any fault, at any instant (kill -9 included), a file written here is wholly old or wholly new.
Every `OSError` leaves as an `AccessError` of one line: what, why, how to mend it.
"""

import errno
import fcntl
import gzip
import hashlib
import io
import os
import re
import stat
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from grucli.errors import AccessError, DataError, GrucliError, did_you_mean, show, show_path

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK_BYTES = 1 << 16
_GZIP_MAGIC = b"\x1f\x8b"
_SPACE = "free some space or choose another folder"
_MENDS = {
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.EFBIG: "raise the limit on file sizes (ulimit -f)",
    errno.EACCES: "check the permissions",
    errno.EPERM: "check the permissions",
    errno.EROFS: "choose another folder",
    errno.ENOENT: "create the folder first",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EIO: "check the disk",
}


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
    with _reading(path), open(path, "rb") as file:
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
    with _reading(path), _open(path, {stat.S_IFREG}) as file:
        size = os.fstat(file.fileno()).st_size
        if size > limit:
            sizes = f"{size:,} bytes, at most {limit:,} are read"
            raise oversize(f"{show_path(path)}: too large: {sizes}; is it the right file?")
        return file.read()


def consists_of(path: str | Path, pieces: Iterable[bytes | memoryview]) -> bool:
    """Return whether a regular file holds just these pieces, one after the other.

    Raises:
        AccessError: the file is missing, unreadable or not regular.
    """
    with _reading(path), _open(path, {stat.S_IFREG}) as file:
        for piece in pieces:
            for start in range(0, len(piece), CHUNK_BYTES):
                chunk = piece[start : start + CHUNK_BYTES]
                if file.read(len(chunk)) != chunk:
                    return False
        return not file.read(1)


def open_binary(path: str | Path) -> io.BufferedReader:
    """Open data for reading from its start; gzip (known by its first bytes) is unpacked.

    `read1(CHUNK_BYTES)` returns what is there without waiting for more. From the second call on it
    leaves nothing in a buffer, so `fileno()` may be asked whether more has come. A regular file
    must stay as it is until its end has been read.

    Args:
        path: a file or a FIFO, or "-" for standard input.

    Raises:
        AccessError: missing, unreadable, a folder or a device; also later, while reading.
        DataError: while reading: the gzip data are truncated or damaged, or the file has changed.
    """
    if str(path) == "-":
        stream, name = _open_stdin(), "standard input"
    else:
        with _reading(path):
            stream, name = _open(path, {stat.S_IFREG, stat.S_IFIFO}), show_path(path)
    return io.BufferedReader(_DataStream(stream, name), CHUNK_BYTES)


def check_place(path: str | Path) -> None:
    """Refuse a file that `write_atomic` cannot make for want of its folder, or for its name.

    Raises:
        AccessError: more is missing than its folder, or it is no name of a file.
    """
    with _writing(path):
        target = Path(os.path.realpath(path))
        with suppress(FileNotFoundError):
            os.lstat(target)
            return
        os.stat(target.parent.parent)


def write_atomic(
    path: str | Path,
    data: bytes | Callable[[BinaryIO], None],
    verify: Callable[[Path], object] | None = None,
) -> None:
    """Replace the file at `path` (of a link, the file it points to) wholly or not at all.

    Whatever goes wrong, the old content stays and no temporary file is left.

    Args:
        path: its folder is made if nothing else is missing.
        data: the content, or a function that writes it.
        verify: called with the temporary file, complete and on the disk, before it takes the
            place of the old one; a GrucliError refuses it.

    Raises:
        AccessError: the file cannot be written, or `verify` refused it.
    """
    with _writing(path):
        target = _target(path)
        with _temporary(target) as (temp, descriptor):
            _fill(descriptor, data)
            if verify is not None:
                _verify(path, temp, verify)
            os.replace(temp, target)
        _sync_folder(target.parent)


def append(path: str | Path, line: str) -> None:
    """Add one line (without its end) to a log, which is made if it is not there.

    Raises:
        AccessError: it cannot be written.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    with _writing(path), os.fdopen(os.open(path, flags, 0o666), "wb") as file:
        file.write(f"{line}\n".encode())


def sweep(path: str | Path) -> None:
    """Remove what killed processes left when writing `path`; call it while `path` is locked.

    Our own process number counts as gone: in a container every run may have the same one.
    """
    with suppress(OSError):
        target = _target(path)
        pattern = re.compile(rf"\.{re.escape(target.name)}\.(\d{{1,9}})\.[0-9a-f]{{16}}\.tmp")
        for name in os.listdir(target.parent):
            match = pattern.fullmatch(name)
            if match and not _runs_elsewhere(int(match[1])):
                os.unlink(target.parent / name)


@contextmanager
def lock(path: str | Path) -> Iterator[None]:
    """Hold the sole right to produce the output `path`; the kernel frees it if we are killed.

    Raises:
        AccessError: another process holds it (its number is named), or no lock can be made.
    """
    with _writing(path):
        target = _target(path)
        lock_path = target.with_name(f".{target.name}.lock")
        descriptor = _acquire(lock_path, path)
    try:
        with _writing(path):
            os.ftruncate(descriptor, 0)
            os.write(descriptor, b"%d" % os.getpid())
        yield
    finally:
        with suppress(OSError):
            os.unlink(lock_path)  # while it is still ours
        os.close(descriptor)


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
            raise AccessError(f"{self._name}: {_reason(error)}") from error

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
    return os.fdopen(sys.stdin.fileno(), "rb", closefd=False)


def _open(path: str | Path, allowed: set[int]) -> io.BufferedReader:
    mode = os.stat(path).st_mode  # before opening, which may wait or have effects
    if stat.S_IFMT(mode) not in allowed:
        raise AccessError(f"{show_path(path)}: is {_kind(mode)}; name a file")
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC), "rb")


def _target(path: str | Path) -> Path:
    try:
        target = Path(os.path.realpath(path))
    except ValueError:  # a NUL or half a surrogate pair
        raise OSError(errno.EINVAL, "not a file name") from None
    if not target.parent.exists():
        os.mkdir(target.parent)
    if target.exists() and not target.is_file():  # root could replace even /dev/null
        kind = _kind(target.stat().st_mode)
        raise AccessError(f"cannot write {show_path(path)}: it is {kind}; choose another name")
    return target


@contextmanager
def _temporary(target: Path) -> Iterator[tuple[Path, int]]:
    temp = target.with_name(f".{target.name}.{os.getpid()}.{os.urandom(8).hex()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    descriptor = os.open(temp, flags, 0o644)  # less the umask
    try:
        yield temp, descriptor
    finally:
        with suppress(OSError):  # once it has taken its place there is nothing left to remove
            os.unlink(temp)


def _fill(descriptor: int, data: bytes | Callable[[BinaryIO], None]) -> None:
    with os.fdopen(descriptor, "wb") as file:
        if callable(data):
            data(file)
        else:
            file.write(data)
        file.flush()
        if hasattr(fcntl, "F_FULLFSYNC"):  # on macOS fsync stops at the disk's own cache
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        else:
            os.fsync(descriptor)


def _verify(path: str | Path, temp: Path, verify: Callable[[Path], object]) -> None:
    try:
        verify(temp)
    except GrucliError as error:
        fault = "what was written cannot be read back"
        raise AccessError(f"cannot write {show_path(path)}: {fault}; check the disk") from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems cannot do it
            raise
    finally:
        os.close(descriptor)


def _acquire(lock_path: Path, path: str | Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    while True:
        with ExitStack() as stack:
            descriptor = os.open(lock_path, flags, 0o644)
            stack.callback(os.close, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = f"process {show(os.read(descriptor, 20).decode('ascii', 'replace'))}"
                problem = f"{show_path(path)}: is being written by {holder}"
                raise AccessError(f"{problem}; wait for it or choose another output") from None
            with suppress(FileNotFoundError):  # else the former holder removed what we locked
                if os.path.samestat(os.stat(lock_path), os.fstat(descriptor)):
                    stack.pop_all()
                    return descriptor


def _runs_elsewhere(pid: int) -> bool:
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


@contextmanager
def _reading(path: str | Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise AccessError(f"{show_path(path)}: no such file{_nearest(Path(path))}") from None
    except OSError as error:
        raise AccessError(f"{show_path(path)}: {_reason(error)}") from error
    except ValueError:
        raise AccessError(f"{show_path(path)}: not a file name; check the path") from None


@contextmanager
def _writing(path: str | Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AccessError(f"cannot write {show_path(path)}: {_reason(error)}") from error


def _nearest(path: Path) -> str:
    names: list[str] = []
    with suppress(OSError), os.scandir(path.parent) as entries:
        names = [entry.name for entry in islice(entries, 1000)]
    return did_you_mean(path.name, names) or "; check the path"


def _reason(error: OSError) -> str:
    text = show(error.strerror or error)
    mend = _MENDS.get(error.errno or 0, "check the path")
    return f"{text[:1].lower()}{text[1:]}; {mend}"


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")
