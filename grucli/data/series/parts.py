"""The steps of one numeric sequence, any of which can be left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from grucli.data.encoded import Encoded
from grucli.data.numbers import Floats

MOST_CHANNELS = 3  # whose values are shown
MISSING = "missing"


class SeriesParts:
    """The steps of one sequence, scaled as the whole of it."""

    may_be_empty = False

    def __init__(
        self,
        *,
        values: Floats,
        steps: npt.NDArray[np.float32],
        encode: Callable[[Sequence[npt.NDArray[np.float32]]], Encoded],
        columns: Callable[[int], list[int]],
    ) -> None:
        """Take values as in the data, and those of them that are kept as they are encoded.

        Args:
            values: (T', I), at least as many steps as are kept.
            steps: (T, W).
            encode: makes steps of several sequences what a model reads.
            columns: of W, those that are the same channel in different views.
        """
        self.values = values[: len(steps)]
        self._steps, self._encode, self._columns = steps, encode, columns

    def __len__(self) -> int:
        return len(self._steps)

    def shown(self, start: int, stop: int) -> str:
        """Return the steps from 1 and the mean of each of the first channels: "3-4: 0.31 -1.2"."""
        window = self.values[start:stop]
        means = " ".join(map(_mean, window.T[:MOST_CHANNELS]))
        steps = f"{start + 1}" if stop == start + 1 else f"{start + 1}-{stop}"
        return f"{steps}: {means}{' …' if window.shape[1] > MOST_CHANNELS else ''}"

    def is_known(self, start: int, stop: int) -> bool:
        """Numbers have no vocabulary that might lack them."""
        return True

    def remains(self, kept: Sequence[npt.NDArray[np.bool_]]) -> Encoded:
        """Return sequences of the steps that are left."""
        return self._encode([self._steps[mask] for mask in kept])

    def held(self, channels: Sequence[int]) -> Encoded:
        """Return all steps once for each of `channels`, that one held at its mean in all views."""
        sequences = [self._steps.copy() for _ in channels]
        for steps, channel in zip(sequences, channels, strict=True):
            steps[:, self._columns(channel)] = 0
        return self._encode(sequences)


def _mean(channel: Floats) -> str:
    """Return the mean of the values that are there."""
    present = channel[~np.isnan(channel)]
    return f"{present.mean(dtype=np.float64):.2g}" if len(present) else MISSING
