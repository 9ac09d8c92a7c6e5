"""Losses, as sums over rows, and the probabilities that logits stand for."""

from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats, Integers


def cross_entropy(
    logits: Floats,
    targets: Integers,
    weights: Floats | None = None,
    smoothing: float = 0.0,
) -> tuple[float, Floats]:
    """Return the sum of -weight q log p over rows and classes, and its gradient by the logits.

    q is 1 - smoothing for the target, and smoothing / C more for every class.

    Args:
        logits: (B, C) for a softmax over C classes, or (B, 1) for two classes with a sigmoid, where
            the logit speaks for class 1.
        targets: (B,) classes, each within 0 to C - 1.
        weights: (B,) how much each row counts, ones if None.
        smoothing: share of the certainty that is spread over all classes, in [0, 1).

    Returns:
        the loss [nat] and d_logits of the shape and dtype of `logits`.

    Source: Szegedy et al. 2016 (arXiv:1512.00567), section 7, for the smoothing.
    """
    log_p = log_probabilities(logits)
    q = np.full_like(log_p, smoothing / log_p.shape[1])
    q[np.arange(len(targets)), targets] += 1 - smoothing
    d_logits = np.exp(log_p)
    if weights is not None:
        q *= weights[:, None]
        d_logits *= weights[:, None]
    d_logits -= q
    return -float(np.vdot(q, log_p)), d_logits[:, -logits.shape[1] :].astype(logits.dtype)


def huber(
    scores: Floats, targets: Floats, weights: Floats, delta: float
) -> tuple[float, npt.NDArray[Any]]:
    """Return the sum of weight * h(score - target) over rows, and its gradient by the scores.

        h(e) = e^2 / 2                   where |e| <= delta
               delta (|e| - delta / 2)   beyond, so that what is far off pulls no harder

    Args:
        scores: (B, 1).
        targets: (B,) in the same unit.
        weights: (B,) how much each row counts.
        delta: above 0; infinity for the squared loss.

    Returns:
        the loss [unit of the targets, squared] and d_scores (B, 1) of the dtype of `scores`.

    Source: Huber 1964, doi:10.1214/aoms/1177703732.
    """
    error = scores[:, 0].astype(np.float64) - targets
    slope = np.clip(error, -delta, delta)
    loss = float(np.sum(weights * slope * (error - slope / 2)))
    return loss, (weights * slope)[:, None].astype(scores.dtype)


def sigmoid_cross_entropy(
    logits: Floats, truth: npt.NDArray[Any], weights: Floats, smoothing: float = 0.0
) -> tuple[float, Floats]:
    """Return the sum of -weight (q log p + (1 - q) log(1 - p)) over rows and outputs, and d_logits.

        p = sigmoid(logit)   (1)      q = (1 - smoothing) truth + smoothing / 2   (2)

    Args:
        logits: (B, O), each output of which answers yes or no for itself.
        truth: (B, O), 1 for yes and 0 for no.
        weights: (B,) how much each row counts.
        smoothing: share of the certainty that is spread over both answers, in [0, 1).

    Returns:
        the loss [nat] and d_logits of the shape and dtype of `logits`.
    """
    exact = logits.astype(np.float64)
    wanted = (1 - smoothing) * truth + smoothing / 2
    loss = float(np.sum(weights[:, None] * (np.logaddexp(0.0, exact) - wanted * exact)))
    d_logits = (sigmoid(exact) - wanted) * weights[:, None]  # (1) (2) d -log p / d logit = p - q
    return loss, d_logits.astype(logits.dtype)


def sigmoid(logits: Floats) -> npt.NDArray[np.float64]:
    """Return 1 / (1 + exp(-logits)) in float64, without overflow."""
    p: npt.NDArray[np.float64] = 0.5 + 0.5 * np.tanh(0.5 * logits.astype(np.float64))
    return p


def log_probabilities(logits: Floats) -> npt.NDArray[np.float64]:
    """Return float64 log-probabilities (B, C), of both classes for a single logit (B, 1)."""
    exact = logits.astype(np.float64)
    if logits.shape[1] == 1:
        return -np.logaddexp(0.0, np.concatenate((exact, -exact), axis=1))
    exact -= exact.max(axis=1, keepdims=True)
    exact -= np.log(np.exp(exact).sum(axis=1, keepdims=True))
    return exact


def probabilities(logits: Floats) -> npt.NDArray[np.float64]:
    """Return float64 probabilities (B, C) within [0, 1]; each row sums to 1 up to rounding."""
    p: npt.NDArray[np.float64] = np.exp(log_probabilities(logits))
    return p
