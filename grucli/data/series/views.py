"""Views of a numeric sequence: values, logarithms, the form alone, its changes, the place."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from grucli.data.numbers import Floats

Doubles = npt.NDArray[np.float64]

ROUNDING = {np.dtype(np.float32): 1e-6, np.dtype(np.float64): 1e-12}
"""Of the largest value: what varies less, in numbers of that precision, is noise."""
EPSILON = float(np.finfo(np.float64).eps)
SMALLEST = 1e-150  # what is nearer to 0 counts as 0, as its square would


def values(steps: Floats, units: Floats) -> Doubles:
    """Return the steps (T, I) as they are."""
    return steps.astype(np.float64)


def log(steps: Floats, units: Floats) -> Floats:
    """Return what is the value itself near 0, and from a unit (I,) on its logarithm, signed."""
    return np.arcsinh(steps / units)


def shape(steps: Floats, units: Floats) -> Floats:
    """Return each channel of a sequence without its own mean, in its own standard deviations.

    A constant channel becomes zero. NaN stays NaN and counts for neither.
    """
    rounding = max(ROUNDING[steps.dtype], len(steps) * EPSILON)  # of the values, and of their sum
    steps = steps.astype(np.float64)
    present = ~np.isnan(steps)
    count = np.maximum(present.sum(axis=0), 1)
    centred = steps - np.where(present, steps, 0).sum(axis=0) / count
    spread = np.sqrt(np.where(present, centred**2, 0).sum(axis=0) / count)
    largest = np.where(present, np.abs(steps), 0).max(axis=0)
    is_constant = spread <= rounding * largest
    return np.where(present & is_constant, 0, centred / np.where(is_constant, 1, spread))


def change(steps: Floats, units: Floats) -> Floats:
    """Return the difference of the shape at each step and the one before: NaN at the first."""
    return np.diff(shape(steps, units), axis=0, prepend=np.nan)


def place(steps: Floats, units: Floats) -> Floats:
    """Return (T, 1) how far along the sequence each step is, from -1 to 1."""
    return np.linspace(-1, 1, len(steps))[:, None] if len(steps) > 1 else np.zeros((1, 1))


VIEWS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "values": values,
    "log": log,
    "shape": shape,
    "change": change,
    "place": place,
}


def width(names: Sequence[str], num_channels: int) -> int:
    """Return how many numbers a step of so many channels becomes."""
    return sum(1 if name == "place" else num_channels for name in names)


def columns_of(channel: int, names: Sequence[str], num_channels: int) -> list[int]:
    """Return which numbers of a step are a channel in one of its views; the place is of none."""
    seen = [k for k, name in enumerate(names) if name != "place"]
    return [width(names[:k], num_channels) + channel for k in seen]


def views(steps: Floats, names: Sequence[str], units: Floats) -> Floats:
    """Return (T, W) a sequence (T, I) seen in several ways, one after the other.

    Every step stays a step: whoever asks what a step does need not know of them.

    Args:
        steps: NaN where a value is missing; their type tells how precise they are.
        names: of VIEWS.
        units: (I,) above 0, the typical size of each channel's values.

    Returns:
        float64, NaN where there is nothing to see.
    """
    return np.concatenate([VIEWS[name](steps, units) for name in names], axis=1)


def typical_sizes(sequences: Sequence[Floats]) -> Floats:
    """Return (I,) the median size of each channel's values, of those that are there and not 0."""
    sizes = np.concatenate(sequences)
    np.abs(sizes, out=sizes)
    found = (channel[channel > SMALLEST].astype(np.float64, copy=False) for channel in sizes.T)
    return np.array(
        [np.median(channel, overwrite_input=True) if channel.size else 1.0 for channel in found]
    )


def orders_of_spread(sequences: Sequence[Floats]) -> float:
    """Return the decimal orders of magnitude over which the spreads of sequences lie.

    It is the largest of all channels, from the 10th to the 90th percentile; constant sequences do
    not count.
    """
    spreads = np.array([_spread(steps) for steps in sequences])
    found = [np.log10(channel[channel > 0]) for channel in spreads.T]
    ranges = [float(np.ptp(np.percentile(logs, (10, 90)))) for logs in found if logs.size]
    return max(ranges, default=0.0)


def _spread(steps: Floats) -> Floats:
    """Return (I,) the standard deviations of a sequence, 0 of a channel that does not vary."""
    present = ~np.isnan(steps)
    count = np.maximum(present.sum(axis=0), 1)
    mean = np.where(present, steps, 0).sum(axis=0, dtype=np.float64) / count
    spread: Floats = np.sqrt(np.where(present, (steps - mean) ** 2, 0).sum(axis=0) / count)
    spread[spread <= ROUNDING[np.dtype(np.float64)] * np.abs(mean)] = 0
    return spread
