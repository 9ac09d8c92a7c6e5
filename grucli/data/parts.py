"""One record whose steps can be left out, to see what a model says of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from grucli.data.encoded import Encoded


class RecordParts(Protocol):
    """One record as a model reads it, step by step."""

    def __len__(self) -> int:
        """Steps that can be left out, 0 for an empty text."""

    @property
    def may_be_empty(self) -> bool:
        """Whether a model can answer where no step is left."""

    def shown(self, start: int, stop: int) -> str:
        """Return some steps (from 0) for people."""

    def is_known(self, start: int, stop: int) -> bool:
        """Tell whether the vocabulary knows all of these steps."""

    def remains(self, kept: Sequence[npt.NDArray[np.bool_]]) -> Encoded:
        """Return what each of `kept` (T,), at least one, leaves; T is at least 1."""
