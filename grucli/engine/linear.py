"""The affine head: features to logits."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats
from grucli.engine.products import times


def forward(params: Mapping[str, Floats], x: Floats, tile: int = 1) -> Floats:
    """Return x W' + b: `weight` (C, F), `bias` (C,), x (B, F), logits (B, C); in such tiles."""
    logits = times(x, params["weight"].T, tile)
    logits += params["bias"]
    return logits


def backward(
    params: Mapping[str, Floats], x: Floats, d_logits: Floats, grads: Mapping[str, Floats]
) -> Floats:
    """Overwrite `grads` and return d_x (B, F)."""
    np.matmul(d_logits.T, x, out=grads["weight"])
    np.add.reduce(d_logits, axis=0, out=grads["bias"])
    d_x: Floats = d_logits @ params["weight"]
    return d_x


def added(
    start: tuple[Floats, Floats] | None, weight: Floats, bias: Floats
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return weight and bias, in float32, of the sum of a layer and of `start`, if there is one."""
    if start is not None:
        weight, bias = start[0] + weight, start[1] + bias
    return weight.astype(np.float32), bias.astype(np.float32)
