"""Named buffers which forward fills and backward reads."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np

from grucli.engine.packing import Floats
from grucli.engine.products import multiply_, whole

V = TypeVar("V")


class Tape:
    """Buffers of one layer: allocated once, grown to the largest batch, sliced for each batch.

    A tape belongs to a layer's caller, not to its weights: forward overwrites it, backward uses it
    up, and whoever wants to look inside reads it in between.

    Attributes:
        dtype: of every buffer.
        tile: rows and columns of the tiles in which products are made, as `products` has them; 1 if
            there is to be a backward pass.
        asks_weights: whether that pass is asked for the gradients of weights; if not, they are left
            undefined, which saves a third of its products.
    """

    def __init__(self, dtype: Any, tile: int = 1) -> None:
        """Start empty."""
        self.dtype, self.tile, self.asks_weights = np.dtype(dtype), tile, True
        self.multiply: Callable[..., Any] = np.matmul if tile == 1 else multiply_
        self._rooms: dict[str, Floats] = {}
        self._flat: dict[str, Floats] = {}
        self._taken: dict[str, Floats] = {}
        self._views: dict[tuple[str, int], tuple[bytes, Any]] = {}

    def take(self, name: str, *shape: int) -> Floats:
        """Return the contiguous buffer `name` in `shape`; its content is undefined."""
        size = math.prod(shape)
        flat = self._flat.get(name)
        if flat is None or flat.size < size:
            flat = self._flat[name] = np.zeros(size, self.dtype)  # finite, whoever fills up tiles
            self._views.clear()
        array = self._taken[name] = flat[:size].reshape(shape)
        return array

    def tiled(self, name: str, *shape: int) -> Floats:
        """Return the buffer `name` in a shape (..., n, N), which products read or fill.

        It has room behind the last column and row, so that tiles are whole which begin at any row,
        of one direction or of two in turn.
        """
        *others, rows, columns = shape
        filled = *others, rows + 2 * (self.tile - 1), whole(columns, self.tile)
        room = self._rooms[name] = self.take(name, *filled)
        array = self._taken[name] = room[..., :rows, :columns]
        return array

    def left(self, name: str) -> Floats:
        """Return the rows of a tiled buffer and those of the room: what stands left in products."""
        return self._rooms[name][..., : self._taken[name].shape[-1]]

    def right(self, name: str) -> Floats:
        """Return the columns of a tiled buffer and those of the room: weights."""
        return self._rooms[name][..., : self._taken[name].shape[-2], :]

    def result(self, name: str) -> Floats:
        """Return a tiled buffer with all of its room, as products fill it."""
        return self._rooms[name]

    def whole(self, rows: slice) -> slice:
        """Return the rows of the tiles that begin with the first of these."""
        return slice(rows.start, rows.start + whole(rows.stop - rows.start, self.tile))

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
