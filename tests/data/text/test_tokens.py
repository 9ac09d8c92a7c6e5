import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.text.tokens import (
    FIRST,
    LATEST,
    MODES,
    edition_of,
    letters,
    normalize,
    resolve,
    tokenizer,
)
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
        ("naïve nai\u0308ve Straße", ["naïve", "naïve", "strasse"]),
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


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("สวัสดี ครับ", ["ส", "วั", "ส", "ดี", "ค", "รั", "บ"]),
        ("iPhone15ใช้ดีมากๆ ๒๕๖๗", ["iphone15", "ใ", "ช้", "ดี", "ม", "า", "ก", "ๆ", "๒๕๖๗"]),
        ("น้ำ", ["น้\u0e4d\u0e32"]),  # the vowel am is one with its letter
        ("ຂ້ອຍມັກກິນເຂົ້າ", ["ຂ້", "ອ", "ຍ", "ມັ", "ກ", "ກິ", "ນ", "ເ", "ຂົ້", "າ"]),
        ("ខ្ញុំចូលចិត្តបាយ", ["ខ្ញុំ", "ចូ", "ល", "ចិ", "ត្ត", "បា", "យ"]),  # what is below, too
        ("ကျွန်တော်စားတယ်", ["ကျွ", "န်", "တော်", "စား", "တ", "ယ်"]),
        ("ဗုဒ္ဓ", ["ဗု", "ဒ္ဓ"]),
        ("ᥖᥭᥰ ᦺᦑ", [*"ᥖᥭᥰᦺᦑ"]),
        ("ᨠᩣ᩠ᨿ", ["ᨠᩣ᩠ᨿ"]),
        ("ꦗꦮ ᬩᬮᬶ", ["ꦗ", "ꦮ", "ᬩ", "ᬮᬶ"]),
        ("བོད་སྐད", ["བོད", "་", "སྐད"]),  # its mark parts syllables
        ("ร้าน\u200bค้า，50฿", ["ร้", "า", "น", "ค้", "า", ",", "50", "฿"]),
        ("กข中abcก", ["ก", "ข", "中", "abc", "ก"]),
    ],
)
def test_scripts_without_spaces_are_read_by_cluster(text: str, tokens: list[str]) -> None:
    assert auto(text) == tokens
    assert [letters(token) for token in auto("ดีไม่ abc")] == [1, 1, 1, 3]


@pytest.mark.parametrize(
    "forms",
    [
        ("İSTANBUL", "istanbul", "İstanbul", "I\u0307stanbul", "ISTANBUL"),
        ("ΟΔΟΣ", "οδος", "οδοσ", "Οδός".replace("ό", "ο")),
        ("STRASSE", "straße", "STRAẞE", "Strasse"),
        ("ΐ", "ΐ".upper(), "ι\u0308\u0301"),
        ("ǰ", "ǰ".upper()),
        ("Ꭰ", "ꭰ"),
        ("Ა", "ა"),
        ("ﬁne", "FINE", "ﬁNE", "ｆｉｎｅ"),
        ("ŉ", "ʼN", "'n"),
        ("ᾳ", "ᾼ", "ΑΙ"),
        ("ſ", "S", "ｓ"),
        ("Ⓐ", "ⓐ", "a"),
        ("ǅ", "ǆ", "Ǆ", "Dž"),
        ("Ж", "ж"),
        ("Ա", "ա"),
        ("և", "ԵՒ", "Եւ"),
        ("𐐀", "𐐨"),
    ],
)
def test_case_makes_no_two_words_of_one(forms: tuple[str, ...]) -> None:
    for mode in ("auto", "word", "char"):
        expected = tokenizer(mode)(forms[0]) if mode != "char" else [*normalize(forms[0])]
        for form in forms:
            if mode != "char" or "'" not in form:
                assert tokenizer(mode)(form) == expected, form


@pytest.mark.parametrize("context", ["{}", "{}.", "({})", "{}:ΑΒ", "{}’Α", "Α-{}", "{} Α"])
def test_a_final_sigma_is_one_in_any_company(context: str) -> None:
    for name in ("ΟΔΟΣ", "οδος"):
        assert "οδοσ" in auto(context.format(name).replace("’", " ’"))


def test_the_dotless_i_is_a_letter_of_its_own() -> None:
    assert auto("sık sik SIK") == ["sık", "sik", "sik"]


@pytest.mark.parametrize(
    "forms",
    [
        ("auto\xadmatic", "automatic"),
        ("\u2066mail\u2069\u200f", "mail"),
        ("محـــمد", "محمد", "\ufee3\ufea4\ufee4\ufeaa"),
        ("کتاب\u200c", "کتاب"),
        ("м’ята", "мʼята", "м'ята"),
        ("한국어", "한국어", "\u1112\u1161\u11ab국어"),
        ("tiếng", "tie\u0302\u0301ng"),
        ("❤\ufe0f\u200d🔥", "❤\u200d🔥"),
        ("❤\ufe0e", "❤"),
        ("塚\ufe00", "塚"),
        ("น้ำ", "น\u0e4d้\u0e32"),
        ("แม่", "เเม่"),
        ("ຄຳ", "ຄ\u0ecd\u0eb2"),
        ("a\u034fb", "ab"),
    ],
)
def test_what_looks_the_same_is_one(forms: tuple[str, ...]) -> None:
    for form in forms:
        assert auto(form) == auto(forms[0])
        assert tokenizer("word")(form) == tokenizer("word")(forms[0])


@pytest.mark.parametrize(
    ("mode", "text", "tokens"),
    [
        ("auto", "สวัสดี ครับ", ["สวัสดี", "ครับ"]),
        ("word", "Straße", ["straße"]),
        ("auto", "ΟΔΟΣ", ["οδος"]),
        ("auto", "İZMİR", ["i\u0307zmi\u0307r"]),
        ("char", "Aİ", ["a", "i", "\u0307"]),
        ("auto", "محـــمد", ["محـــمد"]),
        ("auto", "мʼята", ["мʼята"]),
    ],
)
def test_a_vocabulary_of_the_first_edition_is_told(mode: str, text: str, tokens: list[str]) -> None:
    assert tokenizer(mode, FIRST)(text) == tokens
    assert edition_of(mode, ["known", "中", *tokens]) == FIRST
    assert edition_of(mode, ["known", "中", *tokenizer(mode)(text)]) == LATEST
    never = ["NEW", "À", "a b"]  # as a later Unicode might make of a token of today
    assert edition_of(mode, [*never, *tokenizer(mode)(text)]) == LATEST


@given(st.one_of(unicode_text, hostile_text, st.text("กำํ้เແເ\u17d2ខİς\u0307\u0301\xad\u200c'ʼ")))
def test_the_latest_edition_knows_itself(text: str) -> None:
    for mode in MODES:
        assert edition_of(mode, tokenizer(mode)(text)) == LATEST
    for token in auto(text):
        assert auto(token) == [token]


@given(st.text(st.characters(exclude_categories=["Mn", "Mc", "Me", "Cs", "Cf"])))
def test_both_editions_agree_where_nothing_was_wrong(text: str) -> None:
    for mode in MODES:
        before = tokenizer(mode, FIRST)(text)
        if edition_of(mode, before) == LATEST:
            assert tokenizer(mode)(text) == before


def test_word_keeps_runs_of_han_and_agrees_with_auto_elsewhere() -> None:
    assert tokenizer("word")("这部 电影,很好 カナ") == ["这部", "电影", ",", "很好", "カナ"]
    assert tokenizer("word")("ร้านนี้ดี มาก") == ["ร้านนี้ดี", "มาก"]
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

    seen = normalize(text).replace("\u0640", "").replace("\u02bc", "'").replace("เเ", "แ")
    assert kept("".join(tokenizer("char")(text))) == kept(normalize(text))
    for mode in ("auto", "word"):
        assert kept("".join(tokenizer(mode)(text))) == kept(normalize(seen.replace("ເເ", "ແ")))
    assert bytes.fromhex("".join(tokenizer("byte")(text))).decode() == text


@given(st.lists(unicode_text))
def test_words_between_spaces_do_not_see_each_other(texts: list[str]) -> None:
    assert auto("\n".join(texts)) == [token for text in texts for token in auto(text)]


@pytest.mark.parametrize(
    "unit",
    [
        "\u0315\u0300",
        "1",
        "a'",
        "ก\u0e49\u0e4d\u0e32",
        "ក\u17d2",
        "เ",
        "\u200c",
        "İ",
        "'",
        "_",
        "1,111",
        "\u200d",
        "क\u094d",
        "👍\u200d",
        "1.",
        "ﷺ",
    ],
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
        (["ร้านนี้ดี", "ไม่อร่อย", "ຂ້ອຍ"], "auto"),
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
