"""Products of rows and weights in which no bit of a row depends on the rows beside it.

A BLAS has one routine for one row and another for several, and others again for what is left behind
the last whole tile of rows or columns. Each adds the terms of a sum in an order of its own, so a
row may get other last bits alone than among others. In whole tiles all routines add one term after
the other, as long as a sum is short enough not to be divided.

Where nobody compares rows, as in training, `tile` is 1: then products are as they come.
"""

from typing import Any

import numpy as np

from grucli.engine.packing import Floats

TILE = 8
"""Rows, and columns, that every OpenBLAS kernel for AVX, AVX2 or AVX-512 has in whole tiles."""
MOST_TERMS = 256
"""Of a sum; of more, where it is divided depends on the kernel and on the number of threads."""


def whole(number: int, tile: int) -> int:
    """Return how many rows or columns the tiles of so many have."""
    return -(-number // tile) * tile


def multiply_(x: Any, weight: Any, out: Any) -> None:
    """Overwrite `out` (..., n, N) with x (..., n, K) times weight (..., K, N).

    Args:
        x, weight, out: n and N are whole tiles, filled up with what is finite; each row stands in
            one piece, for matrices that are turned have routines of their own.
    """
    if x.shape[-1] <= MOST_TERMS:
        np.matmul(x, weight, out)
        return
    np.matmul(x[..., :MOST_TERMS], weight[..., :MOST_TERMS, :], out)
    for start in range(MOST_TERMS, x.shape[-1], MOST_TERMS):
        terms = slice(start, start + MOST_TERMS)
        out += np.matmul(x[..., terms], weight[..., terms, :])


def batched(x: Floats, weight: Floats, tile: int = 1) -> Floats:
    """Return x (B, n, K) times weight (B, K, N), N whole tiles of columns, in tiles of rows."""
    if tile == 1:
        product: Floats = np.matmul(x, weight)
        return product
    number, n, terms = x.shape
    rows = np.zeros((number, whole(n, tile), terms), x.dtype)
    rows[:, :n] = x
    out = np.empty((number, rows.shape[1], weight.shape[2]), x.dtype)
    multiply_(rows, weight, out)
    return out[:, :n]


def times(x: Floats, weight: Floats, tile: int = 1, out: Floats | None = None) -> Floats:
    """Return x (n, K) times weight (K, N), in tiles of so many rows and columns.

    Without tiles it is `out`, where that is given.
    """
    if tile == 1:
        product: Floats = np.matmul(x, weight, out=out)
        return product
    (n, terms), columns = x.shape, weight.shape[1]
    rows = np.zeros((whole(n, tile), terms), x.dtype)
    rows[:n] = x
    filled = np.zeros((terms, whole(columns, tile)), x.dtype)
    filled[:, :columns] = weight
    tiled = np.empty((len(rows), filled.shape[1]), x.dtype)
    multiply_(rows, filled, tiled)
    return tiled[:n, :columns]
