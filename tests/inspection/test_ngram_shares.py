"""What n-grams do, shared out among tokens: all of it, and each n-gram among its own."""

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.data.text.ngram_parts import ngrams_behind
from grucli.inspection.ngram_shares import shares_of
from tests.inspection import test_sequences

TEXT = "the film was not good , not at all good film"
PULL = np.array([1.0, -0.5, 0.0])


def text_and_path(text=TEXT):
    saved = test_sequences.text_model()
    return saved.encoder.encode([Record(number=1, text=text)]).texts, saved.model.linear


@pytest.mark.parametrize("text", [TEXT, "good", "good good good", "好看 not zz", "zz yy"])
def test_shares_add_up_to_what_the_path_gives(text):
    texts, path = text_and_path(text)
    found = shares_of(path, texts, PULL)
    assert found.shape == texts.places.shape
    assert found.sum() == pytest.approx(float(path.of_texts(texts)[0] @ PULL), abs=1e-12)


def test_an_ngram_is_shared_by_the_tokens_that_it_is_made_of():
    texts, path = text_and_path()
    tokens = [texts.tokens[k] for k in texts.places.tolist()]
    path.bias[...] = 0
    weight = path.weight.copy()
    seen = 0
    for key, behind in ngrams_behind(path.ngrams.keys, texts, path.ngrams.pattern).items():
        path.weight[...] = 0
        at = int(np.searchsorted(path.ngrams.keys, key))
        path.weight[at] = weight[at]
        found = shares_of(path, texts, PULL)
        expected = np.zeros(len(tokens))
        for ngram in behind:
            expected += standing(ngram, tokens)
        assert len(behind) == 1
        expected *= float(path.of_texts(texts)[0] @ PULL) / expected.sum()
        assert found == pytest.approx(expected, abs=1e-12)
        seen += 1
    assert seen > 20


def standing(ngram, tokens):
    """How often each token is part of an n-gram, by looking at all places."""
    found, size = np.zeros(len(tokens)), len(ngram.parts)
    if ngram.kind == "characters":
        for k, token in enumerate(tokens):
            marked = f"\x02{token}\x03"
            inside = "\x02" * ngram.begins + "".join(ngram.parts) + "\x03" * ngram.ends
            starts = range(len(marked) - len(inside) + 1)
            found[k] += sum(marked[n:].startswith(inside) for n in starts)
        return found
    for start in range(len(tokens) - size + 1):
        fits = tuple(tokens[start : start + size]) == ngram.parts
        fits &= not ngram.begins or start == 0
        fits &= not ngram.ends or start + size == len(tokens)
        fits &= ngram.place in (None, start + 1)
        found[start : start + size] += fits / size
    return found
