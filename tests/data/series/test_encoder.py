"""Numeric sequences become steps: scaled over the training part, cut, seen in several ways."""

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.data.series.encoder import SeriesEncoder
from grucli.data.series.views import orders_of_spread
from grucli.errors import DataError


def series(values, dtype=np.float32):
    return Record(number=3, line=0, values=np.asarray(values, dtype))


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


def test_other_channels_than_in_training_are_refused_with_the_record():
    encoder = SeriesEncoder.fit([np.ones((4, 2), np.float32)], max_length=9)
    with pytest.raises(DataError, match=r"record 3: .*2 channels"):
        encoder.encode([series([[1.0], [2.0]])])
    with pytest.raises(DataError, match="record 1: a text"):
        encoder.encode([Record(number=1, line=2, text="hello")])


def test_missing_values_become_the_mean_and_are_marked_and_do_not_count_in_scaling():
    nan = np.nan
    values = [[1.0, 10.0], [nan, 30.0], [3.0, nan], [nan, nan]]
    encoder = SeriesEncoder.fit([np.array(values, np.float32)], max_length=9, missing="mask")
    np.testing.assert_allclose(encoder.mean, [2, 20])
    np.testing.assert_allclose(encoder.scale, [1, 10])
    assert encoder.input_size == 4
    steps = encoder.encode([series(values)]).steps
    assert steps.dtype == np.float32
    assert steps.tolist() == [[-1, -1, 0, 0], [0, 1, 1, 0], [1, 0, 0, 1], [0, 0, 1, 1]]
    whole = encoder.encode([series([[2.0, 20.0]])]).steps
    assert whole.tolist() == [[0, 0, 0, 0]]


def test_a_channel_that_is_always_missing_is_zero():
    values = np.full((3, 1), np.nan, np.float32)
    encoder = SeriesEncoder.fit([values], max_length=9, missing="mask")
    assert encoder.encode([series(values)]).steps.tolist() == [[0, 1]] * 3


def test_missing_values_are_refused_by_a_model_that_knows_none():
    encoder = SeriesEncoder.fit([np.ones((4, 1), np.float32)], max_length=9)
    assert encoder.input_size == 1
    with pytest.raises(DataError, match=r"record 3: values are missing, .* --missing mask"):
        encoder.encode([series([[1.0], [np.nan]])])


def views_of(values, channels, **others):
    encoder = SeriesEncoder.fit(
        [np.asarray(values, np.float32)], max_length=99, channels=channels, **others
    )
    return encoder, encoder.encode([series(values)]).steps


def test_several_views_stand_side_by_side_and_each_step_stays_a_step():
    values = [[1.0, 50.0], [2.0, 50.0], [3.0, 50.0], [6.0, 50.0]]
    encoder, steps = views_of(values, ("values", "shape", "change"))
    assert (encoder.num_channels, encoder.input_size, steps.shape) == (2, 6, (4, 6))
    assert steps.dtype == np.float32
    own = (np.array([1, 2, 3, 6]) - 3) / np.std([1, 2, 3, 6])
    np.testing.assert_allclose(steps[:, 0], own, rtol=1e-6)  # one sequence: both scalings agree
    np.testing.assert_allclose(steps[:, 2], own, rtol=1e-6)
    changes = np.array([1, 1, 3])
    np.testing.assert_allclose(
        steps[:, 4], [0, *((changes - changes.mean()) / changes.std())], rtol=1e-6
    )
    assert np.all(steps[:, 1::2] == 0)  # the constant channel


def test_the_shape_of_a_sequence_knows_neither_its_level_nor_its_size():
    rng = np.random.default_rng(4)
    form = rng.normal(size=(30, 2)).astype(np.float32)
    encoder = SeriesEncoder.fit([form, 7 - 3 * form], 99, channels=("shape", "change"))
    alike = [encoder.encode([series(f)]).steps for f in (form, 1e4 + 50 * form, 1e-4 * form)]
    for other in alike[1:]:
        np.testing.assert_allclose(other, alike[0], atol=1e-2)
    assert np.abs(encoder.encode([series(-form)]).steps - alike[0]).max() > 1


@pytest.mark.parametrize("channels", [("values",), ("log",), ("shape",), ("change", "values")])
@pytest.mark.parametrize("values", [[[3.0]], [[3.0]] * 9, [[0.1]] * 7, [[1e30]] * 5])
def test_a_single_step_and_a_constant_sequence_are_finite(values, channels):
    rng = np.random.default_rng(5)
    encoder = SeriesEncoder.fit([rng.normal(size=(20, 1))], 99, channels=channels)
    steps = encoder.encode([series(values)]).steps
    assert steps.shape == (len(values), len(channels))
    assert np.all(np.isfinite(steps))
    if channels == ("shape",):
        assert len(np.unique(steps[1:].round(6), axis=0)) <= 1
    alone = SeriesEncoder.fit([np.array(values, np.float32)], 99, channels=channels)
    np.testing.assert_allclose(alone.encode([series(values)]).steps, 0, atol=1e-3)


def test_missing_values_are_zero_in_every_view_and_leave_the_others_alone():
    nan = np.nan
    holes = [[1.0], [nan], [3.0], [4.0], [nan]]
    encoder, steps = views_of(holes, ("values", "shape", "change"), missing="mask")
    assert encoder.input_size == 4
    assert steps[:, 3].tolist() == [0, 1, 0, 0, 1]
    assert np.all(steps[[1, 4], :3] == 0)
    shape = (np.array([1, 3, 4]) - 8 / 3) / np.std([1, 3, 4])
    np.testing.assert_allclose(steps[[0, 2, 3], 1], shape, rtol=1e-6)
    assert steps[[0, 1, 2, 4], 2].tolist() == [0, 0, 0, 0]  # no step before, or none known
    never = views_of([[nan], [nan]], ("values", "shape", "change"), missing="mask")[1]
    assert never.tolist() == [[0, 0, 0, 1]] * 2


def test_logarithms_tell_small_from_tiny_beside_what_is_large():
    sizes = np.array([1e-4, -1e-3, 1e-2, 1.0, 10, 1e3, 1e4])
    sequences = [size * np.ones((5, 1)) for size in sizes]
    encoder = SeriesEncoder.fit(sequences, 99, channels=("values", "log"))
    assert encoder.units == pytest.approx(1)
    first = np.array([encoder.encode([series(s)]).steps[0] for s in sequences])
    assert np.ptp(first[:3, 0]) < 1e-4  # as values they are all the same
    assert 2 * (first[6, 1] - first[5, 1]) == pytest.approx(first[5, 1] - first[4, 1], rel=0.1)
    assert first[6, 1] < 3
    blank = SeriesEncoder.fit([np.zeros((3, 1))], 99, channels=("log",))
    assert np.all(blank.encode([series([[0.0], [0.0]])]).steps == 0)


def test_constant_series_have_no_size():
    rng = np.random.default_rng(8)
    vary = [rng.normal(size=(9, 1)) for _ in range(6)]
    assert orders_of_spread([*vary, *([np.full((7, 1), 0.1)] * 30)]) < 1


def test_the_sizes_of_series_are_compared_channel_by_channel():
    wave = np.sin(np.arange(50.0))[:, None]
    alike = [wave * size + 5 for size in np.linspace(1, 3, 20)]
    assert orders_of_spread(alike) < 0.5
    apart = [np.hstack((wave, wave * 10.0**-k)) for k in range(11)]
    assert orders_of_spread(apart) == pytest.approx(8)
    assert orders_of_spread([np.ones((4, 1)), np.full((1, 1), np.nan)]) == 0


def test_the_place_is_one_number_that_runs_from_start_to_end():
    encoder = SeriesEncoder.fit([np.zeros((5, 3))], 99, channels=("values", "place"))
    assert (encoder.num_channels, encoder.input_size) == (3, 4)
    steps = encoder.encode([series(np.zeros((3, 3))), series(np.zeros((1, 3)))]).steps
    np.testing.assert_allclose(steps[:, 3], np.array([-1, 0, 1, 0]) * np.sqrt(2))


def test_a_sequence_is_seen_as_far_as_it_is_kept():
    rng = np.random.default_rng(6)
    values = rng.normal(size=(30, 1)).astype(np.float32)
    encoder = SeriesEncoder.fit([values], 10, channels=("values", "shape", "change"))
    cut, whole = (encoder.encode([series(v)]).steps for v in (values[:10], values))
    np.testing.assert_array_equal(cut, whole)


def test_steps_of_a_sequence_can_be_left_out_and_are_scaled_as_in_the_whole():
    values = [[1.0, 5], [2, 5], [9, 5], [4, 7], [100, 0]]
    encoder = SeriesEncoder.fit([np.array(values)], 4, channels=("values", "shape"))
    whole = encoder.encode([series(values)])
    parts = encoder.parts_of(series(values), reads_on=False)
    assert len(parts) == 4
    assert (parts.shown(0, 1), parts.shown(1, 3)) == ("1: 1 5", "2-3: 5.5 5")
    kept = np.array([True, False, True, True])
    left = parts.remains([kept, ~kept])
    np.testing.assert_array_equal(left.steps, whole.steps[[0, 2, 3, 1]])
    assert left.lengths.tolist() == [3, 1]
    assert left.channels.shape == (4, 2)
