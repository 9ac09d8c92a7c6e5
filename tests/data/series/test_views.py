"""Views of channels: values, logarithms, shapes, changes, places."""

import numpy as np
import pytest

from grucli.data.series.encoder import SeriesEncoder
from grucli.data.series.views import orders_of_spread
from tests.data.series.helpers import series


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
