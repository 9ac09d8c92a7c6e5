"""By which factors logits are multiplied, and added, to lose least."""

from __future__ import annotations

import numpy as np

from grucli.engine import losses
from grucli.engine.packing import Floats, Integers

NEWTON_STEPS = 25
LONGEST_STEP = 1.0
LEAST = np.array([0.01, 0.0])  # the first part always has a say
PRIOR_ROWS = 1.0  # factors are held near 1 as if by so many rows; a few rows cannot tell them


def fit(parts: Floats, targets: Integers) -> Floats:
    """Return (P,) factors of P parts (P, n, O) with the lowest loss, by Newton's method.

    The loss is convex in them. None falls below its LEAST: one that stands there and would fall
    further keeps out of the step, which would else be that of another problem (Bertsekas 1982).

    Args:
        parts: logits of at most two models for the same rows.
        targets: (n,) classes.
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


def both_classes(logits: Floats) -> Floats:
    """Return (n, C) logits, also where two classes share one (n, 1)."""
    if logits.shape[1] > 1:
        return logits
    return np.concatenate((np.zeros_like(logits), logits), axis=1)
