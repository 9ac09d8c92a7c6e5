"""How sets of labels are learned: the loss, the weight of rows, and dense features.

Letters: n or B rows, C labels, K features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from grucli.engine import blend_factors, losses, ridge
from grucli.engine.packing import Floats, Integers
from grucli.tasks.classify.learning import check_named
from grucli.tasks.multilabel.label_sets import Bits, divided
from grucli.tasks.task import LinearLayer, Loss
from grucli.values import dataclass

MOST_PAIRS = 1 << 21  # of rows and labels, by which one factor a branch is found


@dataclass(frozen=True, kw_only=True)
class SigmoidLoss:
    """The loss of sets of labels: that of each label for itself, summed.

    Attributes:
        label_smoothing: as in `losses.sigmoid_cross_entropy`.
    """

    label_smoothing: float = 0.0

    def loss(self, scores: Floats, targets: Integers, weights: Floats) -> Loss:
        """Return the loss [nat] of a batch; `right` is its rows times its micro-F1.

        Args:
            scores: (B, C) logits.
            targets: (B, C + 1) as in `label_sets`.
            weights: (B,) how much each row counts.
        """
        truth, _ = divided(targets)
        total, d_scores = losses.sigmoid_cross_entropy(scores, truth, weights, self.label_smoothing)
        answered = scores > 0
        either = int(answered.sum()) + int(truth.sum())
        f1 = 2 * int((answered & (truth > 0)).sum()) / either if either else 1.0
        return Loss(total=total, right=len(truth) * f1, d_scores=d_scores)


def row_weights(setting: str | Mapping[str, float], labels: Sequence[str], truth: Bits) -> Floats:
    """Return (n,) how much each row counts: the mean weight of its labels, 1 without any.

    They are scaled to a mean of one.

    Args:
        setting: "balanced" (inverse to the label's rows) or label -> weight, where a label that is
            not named weighs 1.
        labels: (C,) names.
        truth: (n, C) which labels rows have.

    Raises:
        ConfigError: a named label does not exist.
    """
    rows = truth.sum(axis=0, dtype=np.int64)
    if isinstance(setting, str):
        weights = rows.sum() / (len(labels) * np.maximum(rows, 1))
    else:
        check_named(setting, labels)
        weights = np.array([setting.get(label, 1.0) for label in labels])
    count = truth.sum(axis=1)
    found: Floats = np.where(count > 0, truth @ weights / np.maximum(count, 1), 1.0)
    found /= found.mean()
    return found


def learn_dense(
    rows: Floats, truth: Bits, weights: Floats, start: LinearLayer | None
) -> LinearLayer:
    """Learn logits of dense features (n, K) by ridge regression, each label against all else.

    Args:
        rows: (n, K), n at least 1.
        truth: (n, C) which labels rows have.
        weights: (n,) how much each row counts.
        start: what is known already, None for nothing.
    """
    wanted = 2.0 * truth - 1.0
    return ridge.fit_logits(rows, wanted, weights, start, lambda said: blend(said, truth))


def blend(branches: Sequence[Floats], truth: Bits) -> Floats:
    """Return (P,) factors of the scores (n, C) of P branches with the lowest loss.

    Each pair of a row and a label is an input with two classes, yes and no. Where there are more
    than enough, every so many rows are asked.
    """
    some = slice(None, None, max(1, truth.size // MOST_PAIRS))
    pairs = [scores[some].reshape(-1, 1) for scores in branches]
    return blend_factors.fit(pairs, truth[some].ravel().astype(np.int64))
