"""What kernels give for series, against loops over steps."""

import numpy as np
import pytest

from grucli.data.series import kernels
from grucli.data.series.kernels import HIGH, LENGTH, Kernels


def series(lengths, num_channels, seed=0):
    rng = np.random.default_rng(seed)
    steps = rng.normal(size=(sum(lengths), num_channels)).cumsum(axis=0).astype(np.float32)
    return steps, np.array(lengths, np.int64)


def fitted(lengths, num_channels, most=1000, seed=0):
    steps, lengths = series(lengths, num_channels, seed)
    found = Kernels.fit(steps, lengths, most, np.random.default_rng(seed))
    return found, steps, lengths


def literal(steps, high, dilation):
    """Return what one kernel gives at each step of one series (T,)."""
    weights = [2 if place in high else -1 for place in range(LENGTH)]
    return [
        sum(
            weight * float(steps[at])
            for weight, at in zip(
                weights, range(step - 4 * dilation, step + 5 * dilation, dilation), strict=True
            )
            if 0 <= at < len(steps)
        )
        for step in range(len(steps))
    ]


@pytest.mark.parametrize("num_channels", [1, 2, 12])
def test_shares_are_those_of_loops_over_steps(num_channels):
    found, steps, lengths = fitted([40, 1, 7, 90, 8], num_channels)
    shares = found.features(steps, lengths)
    assert shares.shape == (5, len(found))
    assert shares.dtype == np.float32
    for row, own in enumerate(np.split(steps, np.cumsum(lengths)[:-1])):
        first = 0
        for k, dilation in enumerate(found.dilations):
            for kernel in range(0, len(HIGH), 1 + row):
                count = int(found.counts[k])
                place = first + kernel * count
                summed = own[:, found.channels[k, kernel]].astype(float).sum(axis=1)
                given = np.array(literal(summed, HIGH[kernel], int(dilation)))
                for j, threshold in enumerate(found.thresholds[place : place + count]):
                    doubtful = np.sum(np.abs(given - threshold) < 1e-4)
                    above = np.sum(given > threshold)
                    assert abs(shares[row, place + j] * len(own) - above) <= doubtful + 1e-3
            first += len(HIGH) * int(found.counts[k])


def test_no_share_depends_on_other_series_or_on_how_many_are_computed_at_a_time(monkeypatch):
    found, steps, lengths = fitted([5, 300, 17, 64, 1, 120], 3)
    whole = found.features(steps, lengths)
    ends = np.cumsum(lengths)
    for row, (end, length) in enumerate(zip(ends, lengths, strict=True)):
        alone = found.features(steps[end - length : end], lengths[row : row + 1])
        assert alone.tobytes() == whole[row].tobytes()
    for steps_together, least_steps in ((1, 1), (100, 1), (1 << 15, 1 << 14)):
        monkeypatch.setattr(kernels, "STEPS_TOGETHER", steps_together)
        monkeypatch.setattr(kernels, "LEAST_STEPS", least_steps)
        assert found.features(steps, lengths).tobytes() == whole.tobytes()


def test_shares_fall_with_the_threshold_and_lie_within_0_and_1():
    found, steps, lengths = fitted([30, 50, 70], 1)
    shares = found.features(steps, lengths)
    assert shares.min() >= 0
    assert shares.max() <= 1
    first = 0
    for count in np.repeat(found.counts, len(HIGH)):
        own = slice(first, first + count)
        assert (np.diff(found.thresholds[own]) >= 0).all()
        assert (np.diff(shares[:, own], axis=1) <= 0).all()
        first += count


def test_a_constant_channel_changes_nothing_but_at_the_ends():
    found, steps, lengths = fitted([400], 1)
    raised = found.features(steps + 8, lengths) - found.features(steps, lengths)
    reach = 8 * found.dilations.repeat(found.counts * len(HIGH)) / 400
    assert (np.abs(raised[0]) <= reach + 1e-6).all()


@pytest.mark.parametrize("most", [84, 500, 10_000])
@pytest.mark.parametrize("length", [1, 8, 9, 60, 1000])
def test_as_many_thresholds_as_allowed_over_dilations_that_fit(most, length):
    found, _, _ = fitted([length] * 3, 2, most)
    per_kernel = most // len(HIGH)
    assert found.counts.sum() == per_kernel
    assert (found.counts >= 1).all()
    assert len(found) == per_kernel * len(HIGH) <= most
    assert found.dilations[0] == 1
    assert (np.diff(found.dilations) > 0).all()
    assert found.dilations[-1] * (LENGTH - 1) <= max(length - 1, LENGTH - 1)


def test_channels_are_drawn_for_each_kernel_and_few_more_often_than_many():
    found, _, _ = fitted([200] * 2, 20, 10_000)
    sizes = found.channels.sum(axis=2)
    assert sizes.min() == 1
    assert sizes.max() <= kernels.MOST_CHANNELS
    assert (sizes == 1).sum() > (sizes == 2).sum() > (sizes == 6).sum() > 0
    assert (found.channels.any(axis=(0, 1))).all()


def test_the_same_random_numbers_give_the_same_kernels():
    one, other, third = (fitted([50, 60], 3, seed=seed)[0] for seed in (1, 1, 2))
    assert one.thresholds.tobytes() == other.thresholds.tobytes()
    assert one.thresholds.tobytes() != third.thresholds.tobytes()
