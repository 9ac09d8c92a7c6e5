"""Named buffers which forward fills and backward reads."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from grucli.engine.packing import Floats


class Tape:
    """Buffers of one layer: allocated once, grown to the largest batch, sliced for each batch.

    A tape belongs to a layer's caller, not to its weights: forward overwrites it, backward uses it
    up, and whoever wants to look inside reads it in between.
    """

    def __init__(self, dtype: Any) -> None:
        """Start empty; `dtype` is that of every buffer."""
        self.dtype = np.dtype(dtype)
        self._flat: dict[str, Floats] = {}
        self._taken: dict[str, Floats] = {}

    def take(self, name: str, *shape: int) -> Floats:
        """Return the contiguous buffer `name` in `shape`; its content is undefined."""
        size = math.prod(shape)
        flat = self._flat.get(name)
        if flat is None or flat.size < size:
            flat = self._flat[name] = np.empty(size, self.dtype)
        array = self._taken[name] = flat[:size].reshape(shape)
        return array

    def __getitem__(self, name: str) -> Floats:
        """Return the buffer `name` as it was last taken."""
        return self._taken[name]

    def fill(self, value: float) -> None:
        """Overwrite every buffer: checks poison a tape with NaN to find leftovers."""
        for flat in self._flat.values():
            flat.fill(value)
