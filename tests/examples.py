"""Examples made of arrays, as many tests want them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples


def joined(
    sequences: Sequence[npt.NDArray[Any]],
    targets: Sequence[int] | None = None,
    bags: npt.NDArray[np.int32] | None = None,
) -> Examples:
    """Put arrays (T,) or (T, I) one after the other; if None, targets are -1; weights are 1."""
    rows = len(sequences)
    return Examples(
        steps=np.concatenate(sequences),
        lengths=np.array([len(sequence) for sequence in sequences], np.int64),
        targets=np.full(rows, -1) if targets is None else np.array(targets, np.int64),
        weights=np.ones(rows),
        bags=bags,
    )
