"""Channels scaled as over the training part, whatever their size and offset."""

import numpy as np
import pytest

from grucli.data.series.encoder import SeriesEncoder
from tests.data.series.helpers import series


def test_channels_are_scaled_as_over_all_training_steps():
    rng = np.random.default_rng(0)
    sequences = [rng.normal([5, -2], [3, 0.1], (n, 2)).astype(np.float32) for n in (4, 9, 30)]
    encoder = SeriesEncoder.fit(sequences, max_length=20)
    encoded = encoder.encode([series(s) for s in sequences])
    scaled = encoded.steps
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(scaled.std(axis=0), 1, rtol=1e-5)
    assert scaled.dtype == np.float32
    assert len(scaled) == 4 + 9 + 20
    assert encoded.lengths.tolist() == [4, 9, 20]
    assert encoded.truncated.tolist() == [False, False, True]
    assert encoded.known.tolist() == [1, 1, 1]


def test_a_constant_channel_becomes_zero():
    encoder = SeriesEncoder.fit([np.full((4, 1), 7.0, np.float32)], max_length=9)
    assert np.all(encoder.encode([series([[7.0], [7.0]])]).steps == 0)


@pytest.mark.parametrize("channels", [("values",), ("shape",), ("values", "shape", "change")])
@pytest.mark.parametrize("offset", [2.0**27, -(2.0**30)])
def test_a_signal_on_a_large_offset_is_encoded_as_without_it(channels, offset):
    rng = np.random.default_rng(6)
    plain = [np.round(rng.normal(size=(n, 2)) * 2**12) / 2**12 for n in (5, 30, 7, 60)]
    lifted = [values + offset for values in plain]
    assert all(((a - offset) == b).all() for a, b in zip(lifted, plain, strict=True))
    steps = [
        SeriesEncoder.fit(values, 99, channels=channels)
        .encode([series(v, np.float64) for v in values])
        .steps
        for values in (plain, lifted)
    ]
    np.testing.assert_allclose(steps[1], steps[0], atol=1e-6)


def test_the_sum_of_many_large_numbers_costs_neither_mean_nor_scale():
    steps = np.full((1_500_000, 2), 0.1)
    steps[:, 1] = 1e9 + np.arange(len(steps)) % 2
    encoder = SeriesEncoder.fit([steps], len(steps))
    np.testing.assert_allclose(encoder.mean, [0.1, 1e9 + 0.5], rtol=1e-15)
    assert encoder.scale[1] == pytest.approx(0.5, rel=1e-9)
    encoded = encoder.encode([series(steps[:2], np.float64)]).steps
    np.testing.assert_allclose(encoded, [[0, -1], [0, 1]], atol=1e-3)


def test_a_long_constant_sequence_has_no_shape():
    for values in (np.full((200_000, 2), 0.1), np.full((200_000, 2), 1e9 + 0.1)):
        encoder = SeriesEncoder.fit([values], len(values), channels=("shape", "change"))
        assert not encoder.encode([series(values, np.float64)]).steps.any()


@pytest.mark.parametrize("channels", [("values",), ("log",), ("values", "shape", "change")])
@pytest.mark.parametrize(("fitted", "read"), [("f4", "f8"), ("f8", "f4"), ("f8", "f8")])
def test_a_constant_is_the_same_in_single_and_in_double_precision(channels, fitted, read):
    values = np.random.default_rng(9).normal(size=(30, 2))
    values[:, 1] = 0.1
    encoder = SeriesEncoder.fit([values.astype(fitted)], 99, channels=channels)
    same = encoder.encode([series(values, fitted)]).steps
    np.testing.assert_allclose(encoder.encode([series(values, read)]).steps, same, atol=1e-5)
    values[:, 1] = 0.1001
    assert np.abs(encoder.encode([series(values, read)]).steps[:, 1]).min() > 1e5


def test_numbers_too_small_to_be_squared_count_as_zero():
    values = np.array([[1e-300], [3e-300], [2e-200]])
    for channels in (("values",), ("log",), ("shape",)):
        encoder = SeriesEncoder.fit([values], 9, channels=channels)
        steps = encoder.encode([series(values, np.float64)]).steps
        np.testing.assert_allclose(steps, 0, atol=1e-9)
        wild = encoder.encode([series([[3e38]])]).steps
        assert np.isfinite(wild).all()


def test_a_wild_reading_stays_finite():
    encoder = SeriesEncoder(np.zeros(1), np.full(1, 1e-3), max_length=9)
    encoded = encoder.encode([series([[3e38], [-3e38], [0.001]])])
    np.testing.assert_allclose(encoded.steps[:, 0], [1e6, -1e6, 1], rtol=1e-5)
