"""Dropout: of tokens before they are looked up, and of values between layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from grucli.data.text.vocabulary import UNKNOWN
from grucli.engine.packing import Floats, Integers


def drop_tokens(ids: Integers, rate: float, rng: np.random.Generator | None) -> Integers:
    """Return (N,) ids of which a share is UNKNOWN, whose vector thereby learns to stand for any.

    Args:
        ids: (N,) int32.
        rate: the share, 0 or more and below 1.
        rng: None to drop nothing.
    Source: Iyyer et al. 2015 (ACL, deep averaging networks), section 4, word dropout.
    """
    if rng is None or not rate:
        return ids
    return np.where(rng.random(ids.shape, np.float32) < rate, np.int32(UNKNOWN), ids)


class Masks:
    """Dropout masks, drawn in the order of `apply`, undone in reverse.

    Source: Srivastava et al. 2014 (JMLR 15), scaled in training ("inverted").
    """

    def __init__(self, rate: float, rng: np.random.Generator | None, dtype: Any) -> None:
        """Begin without a mask.

        Args:
            rate: share of values that become 0; 0 or more and below 1.
            rng: None to drop nothing.
            dtype: of the masks.
        """
        self._keep = 1 - rate
        self._rng = rng if rate else None
        self._dtype = dtype
        self._drawn: list[Floats] = []

    @property
    def drop(self) -> bool:
        """Whether anything is dropped."""
        return self._rng is not None

    def apply(self, x: Floats) -> Floats:
        """Return `x` times a mask of its own: 0, or 1 / (1 - rate), which keeps the mean."""
        if self._rng is None:
            return x
        kept = self._rng.random(x.shape, np.float32) < self._keep
        mask: Floats = np.multiply(kept, 1 / self._keep, dtype=self._dtype)
        self._drawn.append(mask)
        dropped: Floats = x * mask
        return dropped

    def undo(self, d_x: Floats) -> Floats:
        """Turn the gradient by what the last `apply` gave into the one by `x`, in place."""
        if self.drop:
            d_x *= self._drawn.pop()
        return d_x
