"""Series as shares: at how many of its steps each of many convolutions exceeds a threshold.

The kernels are those of MiniRocket (Dempster, Schmidt & Webb 2021, arXiv:2012.08791): 9 weights of
-1 or 2 that sum to 0, so 84 of them, each with several dilations, which let it span a few steps or
the whole series. Nothing of them is learned but the thresholds, and those without the classes.
"""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from grucli.data.batches import starts_of
from grucli.engine.packing import slices
from grucli.values import dataclass

LENGTH = 9  # weights of a kernel
HIGH = tuple(itertools.combinations(range(LENGTH), 3))  # where a kernel has 2 instead of -1
MOST_DILATIONS = 32
MOST_CHANNELS = 9  # that one kernel adds up
STEPS_TOGETHER = 1 << 15  # what is computed at a time stays in the cache
LEAST_STEPS = 1 << 7  # that a series counts for, so that there are not too many at a time
GOLDEN = (1 + 5**0.5) / 2  # its multiples modulo 1 lie evenly in [0, 1], however many they are

Floats = npt.NDArray[np.float32]
Lengths = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Kernels:
    """Kernels of several dilations, and thresholds for what they give.

    Attributes:
        dilations: (D,) int64, steps from one weight of a kernel to the next.
        counts: (D,) int64, thresholds of each kernel of that dilation.
        channels: (D, 84, I) bool, the channels that each kernel adds up, at least one.
        thresholds: (K,) float32, those of a dilation after the other, in it of a kernel after the
            other, each rising; K is 84 times the sum of `counts`.
    """

    dilations: Lengths
    counts: Lengths
    channels: npt.NDArray[np.bool_]
    thresholds: Floats

    def __len__(self) -> int:
        return len(self.thresholds)

    def __str__(self) -> str:
        largest = int(self.dilations[-1])
        dilations = f"dilations 1 to {largest:,}" if largest > 1 else "dilation 1"
        return f"{len(self):,} thresholds of {len(HIGH)} kernels, {dilations}"

    @classmethod
    def fit(cls, steps: Floats, lengths: Lengths, most: int, rng: np.random.Generator) -> Kernels:
        """Take at most `most` thresholds: quantiles of what the kernels give for random series.

        Args:
            steps: (S, I) training series, one after the other.
            lengths: (n,) steps of each.
            most: at least 84.
            rng: draws channels and series.
        """
        dilations, counts = _dilations(float(np.median(lengths)), most // len(HIGH))
        channels = np.stack([_drawn_channels(steps.shape[1], rng) for _ in dilations])
        series = rng.integers(len(lengths), size=channels.shape[:2])
        starts, thresholds, drawn = starts_of(lengths), [], 0
        for k, (dilation, count) in enumerate(
            zip(dilations.tolist(), counts.tolist(), strict=True)
        ):
            for kernel, row in enumerate(series[k].tolist()):
                own = steps[starts[row] : starts[row] + lengths[row]]
                spread = _Spread(own, lengths[row : row + 1], dilation)
                given = spread.convolved(kernel, channels[k, kernel])[spread.row == 0]
                shares = np.arange(drawn + 1, drawn + count + 1) * GOLDEN % 1
                thresholds.append(np.sort(np.quantile(given, shares).astype(np.float32)))
                drawn += count
        return cls(
            dilations=dilations,
            counts=counts,
            channels=channels,
            thresholds=np.concatenate(thresholds),
        )

    def features(self, steps: Floats, lengths: Lengths) -> Floats:
        """Return (n, K) the share of steps above each threshold.

        Args:
            steps: (S, I) series, one after the other; no one's shares depend on another.
            lengths: (n,) steps of each, at least 1.
        """
        starts, shares = starts_of(lengths), np.empty((len(lengths), len(self)), np.float32)
        sizes = lengths + LENGTH // 2 * int(self.dilations.max())
        for rows in slices(np.maximum(sizes, LEAST_STEPS), STEPS_TOGETHER):
            start, own = starts[rows.start], lengths[rows]
            self._fill(shares[rows], steps[start : start + own.sum()], own)
        return shares

    def _fill(self, found: Floats, steps: Floats, lengths: Lengths) -> None:
        filled = 0
        for dilation, count, channels in zip(
            self.dilations.tolist(), self.counts.tolist(), self.channels, strict=True
        ):
            spread = _Spread(steps, lengths, dilation)
            first_bin = spread.row * (count + 1)
            for kernel, own in enumerate(channels):
                thresholds = self.thresholds[filled : filled + count]
                bins = np.searchsorted(thresholds, spread.convolved(kernel, own))
                bins += first_bin
                number = np.bincount(bins, minlength=(len(lengths) + 1) * (count + 1))
                above = np.cumsum(number.reshape(-1, count + 1)[:, :0:-1], axis=1)[:-1, ::-1]
                found[:, filled : filled + count] = above / lengths[:, None]
                filled += count


class _Spread:
    """Series with zeros around each, so that a kernel sees one at a time.

    Attributes:
        row: (P,) the series of each place of a kernel's middle, n between two of them.
    """

    def __init__(self, steps: Floats, lengths: Lengths, dilation: int) -> None:
        """Put as many zeros before and after each series as a kernel of that dilation reads."""
        pad, rows = LENGTH // 2 * dilation, np.arange(len(lengths))
        own = np.repeat(rows, lengths)
        place = np.arange(len(own)) + pad * own
        self._dilation, self._size = dilation, len(own) + pad * len(lengths)
        self.row = np.full(self._size, len(lengths))
        self.row[place] = own
        self._steps = np.zeros((steps.shape[1], self._size + 2 * pad), np.float32)
        self._steps[:, place + pad] = steps.T
        self._known: dict[bytes, tuple[list[Floats], Floats]] = {}

    def convolved(self, kernel: int, channels: npt.NDArray[np.bool_]) -> Floats:
        """Return (P,) what a kernel gives for the sum of some channels (I,)."""
        windows, total = self._windows(channels)
        first, second, third = HIGH[kernel]
        given: Floats = windows[first] + windows[second]
        given += windows[third]
        given *= 3
        given -= total
        return given

    def _windows(self, channels: npt.NDArray[np.bool_]) -> tuple[list[Floats], Floats]:
        """Return what each weight reads at each place, and the sum of it."""
        key = channels.tobytes()
        if key not in self._known:
            summed = self._steps[channels].sum(axis=0)
            starts = range(0, LENGTH * self._dilation, self._dilation)
            windows = [summed[start : start + self._size] for start in starts]
            self._known = {key: (windows, np.sum(windows, axis=0))}
        return self._known[key]


def _dilations(length: float, per_kernel: int) -> tuple[Lengths, Lengths]:
    """Return dilations, even on a logarithm up to the length, and how many thresholds each has."""
    largest = max(1.0, (length - 1) / (LENGTH - 1))
    exponents = np.linspace(0, np.log2(largest), min(MOST_DILATIONS, per_kernel))
    dilations, times = np.unique(np.exp2(exponents).astype(np.int64), return_counts=True)
    counts = np.maximum(1, times * per_kernel // len(exponents))
    counts[: per_kernel - counts.sum()] += 1
    return dilations, counts


def _drawn_channels(num_channels: int, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Draw (84, I) the channels of each kernel: one more often than two, two than three, ..."""
    most = min(num_channels, MOST_CHANNELS)
    sizes = np.exp2(rng.uniform(0, np.log2(most + 1), len(HIGH))).astype(np.int64)
    order = np.argsort(rng.random((len(HIGH), num_channels)), axis=1)
    chosen: npt.NDArray[np.bool_] = np.argsort(order, axis=1) < sizes[:, None]
    return chosen
