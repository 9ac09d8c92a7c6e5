"""The linear path: what it says of rows held out, and of new ones.

Covers: model/linear_path.
"""

import dataclasses

import numpy as np
import pytest

from grucli.data.batches import Examples
from grucli.data.text.ngrams import Ngrams, Pattern
from grucli.data.text.tokenized import Tokenized
from grucli.model.ngram_path import NgramFeatures
from grucli.tasks.classify.task import Classify

ROWS, HELD = 600, 200
WORDS = Pattern(longest=1, subwords=False, placed=False)

TWO = Classify(labels=("a", "b"))


def examples(targets):
    """What says nothing but the class of each row."""
    rows = len(targets)
    return Examples(
        steps=np.zeros(rows, np.int32),
        lengths=np.ones(rows, np.int64),
        targets=targets,
        weights=np.ones(rows),
    )


def learn_from(texts, pattern):
    """What a linear path learns from these texts."""
    known = Tokenized.of(texts, str.split)
    ngrams = Ngrams.fit(known, pattern, 1 << 20)
    return NgramFeatures(ngrams=ngrams, train=ngrams.encode(known), valid=None, always=True)


@pytest.mark.parametrize("names", [0, 3, 12])
def test_new_texts_get_logits_of_the_size_that_rows_held_out_get(names):
    rng = np.random.default_rng(names)
    targets = rng.integers(0, 2, 2 * ROWS)
    liked = [rng.choice(list(("abcde", "defgh")[target]), 2).tolist() for target in targets]
    own = [[f"{row}.{k}" for k in range(names)] for row in range(len(targets))]
    texts = [" ".join(words + rare) for words, rare in zip(liked, own, strict=True)]
    rows = learn_from(texts[:ROWS], WORDS)
    held, others = np.arange(HELD), np.arange(HELD, ROWS)
    path = rows.learn(examples(targets[:ROWS]), others, TWO, np.random.default_rng(0))
    before = path.of_rows(rows.held(held, others))
    after = path.of_texts(Tokenized.of(texts[ROWS:], str.split))
    assert np.abs(after).mean() == pytest.approx(np.abs(before).mean(), rel=0.1)


def test_held_rows_lack_the_ngrams_that_only_they_have():
    rows = learn_from(["a b", "b c", "a d a"], WORDS)
    held = rows.held(np.array([2, 0]), np.array([1]))
    kept = set(rows.train.select(np.array([1])).ids.tolist())
    assert held.lengths.tolist() == [0, 1]  # of the last text nothing, of "a b" only "b"
    assert set(held.ids.tolist()) < kept


@pytest.mark.parametrize("pattern", [WORDS, Pattern(longest=1, subwords=True, placed=True)])
def test_the_less_of_a_text_is_known_the_less_is_said(pattern):
    rows = learn_from(["a", "b", "b", "b"], pattern)
    rng = np.random.default_rng(0)
    path = rows.learn(examples(np.array([0, 1, 1, 1])), np.arange(4), TWO, rng)
    weight = dataclasses.replace(path, bias=np.zeros_like(path.bias))
    bias = dataclasses.replace(path, weight=np.zeros_like(path.weight))
    texts = Tokenized.of(["b", "b zz yy xx", "zz", ""], str.split)
    for one in (path, weight, bias):
        sizes = np.abs(one.of_texts(texts)[:, 0])
        assert sizes[0] > sizes[1] > sizes[2] == sizes[3] == 0
    np.testing.assert_allclose(bias.of_texts(texts)[0], path.bias, rtol=1e-6)
    np.testing.assert_allclose(
        weight.of_texts(texts) + bias.of_texts(texts), path.of_texts(texts), atol=1e-12
    )


def test_a_path_says_the_same_of_more_ngrams_and_by_other_outputs():
    old, new = (["a b", "b c c", "d"], ["a e", "f b", "e f"])
    rows = learn_from(old, WORDS)
    path = rows.learn(examples(np.array([0, 1, 1])), np.arange(3), TWO, np.random.default_rng(0))
    more = path.ngrams.grown(learn_from(new, WORDS).ngrams, 1 << 20)
    three = Classify(labels=("a", "b", "c"))
    halves = three.outputs_from(TWO)
    texts = Tokenized.of(old, str.split)
    said = path.of_texts(texts)
    assert np.ptp(said) > 0.1
    found = path.through(halves).among(more).of_texts(texts)
    np.testing.assert_allclose(found, said @ halves.T, atol=1e-6)
    np.testing.assert_allclose(found[:, 1] - found[:, 0], said[:, 0], atol=1e-6)


def test_a_path_learns_on_from_what_it_knew_and_only_what_it_lacked():
    rng = np.random.default_rng(1)
    targets = rng.integers(0, 2, ROWS)
    texts = [" ".join(rng.choice(list(("abc", "def")[target]), 3)) for target in targets]
    rows = learn_from(texts, WORDS)
    path = rows.learn(examples(targets), np.arange(ROWS), TWO, np.random.default_rng(0))
    later = dataclasses.replace(rows, start=path)
    few = np.flatnonzero(targets == 1)[:20]  # of one class alone
    anew, on = (
        each.learn(examples(targets), few, TWO, np.random.default_rng(0)) for each in (rows, later)
    )
    right = [((each.of_rows(rows.train)[:, 0] > 0) == targets).mean() for each in (anew, on)]
    assert right[0] < 0.6  # of class 0 it has seen nothing
    assert right[1] > 0.98
