import pickle
from collections import Counter
from collections.abc import Sequence
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import grucli.data.text.vocabulary as vocabulary_module
from grucli.config.schema import Count
from grucli.data.text.vocabulary import EMPTY, MOST_TOKENS, SPECIAL, UNKNOWN, Vocabulary
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


@pytest.mark.parametrize("tokens", ["aa", "aba", [*map(str, range(40_000)), "7"]])
def test_a_token_twice_is_refused(tokens: Sequence[str]) -> None:
    with pytest.raises(ValueError, match="twice"):
        Vocabulary(tokens)


@given(
    st.lists(st.one_of(hostile_text, st.sampled_from("abc\n\\")), unique=True),
    st.lists(st.one_of(hostile_text, st.sampled_from("abc\n\\"))),
    st.sampled_from([0, 1, 3]),
)
def test_tokens_are_found_as_in_a_dict(known: list[str], asked: list[str], bits: int) -> None:
    """Also where many hashes are alike: of 32 bits that count, all but a few are left out."""

    def keys(lines: Sequence[bytes]) -> np.ndarray:
        found = [hash(line) & ((1 << bits) - 1) for line in lines]
        return np.array(found, np.uint64) << np.uint64(32)

    asked = asked + known[::2]
    ids = {token: row for row, token in enumerate(known, len(SPECIAL))}
    wanted = [ids.get(token, UNKNOWN) for token in asked] or [EMPTY]
    assert Vocabulary(known).encode(asked).tolist() == wanted
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(vocabulary_module, "_keys", keys)
        vocabulary = Vocabulary(known)
        assert vocabulary.encode(asked).tolist() == wanted
        if known:
            with pytest.raises(ValueError, match="twice"):
                Vocabulary([*known, known[0]])


def test_many_tokens_are_found_and_named() -> None:
    tokens = [f"{k:x}" for k in range(50_000)]
    vocabulary = pickle.loads(pickle.dumps(Vocabulary(tokens)))
    assert vocabulary.encode(tokens[::-1]).tolist() == list(range(50_001, 1, -1))
    assert vocabulary.tokens == tuple(tokens)
    assert [vocabulary.token(k + 2) for k in (0, 16_383, 16_384, 49_999)] == [
        tokens[k] for k in (0, 16_383, 16_384, 49_999)
    ]


def test_more_tokens_than_a_config_allows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    (limit,) = (c.le for c in get_args(Count)[1].metadata if hasattr(c, "le"))
    assert limit == MOST_TOKENS
    monkeypatch.setattr(vocabulary_module, "MOST_TOKENS", 3)
    assert len(Vocabulary("abc")) == 5
    with pytest.raises(ValueError, match="4 tokens, 3 is the most"):
        Vocabulary("abcd")


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
