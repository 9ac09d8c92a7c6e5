"""How numbers are learned: the loss of a batch, and how two branches are added, and linear paths.

Letters: n or B rows, P branches. Scores are targets less their mean, in standard deviations.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from grucli.engine import linear, losses, ridge, sparse_linear, sparse_ridge
from grucli.engine.packing import Floats
from grucli.engine.sparse_linear import Sparse
from grucli.errors import ConfigError
from grucli.tasks.task import LinearLayer, Loss
from grucli.values import dataclass

DELTA = 1.0  # standard deviations of the targets
LEAST_FACTOR = 0.01  # of the first branch, which always has a say
MOST_FACTOR = 3.0  # of any: a few rows with a wild target among them would have more
PRIOR_ROWS = 1.0  # factors are held near 1 as if by so many rows; a few rows cannot tell them


@dataclass(frozen=True, kw_only=True)
class NumberLoss:
    """The loss of numbers, measured in standard deviations of the targets.

    Attributes:
        mean, scale: of the targets.
        delta: beyond how many standard deviations an error counts by its size, not by its square;
            None for never.
    """

    mean: float
    scale: float
    delta: float | None

    def loss(self, scores: Floats, targets: Floats, weights: Floats) -> Loss:
        """Return the loss of a batch; `right` sums squared errors in the unit of the targets.

        Args:
            scores: (B, 1).
            targets: (B,) in their unit.
            weights: (B,) how much each row counts.
        """
        wanted = (targets - self.mean) / self.scale
        delta = math.inf if self.delta is None else self.delta
        total, d_scores = losses.huber(scores, wanted, weights, delta)
        errors = self.scale * (scores[:, 0].astype(np.float64) - wanted)
        return Loss(total=total, right=float(np.sum(errors**2)), d_scores=d_scores)


def delta_of(settings: Mapping[str, Any]) -> float | None:
    """Return the delta of the loss that the config's section `training` names."""
    return None if settings["loss"] == "squared" else DELTA


def check_settings(settings: Mapping[str, Any]) -> None:
    """Refuse what only labels have.

    Raises:
        ConfigError: the config's section `training` has it.
    """
    if settings["class_weight"] != "none":
        raise ConfigError(
            "training.class_weight: the task regress has no classes; delete it, or give rows "
            "weights with data.weight"
        )


def factors(branches: Floats, wanted: Floats) -> Floats:
    """Return (P,) factors, not below 0, whose sum of branches has the least squared error.

    Args:
        branches: (P, n) scores of at most two.
        wanted: (n,).
    """
    least = np.array([LEAST_FACTOR, 0.0])[: len(branches)]
    gram = branches @ branches.T + PRIOR_ROWS * np.eye(len(branches))
    along = branches @ wanted + PRIOR_ROWS
    found: Floats = np.linalg.solve(gram, along)
    inside: Floats = found.clip(least, MOST_FACTOR)
    if len(found) == 1 or (found == inside).all():
        return inside
    edges = []  # the best is on one of them
    for held, free in ((0, 1), (1, 0)):
        for bound in (least[held], MOST_FACTOR):
            edge = np.full(2, bound)
            best = (along[free] - gram[free, held] * bound) / gram[free, free]
            edge[free] = best.clip(least[free], MOST_FACTOR)
            edges.append(edge)
    return min(edges, key=lambda one: float(one @ gram @ one / 2 - along @ one))


def learn_sparse(
    rows: Sparse,
    wanted: Floats,
    weights: Floats,
    *,
    num_features: int,
    rng: np.random.Generator,
    start: LinearLayer | None,
) -> LinearLayer:
    """Learn scores (n,) of sparse features by ridge regression; the arguments are as in `Task`."""
    if start is not None:
        wanted = wanted - sparse_linear.forward(*start, rows)[:, 0]
    learned = sparse_ridge.fit(rows, wanted, weights, num_features=num_features, rng=rng)
    return linear.added(start, *learned)


def learn_dense(
    rows: Floats, wanted: Floats, weights: Floats, start: LinearLayer | None
) -> LinearLayer:
    """Learn scores (n,) of dense features (n, K) by ridge regression; arguments as in `Task`."""
    wanted = wanted[:, None]
    if start is not None:
        wanted = wanted - ridge.forward(*start, rows)
    if len(rows) == 1:  # nothing can be left out to tell a penalty
        return linear.added(start, np.zeros((rows.shape[1], 1)), wanted[0])
    weight, bias, _ = ridge.solve(rows, wanted, weights)
    return linear.added(start, weight, bias)
