"""Weights in half precision: a model file of half the size (IEEE 754 binary16, NumPy's float16).

Values keep 11 significant bits, about three digits. They are rounded where a model is finished, and
computed with as before, in the numbers of training or in float64: only the file is smaller.
"""

from __future__ import annotations

import numpy as np

from grucli.engine.packing import Floats
from grucli.model.network import Model

LARGEST = float(np.finfo(np.float16).max)


def round_(model: Model) -> None:
    """Round the weights of a model, its second path included, to what half precision holds.

    An array with a value beyond LARGEST stays as it is.

    Args:
        model: overwritten; its linear path is another one afterwards.
    """
    for _, array in model.arrays():
        array[...] = _rounded(array)
    if model.linear is not None:
        weight, bias = map(_rounded, model.linear.layer)
        model.linear = model.linear.of_layer((weight, bias))


def halved(array: Floats) -> Floats:
    """Return an array as float16, if that holds it to the last bit, else as it is."""
    half = array.astype(np.float16) if _fits(array) else array
    return half if np.array_equal(half, array) else array


def widened(array: Floats) -> Floats:
    """Return an array as float32 if it is float16, else as it is."""
    return array.astype(np.float32) if array.dtype == np.float16 else array


def _rounded(array: Floats) -> Floats:
    return array.astype(np.float16).astype(array.dtype) if _fits(array) else array


def _fits(array: Floats) -> bool:
    return bool(np.abs(array).max(initial=0) <= LARGEST)
