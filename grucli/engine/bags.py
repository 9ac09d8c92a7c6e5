"""Inputs of several rows of a table: a token's own vector plus the mean of its n-grams' vectors.

N-grams share a bounded number of rows, the buckets that they are hashed to.

Source: Bojanowski et al. 2017 (arXiv:1607.04606), section 3.2. There an n-gram's vector starts
random; here it starts at zero, so that n-grams which nothing was learned of say nothing.
"""

import numpy as np
import numpy.typing as npt

from grucli.engine import embedding
from grucli.engine.packing import Floats, Integers, Packing

NONE = -1
"""Fills the end of a bag that holds fewer rows than others."""

TOKEN_BITS = 20  # three tokens fit one number of 64 bits
MOST_TOKENS = (1 << TOKEN_BITS) - 1
_LONG = np.uint64(1 << 63)
_FACTORS = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)


def forward(
    table: Floats, own: Integers, bags: Integers, dtype: npt.DTypeLike | None = None
) -> Floats:
    """Return (M, I) vectors; no vector depends on another one's bag.

    Args:
        table: (R, I) rows.
        own: (M,) the row that counts whole.
        bags: (M, G) the rows whose mean is added; if they are fewer, NONE at the end.
        dtype: of the vectors and their sums; that of the table if None.
    """
    x, counts = embedding.forward(table, own, dtype), _counts(bags)
    order = np.argsort(-counts, kind="stable")
    sums, ordered = np.zeros_like(x), bags[order]
    for place, held in enumerate(ordered.T):  # as in a packed batch, the first ones still run
        running = np.count_nonzero(counts > place)
        sums[:running] += embedding.forward(table, held[:running])
    sums *= _share(counts[order], x.dtype)
    x[order] += sums
    return x


def backward(own: Integers, bags: Integers, d_x: Floats) -> tuple[Integers, Floats]:
    """Sum the gradient of each row that was read.

    Args:
        own, bags: as in `forward`.
        d_x: (M, I) gradient of the vectors.

    Returns:
        (U,) the distinct rows in rising order and (U, I) their gradients.
    """
    of, place = np.nonzero(bags != NONE)
    d_bags = d_x * _share(_counts(bags), d_x.dtype)
    return embedding.backward(
        np.concatenate((own, bags[of, place])), np.concatenate((d_x, d_bags[of]))
    )


def contexts(ids: Integers, packing: Packing) -> npt.NDArray[np.uint64]:
    """Return (N,) for each packed step a number of the last three tokens, its own the lowest.

    Before a sequence begins stands a mark, which is no token.

    Args:
        ids: (N,) tokens, below MOST_TOKENS.
        packing: where each step stands.
    """
    tokens = np.append(ids.astype(np.uint64) + np.uint64(1), np.uint64(0))
    before = np.where(packing.step, packing.offsets[packing.step - 1] + packing.row, len(ids))
    before = np.append(before, len(ids))
    last = before[:-1]
    bits = np.uint64(TOKEN_BITS)
    three: npt.NDArray[np.uint64] = (tokens[before[last]] << bits) | tokens[last]
    return (three << bits) | tokens[:-1]


def buckets_of(contexts: npt.NDArray[np.uint64], buckets: int) -> npt.NDArray[np.int32]:
    """Return (M, 2) the buckets, from 0 on, of the last two and of the last three tokens."""
    pairs = contexts & np.uint64((1 << 2 * TOKEN_BITS) - 1)
    hashes = np.stack((pairs, contexts | _LONG), axis=1)
    for factor in _FACTORS:
        hashes ^= hashes >> np.uint64(33)
        hashes *= factor
    hashes ^= hashes >> np.uint64(33)
    return (hashes % np.uint64(buckets)).astype(np.int32)


def _counts(bags: Integers) -> npt.NDArray[np.int64]:
    """Return (M,) how many rows each bag holds."""
    counts: npt.NDArray[np.int64] = np.count_nonzero(bags != NONE, axis=1)
    return counts


def _share(counts: npt.NDArray[np.int64], dtype: npt.DTypeLike) -> Floats:
    """Return (M, 1) how much each row of a bag counts."""
    share: Floats = (1 / np.maximum(counts, 1)).astype(dtype)
    return share[:, None]
