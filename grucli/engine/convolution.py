"""Short convolutions before the recurrence: each looks at a few steps, and may leave out some.

A stride of s makes one step of s. Every step is normalised over its own channels, so a sequence
gives the same numbers in training and in prediction, whatever stands beside it in a batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from grucli.engine.inputs import pick
from grucli.engine.packing import Floats, Integers, Packing
from grucli.engine.params import Shape, glorot_uniform
from grucli.engine.products import times, whole
from grucli.engine.tape import Tape

EPSILON = 1e-5
"""Added to the variance over the channels of a step."""


def shapes(input_size: int, num_filters: int, width: int) -> dict[str, Shape]:
    """Return the shape of each parameter: filters, and what scales and moves their outputs."""
    return {
        "weight": (num_filters, width, input_size),
        "bias": (num_filters,),
        "gain": (num_filters,),
        "shift": (num_filters,),
    }


def initialise_(params: Mapping[str, Floats], rng: np.random.Generator) -> None:
    """Draw the filters as Glorot does for all that they see; gains 1, biases and shifts 0."""
    weight = params["weight"]
    weight[...] = glorot_uniform((len(weight), weight[0].size), rng).reshape(weight.shape)
    for name, value in (("gain", 1), ("bias", 0), ("shift", 0)):
        params[name].fill(value)


@dataclass(frozen=True, kw_only=True)
class View:
    """The part of a packed batch that each output of a convolution sees.

    Attributes:
        packing: the order of the M outputs: of each sequence one for every `stride` steps.
        index: (M, w) the packed input at each place of a filter; the number of inputs, which stands
            for zero, where the sequence has no such step.
    """

    packing: Packing
    index: Integers


@lru_cache(maxsize=4)  # batches that are packed alike have one packing
def view(packing: Packing, width: int, stride: int) -> View:
    """Return what a filter of `width` steps sees around every step that `stride` leaves.

    Args:
        packing: the order of the inputs.
        width: w, steps of a filter, the middle one at the step it stands for.
        stride: steps from one output to the next, at least 1; the first step is always one.
    """
    after = packing if stride == 1 else Packing(-(-packing.lengths // stride))
    step = after.step * stride + np.arange(width)[:, None] - width // 2  # long rows: less overhead
    inside = (step >= 0) & (step < packing.lengths[after.row])
    found = packing.offsets.take(step, mode="clip") + after.row
    return View(packing=after, index=np.where(inside, found, packing.size).T)


def forward(params: Mapping[str, Floats], x: Floats, seen: View, tape: Tape) -> Floats:
    """Convolve each sequence, normalise each step, and keep what is positive.

        a_i = b + sum_k W_k x_(i s + k - w // 2)    (1)
        c = (a - mean(a)) / sqrt(var(a) + epsilon)  (2), mean and variance over the filters
        y = max(0, gain c + shift)                  (3)

    Args:
        params: the arrays named by `shapes`.
        x: (N, I) packed inputs.
        seen: by each output.
        tape: overwritten.

    Returns:
        (M, F) outputs, a view into the tape.

    Source: Ba et al. 2016 (arXiv:1607.06450), section 3, for the normalisation.
    """
    filters, width, size = params["weight"].shape
    M = seen.packing.size
    padded = tape.take("padded", len(x) + 1, size)
    padded[:-1], padded[-1] = x, 0
    patches = tape.take("patches", whole(M, tape.tile), width * size)
    pick(padded, seen.index, patches[:M].reshape(M, width, size))
    normal, y = tape.take("normal", len(patches), filters), tape.take("outputs", M, filters)
    weight = _centred(params["weight"], tape.take("centred", filters, width * size), tape.tile)
    turned = weight.T if tape.tile == 1 else np.ascontiguousarray(weight.T)
    tape.multiply(patches, turned, normal)  # (1) (2): the filters are whole tiles
    c = normal[:M]
    c += params["bias"] - params["bias"].mean()
    scale = tape.take("scale", M, 1)
    scale[:, 0] = np.einsum("mf,mf->m", c, c)
    scale *= 1 / filters
    scale += EPSILON
    np.divide(1, np.sqrt(scale, out=scale), out=scale)
    c *= scale
    np.multiply(c, params["gain"], out=y)  # (3)
    y += params["shift"]
    y *= y > 0  # in less time than a maximum takes
    return y


def backward(
    params: Mapping[str, Floats],
    seen: View,
    tape: Tape,
    d_y: Floats,
    grads: Mapping[str, Floats],
    d_x: Floats | None,
) -> None:
    """Propagate the gradient of the outputs back to the parameters and inputs.

    Args:
        params, seen: as given to `forward`.
        tape: as `forward` left it; used up.
        d_y: (M, F) gradient of the outputs; overwritten.
        grads: the arrays named by `shapes`; overwritten.
        d_x: (N, I) overwritten by the gradient of the inputs; None to omit it.
    """
    filters, ones = len(params["weight"]), np.ones(len(d_y), d_y.dtype)
    patches, c, y = tape["patches"], tape["normal"], tape["outputs"]
    d_y *= y > 0  # (3)
    np.matmul(ones, d_y, out=grads["shift"])  # a product sums faster than a reduction
    np.multiply(d_y, c, out=y)
    np.matmul(ones, y, out=grads["gain"])
    slope = (y @ params["gain"])[:, None]  # (2)
    slope *= 1 / filters
    d_y *= params["gain"]
    c *= slope
    d_y -= c
    d_y *= tape["scale"]  # of what the centred filters give
    d_bias = ones @ d_y  # (1)
    np.subtract(d_bias, d_bias.mean(), out=grads["bias"])
    _centred(d_y.T @ patches, grads["weight"].reshape(filters, -1))
    if d_x is not None:
        np.matmul(d_y, tape["centred"], out=patches)
        _add_up(patches.reshape(*seen.index.shape, -1), seen.index, d_x, tape)


def _centred(filters: Floats, out: Floats, tile: int = 1) -> Floats:
    """Write filters (F, ...) less their mean to `out` (F, K): what they give is centred, too."""
    rows = filters.reshape(out.shape)
    share = np.full(len(rows), 1 / len(rows), rows.dtype)
    return np.subtract(rows, times(share[None], rows, tile), out=out)


def _add_up(d_seen: Floats, index: Integers, d_x: Floats, tape: Tape) -> None:
    """Overwrite d_x (N, I) by the sum over all places (M, w) that saw an input."""
    d_padded = tape.take("padded", len(d_x) + 1, d_x.shape[1])
    d_padded.fill(0)
    for place in range(index.shape[1]):  # at one place an input is seen once at most
        d_padded[index[:, place]] += d_seen[:, place]
    d_x[...] = d_padded[:-1]
