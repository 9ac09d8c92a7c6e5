"""How texts are learned: the loss of each symbol, given the true ones before it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grucli.engine import losses
from grucli.engine.packing import Floats
from grucli.engine.steps import Steps
from grucli.tasks.task import Loss
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class SymbolLoss:
    """The loss of symbols.

    Attributes:
        label_smoothing: as in `losses.cross_entropy`.
    """

    label_smoothing: float = 0.0

    def loss(self, scores: Steps, targets: Steps, weights: Floats) -> Loss:
        """Return the loss of a batch [nat].

        `right` counts the symbols of targets that are right as a whole: an answer of the most
        probable symbols is the target where each of them is the most probable after those before.

        Args:
            scores: (T, V) of the steps of each target.
            targets: (T,) symbols.
            weights: (B,) how much each symbol of a target counts.
        """
        total, d_scores = losses.cross_entropy(
            scores.values,
            targets.values,
            np.repeat(weights, targets.lengths),
            self.label_smoothing,
        )
        whole = all_of(scores.values.argmax(axis=1) == targets.values, targets)
        return Loss(
            total=total,
            right=int(targets.lengths[whole].sum()),
            d_scores=Steps(values=d_scores, lengths=targets.lengths),
        )


def all_of(right: npt.NDArray[np.bool_], targets: Steps) -> npt.NDArray[np.bool_]:
    """Return (n,) of which sequences all steps are right."""
    found: npt.NDArray[np.bool_] = np.logical_and.reduceat(right, targets.starts)
    return found
