"""How classes are learned: the loss, and the weight of each class.

Letters: n or B rows, C classes, O outputs: two classes share one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from grucli.engine import linear, losses, sparse_linear
from grucli.engine.packing import Floats, Integers
from grucli.engine.sparse_linear import Sparse
from grucli.errors import ConfigError, did_you_mean, excerpt, show
from grucli.tasks.task import LinearLayer, Loss
from grucli.values import dataclass

LEARNING_RATE = 3.0  # for rows of about unit length
EPOCHS = 2, 6  # at least, at most; held-out parts of seven sets liked them as much as 10 at rate 2
MOST_UPDATES = 1 << 19


@dataclass(frozen=True, kw_only=True)
class CrossEntropy:
    """The loss of classification.

    Attributes:
        label_smoothing: as in `losses.cross_entropy`.
    """

    label_smoothing: float = 0.0

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
        check_named(setting, labels)
        weights = np.array([setting.get(label, 1.0) for label in labels])
    scaled: Floats = weights * (rows.sum() / (weights * rows).sum())
    return scaled


def check_named(weights: Mapping[str, float], labels: Sequence[str]) -> None:
    """Refuse weights of labels that do not exist.

    Raises:
        ConfigError: a label is none of `labels`.
    """
    known = f"; the labels are {excerpt(', '.join(labels), 60)}"
    unknown = [
        f"training.class_weight: no label '{show(name)}'{did_you_mean(name, labels) or known}"
        for name in weights
        if name not in labels
    ]
    if unknown:
        raise ConfigError(*unknown)


def learn_sparse(
    rows: Sparse,
    targets: Integers,
    weights: Floats,
    *,
    num_features: int,
    num_classes: int,
    rng: np.random.Generator,
    start: LinearLayer | None,
) -> LinearLayer:
    """Learn logits of sparse features by gradient descent.

    There are few passes if there are many rows, in an order that `rng` draws.

    Args:
        rows, weights, num_features, rng, start: as in `Task.learn_sparse`.
        targets, num_classes: as in `sparse_linear.fit`.
    """
    scale = sparse_linear.relevance(rows, targets, num_features, num_classes)
    scaled = replace(rows, values=(rows.values * scale[rows.ids]).astype(np.float32))
    weight, bias = sparse_linear.fit(
        scaled,
        targets,
        weights,
        num_features=num_features,
        num_classes=num_classes,
        epochs=int(np.clip(MOST_UPDATES // len(targets), *EPOCHS)),
        learning_rate=LEARNING_RATE,
        rng=rng,
        said=None if start is None else sparse_linear.forward(*start, rows).astype(np.float32),
    )
    weight *= scale[:, None]  # so that nobody else has to know of it
    return linear.added(start, weight, bias)


def _most_probable(logits: Floats) -> npt.NDArray[np.int64]:
    """Return (B,) the class of the highest logit."""
    answers: npt.NDArray[np.int64] = (
        (logits[:, 0] > 0).astype(np.int64) if logits.shape[1] == 1 else logits.argmax(axis=1)
    )
    return answers
