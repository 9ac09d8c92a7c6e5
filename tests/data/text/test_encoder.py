"""Texts become steps: known shares, cuts, empty texts, n-grams of characters.

Covers: data/text/parts.
"""

import numpy as np
import pytest

from grucli.data.encoded import UNLIMITED
from grucli.data.records import Record
from grucli.data.text import GIVEN, tokenized
from grucli.data.text import encoder as encoders
from grucli.data.text.byte_pairs import BytePairs
from grucli.data.text.encoder import MOST_BAG, TextEncoder
from grucli.data.text.vocabulary import EMPTY, UNKNOWN, Vocabulary
from grucli.engine.bags import NONE

VOCABULARY = Vocabulary(("good", "film"))


def text(content):
    return Record(number=1, line=2, text=content)


def test_texts_become_ids_with_the_share_of_known_tokens():
    encoder = TextEncoder(VOCABULARY, "word", max_length=3)
    encoded = encoder.encode([text("Good bad film good"), text("film"), text("x y")])
    assert encoded.steps.tolist() == [2, UNKNOWN, 3, 3, UNKNOWN, UNKNOWN]
    assert encoded.steps.dtype == np.int32
    assert encoded.lengths.tolist() == [3, 1, 2]
    assert encoded.known.tolist() == pytest.approx([2 / 3, 1, 0])
    assert encoded.truncated.tolist() == [True, False, False]
    assert encoder.tokens(Record(number=1, text="Good bad film good")) == ["good", "bad", "film"]


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


def test_the_ngrams_of_a_long_word_are_those_that_all_of_it_begins_with(monkeypatch):
    words = ["".join(chr(97 + k * k % 26) for k in range(length)) for length in range(1, 99)]
    encoder = TextEncoder(VOCABULARY, "word", 999, buckets=1000)
    cut = encoder.encode([text(" ".join(words))]).bags
    monkeypatch.setattr(encoders, "BAG_CHARACTERS", None)
    assert (encoder.encode([text(" ".join(words))]).bags == cut).all()


def test_a_text_is_read_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(tokenized, "MOST_CHARACTERS", 9)
    encoded = TextEncoder(VOCABULARY, "word", 9).encode([text("good filmy film")])
    assert encoded.steps.tolist() == [2, 3]
    assert encoded.truncated.tolist() == [True]
    given = Record(number=1, text="good filmy film", tokens=("good", "filmy", "film"))
    encoded = TextEncoder(VOCABULARY, GIVEN, 9).encode([given])
    assert (encoded.lengths.tolist(), encoded.truncated.tolist()) == ([3], [False])


@pytest.mark.parametrize("content", ["", "\ud800", "𝒳" * 30, "e\u0301 na\u00efve"])
def test_texts_of_any_kind_have_ngrams(content):
    encoder = TextEncoder(VOCABULARY, "space", 9, buckets=16)
    encoded = encoder.encode([text(content)])
    assert encoded.bags.shape[0] > encoded.steps.max()


@pytest.mark.parametrize(("reads_on", "shown"), [(False, "good bad"), (True, "good bad film")])
def test_tokens_of_a_text_can_be_left_out(reads_on, shown):
    encoder = TextEncoder(VOCABULARY, "word", max_length=2)
    parts = encoder.parts_of(text("Good bad film"), reads_on=reads_on)
    assert parts.shown(0, len(parts)) == shown
    known = [parts.is_known(k, k + 1) for k in range(len(parts))]
    assert known == [True, False, True][: len(parts)]
    first = np.arange(len(parts)) == 0
    left = parts.remains([first, ~first])
    alone = encoder.encode([text("good"), text(shown.removeprefix("good "))])
    for name in ("steps", "lengths", "known", "truncated"):
        assert getattr(left, name).tolist() == getattr(alone, name).tolist()
    assert left.texts.lengths.tolist() == [1, len(parts) - 1]


def test_of_an_empty_text_one_step_is_left_or_not():
    parts = TextEncoder(VOCABULARY, "word", 9).parts_of(text(" "), reads_on=True)
    assert (len(parts), parts.shown(0, 1), parts.is_known(0, 1)) == (0, "", True)
    left = parts.remains([np.array([True]), np.array([False])])
    assert left.steps.tolist() == [EMPTY, EMPTY]


def test_a_text_of_a_program_is_a_record_and_nothing_else_is():
    encoder = TextEncoder(VOCABULARY, "word", 9)
    assert encoder.record(7, "film") == Record(number=7, text="film")
    with pytest.raises(TypeError, match="record 7: int, but the model reads texts"):
        encoder.record(7, 3)


GIVEN_TOKENS = Record(number=1, text="New York is big", tokens=("New York", "is", "big"))


def test_given_tokens_stay_as_they_are_and_texts_are_split_at_blanks():
    encoder = TextEncoder(Vocabulary(("New York", "is", "Big")), GIVEN, UNLIMITED)
    plain = Record(number=2, text="New York  is\tBig")
    encoded = encoder.encode([GIVEN_TOKENS, plain])
    assert encoded.lengths.tolist() == [3, 4]
    assert encoded.steps.tolist() == [2, 3, UNKNOWN, UNKNOWN, UNKNOWN, 3, 4]
    parts = encoder.parts_of(GIVEN_TOKENS, reads_on=False)
    assert [parts.shown(k, k + 1) for k in range(3)] == ["New York", "is", "big"]
    assert [parts.is_known(k, k + 1) for k in range(3)] == [True, True, False]
    assert encoder.inputs([GIVEN_TOKENS], encoder.encode([GIVEN_TOKENS]))["tokens"].tolist() == [
        "New York",
        "is",
        "big",
    ]
    assert "all of them" in encoder.reads("")


def test_another_mode_reads_the_text_of_a_record_with_tokens():
    encoder = TextEncoder(Vocabulary(("new", "york")), "auto", 9)
    assert encoder.encode([GIVEN_TOKENS]).steps.tolist() == [2, 3, UNKNOWN, UNKNOWN]


def test_lists_of_tokens_are_records_where_tokens_were_given():
    encoder = TextEncoder(Vocabulary(("a",)), GIVEN, UNLIMITED)
    assert encoder.record(4, ["a b", "c"]) == Record(number=4, text="a b c", tokens=("a b", "c"))
    assert encoder.record(5, "a b") == Record(number=5, text="a b")
    for wrong in (3, ["a", 3], None):
        with pytest.raises(TypeError, match="the model reads lists of tokens"):
            encoder.record(1, wrong)
    with pytest.raises(TypeError, match="the model reads texts"):
        TextEncoder(Vocabulary(("a",)), "auto", 9).record(1, ["a"])


def test_unknown_given_tokens_differ_in_their_spelling():
    encoder = TextEncoder(Vocabulary(("walked",)), GIVEN, UNLIMITED, buckets=1 << 14)
    record = Record(number=1, text="", tokens=("talked", "walked", "Zürich"))
    encoded = encoder.encode([record])
    known = len(encoder.vocabulary)
    assert encoded.steps.tolist() == [known, 2, known + 1]
    assert encoded.known.tolist() == [1 / 3]
    same = encoded.bags[known] == encoded.bags[2]
    assert same.sum() == 5  # the shape, and all ends
    assert (encoded.bags[encoded.steps] >= known).all()


def test_byte_pairs_are_read_and_kept_with_the_encoder():
    pairs = BytePairs.learn(["the new film"] * 30)
    encoder = TextEncoder(Vocabulary((" the", " new", " film")), "pairs", 4, pairs=pairs)
    encoded = encoder.encode([text("The new film news")])
    assert encoded.lengths.tolist() == [4]  # of " ", "T", "h", "e", " new", " film", " new", "s"
    assert encoder.tokens(text("a new film")) == [" ", "a", " new", " film"]
    again = TextEncoder.from_arrays(encoder.fields(), encoder.arrays(), 4, 0)
    assert again.pairs == pairs
    assert again.tokens(text("a new film")) == encoder.tokens(text("a new film"))
    assert encoder.joined([" the", " new", "s"]) == " the news"
    for damaged in ({}, {"pairs": np.frombuffer(b"a\n", np.uint8)}):
        arrays = {"vocabulary": encoder.arrays()["vocabulary"], **damaged}
        with pytest.raises((LookupError, ValueError)):
            TextEncoder.from_arrays({"mode": "pairs"}, arrays, 4, 0)


def test_exact_characters_keep_case_and_width():
    encoder = TextEncoder(Vocabulary("aAＡ "), "exact", 9)
    assert encoder.tokens(text("Aa Ａ\n")) == ["A", "a", " ", "Ａ", "\n"]
    assert encoder.encode([text("Aa Ａ\n")]).steps.tolist() == [3, 2, 5, 4, UNKNOWN]
    assert encoder.parts_of(text("Aa Ａ"), reads_on=True).shown(0, 3) == "Aa "


def test_an_end_stands_behind_the_last_token_of_a_text_that_has_one():
    encoder = TextEncoder(Vocabulary(["</s>", "a", "b"]), "exact", UNLIMITED, end="</s>")
    encoded = encoder.encode([text("abc"), text("")])
    assert encoded.steps.tolist() == [3, 4, UNKNOWN, 2, EMPTY]
    assert encoder.inputs([text("ab")], encoder.encode([text("ab")]))["tokens"].tolist() == [
        "a",
        "b",
        "</s>",
    ]
    again = TextEncoder.from_arrays(encoder.fields(), encoder.arrays(), UNLIMITED, 0)
    assert again.tokens(text("ab")) == ["a", "b", "</s>"]
    assert "end" not in TextEncoder(VOCABULARY, "exact", 3).fields()
    with pytest.raises(ValueError, match="end"):
        TextEncoder.from_arrays(encoder.fields() | {"end": 3}, encoder.arrays(), UNLIMITED, 0)
