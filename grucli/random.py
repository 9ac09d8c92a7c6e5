"""Random numbers as a function of (seed, purpose, counter).

There is no generator state to save: whoever goes on after an interruption, or computes a part of
the work elsewhere, draws what the uninterrupted run would have drawn.
"""

import numpy as np

INIT, SPLIT, SHUFFLE, DROPOUT, SAMPLING, RANDOM_ORDER, LINEAR, AUGMENTATION, TUNING = range(9)
TEST, COMPARISON, RESAMPLING = 9, 10, 11
"""Purposes: each has numbers of its own."""


def generator(seed: int, purpose: int, counter: int = 0) -> np.random.Generator:
    """Return the random numbers of one purpose and moment (an epoch or a step)."""
    return np.random.default_rng([seed, purpose, counter])
