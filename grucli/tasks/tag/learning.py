"""How tags are learned: the loss of a step, or of the whole path where tags form a chain."""

from __future__ import annotations

import numpy as np

from grucli.engine.packing import Floats
from grucli.engine.steps import Steps
from grucli.tasks.tag import decoding
from grucli.tasks.task import Loss
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class TagLoss:
    """The loss of tags.

    Attributes:
        label_smoothing: as in `losses.cross_entropy`; for scores without a chain.
    """

    label_smoothing: float = 0.0

    def loss(self, scores: Steps, targets: Steps, weights: Floats) -> Loss:
        """Return the loss of a batch [nat]; `right` counts right tags.

        Args:
            scores: of B sequences.
            targets: their tags, all known.
            weights: (B,) how much each step of a sequence counts.
        """
        total, d_scores = decoding.loss(scores, targets, weights, self.label_smoothing)
        right = int(np.count_nonzero(decoding.tags_of(scores) == targets.values))
        return Loss(total=total, right=right, d_scores=d_scores)
