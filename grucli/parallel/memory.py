"""Memory that processes share: arrays in a file without a name, and things that are made of arrays.

It is freed with the last process that uses it, however that ends.
"""

from __future__ import annotations

import mmap
import os
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.engine.params import Shape
from grucli.files import effects
from grucli.files.scratch import mapped, views

Place = tuple[int, int | None, int]
"""Of what is lent: its bytes, the temporary file that holds them, if one does, and where there."""


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
            effects.truncate(self.file, self._end)
        return np.frombuffer(mmap.mmap(self.file, size, offset=start), dtype).reshape(shape)

    def lend(self, thing: object) -> list[Place]:
        """Put a thing here that can be pickled; return what `borrow` wants to know.

        Arrays that are in temporary files stay there.
        """
        buffers: list[pickle.PickleBuffer] = []
        words = pickle.dumps(thing, protocol=5, buffer_callback=buffers.append)
        return [self._place(part) for part in (memoryview(words), *(b.raw() for b in buffers))]

    def borrow(self, lent: Sequence[Place]) -> Any:
        """Return the thing that was lent next, whose arrays are nobody's to change.

        Raises:
            OSError: a temporary file cannot be mapped.
        """
        parts = [self._part(*place) for place in lent]
        for part in parts:
            part.flags.writeable = False
        return pickle.loads(parts[0].data, buffers=parts[1:])

    def _place(self, part: memoryview) -> Place:
        """Return where bytes are for other processes, copied if they are nowhere yet."""
        array = np.frombuffer(part, np.uint8) if len(part) else np.zeros(0, np.uint8)
        for view, file in views().items():
            offset = array.ctypes.data - np.frombuffer(view, np.uint8).ctypes.data
            if array.size and 0 <= offset <= len(view) - array.size:
                return array.size, file, offset
        self.allocate(array.shape, np.uint8)[...] = array
        return array.size, None, 0

    def _part(self, size: int, file: int | None, offset: int) -> npt.NDArray[np.uint8]:
        """Return the bytes at a place."""
        if file is None:
            return self.allocate((size,), np.uint8)
        return np.frombuffer(mapped(file, offset + size), np.uint8, size, offset)


@contextmanager
def memory_file() -> Iterator[int]:
    """Open a file without a name, whose memory is freed with the last process that uses it."""
    file = os.memfd_create("grucli") if hasattr(os, "memfd_create") else effects.open_unnamed()
    try:
        yield file
    finally:
        os.close(file)
