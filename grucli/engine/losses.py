"""Losses of classification, as sums over rows, and the probabilities they stand for."""

import numpy as np

from grucli.engine.packing import Floats, Integers


def cross_entropy(
    logits: Floats, targets: Integers, class_weights: Floats | None = None
) -> tuple[float, Floats]:
    """Return the sum of -weight[y] log p[y], and its gradient by the logits.

    Args:
        logits: (B, C) for a softmax over C classes, or (B, 1) for two classes with a sigmoid, where
            the logit speaks for class 1.
        targets: (B,) classes, each within 0 to C - 1.
        class_weights: (C,) or (2,), ones if None.

    Returns:
        the loss [nat] and d_logits of the shape and dtype of `logits`.
    """
    log_p = log_probabilities(logits)
    rows = np.arange(len(targets))
    weights = np.ones(1, log_p.dtype) if class_weights is None else class_weights[targets]
    loss = -float(np.sum(weights * log_p[rows, targets]))
    d_logits = np.exp(log_p)
    d_logits[rows, targets] -= 1
    d_logits *= weights[:, None]
    return loss, d_logits[:, -logits.shape[1] :].astype(logits.dtype)


def log_probabilities(logits: Floats) -> Floats:
    """Return float64 log-probabilities (B, C), of both classes for a single logit (B, 1)."""
    wide = logits.astype(np.float64)
    if logits.shape[1] == 1:
        return -np.logaddexp(0.0, np.concatenate((wide, -wide), axis=1))
    wide -= wide.max(axis=1, keepdims=True)
    wide -= np.log(np.exp(wide).sum(axis=1, keepdims=True))
    return wide


def probabilities(logits: Floats) -> Floats:
    """Return float64 probabilities (B, C) within [0, 1]; each row sums to 1 up to rounding."""
    p: Floats = np.exp(log_probabilities(logits))
    return p
