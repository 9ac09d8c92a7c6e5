"""Files on their way to a name: made beside it, locked while they are alive, swept when not.

A writer locks its temporary file, and the kernel takes the lock from a process that ends, however.
So whoever can lock a temporary file knows that nobody writes it: the number in its name, which is
for people, would be another process's in another container, or after some time.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from grucli.files import effects
from grucli.files.places import is_at

NEW_MODE = 0o644  # of a file that is not there yet, less the umask
OWN_MODE = 0o600  # of one that is to replace another, until it has the mode of that


@contextmanager
def temporary(target: Path) -> Iterator[tuple[Path, int]]:
    """Make an empty file beside `target`, which is removed in the end if it is still there.

    Raises:
        OSError: it cannot be made.
    """
    temp, descriptor = _made(target)
    try:
        yield temp, descriptor
    finally:
        with suppress(OSError):  # once it has taken its place there is nothing left to remove
            effects.unlink(temp)
        with suppress(OSError):  # syncing has told of all that can have failed
            effects.close(descriptor)


def take_mode(descriptor: int, target: Path) -> None:
    """Let those read a file, and write it, who may do so with the one that it is to replace."""
    with suppress(OSError):  # there is none, or the file system has no modes
        effects.set_mode(descriptor, os.stat(target).st_mode & 0o777)


def sweep(path: str | Path) -> None:
    """Remove the temporary files that killed processes have left when writing `path`."""
    with suppress(OSError, ValueError):
        target = Path(os.path.realpath(path))
        pattern = re.compile(rf"\.{re.escape(target.name)}\.\d{{1,9}}\.[0-9a-f]{{16}}\.tmp")
        for name in filter(pattern.fullmatch, os.listdir(target.parent)):
            _remove_dead(target.parent / name)


def _made(target: Path) -> tuple[Path, int]:
    """Return a new file that is locked."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    mode = OWN_MODE if target.exists() else NEW_MODE
    while True:
        temp = target.with_name(f".{target.name}.{os.getpid()}.{os.urandom(8).hex()}.tmp")
        descriptor = effects.open(temp, flags, mode)
        try:
            is_ours = effects.lock(descriptor)
        except OSError:
            _drop(temp, descriptor)
            raise
        if is_ours is None or (is_ours and is_at(temp, descriptor)):
            return temp, descriptor
        _drop(temp, descriptor)  # somebody has swept it before it was locked


def _drop(temp: Path, descriptor: int) -> None:
    with suppress(OSError):
        effects.unlink(temp)
    with suppress(OSError):
        effects.close(descriptor)


def _remove_dead(temp: Path) -> None:
    with suppress(OSError):
        descriptor = effects.open(temp, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            if effects.lock(descriptor):
                effects.unlink(temp)
        finally:
            effects.close(descriptor)
