"""One vector from the states of each sequence: the last state, their mean, their maximum."""

from collections.abc import Sequence

import numpy as np

from grucli.engine.packing import Floats, Integers, Packing

POOLINGS = ("last", "mean", "max")


def forward(
    kinds: Sequence[str], outputs: Floats, final: Floats, packing: Packing
) -> tuple[Floats, Integers | None]:
    """Pool each sequence over its own steps.

    Args:
        kinds: names of POOLINGS, each at most once.
        outputs: (N, F) states.
        final: (B, F) final states, what `last` takes.
        packing: the order of the N packed rows.

    Returns:
        (B, len(kinds) * F) pooled, in the order of `kinds`; and for `max`, (B, F) the packed row
        each maximum comes from (the first of equals), else None.
    """
    parts, winners = [], None
    for kind in kinds:
        if kind == "last":
            parts.append(final)
        elif kind == "mean":
            parts.append(_mean(outputs, packing))
        else:
            maximum, winners = _max(outputs, packing)
            parts.append(maximum)
    return np.concatenate(parts, axis=1), winners


def backward(
    kinds: Sequence[str], d_pooled: Floats, packing: Packing, winners: Integers | None
) -> tuple[Floats | None, Floats | None]:
    """Return d_outputs (N, F) and d_final (B, F), None where no kind takes them."""
    if list(kinds) == ["last"]:
        return None, d_pooled
    parts = np.split(d_pooled, len(kinds), axis=1)
    d_outputs = np.zeros((packing.size, parts[0].shape[1]), d_pooled.dtype)
    d_final = None
    for kind, d_part in zip(kinds, parts, strict=True):
        if kind == "last":
            d_final = d_part
        elif kind == "mean":
            d_outputs += (d_part / packing.lengths[:, None].astype(d_part.dtype))[packing.row]
        else:
            d_outputs[winners, np.arange(d_part.shape[1])] += d_part
    return d_outputs, d_final


def _mean(outputs: Floats, packing: Packing) -> Floats:
    total = outputs[packing.slices[0]].copy()
    for rows in packing.slices[1:]:
        total[: rows.stop - rows.start] += outputs[rows]
    total /= packing.lengths[:, None].astype(total.dtype)
    return total


def _max(outputs: Floats, packing: Packing) -> tuple[Floats, Integers]:
    maximum = outputs[packing.slices[0]].copy()
    winners = np.broadcast_to(np.arange(len(maximum))[:, None], maximum.shape).copy()
    for rows in packing.slices[1:]:
        k = rows.stop - rows.start
        higher = outputs[rows] > maximum[:k]
        np.copyto(maximum[:k], outputs[rows], where=higher)
        np.copyto(winners[:k], np.arange(rows.start, rows.stop)[:, None], where=higher)
    return maximum, winners
