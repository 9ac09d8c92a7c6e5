"""Ways to see a numeric sequence: its values, their form alone, their changes."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]

ROUNDING = 1e-6  # of the largest value: what varies less, in single precision, is noise


def values(steps: Floats) -> Floats:
    """Return the steps (T, I) as they are."""
    return steps


def shape(steps: Floats) -> Floats:
    """Return each channel of a sequence without its own mean, in its own standard deviations.

    A constant channel becomes zero. NaN stays NaN and counts for neither.
    """
    present = ~np.isnan(steps)
    count = np.maximum(present.sum(axis=0), 1)
    centred = steps - np.where(present, steps, 0).sum(axis=0) / count
    spread = np.sqrt(np.where(present, centred**2, 0).sum(axis=0) / count)
    largest = np.where(present, np.abs(steps), 0).max(axis=0)
    is_constant = spread <= ROUNDING * largest
    return np.where(present & is_constant, 0, centred / np.where(is_constant, 1, spread))


def change(steps: Floats) -> Floats:
    """Return the difference of the shape at each step and the one before: NaN at the first."""
    return np.diff(shape(steps), axis=0, prepend=np.nan)


VIEWS: dict[str, Callable[[Floats], Floats]] = {"values": values, "shape": shape, "change": change}


def views(steps: Floats, names: Sequence[str]) -> Floats:
    """Return (T, K * I) a sequence (T, I) seen in K ways, one after the other.

    Every step stays a step: whoever asks what a step does need not know of them.

    Args:
        steps: float64, NaN where a value is missing.
        names: of VIEWS.

    Returns:
        float64, NaN where there is nothing to see.
    """
    return np.concatenate([VIEWS[name](steps) for name in names], axis=1)
