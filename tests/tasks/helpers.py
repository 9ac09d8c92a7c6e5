"""Eight rows of three classes, and exact comparison, for what is measured of them."""

import numpy as np
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
