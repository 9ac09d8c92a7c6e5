"""Memory that processes share: arrays in a file without a name, and things that are made of arrays.

It is freed with the last process that uses it, however that ends.
"""

from __future__ import annotations

import mmap
import os
import pickle
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.engine.params import Shape


class Memory:
    """Arrays in one file that exists in memory only; who asks alike gets the same ones.

    Attributes:
        file: its descriptor.
    """

    def __init__(self, file: int) -> None:
        self.file, self._end = file, 0

    def allocate(self, shape: Shape, dtype: Any) -> npt.NDArray[Any]:
        """Return the next array: zeros, or what any process has written there."""
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if not size:
            return np.zeros(shape, dtype)
        start = self._end
        self._end += -(-size // mmap.ALLOCATIONGRANULARITY) * mmap.ALLOCATIONGRANULARITY
        if os.fstat(self.file).st_size < self._end:
            os.ftruncate(self.file, self._end)
        return np.frombuffer(mmap.mmap(self.file, size, offset=start), dtype).reshape(shape)

    def lend(self, thing: object) -> list[int]:
        """Put a thing here that can be pickled; return what `borrow` wants to know."""
        buffers: list[pickle.PickleBuffer] = []
        words = pickle.dumps(thing, protocol=5, buffer_callback=buffers.append)
        parts = [memoryview(words), *(buffer.raw() for buffer in buffers)]
        for part in parts:
            self.allocate((part.nbytes,), np.uint8)[...] = part
        return [part.nbytes for part in parts]

    def borrow(self, sizes: Sequence[int]) -> Any:
        """Return the thing that was lent next, whose arrays are nobody's to change."""
        parts = [self.allocate((size,), np.uint8) for size in sizes]
        for part in parts:
            part.flags.writeable = False
        return pickle.loads(parts[0].data, buffers=parts[1:])


@contextmanager
def memory_file() -> Iterator[int]:
    """Open a file without a name, whose memory is freed with the last process that uses it."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("grucli")
        try:
            yield file
        finally:
            os.close(file)
    else:
        with tempfile.TemporaryFile() as temporary:
            yield temporary.fileno()
