"""Arrays of which only what is read is in memory: the rest is in temporary files."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from grucli.files.scratch import KEPT_BYTES, Scratch, release

PIECE = 1 << 18  # numbers that are read at once
FOLIO, FOLIOS = 1 << 21, 32  # bytes that come at once, and how many of these there are at a time

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


def taken(array: npt.NDArray[Any], rows: npt.NDArray[np.integer[Any]]) -> npt.NDArray[Any]:
    """Return these rows of an array.

    Of one from a temporary file some are read at a time: each may bring two megabytes with it.
    """
    if memory_of(array) or not len(array):
        return array.take(rows, axis=0)
    order = np.argsort(rows, kind="stable")  # neighbours are read together
    found = np.empty((len(rows), *array.shape[1:]), array.dtype)
    parts = max(1, len(np.unique(rows * array.strides[0] // FOLIO)) // FOLIOS)
    for some in np.array_split(order, parts):
        found[some] = array.take(rows[some], axis=0)
        release()
    return found


def pieces(array: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Yield some of an array after the other, whose memory is given back behind each."""
    for start in range(0, len(array), PIECE):
        yield array[start : start + PIECE]
        release()
