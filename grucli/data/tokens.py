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
from functools import cache, partial
from itertools import chain
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

# What all these come to in ASCII, where it takes a third of the time to find.
_ASCII_WORD = "[a-z0-9]+(?:'[a-z0-9]+)*"
_ASCII_MARK = r"[!-/:-@\[-`{-~]"
_ASCII_TOKEN = re.compile(f"{_NUMBER}|{_ASCII_WORD}|{_ASCII_MARK}", re.ASCII)
_ASCII_LONG_RUN = re.compile(rf"({_ASCII_MARK})\1\1\1+")

# Ideographs, syllables, surrogates and private use between these hold no combining mark.
_BLOCKS_OF_MARKS = (
    *(range(0x300, 0x3400), range(0xA000, 0xAC00), range(0xFB00, 0x12000)),
    *(range(0x16A00, 0x17000), range(0x1BC00, 0x1E950)),
)
# Combining marks are among these, which are told at a glance; a class of all marks takes long.
_RARE = r"[^\w\x00-\u02ff]"

_ONE_WORD_SHARE = 0.95
_ALPHABET_SHARE = 0.1
_MOST_MARKS = 16
_LONG_RARE_RUN = re.compile(f"{_RARE}{_RARE}{{{_MOST_MARKS}}}")  # a class first: quick to seek


def tokenizer(mode: str) -> Tokenizer:
    """Return the function that splits a text into tokens.

    Args:
        mode: one of MODES, as `resolve` returns it.

    Raises:
        ValueError: there is no such mode.
    """
    if mode == "auto":
        return partial(_words, _SINGLES)
    if mode == "word":
        return partial(_words, "")
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
        parts = len(text.split(None, 1))
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
    if _LONG_RARE_RUN.search(text):
        text = _mark_run().sub(r"\1", text)
    return unicodedata.normalize("NFKC", text).lower()


def _words(singles: str, text: str) -> list[str]:
    text = normalize(text)
    if not text.isascii():
        text = text.replace("\u2019", "'").replace("\ufe0f", "")
    if text.isascii():
        return _ASCII_TOKEN.findall(_shortened(text, _ASCII_LONG_RUN))
    return _token(singles).findall(_shortened(text, _LONG_RUN))


@cache
def _token(singles: str) -> re.Pattern[str]:
    """Return the pattern of a token; about 15 ms that ASCII need not wait."""
    letter = rf"[^\W_{singles}]"
    joined = f"(?={_RARE})[{_combining_marks()}{_JOINERS}]+"
    word = f"{letter}+(?:'{letter}+|{joined}{letter}*)*"
    single = f"[{singles}](?:{joined})?|" if singles else ""
    return re.compile(f"{_NUMBER}|{word}|{single}{_EMOJI}|{_MARK}")


def _shortened(text: str, run: re.Pattern[str]) -> str:
    """Keep three of a run; to look for one first is cheaper than to substitute nothing."""
    return run.sub(r"\1\1\1", text) if run.search(text) else text


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
    """Return Unicode's combining marks as ranges for a character class; about 4 ms."""
    points = [p for p in chain(*_BLOCKS_OF_MARKS) if unicodedata.category(chr(p))[0] == "M"]
    starts = [p for p, before in zip(points, [0, *points], strict=False) if p != before + 1]
    ends = [p for p, after in zip(points, [*points[1:], 0], strict=True) if p != after - 1]
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(starts, ends, strict=True))
