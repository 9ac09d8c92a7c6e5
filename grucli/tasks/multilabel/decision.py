"""From scores to probabilities of labels, and to the set that is answered.

Letters: n rows, C labels, which are the outputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from grucli.engine import losses
from grucli.engine.packing import Floats
from grucli.values import dataclass

Booleans = npt.NDArray[np.bool_]
NAMES = "factors", "biases", "thresholds"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """How each label is decided, for itself.

    Attributes:
        factors: (C,) above 0, of its score,
        biases: (C,) and what is added to it [logit]: the probability is the sigmoid of the sum.
        thresholds: (C,) within 0 to 1: a label so probable, or more, is answered.
    """

    factors: tuple[float, ...]
    biases: tuple[float, ...]
    thresholds: tuple[float, ...]

    @classmethod
    def plain(cls, num_labels: int) -> Self:
        """Return that of scores as they are: a label is answered if it is likelier than not."""
        return cls(
            factors=(1.0,) * num_labels, biases=(0.0,) * num_labels, thresholds=(0.5,) * num_labels
        )

    @classmethod
    def from_json(cls, meta: Mapping[str, Any], num_labels: int) -> Self:
        """Return what `to_json` has described.

        Raises:
            KeyError, TypeError, ValueError: it is damaged.
        """
        lists = [meta[name] for name in NAMES]
        for numbers in lists:
            if len(numbers) != num_labels or any(type(one) is not float for one in numbers):
                raise ValueError("a decision does not fit")
        factors, biases, thresholds = map(np.array, lists)
        if not np.isfinite([factors, biases, thresholds]).all() or (factors <= 0).any():
            raise ValueError("a decision is out of range")
        if (thresholds < 0).any() or (thresholds > 1).any():
            raise ValueError("a threshold is out of range")
        return cls(**dict(zip(NAMES, map(tuple, lists), strict=True)))

    def followed_by(self, other: Self) -> Self:
        """Return that of these labels and of further ones."""
        joined = {name: getattr(self, name) + getattr(other, name) for name in NAMES}
        return replace(self, **joined)

    def to_json(self) -> dict[str, list[float]]:
        """Return what a model file keeps of it."""
        return {name: list(getattr(self, name)) for name in NAMES}

    def logits(self, scores: Floats) -> npt.NDArray[np.float64]:
        """Return (n, C) of which probabilities are the sigmoids, from scores (n, C)."""
        logits: npt.NDArray[np.float64] = scores.astype(np.float64) * np.array(self.factors)
        logits += np.array(self.biases)
        return logits

    def probabilities(self, scores: Floats) -> npt.NDArray[np.float64]:
        """Return (n, C) how probable each label is."""
        return losses.sigmoid(self.logits(scores))

    def chosen(self, probabilities: Floats) -> Booleans:
        """Return (n, C) which labels are answered, from their probabilities."""
        found: Booleans = probabilities >= np.array(self.thresholds)
        return found

    def sets(self, scores: Floats) -> Booleans:
        """Return (n, C) which labels are answered."""
        return self.chosen(self.probabilities(scores))


def set_probability(probabilities: Floats, sets: Booleans) -> npt.NDArray[np.float64]:
    """Return (n,) how probable sets (n, C) are as a whole, as if labels did not depend on another.

    Args:
        probabilities: (n, C) of each label.
        sets: (n, C) which labels are in them.
    """
    p: npt.NDArray[np.float64] = np.where(sets, probabilities, 1 - probabilities).prod(axis=1)
    return p
