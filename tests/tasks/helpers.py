"""Eight rows of three classes, the scores that stand for them, and exact comparison."""

import numpy as np
import numpy.typing as npt
import pytest

PROBABILITIES = np.array(
    [
        [0.7, 0.2, 0.1],
        [0.5, 0.3, 0.2],
        [0.1, 0.8, 0.1],
        [0.4, 0.35, 0.25],
        [0.2, 0.2, 0.6],
        [0.05, 0.05, 0.9],
        [0.3, 0.6, 0.1],
        [0.25, 0.25, 0.5],
    ]
)
UNSEEN_TARGETS = np.array([0, 1, 1, 0, -1, 2, -1, -1])


def exact(value: object) -> object:
    return pytest.approx(value, rel=0, abs=1e-13)


def logits_of(p: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the logits of probabilities (n, C): (n, 1) of two classes, else (n, C)."""
    p = np.maximum(np.asarray(p, np.float64), 1e-300)
    return np.log(p[:, 1:] / p[:, :1]) if p.shape[1] == 2 else np.log(p)
