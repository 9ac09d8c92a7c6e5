"""How much the recurrence and the wide path each count in a decision."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from grucli.engine import losses
from grucli.engine.packing import Floats, Integers

NEWTON_STEPS = 25
PRIOR_ROWS = 1.0  # both factors are held near 1 as if by so many rows; a few rows cannot tell them


@dataclass(frozen=True, kw_only=True)
class Mix:
    """Factors of the logits of both paths.

    Attributes:
        recurrence: of the recurrence's, above 0.
        wide: of the n-grams', 0 where they do not count.
    """

    recurrence: float = 1.0
    wide: float = 0.0

    def logits(self, recurrence: Floats, wide: Floats | None) -> Floats:
        """Return the logits that decide; arrays of one shape, `wide` None for a model without."""
        own: Floats = self.recurrence * recurrence
        return own if wide is None else own + self.wide * wide


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """What weighing found on rows that neither path has learned from.

    Attributes:
        mix: the factors with the lowest loss.
        alone: the factor of the recurrence with the lowest loss without the wide path.
        gain: by how much the wide path lowers the mean loss [nat a row].
        error: standard error of the gain.
    """

    mix: Mix
    alone: Mix
    gain: float
    error: float

    @property
    def pays(self) -> bool:
        """Whether the gain is more than chance would give: more than its standard error."""
        return self.gain > self.error


def weigh(recurrence: Floats, wide: Floats, targets: Integers) -> Weighed:
    """Find the factors of both paths, and whether the wide path pays.

    Args:
        recurrence, wide: (n, O) logits of both paths for held-out rows.
        targets: (n,) classes; rows of -1 do not count, and fewer than two others tell nothing.
    """
    known = targets >= 0
    recurrence, wide, targets = recurrence[known], wide[known], targets[known]
    if len(targets) < 2:
        return Weighed(mix=Mix(wide=1.0), alone=Mix(), gain=0.0, error=0.0)
    alone = _fit(recurrence[None], targets)
    both = _fit(np.stack((recurrence, wide)), targets)
    before = _loss(alone[0] * recurrence, targets)
    gains = before - _loss(both[0] * recurrence + both[1] * wide, targets)
    error = float(gains.std(ddof=1) / math.sqrt(len(gains)))
    return Weighed(
        mix=Mix(recurrence=float(both[0]), wide=float(both[1])),
        alone=Mix(recurrence=float(alone[0])),
        gain=float(gains.mean()),
        error=error,
    )


def calibrated_loss(recurrence: Floats, targets: Integers) -> float:
    """Return the mean loss of logits (n, O) times the best factor for them [nat].

    It does not punish a model for being too sure of itself, which a factor mends (Guo et al. 2017,
    arXiv:1706.04599). Rows of target -1 do not count.
    """
    known = targets >= 0
    recurrence, targets = recurrence[known], targets[known]
    if not len(targets):
        return 0.0
    return float(_loss(_fit(recurrence[None], targets)[0] * recurrence, targets).mean())


def recurrence_share(mix: Mix, recurrence: Floats, wide: Floats) -> float:
    """Return the recurrence's part of the margins between answer and runner-up, in [0, 1].

    Args:
        mix: the factors.
        recurrence, wide: (n, O) logits of both paths, of at least one row.
    """
    ours, theirs = both_classes(mix.recurrence * recurrence), both_classes(mix.wide * wide)
    order = np.argsort(-(ours + theirs), axis=1, kind="stable")[:, :2]
    margins = [
        np.abs(np.subtract(*np.take_along_axis(part, order, axis=1).T)).sum()
        for part in (ours, theirs)
    ]
    total = sum(margins)
    return float(margins[0] / total) if total else 1.0


def both_classes(logits: Floats) -> Floats:
    """Return (n, C) logits, also where two classes share one (n, 1)."""
    if logits.shape[1] > 1:
        return logits
    return np.concatenate((np.zeros_like(logits), logits), axis=1)


def _fit(parts: Floats, targets: Integers) -> Floats:
    """Return (P,) factors of P parts (P, n, O) with the lowest loss, by Newton's method.

    The loss is convex in them. None falls below its LEAST: one that stands there and would fall
    further keeps out of the step, which would else be that of another problem (Bertsekas 1982).
    """
    rows = np.arange(len(targets))
    full = np.stack([both_classes(part) for part in parts])
    truth = full[:, rows, targets]
    factors, least = np.ones(len(parts)), LEAST[: len(parts)]
    for _ in range(NEWTON_STEPS):
        p = losses.probabilities(np.tensordot(factors, full, 1))
        mean = np.einsum("nc,pnc->pn", p, full)
        gradient = (mean - truth).sum(axis=1) + PRIOR_ROWS * (factors - 1)
        centred = full - mean[:, :, None]
        curvature = np.einsum("nc,pnc,qnc->pq", p, centred, centred)
        held = (factors <= least) & (gradient > 0)
        gradient[held] = curvature[held] = curvature[:, held] = 0
        step = np.linalg.solve(curvature + PRIOR_ROWS * np.eye(len(parts)), gradient)
        size = min(1.0, LONGEST_STEP / max(LONGEST_STEP, float(np.abs(step).max())))
        factors = np.maximum(factors - size * step, least)
    return factors


LEAST = np.array([0.01, 0.0])  # the recurrence always has a say
LONGEST_STEP = 1.0


def _loss(logits: Floats, targets: Integers) -> Floats:
    """Return (n,) the loss of each row [nat]."""
    loss: Floats = -losses.log_probabilities(logits)[np.arange(len(targets)), targets]
    return loss
