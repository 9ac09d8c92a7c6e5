"""Parameters as named views into one flat vector, and how their first values are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grucli.engine.packing import Floats

Shape = tuple[int, ...]
Allocate = Callable[[Shape, Any], NDArray[Any]]
"""Of a shape and a dtype: an array of zeros, or of what another process has written there."""


class Parameters(Mapping[str, Floats]):
    """Named arrays that share one flat vector: one norm, one optimizer step, one reduction.

    Attributes:
        flat: (P,) all values; the named arrays are views into it.
    """

    def __init__(self, shapes: Mapping[str, Shape], dtype: Any, flat: Floats | None = None) -> None:
        """Lay out `shapes`, in their order, in `flat` (P,), or in zeros if that is None."""
        sizes = [math.prod(shape) for shape in shapes.values()]
        self.flat: Floats = np.zeros(sum(sizes), dtype) if flat is None else flat
        ends = np.cumsum(sizes).tolist()
        self._views = {
            name: self.flat[end - size : end].reshape(shape)
            for (name, shape), size, end in zip(shapes.items(), sizes, ends, strict=True)
        }
        self._within: dict[str, dict[str, Floats]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the one vector: views pickled by themselves would be views no more."""
        shapes = {name: view.shape for name, view in self._views.items()}
        return type(self), (shapes, self.flat.dtype, self.flat)

    def __getitem__(self, name: str) -> Floats:
        return self._views[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    def within(self, prefix: str) -> Mapping[str, Floats]:
        """Return the arrays whose name starts with `prefix`, named without it."""
        if prefix not in self._within:
            self._within[prefix] = {
                name.removeprefix(prefix): view
                for name, view in self._views.items()
                if name.startswith(prefix)
            }
        return self._within[prefix]


def glorot_uniform(shape: Shape, rng: np.random.Generator) -> Floats:
    """Draw (..., fan_out, fan_in) weights, uniform within sqrt(6 / (fan_in + fan_out)).

    Source: Glorot & Bengio 2010, section 4.2.1.
    """
    limit = math.sqrt(6 / (shape[-1] + shape[-2]))
    return rng.uniform(-limit, limit, shape)


def orthogonal(shape: Shape, rng: np.random.Generator) -> Floats:
    """Draw (..., H, H) matrices, each uniformly among the orthogonal ones.

    Source: Saxe et al. 2014 (arXiv:1312.6120); the signs after Mezzadri 2007 (math-ph/0609050).
    """
    q, upper = np.linalg.qr(rng.standard_normal(shape))
    signs: Floats = np.sign(np.diagonal(upper, axis1=-2, axis2=-1))
    return q * signs[..., None, :]


def chrono_bias(shape: Shape, max_steps: int, rng: np.random.Generator) -> Floats:
    """Draw update-gate biases log U(1, max_steps - 1): memory of up to `max_steps` from the start.

    Source: Tallec & Ollivier 2018 (arXiv:1804.11188), section 2, for a gate that keeps at 1.
    """
    return np.log(rng.uniform(1.0, max(2.0, max_steps - 1.0), shape))
