"""Inputs as arrays that a model reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.text.tokenized import Tokenized
from grucli.values import dataclass

UNLIMITED = (1 << 32) - 1
"""The longest sequence that a model file can name: all steps are kept."""


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """Inputs as the model reads them, one after the other.

    The recurrence reads `steps`, a linear path `texts` or `channels`: whichever its features are
    made of.

    Attributes:
        steps: (S,) int32 token ids or (S, I) float32 channels; S is the sum of all lengths.
        lengths: (n,) int64, at least 1.
        known: (n,) share of the tokens that the vocabulary knows, in [0, 1]; 1 for numeric
            sequences, 0 for an empty text.
        truncated: (n,) bool, whether steps beyond the longest allowed were left out.
        bags, copies: as in `Examples`.
        texts: all tokens of each text, also those beyond the longest allowed; None for numeric
            sequences.
        channels: (S, J) float32, a view of `steps` as the first way of seeing them gives; None for
            texts.
    """

    steps: npt.NDArray[Any]
    lengths: npt.NDArray[np.int64]
    known: npt.NDArray[np.float64]
    truncated: npt.NDArray[np.bool_]
    bags: npt.NDArray[np.int32] | None = None
    copies: npt.NDArray[np.int32] | None = None
    texts: Tokenized | None = None
    channels: npt.NDArray[np.float32] | None = None
