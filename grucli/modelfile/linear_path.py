"""A linear path as arrays of a model file, and back from arrays that may hold anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from grucli.errors import expect
from grucli.model.half_precision import widened
from grucli.model.linear_path import LinearPath
from grucli.modelfile.fields import are_weights, built
from grucli.modelfile.npz_layout import Arrays

if TYPE_CHECKING:
    from grucli.model.kernel_path import KernelPath
    from grucli.model.ngram_path import NgramPath

LINEAR = "wide_"
LAYER = {f"{LINEAR}weight", f"{LINEAR}bias"}
"""What is learned of features."""
KERNELS = ("dilations", "counts", "channels", "thresholds")
LONGEST_NGRAM = 8  # tokens
LARGEST_KERNELS = 1 << 20  # steps from one weight to the next, thresholds of one kernel


def linear_parts(path: LinearPath | None) -> tuple[dict[str, Any], Arrays]:
    """Return what a model file holds of a linear path: fields beside the encoder's, and arrays."""
    from grucli.model.kernel_path import KernelPath  # late: who reads a model has one of the two
    from grucli.model.ngram_path import NgramPath

    if isinstance(path, NgramPath):
        fields = {"ngrams": dataclasses.asdict(path.ngrams.pattern)}
        features: Arrays = {"keys": path.ngrams.keys, "idf": path.ngrams.idf}
    elif isinstance(path, KernelPath):
        fields, features = {}, {name: getattr(path.kernels, name) for name in KERNELS}
        features["channels"] = path.kernels.channels.astype(np.uint8)
    else:
        return {}, {}
    arrays = {**features, "weight": path.weight, "bias": path.bias}
    return fields, {LINEAR + name: array for name, array in arrays.items()}


def linear_path(
    fields: Mapping[str, Any], arrays: Arrays, view_size: int, num_outputs: int
) -> LinearPath | None:
    """Return the linear path of a model file, None if there is none.

    Args:
        fields: of the encoder.
        arrays: all of the file.
        view_size: numbers of a step that kernels read; 0 where steps are tokens, with n-grams.
        num_outputs: logits.

    Raises:
        KeyError, TypeError, ValueError: they do not fit together.
    """
    if view_size:
        return _kernel_path(arrays, view_size, num_outputs)
    return _ngram_path(fields.get("ngrams"), arrays, num_outputs)


def _ngram_path(
    fields: Mapping[str, Any] | None, arrays: Arrays, num_outputs: int
) -> NgramPath | None:
    """Return the n-grams of a model file whose pattern has these fields, None if there is none."""
    if fields is None:
        return None
    from grucli.data.text.ngrams import Ngrams, Pattern
    from grucli.model.ngram_path import NgramPath

    pattern = built(Pattern, fields)
    expect(1 <= pattern.longest <= LONGEST_NGRAM, "n-grams")
    keys, idf = arrays[LINEAR + "keys"], arrays[LINEAR + "idf"]
    expect(keys.dtype == np.uint32 and keys.ndim == 1 and len(keys) > 0, "n-grams")
    expect(bool((keys[1:] > keys[:-1]).all()), "n-grams")
    expect(idf.shape == keys.shape and bool((idf > 0).all()), "n-grams and their weights")
    weight, bias = _linear(arrays, len(keys), num_outputs, idf)
    return NgramPath(ngrams=Ngrams(pattern=pattern, keys=keys, idf=idf), weight=weight, bias=bias)


def _kernel_path(arrays: Arrays, num_channels: int, num_outputs: int) -> KernelPath | None:
    """Return the kernels of a model file that read so many channels, None if it has none."""
    if LINEAR + "thresholds" not in arrays:
        return None
    from grucli.data.series.kernels import HIGH, Kernels
    from grucli.model.kernel_path import KernelPath

    dilations, counts, channels, thresholds = (arrays[LINEAR + name] for name in KERNELS)
    for array in (dilations, counts):
        expect(array.dtype == np.int64 and array.ndim == 1 and len(array) > 0, "kernels")
        expect(bool((array >= 1).all() and (array < LARGEST_KERNELS).all()), "kernels")
    expect(len(dilations) == len(counts), "kernels")
    expect(channels.dtype == np.uint8, "kernels")
    expect(channels.shape == (len(dilations), len(HIGH), num_channels), "kernels and channels")
    expect(bool(channels.any(axis=2).all() and channels.max() == 1), "kernels and channels")
    expect(thresholds.shape == (len(HIGH) * int(counts.sum()),), "kernels and thresholds")
    kernels = Kernels(
        dilations=dilations,
        counts=counts,
        channels=channels.view(bool),
        thresholds=thresholds,
    )
    weight, bias = _linear(arrays, len(kernels), num_outputs, thresholds)
    return KernelPath(kernels=kernels, weight=weight, bias=bias)


def _linear(
    arrays: Arrays, num_features: int, num_outputs: int, other: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return what a linear path has learned of each feature, of which there are `other` numbers."""
    weight, bias = (widened(arrays[LINEAR + name]) for name in ("weight", "bias"))
    expect(weight.shape == (num_features, num_outputs), "wide path and outputs")
    expect(bias.shape == weight.shape[1:], "wide path and outputs")
    numbers = (other, weight, bias)
    expect(all(array.dtype == np.float32 for array in numbers), "weights of the wide path")
    expect(all(map(are_weights, numbers)), "weights of the wide path")
    return weight, bias
