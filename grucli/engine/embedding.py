"""Token vectors: a table with a row a token, and a gradient for just the rows that were used."""

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats, Integers


def distinct(ids: Integers, vocabulary_size: int) -> tuple[Integers, Integers]:
    """Return (U,) the distinct tokens of `ids` (N,) in rising order, and (N,) which each one is."""
    occurs = np.zeros(vocabulary_size, np.bool_)
    occurs[ids] = True
    tokens = np.flatnonzero(occurs)
    place = np.empty(vocabulary_size, np.int64)
    place[tokens] = np.arange(len(tokens))
    return tokens, place[ids]


def forward(table: Floats, ids: Integers, dtype: npt.DTypeLike | None = None) -> Floats:
    """Return the (N, I) rows of `table` (V, I) for `ids` (N,), in its dtype or another one."""
    return np.take(table, ids, axis=0).astype(dtype or table.dtype, copy=False)


def backward(ids: Integers, d_x: Floats) -> tuple[Integers, Floats]:
    """Sum the gradient of each token that occurs.

    Args:
        ids: (N,) tokens.
        d_x: (N, I) gradient of their vectors.

    Returns:
        (U,) the distinct tokens in rising order and (U, I) the gradient of their rows.
    """
    order = np.argsort(ids, kind="stable")
    ordered = ids[order]
    is_first = np.ones(len(ids), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    starts = np.flatnonzero(is_first)
    return ordered[starts], np.add.reduceat(d_x.take(order, axis=0), starts, axis=0)
