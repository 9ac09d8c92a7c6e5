"""Memory that is not there: how libraries show it, and what a user is told."""

from __future__ import annotations

import errno
import mmap
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from grucli.errors import AccessError

if TYPE_CHECKING:
    from grucli.training.session import Session

MEND = "end other programs, or raise the limit on memory (ulimit -v)"
LEAST = 128 << 20
"""Bytes that NumPy and its linear algebra take, nearly all of them for buffers."""
_PRODUCT = 256  # rows of a product that is divided among threads

_SIGNS = ("failed to map segment", "cannot map", "cannot allocate", "can't start new thread")
"""What the loader of libraries and the starter of threads say; they raise no MemoryError."""


def is_short(error: BaseException) -> bool:
    """Tell whether an error, or one that it comes from, means that memory is short."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, MemoryError):
            return True
        if isinstance(found, OSError) and found.errno == errno.ENOMEM:
            return True
        if isinstance(found, SystemError) and is_limited():
            return True  # what extensions raise that forget to look for it
        text = str(found).lower()
        is_of_loader = isinstance(found, ImportError | OSError | RuntimeError)
        if is_of_loader and any(sign in text for sign in _SIGNS):
            return True
        found = found.__cause__ or found.__context__
    return False


def is_limited() -> bool:
    """Tell whether memory is limited (ulimit -v)."""
    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY


def reserve() -> None:
    """Take what the linear algebra needs, where memory is limited (ulimit -v).

    OpenBLAS would end the process with exit code 1 at the product for which it finds none; its
    buffers stay, once it has them.

    Raises:
        AccessError: there is not enough.
    """
    if not is_limited():
        return
    try:
        mmap.mmap(-1, LEAST).close()
    except OSError:
        raise AccessError(f"out of memory: {LEAST >> 20} MiB to begin with; {MEND}") from None
    import numpy as np

    square = np.ones((_PRODUCT, _PRODUCT))
    square @ square


@contextmanager
def of_training(session: Session) -> Iterator[None]:
    """Let what a training cannot hold be told with the settings that decide how much it is.

    Raises:
        AccessError: memory is short.
    """
    try:
        yield
    except Exception as error:
        if not is_short(error) or not hasattr(session, "prepared"):
            raise
        config = session.prepared.config
        batch, length = config.training.batch_size, config.data.max_length
        raise AccessError(
            f"out of memory at training.batch_size {batch}, data.max_length {length} and "
            f"model.hidden_size {config.model.hidden_size}; set one of them lower"
        ) from error
