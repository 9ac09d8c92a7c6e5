"""Where a file goes that somebody names: links followed, a missing folder made."""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

from grucli.errors import AccessError, show_path
from grucli.files import effects
from grucli.files.access_errors import kind_of, writing_errors


def check_place(path: str | Path) -> None:
    """Refuse a file that cannot be made: for want of its folder, for its name, or as it is none.

    Raises:
        AccessError: more is missing than its folder, it is no name of a file, or it is a folder,
            a pipe, a socket or a device.
    """
    with writing_errors(path):
        target = _target(path)
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
    target = _target(path)
    if not target.parent.exists():
        effects.make_folder(target.parent)
    return target


def _target(path: str | Path) -> Path:
    """Return the file that `path` names, links followed, be it there or not."""
    try:
        target = Path(os.path.realpath(path))
    except ValueError:  # a NUL or half a surrogate pair
        raise OSError(errno.EINVAL, "not a file name") from None
    with suppress(FileNotFoundError):
        mode = os.stat(path).st_mode  # of what the links lead to, which may have no name: a pipe
        if not stat.S_ISREG(mode):  # root could replace even /dev/null
            kind = kind_of(mode)
            raise AccessError(f"cannot write {show_path(path)}: it is {kind}; choose another name")
    return target


def is_at(path: str | Path, descriptor: int) -> bool:
    """Tell whether an open file is still the one at `path`: nobody has removed it."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    return False
