import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.tokens import MODES, normalize, resolve, tokenizer
from tests.strategies import hostile_text, unicode_text

auto = tokenizer("auto")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Not BAD at all.", ["not", "bad", "at", "all", "."]),
        ("Don't, it’s rock'n'roll", ["don't", ",", "it's", "rock'n'roll"]),
        ("'quoted' don''t", ["'", "quoted", "'", "don", "'", "'", "t"]),
        (
            "3.14 1,234,567.89 2024 mp3 1.2.3",
            ["3.14", "1,234,567.89", "2024", "mp3", "1.2", ".", "3"],
        ),
        ("1,2,3", ["1", ",", "2", ",", "3"]),
        ("snake_case a@b", ["snake", "_", "case", "a", "@", "b"]),
        ("wow!!!!!!! so...", ["wow", "!", "!", "!", "so", ".", ".", "."]),
        ("?!?!?!", ["?", "!", "?", "!", "?", "!"]),
        ("这部iPhone15很好，2000年。", [*"这部", "iphone15", *"很好", ",", "2000", "年", "。"]),
        ("ＧＲＵ　ﬁne", ["gru", "fine"]),
        ("カタカナー ひらがな 한국어", [*"カタカナーひらがな한국어"]),
        ("ﾊﾟﾝ か\u3099", ["パ", "ン", "が"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("السَّلامُ عليكم", ["السَّلامُ", "عليكم"]),
        ("สวัสดี ครับ", ["สวัสดี", "ครับ"]),
        ("naïve nai\u0308ve Straße", ["naïve", "naïve", "straße"]),
        ("👍🏽👨\u200d👩\u200d👧❤\ufe0f🇩🇪🇫🇷", ["👍🏽", "👨\u200d👩\u200d👧", "❤", "🇩🇪", "🇫🇷"]),
        ("😂😂😂😂😂", ["😂", "😂", "😂"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("a\0b\u200bc\ufeffd\x1b[31m", ["a", "b", "c", "d", "[", "31m"]),
        ("", []),
        (" \t\n\u3000", []),
    ],
)
def test_auto_splits_by_script(text: str, tokens: list[str]) -> None:
    assert auto(text) == tokens


def test_word_keeps_runs_of_han_and_agrees_with_auto_elsewhere() -> None:
    assert tokenizer("word")("这部 电影,很好 カナ") == ["这部", "电影", ",", "很好", "カナ"]
    assert tokenizer("word")("Don't panic: 3.14!") == auto("Don't panic: 3.14!")


def test_char_keeps_spaces_and_folds_width_and_case() -> None:
    assert tokenizer("char")("Ａb \n") == ["a", "b", " ", "\n"]


def test_byte_and_space_leave_the_text_as_it_is() -> None:
    assert tokenizer("byte")("Aé") == ["41", "c3", "a9"]
    assert tokenizer("byte")("") == []
    assert tokenizer("space")(" GO:1  Ａ\tb ") == ["GO:1", "Ａ", "b"]


def test_unknown_mode_is_a_programmers_error() -> None:
    with pytest.raises(ValueError, match="no such mode"):
        tokenizer("words")


@given(hostile_text)
def test_no_text_is_too_hostile(text: str) -> None:
    for mode in MODES:
        tokens = tokenizer(mode)(text)
        assert all(tokens)  # no token is empty
    for token in auto(text):
        assert not token.isspace()
        assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in token)


@given(unicode_text)
def test_no_letter_and_no_number_is_lost(text: str) -> None:
    def kept(string: str) -> list[str]:
        return [c for c in string if unicodedata.category(c)[0] in "LN"]

    for mode in ("auto", "word", "char"):
        assert kept("".join(tokenizer(mode)(text))) == kept(normalize(text))
    assert bytes.fromhex("".join(tokenizer("byte")(text))).decode() == text


@given(st.lists(unicode_text))
def test_words_between_spaces_do_not_see_each_other(texts: list[str]) -> None:
    assert auto("\n".join(texts)) == [token for text in texts for token in auto(text)]


@pytest.mark.parametrize(
    "unit",
    ["\u0315\u0300", "1", "a'", "'", "_", "1,111", "\u200d", "क\u094d", "👍\u200d", "1.", "ﷺ"],
)
def test_time_grows_with_length_only(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    started = time.process_time()
    for mode in ("auto", "word", "char"):
        tokenizer(mode)(text)
    assert time.process_time() - started < 2  # what is quadratic takes minutes


@pytest.mark.parametrize(
    ("texts", "mode"),
    [
        (["Anna", "Bob", "Li", ""], "char"),
        (["ACGTGC", " GGC\n"], "char"),
        (["冬瓜皮", "菊花烧卖"], "auto"),
        (["很好，iPhone不错", "666"] + ["还可以"] * 18, "auto"),
        (["Anna", "冬瓜皮"], "char"),
        (["good film"] * 6 + ["bad"] * 94, "auto"),
        (["good film"] * 5 + ["bad"] * 95, "char"),
        (["", " "], "auto"),
        ([], "auto"),
    ],
)
def test_auto_becomes_char_for_one_word_texts_of_alphabets(texts: list[str], mode: str) -> None:
    assert resolve("auto", texts) == mode
    assert resolve("word", texts) == "word"


def test_no_combining_mark_ends_a_word() -> None:
    marks = [chr(p) for p in range(0xE0000) if unicodedata.category(chr(p))[0] == "M"]
    assert len(marks) > 2000
    assert [mark for mark in marks if len(auto(f"a\u200d{mark}b")) > 1] == []
