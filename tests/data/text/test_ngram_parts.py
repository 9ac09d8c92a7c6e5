"""The n-grams behind hashes against the reference that keeps strings."""

import numpy as np
import pytest
from hypothesis import given, settings

from grucli.data.text.ngram_parts import Ngram, ngrams_behind
from grucli.data.text.ngrams import Ngrams
from grucli.data.text.tokenized import Tokenized
from tests.data.text.test_ngrams import BEGIN, END, PATTERNS, PLENTY, TEXTS, bags


def expected(texts, pattern):
    """All n-grams of texts, of which the reference has each as a window with its marks."""
    found = set()
    for text in texts:
        tokens, *others = bags(text, pattern)
        found |= {of_window("tokens", window) for window in tokens}
        if pattern.subwords:
            found |= {of_window("characters", window) for window in others.pop(0)}
        if pattern.placed:
            (placed,) = others
            found |= {Ngram(kind="placed", parts=tuple(parts), place=k + 1) for k, *parts in placed}
    return found


def of_window(kind, window):
    parts = tuple(part for part in window if part not in (BEGIN, END))
    return Ngram(kind=kind, parts=parts, begins=BEGIN in window, ends=END in window)


@pytest.mark.parametrize("pattern", PATTERNS, ids=str)
@given(texts=TEXTS)
@settings(max_examples=30)
def test_each_ngram_of_the_texts_stands_behind_a_key(pattern, texts):
    split = Tokenized.of(texts, str.split)
    ngrams = Ngrams.fit(split, pattern, PLENTY)
    behind = ngrams_behind(ngrams.keys, split, pattern)
    assert behind.keys() == set(ngrams.keys.tolist())
    found = [ngram for own in behind.values() for ngram in own]
    assert len(found) == len(set(found))
    assert set(found) == expected(texts, pattern)


def test_only_what_is_asked_for_is_found():
    split = Tokenized.of(["a b", "b a"], str.split)
    ngrams = Ngrams.fit(split, PATTERNS[1], PLENTY)
    key = ngrams.keys[:1]
    assert list(ngrams_behind(key, split, PATTERNS[1])) == key.tolist()
    assert ngrams_behind(np.zeros(0, np.uint32), split, PATTERNS[1]) == {}
