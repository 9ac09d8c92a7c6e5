r"""Text to tokens.

    auto    by script: a word or number of an alphabet ("don't", "3.14", "mp3") is a token, so is
            each Han, Kana or Hangul character, each punctuation mark and each emoji; of a run of
            one mark the first three count ("!!!!!!" is three tokens)
    word    the same, but a run of Han, Kana or Hangul is a word like others
    char    each character, spaces too
    byte    each byte of the UTF-8 form, as two hexadecimal digits
    space   what spaces separate, as it stands

`auto`, `word` and `char` bring the text to NFKC and lower case first: "ＧＲＵ", "GRU" and "gru"
are one. Combining marks (vowels of Devanagari, Thai or Arabic) stay with their word.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final

Tokenizer = Callable[[str], list[str]]

MODES: Final = ("auto", "word", "char", "byte", "space")

# Han with 々〇, Hiragana, Katakana, Hangul syllables and letters: a character is a token.
_SINGLES = (
    "\u1100-\u11ff\u3005\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3131-\u318e"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff"
    "\U0001aff0-\U0001b16f\U00020000-\U0003fffd"
)
_JOINERS = "\u200c\u200d"
_PICTURES = "\u203c\u2049\u2190-\u2bff\U0001f000-\U0001f1e5\U0001f200-\U0001faff"
_SKIN_TONES = "\U0001f3fb-\U0001f3ff"
# Controls, formats, surrogates, variation selectors, tags: nothing by themselves.
_IGNORED = (
    "\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180b-\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
)

_NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+\.\d+"
_EMOJI = f"[{_PICTURES}](?:[{_SKIN_TONES}\u20e3]|\u200d[{_PICTURES}])*|[\U0001f1e6-\U0001f1ff]{{2}}"
_MARK = rf"[^\w\s{_IGNORED}]|_"
_LONG_RUN = re.compile(r"([^\w\s]|_)\1{3,}")

_ONE_WORD_SHARE = 0.95
_ALPHABET_SHARE = 0.1
_MOST_MARKS = 16


def tokenizer(mode: str) -> Tokenizer:
    """Return the function that splits a text into tokens.

    Args:
        mode: one of MODES, as `resolve` returns it.

    Raises:
        ValueError: there is no such mode.
    """
    if mode == "auto":
        return _by_words(_SINGLES)
    if mode == "word":
        return _by_words("")
    if mode == "char":
        return _characters
    if mode == "byte":
        return _bytes
    if mode == "space":
        return str.split
    raise ValueError(f"no such mode: {mode}")


def resolve(mode: str, texts: Iterable[str]) -> str:
    """Return the mode to use for these training texts: `auto` may become `char`.

    It does where at least 95 % of the texts that are not empty have no inner space: names, words,
    DNA, of which `auto` would make one token each. But not where nearly all of those hold Han,
    Kana or Hangul: `auto` gives these character by character anyway, and keeps the Latin words
    and numbers among them whole.
    """
    if mode != "auto":
        return mode
    has_single = re.compile(f"[{_SINGLES}]").search
    filled = spaceless = alphabetic = 0
    for text in texts:
        parts = len(text.split())
        filled += parts > 0
        if parts == 1:
            spaceless += 1
            alphabetic += not has_single(text)
    is_char = (
        filled > 0
        and spaceless >= _ONE_WORD_SHARE * filled
        and alphabetic >= _ALPHABET_SHARE * spaceless
    )
    return "char" if is_char else "auto"


def normalize(text: str) -> str:
    """Return `text` in NFKC and lower case; a run of combining marks beyond 16 is cut.

    The cut keeps NFKC, which sorts such runs, from taking quadratic time.
    """
    if text.isascii():
        return text.lower()
    text = _mark_run().sub(r"\1", text)
    return unicodedata.normalize("NFKC", text).lower()


@cache
def _by_words(singles: str) -> Tokenizer:
    letter = rf"[^\W_{singles}]"
    joined = f"[{_combining_marks()}{_JOINERS}]+"
    part = f"{letter}+(?:{joined}{letter}*)*"
    word = f"{part}(?:'{part})*"
    single = f"[{singles}](?:{joined})?|" if singles else ""
    find = re.compile(f"{_NUMBER}|{word}|{single}{_EMOJI}|{_MARK}").findall

    def tokens(text: str) -> list[str]:
        text = normalize(text).replace("\u2019", "'").replace("\ufe0f", "")
        return find(_LONG_RUN.sub(r"\1\1\1", text))

    return tokens


def _characters(text: str) -> list[str]:
    return list(normalize(text))


def _bytes(text: str) -> list[str]:
    return text.encode("utf-8", "surrogatepass").hex(" ").split()


@cache
def _mark_run() -> re.Pattern[str]:
    marks = _combining_marks()
    return re.compile(f"([{marks}]{{{_MOST_MARKS}}})[{marks}]+")


@cache
def _combining_marks() -> str:
    """Return Unicode's combining marks as ranges for a character class; about 10 ms."""
    points = [p for p in range(0x300, 0x1E950) if unicodedata.category(chr(p))[0] == "M"]
    starts = [p for p, before in zip(points, [0, *points], strict=False) if p != before + 1]
    ends = [p for p, after in zip(points, [*points[1:], 0], strict=True) if p != after - 1]
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(starts, ends, strict=True))
