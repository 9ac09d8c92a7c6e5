"""Bags of n-grams against a reference that keeps strings where the module keeps hashes.

Covers: data/text/ngram_hashes.
"""

import math
from collections import Counter
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grucli.data.text import ngrams, tokenized
from grucli.data.text.ngrams import Ngrams, Pattern
from grucli.data.text.tokenized import Tokenized
from tests.strategies import hostile_text

BEGIN, END = object(), object()
PLENTY = 10**6
ALL = Pattern(longest=3, subwords=True, placed=True)
PATTERNS = (
    ALL,
    Pattern(longest=1, subwords=False, placed=False),
    Pattern(longest=2, subwords=True, placed=False),
    Pattern(longest=4, subwords=False, placed=True),
)
TEXTS = st.lists(
    st.one_of(hostile_text, st.sampled_from(["", "a", "a b a", "b a", "\ud800 a", "好 电影 好"])),
    min_size=1,
    max_size=6,
)


def windows(elements, sizes):
    """All windows, with marks in those of two and more."""
    marked = (BEGIN, *elements, END) if elements else ()
    for size in sizes:
        row = tuple(elements) if size == 1 else marked
        yield from (row[k : k + size] for k in range(len(row) - size + 1))


def bags(text, pattern):
    """{n-gram: count} of each kind."""
    tokens = text.split()
    found = [Counter(windows(tokens, range(1, pattern.longest + 1)))]
    if pattern.subwords:
        found.append(Counter(w for token in tokens for w in windows(token, range(1, 5))))
    if pattern.placed:
        found.append(
            Counter(
                (k, *tokens[k : k + size])
                for size in (1, 2, 3)
                for k in range(len(tokens) - size + 1)
            )
        )
    return found


def expected(train, texts, pattern):
    """The idf of each (kind, n-gram), and {(kind, n-gram): weight} of each text."""
    rows = Counter(
        (kind, ngram)
        for text in train
        for kind, bag in enumerate(bags(text, pattern))
        for ngram in bag
    )
    idf = {key: math.log((1 + len(train)) / (1 + count)) + 1 for key, count in rows.items()}
    rarest, weighed = max(idf.values(), default=1), []
    for text in texts:
        own = {}
        for kind, bag in enumerate(bags(text, pattern)):
            part = {
                (kind, ngram): (1 + math.log(count)) * idf.get((kind, ngram), rarest)
                for ngram, count in bag.items()
            }
            norm = math.sqrt(sum(value**2 for value in part.values()))
            own |= {key: value / norm for key, value in part.items() if key in idf}
        weighed.append(own)
    return idf, weighed


def split(texts):
    return Tokenized.of(texts, str.split)


def rows_of(sparse):
    """{feature: value} of each row; no feature twice."""
    rows, end = [], 0
    for length in sparse.lengths.tolist():
        ids, values = sparse.ids[end : end + length], sparse.values[end : end + length]
        rows.append(dict(zip(ids.tolist(), values.tolist(), strict=True)))
        assert len(rows[-1]) == length
        end += length
    assert end == len(sparse.ids) == len(sparse.values)
    return rows


def products(rows):
    """Of all rows with all rows: what no naming of the features changes."""
    return [[sum(v * b.get(k, 0) for k, v in a.items()) for b in rows] for a in rows]


def assert_as_expected(train, texts, pattern):
    found = Ngrams.fit(split(train), pattern, PLENTY)
    idf, wanted = expected(train, texts, pattern)
    assert len(found) == len(idf)
    assert (np.diff(found.keys.astype(np.int64)) > 0).all()
    np.testing.assert_allclose(np.sort(found.idf), np.sort(list(idf.values())), rtol=1e-6)
    if not idf:
        return
    rows = rows_of(found.encode(split(texts)))
    assert [len(row) for row in rows] == [len(row) for row in wanted]
    for row, other in zip(rows, wanted, strict=True):
        np.testing.assert_allclose(sorted(row.values()), sorted(other.values()), rtol=1e-6)
    np.testing.assert_allclose(products(rows), products(wanted), atol=1e-5)


@settings(max_examples=60)
@given(TEXTS, TEXTS, st.sampled_from(PATTERNS), st.integers(1, 3), st.integers(1, 3))
def test_bags_and_weights_are_those_of_the_reference(train, texts, pattern, chunk, room):
    with (
        mock.patch.object(tokenized, "CHUNK_TEXTS", chunk),
        mock.patch.object(ngrams, "MOST_ROOM", room),
    ):
        assert_as_expected(train, [*texts, *train], pattern)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_hard_texts(pattern):
    train = ["", "one", "a a a b", "long" * 3000 + " b", "\ud800\udc00 \ud800", "电 影 电 影 很 好"]
    unknown = ["zzz qqq", "b b one", "好 很", "\udc00", ""]
    assert_as_expected(train, [*train, *unknown], pattern)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_long_text_among_short_ones_takes_no_room_for_each_of_them(pattern):
    texts = split(["a b"] * 500 + ["".join(f"{k} " for k in range(2000))])
    sizes = [len(bags.places) for bags in ngrams._bags(texts, pattern)]
    widest = [
        bags.texts * np.bincount(bags.places // bags.kinds).max()
        for bags in ngrams._bags(texts, pattern)
    ]
    assert len(sizes) > 1
    assert sum(widest) < 20 * sum(sizes)


def squares(found, texts):
    """Of each text the sum of squares: its length in all kinds together."""
    return [sum(v**2 for v in row.values()) for row in rows_of(found.encode(split(texts)))]


def test_a_known_text_has_unit_length_in_each_kind_and_an_unknown_one_none():
    found = Ngrams.fit(split(["good film", "bad film"]), ALL, PLENTY)
    texts = ["good film", "bad film", "xyz", ""]
    np.testing.assert_allclose(squares(found, texts), [3, 3, 0, 0], atol=1e-5)


def test_what_is_unknown_of_a_text_takes_its_share_of_the_length():
    words = Pattern(longest=1, subwords=False, placed=False)
    found = Ngrams.fit(split(["good the", "bad the"]), words, PLENTY)
    texts = ["good", "good new", "bad good new newer", "good new new"]
    often = (1 + math.log(2)) ** 2
    wanted = [1, 1 / 2, 2 / 4, 1 / (1 + often)]
    np.testing.assert_allclose(squares(found, texts), wanted, atol=1e-5)
    usual = (1 + math.log(3 / 3)) ** 2 / (1 + math.log(3 / 2)) ** 2  # as a share of the rarest
    np.testing.assert_allclose(squares(found, ["the new"]), [usual / (usual + 1)], atol=1e-5)


def random_texts(rows, seed=0):
    rng = np.random.default_rng(seed)
    words = ["good", "bad", "film", "very", "not", "a", "好", "电影院", "\U0001f44d"]
    return [" ".join(rng.choice(words, rng.integers(0, 9))) for _ in range(rows)]


def test_more_texts_than_a_chunk_and_counts_that_are_put_together_early():
    texts = random_texts(2 * tokenized.CHUNK_TEXTS + 3)
    whole = Ngrams.fit(split(texts), ALL, PLENTY)
    with mock.patch.object(ngrams, "MERGED_NGRAMS", 10):
        early = Ngrams.fit(split(texts), ALL, PLENTY)
    with mock.patch.object(tokenized, "CHUNK_TEXTS", 100):
        small = Ngrams.fit(split(texts), ALL, PLENTY)
        apart = small.encode(split(texts))
    together = whole.encode(split(texts))
    for other in (early, small):
        np.testing.assert_array_equal(other.keys, whole.keys)
        np.testing.assert_array_equal(other.idf, whole.idf)
    np.testing.assert_array_equal(apart.ids, together.ids)
    np.testing.assert_array_equal(apart.values, together.values)
    idf, _ = expected(texts, [], ALL)
    np.testing.assert_allclose(np.sort(whole.idf), np.sort(list(idf.values())), rtol=1e-6)


KEYS = st.integers(0, 2**32 - 1) | st.integers(0, 40) | st.integers(2**32 - 40, 2**32 - 1)


@given(known=st.sets(KEYS, min_size=1), others=st.lists(KEYS))
def test_a_key_is_found_where_it_stands_however_unevenly_keys_are_spread(known, others):
    keys = np.array(sorted(known), np.uint32)
    known_ngrams = Ngrams(pattern=ALL, keys=keys, idf=np.ones(len(keys), np.float32))
    asked = np.array([*known, *others], np.uint32)
    places = known_ngrams._places(asked)
    expected = [sorted(known).index(key) if key in known else -1 for key in asked.tolist()]
    assert np.where(keys[places] == asked, places, -1).tolist() == expected


def test_a_text_is_encoded_alone_as_among_others_to_the_bit():
    texts = random_texts(700, seed=1)
    found = Ngrams.fit(split(texts[:300]), ALL, PLENTY)
    among = found.encode(split(texts))
    for row in range(0, 700, 23):
        alone, same = found.encode(split([texts[row]])), among.select(np.array([row]))
        np.testing.assert_array_equal(alone.ids, same.ids)
        assert alone.values.tobytes() == same.values.tobytes()


@pytest.mark.parametrize("most", [1, 400, PLENTY])
def test_ngrams_grow_and_say_of_texts_of_before_what_they_said(most):
    texts = random_texts(80, seed=2)
    before, after = (Ngrams.fit(split(some), ALL, PLENTY) for some in (texts[:40], texts[40:]))
    grown = before.grown(after, most)
    keys = {*before.keys.tolist()}
    new = {*after.keys.tolist()} - keys
    assert keys <= {*grown.keys.tolist()} <= keys | new
    assert len(grown) == max(len(keys), min(most, len(keys | new)))
    assert (np.diff(grown.keys.astype(np.int64)) > 0).all()
    places = np.searchsorted(grown.keys, before.keys)
    np.testing.assert_array_equal(grown.idf[places], before.idf)
    assert (np.delete(grown.idf, places) == before.rarest).all()
    old, now = (found.encode(split(texts)) for found in (before, grown))
    kept = now.only(np.isin(grown.keys, before.keys))
    np.testing.assert_array_equal(old.lengths, kept.lengths)
    assert old.values.tobytes() == kept.values.tobytes()
    np.testing.assert_array_equal(before.keys[old.ids], grown.keys[kept.ids])
    rarer = [after.idf[np.searchsorted(after.keys, key)] for key in new - {*grown.keys.tolist()}]
    taken = [after.idf[np.searchsorted(after.keys, key)] for key in new & {*grown.keys.tolist()}]
    assert not rarer or not taken or min(rarer) >= max(taken)


@pytest.mark.parametrize("most", [1, 7, 40])
def test_of_too_many_those_in_most_texts_are_taken_whatever_the_order_of_the_texts(most):
    texts = random_texts(60, seed=2)
    whole = Ngrams.fit(split(texts), ALL, PLENTY)
    few = Ngrams.fit(split(texts), ALL, most)
    again = Ngrams.fit(split(texts[::-1]), ALL, most)
    assert len(few) == most
    np.testing.assert_array_equal(few.keys, again.keys)
    np.testing.assert_array_equal(few.idf, again.idf)
    order = np.lexsort((whole.keys, whole.idf))[:most]  # a low idf stands for many texts
    np.testing.assert_array_equal(few.keys, np.sort(whole.keys[order]))


def test_the_count_of_a_pattern_is_about_right():
    texts = random_texts(50, seed=3)
    tokens = split(texts)
    for pattern in PATTERNS:
        found = sum(sum(map(Counter.total, bags(text, pattern))) for text in texts)
        told = pattern.count(tokens.total(len), int(tokens.lengths.sum()))
        assert 0.7 * found <= told <= 1.5 * found


def test_a_pattern_in_words():
    assert str(ALL) == (
        "1 to 3 tokens, 1 to 4 characters of a token, 1 to 3 tokens with their place"
    )
