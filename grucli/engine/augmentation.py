"""Random changes to numeric sequences in training, so that a few of them teach what many would."""

import numpy as np

from grucli.engine.inputs import pick
from grucli.engine.packing import Floats, Packing

NOISE = 0.1
SCALING = 0.2
WARPING = 0.3
KNOTS = 5  # speeds of a sequence, with straight lines between them


def changed(x: Floats, packing: Packing, strength: float, rng: np.random.Generator) -> Floats:
    """Return a batch of sequences that are warped in time, scaled, and have noise on each number.

    Args:
        x: (N, I) packed numbers, of a standard deviation near 1.
        packing: their order, and that of the result: each sequence keeps its length.
        strength: 1 for a standard deviation of NOISE, of SCALING for the logarithm of the scale,
            and of WARPING for that of the speed.
        rng: what is drawn, in float32 whatever the dtype of x.

    Source: Um et al. 2017 (arXiv:1706.00527), jittering, scaling and time-warping.
    """
    speeds = np.exp(WARPING * strength * rng.standard_normal((packing.batch_size, KNOTS)))
    scales = np.exp(SCALING * strength * rng.standard_normal(packing.batch_size))
    result = _read_at(x, packing, positions(packing, speeds))
    result *= scales.astype(x.dtype)[packing.row, None]
    noise = rng.standard_normal(x.shape, np.float32)
    noise *= NOISE * strength
    result += noise
    return result


def positions(packing: Packing, speeds: Floats) -> Floats:
    """Return (N,) where in time each packed row reads: from a sequence's first to its last step.

    Args:
        packing: the order of the rows.
        speeds: (B, K) above 0, relative ones at even distances over each sequence.
    """
    last = packing.lengths - 1
    share = np.arange(packing.num_steps) / np.maximum(last, 1)[:, None]  # (B, T), 1 at the end
    knot = np.minimum(share, 1) * (speeds.shape[1] - 1)
    before = np.minimum(knot.astype(np.int64), speeds.shape[1] - 2)
    lower, upper = (np.take_along_axis(speeds, before + k, axis=1) for k in (0, 1))
    covered = np.cumsum(lower + (knot - before) * (upper - lower), axis=1)
    covered -= covered[:, :1].copy()
    whole = np.take_along_axis(covered, last[:, None], axis=1)
    covered *= last[:, None] / np.where(whole > 0, whole, 1)
    found: Floats = covered[packing.row, packing.step]
    return found


def _read_at(x: Floats, packing: Packing, places: Floats) -> Floats:
    """Return (N, I) what stands at these places, on straight lines between the steps."""
    row, last = packing.row, packing.lengths[packing.row] - 1
    step = np.clip(places.astype(np.int64), 0, np.maximum(last - 1, 0))
    share = (places - step).astype(x.dtype)[:, None]
    result = pick(x, packing.offsets[step] + row, np.empty_like(x))
    following = pick(x, packing.offsets[np.minimum(step + 1, last)] + row, np.empty_like(x))
    following -= result
    following *= share
    result += following
    return result
