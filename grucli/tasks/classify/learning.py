"""How classes are learned: the loss, and the weight of each class.

Letters: n or B rows, C classes, O outputs: two classes share one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.engine import losses
from grucli.engine.packing import Floats, Integers
from grucli.errors import ConfigError, did_you_mean, excerpt, show
from grucli.tasks.task import Loss

TASK = "classify"


@dataclass(frozen=True, kw_only=True)
class CrossEntropy:
    """The loss of classification.

    Attributes:
        label_smoothing: as in `losses.cross_entropy`.
    """

    label_smoothing: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return what builds it again."""
        return {"task": TASK, **asdict(self)}

    def loss(self, scores: Floats, targets: Integers, weights: Floats) -> Loss:
        """Return the loss [nat] of a batch; `right` counts right answers.

        Args:
            scores: (B, O) logits.
            targets: (B,) classes.
            weights: (B,) how much each row counts.
        """
        total, d_scores = losses.cross_entropy(scores, targets, weights, self.label_smoothing)
        right = int(np.count_nonzero(_most_probable(scores) == targets))
        return Loss(total=total, right=right, d_scores=d_scores)


def class_weights(
    setting: str | Mapping[str, float], labels: Sequence[str], targets: Integers
) -> Floats:
    """Return (C,) the weight of each class's rows, one on average over the rows.

    Args:
        setting: "balanced" (inverse to the class's rows) or label -> weight, where a label
            that is not named weighs 1.
        labels: (C,) names.
        targets: (n,) classes of the training rows.

    Raises:
        ConfigError: a named label does not exist.
    """
    rows = np.bincount(targets, minlength=len(labels))
    if isinstance(setting, str):
        weights = 1 / np.maximum(rows, 1)
    else:
        known = f"; the labels are {excerpt(', '.join(labels), 60)}"
        unknown = [
            f"training.class_weight: no label '{show(name)}'{did_you_mean(name, labels) or known}"
            for name in setting
            if name not in labels
        ]
        if unknown:
            raise ConfigError(*unknown)
        weights = np.array([setting.get(label, 1.0) for label in labels])
    scaled: Floats = weights * (rows.sum() / (weights * rows).sum())
    return scaled


def _most_probable(logits: Floats) -> npt.NDArray[np.int64]:
    """Return (B,) the class of the highest logit."""
    answers: npt.NDArray[np.int64] = (
        (logits[:, 0] > 0).astype(np.int64) if logits.shape[1] == 1 else logits.argmax(axis=1)
    )
    return answers
