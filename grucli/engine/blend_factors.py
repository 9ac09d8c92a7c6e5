"""By which factors logits are multiplied, and added, to lose least."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grucli.engine.packing import Floats, Integers

NEWTON_STEPS = 50
HALVINGS = 30
LEAST_GAIN = 1e-4  # of what the slope promises (Armijo 1966); less may go on for ever
ENOUGH = 1e-9  # of the loss: a step that promises no more is the last, as its square is nothing
LEAST = np.array([0.01, 0.0])  # the first part always has a say
NEAR = 1e-9  # to its LEAST, a factor that would fall stands there: it would cut each step short
PRIOR_ROWS = 1.0  # factors are held near 1 as if by so many rows; a few rows cannot tell them


def fit(parts: Sequence[Floats], targets: Integers) -> Floats:
    """Return (P,) factors of P parts (n, O) with the lowest loss, by Newton's method.

    The loss is convex in them. None falls below its LEAST: one that stands there and would fall
    further keeps out of the others' step, which would else be that of another problem. A step that
    leads too far is halved until the loss falls (Bertsekas 1982, doi:10.1137/0320018).

    Args:
        parts: logits of at most two models for the same rows.
        targets: (n,) classes.
    """
    full = np.stack([both_classes(part) for part in parts]).astype(np.float64)
    beside = full - full[:, np.arange(len(targets)), targets][:, :, None]
    factors, least = np.ones(len(parts)), LEAST[: len(parts)]
    loss, p = _loss(factors, beside)
    for _ in range(NEWTON_STEPS):
        gradient, curvature = _derivatives(factors, beside, p)
        held = (factors <= least + NEAR) & (gradient > 0)
        factors[held] = least[held]
        curvature[held] = curvature[:, held] = 0
        step = np.linalg.solve(curvature + PRIOR_ROWS * np.eye(len(parts)), gradient)
        for size in 0.5 ** np.arange(HALVINGS):
            closer = np.maximum(factors - size * step, least)
            promised = gradient @ (factors - closer)
            found = _loss(closer, beside)
            if loss - found[0] > LEAST_GAIN * promised:
                break
        else:  # no digit is left to gain
            break
        factors, (loss, p) = closer, found
        if promised <= ENOUGH * loss:
            break
    return factors


def _loss(factors: Floats, beside: Floats) -> tuple[float, Floats]:
    """Return the loss of all rows, with what holds the factors near 1, and probabilities (n, C).

    Args:
        factors: (P,).
        beside: (P, n, C) logits less that of the target.
    """
    p = np.tensordot(factors, beside, 1)
    most = p.max(axis=1)
    np.exp(np.subtract(p, most[:, None], out=p), out=p)
    total = p.sum(axis=1)
    p /= total[:, None]
    held = PRIOR_ROWS / 2 * np.sum((factors - 1) ** 2)
    return float(held + most.sum() + np.log(total).sum()), p


def _derivatives(factors: Floats, beside: Floats, p: Floats) -> tuple[Floats, Floats]:
    """Return the gradient (P,) of the loss and its curvature (P, P), this without PRIOR_ROWS."""
    mean = np.einsum("nc,pnc->pn", p, beside)
    centred = beside - mean[:, :, None]
    weighed = (centred * p).reshape(len(factors), -1)
    gradient = mean.sum(axis=1) + PRIOR_ROWS * (factors - 1)
    return gradient, weighed @ centred.reshape(len(factors), -1).T


def both_classes(logits: Floats) -> Floats:
    """Return (n, C) logits, also where two classes share one (n, 1)."""
    if logits.shape[1] > 1:
        return logits
    return np.concatenate((np.zeros_like(logits), logits), axis=1)
