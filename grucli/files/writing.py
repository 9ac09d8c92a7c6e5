"""Files replaced wholly or not at all, and logs that grow by a line."""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from grucli.errors import AccessError, GrucliError, show_path
from grucli.files import effects
from grucli.files.access_errors import writing_errors
from grucli.files.places import target_of
from grucli.files.temporaries import take_mode, temporary


def write_atomic(
    path: str | Path,
    data: bytes | Callable[[BinaryIO], None],
    verify: Callable[[Path], object] | None = None,
) -> None:
    """Replace the file at `path` (of a link, the file it points to) wholly or not at all.

    Whatever goes wrong, the old content stays and no temporary file is left. Who may read the old
    file may read the new one.

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
        with temporary(target) as (temp, descriptor):
            with effects.writer(descriptor) as file:
                if callable(data):
                    data(file)
                else:
                    file.write(data)
            take_mode(descriptor, target)
            effects.sync(descriptor)
            if verify is not None:
                _verify(path, temp, verify)
            effects.replace(temp, target)
        _sync_folder(target.parent)


def append(path: str | Path, line: str) -> None:
    """Add one line (without its end) to a log, which is made if it is not there.

    Raises:
        AccessError: it cannot be written; the log is as it was.
    """
    with writing_errors(path):
        descriptor = effects.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            size = os.fstat(descriptor).st_size
            try:
                with effects.writer(descriptor) as file:
                    file.write(f"{line}\n".encode())
            except OSError:
                with suppress(OSError):  # half a line may stand there; a pipe has no size
                    effects.truncate(descriptor, size)
                raise
        finally:
            effects.close(descriptor)


def _verify(path: str | Path, temp: Path, verify: Callable[[Path], object]) -> None:
    try:
        verify(temp)
    except GrucliError as error:
        fault = "what was written cannot be read back"
        raise AccessError(f"cannot write {show_path(path)}: {fault}; check the disk") from error


def _sync_folder(folder: Path) -> None:
    descriptor = effects.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        effects.sync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems cannot do it
            raise
    finally:
        effects.close(descriptor)
