"""Many texts as tokens: nothing is lost, whatever the chunks."""

from collections import Counter
from itertools import chain
from unittest import mock

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.text import tokenized
from grucli.data.text.tokenized import Tokenized
from tests.strategies import unicode_text

TEXTS = st.lists(st.one_of(unicode_text, st.sampled_from(["", " ", "a b a", "b\tc"])), max_size=9)


@given(TEXTS, st.integers(1, 4))
def test_each_text_has_its_tokens_in_order_and_each_token_its_count(texts, chunk):
    sizes = {"CHUNK_TEXTS": chunk, "CHUNK_TOKENS": 2 * chunk}
    with mock.patch.multiple(tokenized, **sizes):
        found = Tokenized.of(texts, str.split)
    named = (found.tokens[place] for place in found.places)
    assert [[next(named) for _ in range(length)] for length in found.lengths] == [
        text.split() for text in texts
    ]
    assert found.tokens == list(dict.fromkeys(token for text in texts for token in text.split()))
    assert found.counts() == Counter(token for text in texts for token in text.split())


@given(
    st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=7),
    st.integers(1, 20),
)
def test_remains_have_what_is_left_of_the_text(kept, size):
    words = np.array(["a", "b", "a", "c", "d"])
    with mock.patch.multiple(tokenized, CHUNK_TEXTS=3, CHUNK_TOKENS=size):
        found = Tokenized.of([" ".join(words)], str.split).remains([np.array(m) for m in kept])
        chunks = list(found.chunks())
    left = [words[np.array(mask)].tolist() for mask in kept]
    read = [[found.tokens[k] for k in part] for part, _ in chunks]
    assert list(chain(*read)) == list(chain(*left))
    assert list(chain(*(lengths.tolist() for _, lengths in chunks))) == list(map(len, left))
    assert [len(part) for part, _ in chunks] == [lengths.sum() for _, lengths in chunks]
