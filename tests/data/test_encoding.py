"""Records become steps: known shares, cuts, empty texts, scaling over the training part."""

import numpy as np
import pytest

from grucli.data.encoding import SeriesEncoder, TextEncoder
from grucli.data.records import Record
from grucli.data.vocabulary import EMPTY, UNKNOWN, Vocabulary
from grucli.errors import DataError


def text(content):
    return Record(number=1, line=2, text=content)


def series(values):
    return Record(number=3, line=0, values=np.asarray(values, np.float32))


VOCABULARY = Vocabulary.fit([["good", "film", "good"]], 1, 10)


def test_texts_become_ids_with_the_share_of_known_tokens():
    encoder = TextEncoder(VOCABULARY, "word", max_length=3)
    encoded = encoder.encode_record(text("Good bad film good"))
    assert list(encoded.steps) == [2, UNKNOWN, 3]
    assert encoded.steps.dtype == np.int32
    assert encoded.known == pytest.approx(2 / 3)
    assert encoded.truncated
    assert encoder.tokens("Good bad film good") == ["good", "bad", "film"]


@pytest.mark.parametrize("content", ["", "   ", "\t\n", None])
def test_an_empty_text_is_the_one_token_empty(content):
    encoded = TextEncoder(VOCABULARY, "auto", max_length=3).encode_record(text(content))
    assert list(encoded.steps) == [EMPTY]
    assert encoded.known == 0
    assert not encoded.truncated


def test_channels_are_scaled_as_over_all_training_steps():
    rng = np.random.default_rng(0)
    sequences = [rng.normal([5, -2], [3, 0.1], (n, 2)).astype(np.float32) for n in (4, 9, 30)]
    encoder = SeriesEncoder.fit(sequences, max_length=20)
    scaled = np.concatenate([encoder.encode_record(series(s)).steps for s in sequences])
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(scaled.std(axis=0), 1, rtol=1e-5)
    assert scaled.dtype == np.float32
    assert len(scaled) == 4 + 9 + 20
    assert encoder.encode_record(series(sequences[2])).truncated


def test_a_constant_channel_becomes_zero():
    encoder = SeriesEncoder.fit([np.full((4, 1), 7.0, np.float32)], max_length=9)
    assert np.all(encoder.encode_record(series([[7.0], [7.0]])).steps == 0)


def test_a_wild_reading_stays_finite():
    encoder = SeriesEncoder(np.zeros(1), np.full(1, 1e-3), max_length=9)
    encoded = encoder.encode_record(series([[3e38], [-3e38], [0.001]]))
    np.testing.assert_allclose(encoded.steps[:, 0], [1e6, -1e6, 1], rtol=1e-5)


def test_other_channels_than_in_training_are_refused_with_the_record():
    encoder = SeriesEncoder.fit([np.ones((4, 2), np.float32)], max_length=9)
    with pytest.raises(DataError, match=r"record 3: .*2 channels"):
        encoder.encode_record(series([[1.0], [2.0]]))
    with pytest.raises(DataError, match="record 1: a text"):
        encoder.encode_record(text("hello"))


def test_missing_values_become_the_mean_and_are_marked_and_do_not_count_in_scaling():
    nan = np.nan
    values = [[1.0, 10.0], [nan, 30.0], [3.0, nan], [nan, nan]]
    encoder = SeriesEncoder.fit([np.array(values, np.float32)], max_length=9, missing="mask")
    np.testing.assert_allclose(encoder.mean, [2, 20])
    np.testing.assert_allclose(encoder.scale, [1, 10])
    assert encoder.input_size == 4
    steps = encoder.encode_record(series(values)).steps
    assert steps.dtype == np.float32
    assert steps.tolist() == [[-1, -1, 0, 0], [0, 1, 1, 0], [1, 0, 0, 1], [0, 0, 1, 1]]
    whole = encoder.encode_record(series([[2.0, 20.0]])).steps
    assert whole.tolist() == [[0, 0, 0, 0]]


def test_a_channel_that_is_always_missing_is_zero():
    values = np.full((3, 1), np.nan, np.float32)
    encoder = SeriesEncoder.fit([values], max_length=9, missing="mask")
    assert encoder.encode_record(series(values)).steps.tolist() == [[0, 1]] * 3


def test_missing_values_are_refused_by_a_model_that_knows_none():
    encoder = SeriesEncoder.fit([np.ones((4, 1), np.float32)], max_length=9)
    assert encoder.input_size == 1
    with pytest.raises(DataError, match=r"record 3: values are missing, .* --missing mask"):
        encoder.encode_record(series([[1.0], [np.nan]]))
