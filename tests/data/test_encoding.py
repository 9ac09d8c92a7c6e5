"""Records become steps: known shares, cuts, empty texts, scaling over the training part."""

import numpy as np
import pytest

from grucli.data.encoding import MOST_BAG, SeriesEncoder, TextEncoder
from grucli.data.records import Record
from grucli.data.vocabulary import EMPTY, UNKNOWN, Vocabulary
from grucli.engine.bags import NONE
from grucli.errors import DataError


def text(content):
    return Record(number=1, line=2, text=content)


def series(values):
    return Record(number=3, line=0, values=np.asarray(values, np.float32))


VOCABULARY = Vocabulary(("good", "film"))


def test_texts_become_ids_with_the_share_of_known_tokens():
    encoder = TextEncoder(VOCABULARY, "word", max_length=3)
    encoded = encoder.encode([text("Good bad film good"), text("film"), text("x y")])
    assert encoded.steps.tolist() == [2, UNKNOWN, 3, 3, UNKNOWN, UNKNOWN]
    assert encoded.steps.dtype == np.int32
    assert encoded.lengths.tolist() == [3, 1, 2]
    assert encoded.known.tolist() == pytest.approx([2 / 3, 1, 0])
    assert encoded.truncated.tolist() == [True, False, False]
    assert encoder.tokens("Good bad film good") == ["good", "bad", "film"]


@pytest.mark.parametrize("content", ["", "   ", "\t\n", None])
def test_an_empty_text_is_the_one_token_empty(content):
    encoder = TextEncoder(VOCABULARY, "auto", max_length=1)
    alone = encoder.encode([text(content)])
    assert alone.steps.tolist() == [EMPTY]
    assert (alone.known.tolist(), alone.truncated.tolist()) == ([0], [False])
    between = encoder.encode([text("film film"), text(content), text(content), text("good")])
    assert between.steps.tolist() == [3, EMPTY, EMPTY, 2]
    assert between.lengths.tolist() == [1, 1, 1, 1]
    assert between.known.tolist() == [1, 0, 0, 1]
    assert between.truncated.tolist() == [True, False, False, False]


def test_words_that_share_ngrams_of_characters_share_rows():
    encoder = TextEncoder(Vocabulary(("playing", "film")), "word", 9, buckets=30_000)
    encoded = encoder.encode([text("playing played film"), text(""), text("zz played a")])
    playing, played, film, empty, zz, again, a = encoded.steps.tolist()
    assert [playing, film, empty] == [2, 3, EMPTY]
    assert played == again
    assert len({played, zz, a}) == 3
    assert min(played, zz, a) >= len(encoder.vocabulary)
    assert encoded.known.tolist() == pytest.approx([2 / 3, 0, 0])
    bags = {step: set(encoded.bags[step].tolist()) - {NONE} for step in encoded.steps.tolist()}
    marked = [f"<{word}>" for word in ("playing", "film", "zz", "a")]
    for step, word in zip((playing, film, zz, a), marked, strict=True):
        ngrams = {word[k : k + n] for n in (3, 4, 5) for k in range(len(word) - n + 1)}
        assert len(bags[step]) == len(ngrams)
    assert len(bags[playing] & bags[played]) == 3 + 2 + 1  # those of "<play"
    assert not bags[playing] & bags[film]
    assert (encoded.bags[[UNKNOWN, EMPTY]] == NONE).all()
    held = encoded.bags[encoded.bags != NONE]
    assert held.min() >= len(encoder.vocabulary)
    assert held.max() < len(encoder.vocabulary) + 30_000


def test_the_ngrams_of_a_word_depend_on_no_other_word_and_are_bounded():
    encoder = TextEncoder(VOCABULARY, "word", 9, buckets=1000)
    long = "a" * 5000 + "b" * 5000
    together = encoder.encode([text(f"good {long} film x"), text("x nice")])
    for word in ("good", "film", "x", "nice", long):
        alone = encoder.encode([text(word)])
        width = alone.bags.shape[1]
        place = f"good {long} film x x nice".split().index(word)
        bag = together.bags[together.steps[place]]
        assert bag[:width].tolist() == alone.bags[alone.steps[0]].tolist()
        assert (bag[width:] == NONE).all()
    assert together.bags.shape[1] == MOST_BAG


@pytest.mark.parametrize("content", ["", "\ud800", "𝒳" * 30, "e\u0301 na\u00efve"])
def test_texts_of_any_kind_have_ngrams(content):
    encoder = TextEncoder(VOCABULARY, "space", 9, buckets=16)
    encoded = encoder.encode([text(content)])
    assert encoded.bags.shape[0] > encoded.steps.max()


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


def test_a_wild_reading_stays_finite():
    encoder = SeriesEncoder(np.zeros(1), np.full(1, 1e-3), max_length=9)
    encoded = encoder.encode([series([[3e38], [-3e38], [0.001]])])
    np.testing.assert_allclose(encoded.steps[:, 0], [1e6, -1e6, 1], rtol=1e-5)


def test_other_channels_than_in_training_are_refused_with_the_record():
    encoder = SeriesEncoder.fit([np.ones((4, 2), np.float32)], max_length=9)
    with pytest.raises(DataError, match=r"record 3: .*2 channels"):
        encoder.encode([series([[1.0], [2.0]])])
    with pytest.raises(DataError, match="record 1: a text"):
        encoder.encode([text("hello")])


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
