"""The sole right to produce an output, which the kernel takes back from a killed process."""

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from grucli.errors import AccessError, show, show_path
from grucli.files import effects
from grucli.files.access_errors import writing_errors
from grucli.files.places import is_at, target_of


@contextmanager
def lock(path: str | Path) -> Iterator[None]:
    """Hold the sole right to produce the output `path`; the kernel frees it if we are killed.

    Raises:
        AccessError: another process holds it (its number is named), or no lock can be made.
    """
    with writing_errors(path):
        target = target_of(path)
        lock_path = target.with_name(f".{target.name}.lock")
        descriptor = _acquire(lock_path, path)
    try:
        with writing_errors(path):
            effects.truncate(descriptor, 0)
            effects.write(descriptor, b"%d" % os.getpid())
        yield
    finally:
        with suppress(OSError):
            effects.unlink(lock_path)  # while it is still ours
        with suppress(OSError):
            effects.close(descriptor)


def _acquire(lock_path: Path, path: str | Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
    while True:
        with ExitStack() as stack:
            descriptor = effects.open(lock_path, flags)
            stack.callback(effects.close, descriptor)
            is_ours = effects.lock(descriptor)
            if is_ours is None:
                raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
            if not is_ours:
                holder = f"process {show(os.read(descriptor, 20).decode('ascii', 'replace'))}"
                problem = f"{show_path(path)}: is being written by {holder}"
                raise AccessError(f"{problem}; wait for it or choose another output")
            if is_at(lock_path, descriptor):  # else the former holder removed what we locked
                stack.pop_all()
                return descriptor
