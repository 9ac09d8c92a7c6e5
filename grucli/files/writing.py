"""Files replaced wholly or not at all, logs that grow by a line, and what killed writers left."""

import errno
import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from grucli.errors import AccessError, GrucliError, show_path
from grucli.files.access_errors import kind_of, writing_errors


def check_place(path: str | Path) -> None:
    """Refuse a file that `write_atomic` cannot make for want of its folder, or for its name.

    Raises:
        AccessError: more is missing than its folder, or it is no name of a file.
    """
    with writing_errors(path):
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
    with writing_errors(path):
        target = target_of(path)
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
    with writing_errors(path), os.fdopen(os.open(path, flags, 0o666), "wb") as file:
        file.write(f"{line}\n".encode())


def sweep(path: str | Path) -> None:
    """Remove what killed processes left when writing `path`; call it while `path` is locked.

    Our own process number counts as gone: in a container every run may have the same one.
    """
    with suppress(OSError):
        target = target_of(path)
        pattern = re.compile(rf"\.{re.escape(target.name)}\.(\d{{1,9}})\.[0-9a-f]{{16}}\.tmp")
        for name in os.listdir(target.parent):
            match = pattern.fullmatch(name)
            if match and not _runs_elsewhere(int(match[1])):
                os.unlink(target.parent / name)


def target_of(path: str | Path) -> Path:
    """Return the file that is written for `path`, links followed; its folder is made.

    Raises:
        AccessError: it is a folder, a pipe, a socket or a device.
        OSError: the folder cannot be made, or it is no name of a file.
    """
    try:
        target = Path(os.path.realpath(path))
    except ValueError:  # a NUL or half a surrogate pair
        raise OSError(errno.EINVAL, "not a file name") from None
    if not target.parent.exists():
        os.mkdir(target.parent)
    if target.exists() and not target.is_file():  # root could replace even /dev/null
        kind = kind_of(target.stat().st_mode)
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
