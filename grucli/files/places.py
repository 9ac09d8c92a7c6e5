"""Where a file goes that somebody names: links followed, a missing folder made."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from grucli.errors import AccessError, show_path
from grucli.files import effects
from grucli.files.access_errors import kind_of, writing_errors


def check_place(path: str | Path) -> None:
    """Refuse a file that cannot be made for want of its folder, or for its name.

    Raises:
        AccessError: more is missing than its folder, or it is no name of a file.
    """
    with writing_errors(path):
        target = Path(os.path.realpath(path))
        with suppress(FileNotFoundError):
            os.lstat(target)
            return
        os.stat(target.parent.parent)


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
        effects.make_folder(target.parent)
    if target.exists() and not target.is_file():  # root could replace even /dev/null
        kind = kind_of(target.stat().st_mode)
        raise AccessError(f"cannot write {show_path(path)}: it is {kind}; choose another name")
    return target


def is_at(path: str | Path, descriptor: int) -> bool:
    """Tell whether an open file is still the one at `path`: nobody has removed it."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    return False
