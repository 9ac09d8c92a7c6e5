"""Named buffers which forward fills and backward reads."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np

from grucli.engine.packing import Floats

V = TypeVar("V")


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
        self._views: dict[tuple[str, int], tuple[bytes, Any]] = {}

    def take(self, name: str, *shape: int) -> Floats:
        """Return the contiguous buffer `name` in `shape`; its content is undefined."""
        size = math.prod(shape)
        flat = self._flat.get(name)
        if flat is None or flat.size < size:
            flat = self._flat[name] = np.empty(size, self.dtype)
            self._views.clear()
        array = self._taken[name] = flat[:size].reshape(shape)
        return array

    def __getitem__(self, name: str) -> Floats:
        """Return the buffer `name` as it was last taken."""
        return self._taken[name]

    def views(self, name: str, number: int, shape: bytes | None, make: Callable[[], V]) -> V:
        """Return the views of buffers that `make` makes, or has made for a batch of this shape.

        A view takes as long to make as a short row of numbers to add.

        Args:
            name, number: of these views.
            shape: as `Packing.shape`; None to make them anew.
            make: asked unless it was for the last batch, and no buffer has grown since.
        """
        held = self._views.get((name, number))
        if held is not None and held[0] == shape:
            return cast("V", held[1])
        made = make()
        if shape is not None:
            self._views[name, number] = shape, made
        return made

    def fill(self, value: float) -> None:
        """Overwrite every buffer: checks poison a tape with NaN to find leftovers."""
        for flat in self._flat.values():
            flat.fill(value)
