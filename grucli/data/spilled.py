"""Arrays of which only what is read is in memory: the rest is in temporary files."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from grucli.files.scratch import KEPT_BYTES, Scratch, release

PIECE = 1 << 18  # numbers that are read at once

Array = TypeVar("Array", bound=npt.NDArray[Any])


def spilled(array: Array) -> Array:
    """Return an array, read-only and from a temporary file if it is large.

    Raises:
        AccessError: the file cannot be written.
    """
    if array.nbytes <= KEPT_BYTES:
        return array
    scratch = Scratch()
    for start in range(0, len(array), PIECE):
        scratch.append(np.ascontiguousarray(array[start : start + PIECE]).tobytes())
    release()  # what it was made of
    return array_of(scratch, array.dtype, array.shape[1:])  # type: ignore[return-value]


def array_of(
    scratch: Scratch, dtype: npt.DTypeLike, shape: tuple[int, ...] = ()
) -> npt.NDArray[Any]:
    """Return (n, *shape) all that a temporary file holds, read-only."""
    return np.frombuffer(scratch.view(), dtype).reshape(-1, *shape)


def memory_of(array: npt.NDArray[Any]) -> int:
    """Return the bytes that an array takes of memory: none of one from a temporary file."""
    base: Any = array
    while isinstance(base, np.ndarray):
        base = base.base
    owner = base.obj if isinstance(base, memoryview) else base
    return 0 if isinstance(owner, mmap.mmap) else array.nbytes


def pieces(array: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Yield some of an array after the other, whose memory is given back behind each."""
    for start in range(0, len(array), PIECE):
        yield array[start : start + PIECE]
        release()
