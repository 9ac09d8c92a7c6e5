import pickle
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.text.byte_pairs import LONGEST_WORD, BytePairs, words
from tests.strategies import hostile_text

TEXTS = ["low lower lowest", "new newer newest", "low new 好低 new"]


def literally_learned(texts: list[str], most: int, least: int) -> list[str]:
    """Count all pairs anew before each join, as the paper's own listing does."""
    counts = Counter(word for text in texts for word in words(text))
    parts = {word: list(word) for word in counts}
    joined: list[str] = []
    while len(set(joined)) < most:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, own in parts.items():
            for pair in pairwise(own):
                pairs[pair] += counts[word]
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        if pairs[best] < least:
            break
        joined.append("".join(best))
        for own in parts.values():
            k = 0
            while k + 1 < len(own):
                if (own[k], own[k + 1]) == best:
                    own[k : k + 2] = ["".join(best)]
                k += 1
    return list(dict.fromkeys(joined))


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", []),
        ("low", [" low"]),
        (" low", [" ", " low"]),
        ("low  lowest!", [" low", " ", " lowest", "!"]),
        ("« l’été » 2.0", [" «", " l", "’", "été", " »", " 2", ".", "0"]),
        ("我用GRU 模型", ["我", "用", "GRU", " ", "模", "型"]),
        ("हिन्दी में", [" हिन्दी", " में"]),
        ("a_b\tc\n", [" a", "_", "b", "\t", "c", "\n"]),
    ],
)
def test_words_keep_the_space_before_them(text: str, cut: list[str]) -> None:
    assert words(text) == cut


@given(hostile_text)
def test_words_are_the_text(text: str) -> None:
    assert BytePairs.text(words(text)) == text


def test_a_long_word_is_cut() -> None:
    assert list(map(len, words("a" * 100_000)))[:2] == [LONGEST_WORD + 1, LONGEST_WORD]
    assert set(map(len, words("!" * 1000))) <= {LONGEST_WORD + 1, LONGEST_WORD, 1000 % LONGEST_WORD}


def test_what_stands_together_most_often_is_joined_first() -> None:
    # " n", "ne", "ew" and " new" occur five times, and " n" is the least by code points
    pairs = BytePairs.learn(TEXTS, most=5, least=1)
    assert pairs.joined[:3] == (" n", " ne", " new")
    assert pairs.split("new newest news 好") == [
        " new",
        " new",
        "e",
        "s",
        "t",
        " new",
        "s",
        " ",
        "好",
    ]


def test_what_was_joined_first_is_joined_first() -> None:
    assert BytePairs(["bc", "ab"]).split("abc ab") == [" ", "a", "bc", " ", "ab"]
    assert BytePairs(["ab", "bc"]).split("abc") == [" ", "ab", "c"]
    assert BytePairs(["aa"]).split("aaaaa") == [" ", "aa", "aa", "a"]


@given(
    st.lists(st.text("abc 好", max_size=12), max_size=12),
    st.integers(0, 12),
    st.integers(1, 4),
)
def test_joins_are_those_of_counting_anew(texts: list[str], most: int, least: int) -> None:
    assert list(BytePairs.learn(texts, most=most, least=least).joined) == literally_learned(
        texts, most, least
    )


@given(st.lists(st.text("ab ", max_size=12), max_size=8), st.randoms())
def test_the_order_of_the_texts_does_not_matter(texts: list[str], random) -> None:
    others = list(texts)
    random.shuffle(others)
    assert BytePairs.learn(texts, most=9, least=1) == BytePairs.learn(others, most=9, least=1)


@given(st.lists(hostile_text, max_size=6), hostile_text)
def test_every_text_is_its_pieces(texts: list[str], text: str) -> None:
    pairs = BytePairs.learn(texts, most=30, least=1)
    for each in (*texts, text):
        assert BytePairs.text(pairs.split(each)) == each


def test_chinese_characters_are_never_joined() -> None:
    pairs = BytePairs.learn(["你好你好 你好"] * 9, most=9, least=1)
    assert pairs.joined == ()
    assert pairs.split("你好") == ["你", "好"]


def test_what_is_learned_is_stored_and_pickled() -> None:
    pairs = BytePairs.learn(TEXTS, most=9, least=2)
    for again in (BytePairs.from_json(pairs.to_json()), pickle.loads(pickle.dumps(pairs))):
        assert again == pairs
        assert again.split("lowest news") == pairs.split("lowest news")


@pytest.mark.parametrize(
    "joined", [None, {}, [1], ["a"], ["ab", "ab"], ["a" * (LONGEST_WORD + 2)], "ab"]
)
def test_damage_is_refused(joined: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        BytePairs.from_json(joined)
