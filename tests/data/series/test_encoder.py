"""Numeric sequences become steps: other channels and missing values, refused or marked."""

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.data.series.encoder import SeriesEncoder
from grucli.errors import DataError
from tests.data.series.helpers import series


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
    np.testing.assert_array_equal(parts.values, np.array(values)[:4])


def test_a_channel_is_held_at_its_mean_in_all_views_of_it():
    values = [[1.0, 5], [2, 6], [9, np.nan], [4, 7]]
    encoder = SeriesEncoder.fit([np.array(values)], 4, "mask", ("values", "place", "change"))
    whole = encoder.encode([series(values)]).steps
    held = encoder.parts_of(series(values), reads_on=False).held([1, 0])
    assert whole.shape == (4, 2 + 1 + 2 + 2)
    assert held.lengths.tolist() == [4, 4]
    second, first = np.split(held.steps, 2)
    for steps, own in ((second, [1, 4]), (first, [0, 3])):
        assert not steps[:, own].any()
        others = np.delete(np.arange(7), own)  # what is missing stays so
        np.testing.assert_array_equal(steps[:, others], whole[:, others])
