"""Mean and variance over all sequences, in two passes that keep the digits of large numbers."""

from collections.abc import Iterator, Sequence

import numpy as np

from grucli.data.numbers import Floats
from grucli.data.series.views import views, width

SEQUENCES_TOGETHER = 256
MOST_LOST = 1e-6  # of the variance: a mean that is off by less changes nothing


def mean_and_variance(
    sequences: Sequence[Floats], channels: Sequence[str], units: Floats
) -> tuple[Floats, Floats]:
    """Return the mean and the variance of each channel over all values that are there.

    Args:
        sequences: (T, I) each, NaN where a value is missing.
        channels: names of `views.VIEWS`.
        units: (I,) as `views.views` takes them.

    Returns:
        (W,) float64 both, of each channel as each of `channels` sees it; 0 of one without a value.
    """
    count, total, squares, rest = (np.zeros(width(channels, len(units))) for _ in range(4))
    for steps in _together(sequences, channels, units):
        present = ~np.isnan(steps)
        count += present.sum(axis=0)
        total += np.where(present, steps, 0).sum(axis=0)
    count = np.maximum(count, 1)
    mean = total / count
    for steps in _together(sequences, channels, units):
        deviation = np.where(np.isnan(steps), 0, steps - mean)
        squares += (deviation**2).sum(axis=0)
        rest += deviation.sum(axis=0)
    return _restored(mean, squares / count, rest / count)


def _together(
    sequences: Sequence[Floats], channels: Sequence[str], units: Floats
) -> Iterator[Floats]:
    """Yield some sequences after the other as float64 (steps, W): all at once would be a lot."""
    for start in range(0, len(sequences), SEQUENCES_TOGETHER):
        some = sequences[start : start + SEQUENCES_TOGETHER]
        yield np.concatenate([views(steps, channels, units) for steps in some])


def _restored(mean: Floats, variance: Floats, rest: Floats) -> tuple[Floats, Floats]:
    """Return mean and variance once what the rounding of large sums took is put back.

    Args:
        mean: (W,) as summed.
        variance: (W,) of the deviations from that mean.
        rest: (W,) the mean of these deviations, 0 but for rounding.
    """
    is_lost = rest**2 > MOST_LOST * variance
    return (
        np.where(is_lost, mean + rest, mean),
        np.where(is_lost, np.maximum(variance - rest**2, 0), variance),
    )
