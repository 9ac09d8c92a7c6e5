"""Sums of the rows that have the same key."""

import numpy as np

from grucli.engine.packing import Floats, Integers
from grucli.engine.tape import Tape

PIECE = 32
"""Rows that are summed by one product; 64 is as fast with wide registers, slower without."""


def sum_rows(rows: Floats, keys: Integers, num_keys: int, tape: Tape) -> Floats:
    """Return (G, num_keys, H), for each key the sum of the rows that have it.

    Sorted by their keys, a few rows one after the other have fewer keys still, so a small matrix of
    ones and zeros sums them: in a quarter of the time of `np.add.reduceat`, which goes through
    memory column by column.

    Args:
        rows: (G, R, H) finite numbers.
        keys: (R,) from 0 to num_keys - 1, the same for each of the G.
        num_keys: how many there are; those that no row has get zeros.
        tape: for the result and on the way to it.
    """
    (G, R, H), order = rows.shape, np.argsort(keys, kind="stable")
    ordered, pieces = keys[order], -(-R // PIECE)
    first = ordered[::PIECE]
    piece, place = np.divmod(np.arange(R), PIECE)
    within = ordered - first[piece]
    width = int(within.max()) + 1
    ones = tape.take("ones", pieces, width, PIECE)
    ones.fill(0)
    ones[piece, within, place] = 1
    order = np.append(order, np.repeat(order[-1:], pieces * PIECE - R))  # these meet zeros alone
    sums = tape.take("sums", G, num_keys + width, H)
    sums.fill(0)
    sorted_rows = tape.take("sorted_rows", pieces, PIECE, H)
    parts = tape.take("part_sums", pieces, width, H)
    for own, total in zip(rows, sums, strict=True):
        np.take(own, order, axis=0, out=sorted_rows.reshape(-1, H), mode="clip")
        np.matmul(ones, sorted_rows, parts)
        for part, start in zip(parts, first.tolist(), strict=True):
            share = total[start : start + width]
            np.add(share, part, share)
    return sums[:, :num_keys]
