"""Failures of the system as a user meets them: an `AccessError` with a way to mend it."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from grucli.errors import AccessError, show, show_path
from grucli.files.near_names import nearest

_SPACE = "free some space or choose another folder"
_MENDS = {
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.EFBIG: "raise the limit on file sizes (ulimit -f)",
    errno.ENOMEM: "end other programs",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.EACCES: "check the permissions",
    errno.EPERM: "check the permissions",
    errno.EROFS: "choose another folder",
    errno.ENOENT: "create the folder first",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EIO: "check the disk",
}


@contextmanager
def reading_errors(path: str | Path) -> Iterator[None]:
    """Context in which a failure to read `path` is an `AccessError` that names it."""
    try:
        yield
    except FileNotFoundError:
        if not str(path):
            raise AccessError("'': is no file name; is a variable of the shell empty?") from None
        raise AccessError(f"{show_path(path)}: no such file{_nearest(Path(path))}") from None
    except OSError as error:
        raise AccessError(f"{show_path(path)}: {reason(error)}") from error
    except ValueError:
        raise AccessError(f"{show_path(path)}: not a file name; check the path") from None


@contextmanager
def writing_errors(path: str | Path) -> Iterator[None]:
    """Context in which a failure to write `path` is an `AccessError` that names it."""
    try:
        yield
    except OSError as error:
        raise AccessError(f"cannot write {show_path(path)}: {reason(error)}") from error


def reason(error: OSError) -> str:
    """Return what the system says, and what mends it."""
    text = show(error.strerror or error)
    mend = _MENDS.get(error.errno or 0, "check the path")
    return f"{text[:1].lower()}{text[1:]}; {mend}"


def kind_of(mode: int) -> str:
    """Return in words what a path of this mode is that is no regular file."""
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")


def _nearest(path: Path) -> str:
    """Return which file of the folder may be meant, or else what to check."""
    if not path.parent.is_dir():
        return f"; there is no folder '{show_path(path.parent)}'"
    names: list[str] = []
    with suppress(OSError), os.scandir(path.parent) as entries:
        names = [entry.name for entry in islice(entries, 1000)]
    return nearest(path.name, names) or "; check the path"
