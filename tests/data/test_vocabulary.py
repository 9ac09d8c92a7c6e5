from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.vocabulary import EMPTY, SPECIAL, UNKNOWN, Vocabulary
from tests.strategies import hostile_text


def test_ids_begin_behind_the_special_ones() -> None:
    vocabulary = Vocabulary(("a", "b"))
    assert (UNKNOWN, EMPTY, len(vocabulary)) == (0, 1, 4)
    ids = vocabulary.encode(["b", "x", "a"])
    assert ids.dtype == np.int32
    assert ids.tolist() == [3, UNKNOWN, 2]
    assert vocabulary.encode([]).tolist() == [EMPTY]
    assert [vocabulary.token(i) for i in range(4)] == [*SPECIAL, "a", "b"]


def test_a_token_spelled_like_a_special_one_is_an_ordinary_token() -> None:
    assert Vocabulary(SPECIAL).encode(list(SPECIAL)).tolist() == [2, 3]


def test_fit_takes_the_most_frequent_and_breaks_ties_by_token() -> None:
    counts = Counter("bacbaddd好")
    assert Vocabulary.fit(counts, 1, 10).tokens == ("d", "a", "b", "c", "好")
    assert Vocabulary.fit(counts, 2, 10).tokens == ("d", "a", "b")
    assert Vocabulary.fit(counts, 1, 2).tokens == ("d", "a")
    assert Vocabulary.fit({}, 1, 2).tokens == ()


def test_the_order_of_the_texts_does_not_matter() -> None:
    tokens = "bacad"
    assert Vocabulary.fit(Counter(tokens), 1, 9) == Vocabulary.fit(Counter(tokens[::-1]), 1, 9)


def test_a_token_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Vocabulary(("a", "a"))


@given(st.lists(st.one_of(hostile_text, st.sampled_from(["\n", "\\", "\\n", ""])), unique=True))
def test_bytes_and_back(tokens: list[str]) -> None:
    vocabulary = Vocabulary(tuple(tokens))
    data = vocabulary.to_bytes()
    assert data.count(b"\n") == len(tokens)
    assert Vocabulary.from_bytes(data) == vocabulary


def test_the_form_is_plain_lines() -> None:
    data = Vocabulary(("a", "好", "\n", "\\", "\ud800", "\r")).to_bytes()
    assert data == "a\n好\n\\n\n\\\\\n\\ud800\n\r\n".encode()


@given(st.one_of(st.binary(), st.text().map(str.encode)))
def test_what_was_not_written_so_is_a_value_error(data: bytes) -> None:
    try:
        vocabulary = Vocabulary.from_bytes(data)
    except ValueError:
        return
    assert vocabulary.to_bytes() == data


@pytest.mark.parametrize("data", [b"a", b"a\na\n", b"\\x\n", b"\\\n", b"\\ud83\n", b"\xff\n"])
def test_damage_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the reasons differ
        Vocabulary.from_bytes(data)
