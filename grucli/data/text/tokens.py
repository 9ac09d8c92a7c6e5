r"""Text to tokens.

    auto    by script: a word or number of an alphabet ("don't", "3.14", "mp3") is a token, so is
            each Han, Kana or Hangul character, each letter with its marks of a script without
            spaces between words (Thai, Lao, Khmer, Burmese), each punctuation mark and each emoji;
            of a run of one mark the first three count ("!!!!!!" is three tokens)
    word    the same, but a run of letters of any script is a word
    char    each character, spaces too
    byte    each byte of the UTF-8 form, as two hexadecimal digits
    space   what spaces separate, as it stands
    exact   each character as it stands
    pairs   pieces of words that training has learned (byte_pairs); before, characters as they stand
    given   the same, of a text; of data that hold tokens nothing is divided

`auto`, `word` and `char` bring the text to NFKC and one case first: "ＧＲＵ", "GRU" and "gru" are
one, as are "STRASSE" and "straße", "ΟΔΟΣ" and "οδος", "İZMİR" and "izmir". Combining marks (vowels
of Devanagari, Thai or Arabic) stay with their letter. In words, what nobody sees does not count.

These rules are the second edition. The first had lower case only, and a run of Thai was a word;
models that were trained by it are read by it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Final, get_args

from grucli.data.text import GIVEN, TokenMode
from grucli.data.text.byte_pairs import BytePairs
from grucli.data.text.character_classes import (
    CHARACTERS,
    CLUSTERED,
    FLAGS,
    IGNORED,
    JOINERS,
    PICTURES,
    RARE,
    SKIN_TONES,
    STACKERS,
    UNSEEN,
    combining_marks,
)
from grucli.values import dataclass

Tokenizer = Callable[[str], list[str]]

MODES: tuple[TokenMode, ...] = get_args(TokenMode)
FIRST, LATEST = 1, 2  # editions of the rules
_AS_IT_STANDS = "byte", "space", "exact", "pairs"  # modes that no edition has changed

_NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+\.\d+"
_EMOJI = f"[{PICTURES}](?:[{SKIN_TONES}\u20e3]|\u200d[{PICTURES}])*|[{FLAGS}]{{2}}"
_MARK = rf"[^\w\s{IGNORED}]|_"
LONG_RUN = re.compile(r"([^\w\s]|_)\1{3,}")

# What all these come to in ASCII, where it takes a third of the time to find.
_ASCII_WORD = "[a-z0-9]+(?:'[a-z0-9]+)*"
_ASCII_MARK = r"[!-/:-@\[-`{-~]"
_ASCII_TOKEN = re.compile(f"{_NUMBER}|{_ASCII_WORD}|{_ASCII_MARK}", re.ASCII)
_ASCII_LONG_RUN = re.compile(rf"({_ASCII_MARK})\1\1\1+")

_ONE_WORD_SHARE = 0.95
_ALPHABET_SHARE = 0.1
_MOST_MARKS = 16
_LONG_RARE_RUN = re.compile(f"{RARE}{RARE}{{{_MOST_MARKS}}}")  # a class first: quick to seek

DOT_ABOVE = "\u0307"
_UNSEEN = re.compile(f"[{UNSEEN}]+")
# Thai and Lao look the same with the tone after the ring of the vowel that NFKC takes apart, and
# with a letter of one stroke twice for that of two (as PyThaiNLP's `normalize` has it).
_MISTYPED = re.compile("[\u0e40\u0e4d\u0ec0\u0ecd]")
MENDED = (
    ("(\u0e4d)([\u0e48-\u0e4b])(?=\u0e32)|(\u0ecd)([\u0ec8-\u0ecb])(?=\u0eb2)", r"\2\1\4\3"),
    ("\u0e40\u0e40", "\u0e41"),
    ("\u0ec0\u0ec0", "\u0ec1"),
)


def tokenizer(mode: str, edition: int = LATEST) -> Tokenizer:
    """Return the function that splits a text into tokens.

    Args:
        mode: one of MODES as `resolve` returns it, or GIVEN.
        edition: of the rules, FIRST or LATEST.

    Raises:
        ValueError: there is no such mode.
    """
    if mode in ("auto", "word"):
        return partial(_words, rules_of(mode, edition))
    if mode == "char":
        return partial(_characters, rules_of(mode, edition))
    if mode == "byte":
        return _bytes
    if mode in ("space", GIVEN):
        return str.split
    if mode == "exact":
        return list
    if mode == "pairs":
        return BytePairs(()).split
    raise ValueError(f"no such mode: {mode}")


def resolve(mode: str, texts: Iterable[str]) -> str:
    """Return the mode to use for these training texts: `auto` may become `char`.

    It does where at least 95 % of the texts that are not empty have no inner space: names, words,
    DNA, of which `auto` would make one token each. But not where nearly all of those hold letters
    of a script without spaces: `auto` gives these one by one anyway, and keeps the Latin words
    and numbers among them whole.
    """
    if mode != "auto":
        return mode
    has_single = re.compile(f"[{CHARACTERS}{CLUSTERED}]").search
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


def edition_of(mode: str, tokens: Sequence[str]) -> int:
    """Return the edition of the rules by which a model with these tokens was trained.

    It is the first if there is a token among them that the first gives and the latest does not.
    Where there is none, both read the training texts alike.
    """
    foreign = [token for token in tokens if not token.isascii()]
    text = "\n".join(foreign)
    is_odd = re.search(f"[{CLUSTERED}{UNSEEN}{JOINERS}\u02bc]", text)
    if mode in (*_AS_IT_STANDS, GIVEN) or (normalize(text) == text and not is_odd):
        return LATEST
    first, latest = tokenizer(mode, FIRST), tokenizer(mode)
    is_first = any(latest(token) != [token] == first(token) for token in foreign)
    return FIRST if is_first else LATEST


def normalize(text: str) -> str:
    """Return `text` in NFKC and one case; a run of combining marks beyond 16 is cut.

    What is still apart by case afterwards is "I" and the dotless "ı", which only Turkish has as
    one letter.
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", fold(_composed(text)))


def letters(token: str) -> int:
    """Return how many characters a token has, its combining marks not counted."""
    if token.isascii():
        return len(token)
    return sum(unicodedata.category(character)[0] != "M" for character in token)


def fold(text: str) -> str:
    """Return `text` in one case.

    By Unicode's full case folding, and lower (Cherokee folds to capitals); without a dot above that
    no letter takes up, as "İ" leaves it.
    """
    return text.casefold().lower().replace(DOT_ABOVE, "")


def _lowered(text: str) -> str:
    """Return what the first edition makes of `text`."""
    return text.lower() if text.isascii() else _composed(text).lower()


def _composed(text: str) -> str:
    """Return `text` in NFKC, which sorts runs of marks in quadratic time: long ones are cut."""
    if _LONG_RARE_RUN.search(text):
        text = mark_run().sub(r"\1", text)
    return unicodedata.normalize("NFKC", text)


def _tidied(text: str) -> str:
    """Return a text that is normalized as a reader sees it."""
    text = text.replace("\u2019", "'").replace("\u02bc", "'")
    if text.isascii():
        return text
    if _UNSEEN.search(text):
        text = normalize(_UNSEEN.sub("", text))  # what stood apart may be one character
    if _MISTYPED.search(text):
        for mistyped, meant in MENDED:
            text = re.sub(mistyped, meant, text)
    return text


def _straightened(text: str) -> str:
    """Return what the first edition makes of a text that is normalized."""
    return text.replace("\u2019", "'").replace("\ufe0f", "")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """An edition.

    Attributes:
        normalize: of any text.
        tidy: of a normalized text before words are found in it.
        characters, clustered: character classes of letters that are tokens with their marks, and of
            those below which others are written.
        may_end_in_joiner: whether a joiner counts where it joins nothing.
    """

    normalize: Callable[[str], str]
    tidy: Callable[[str], str]
    characters: str = CHARACTERS
    clustered: str = ""
    may_end_in_joiner: bool = False


_EDITIONS: Final = {
    FIRST: Rules(normalize=_lowered, tidy=_straightened, may_end_in_joiner=True),
    LATEST: Rules(normalize=normalize, tidy=_tidied, clustered=CLUSTERED),
}


def rules_of(mode: str, edition: int) -> Rules:
    """Return the rules by which `auto`, `word` and `char` read a text."""
    rules = _EDITIONS[edition]
    return replace(rules, characters="", clustered="") if mode == "word" else rules


def _words(rules: Rules, text: str) -> list[str]:
    text = rules.normalize(text)
    if not text.isascii():
        text = rules.tidy(text)
    if text.isascii():
        return _ASCII_TOKEN.findall(_shortened(text, _ASCII_LONG_RUN))
    return token_pattern(rules).findall(_shortened(text, LONG_RUN))


@cache
def token_pattern(rules: Rules) -> re.Pattern[str]:
    """Return the pattern of a token; about 15 ms that ASCII need not wait."""
    letter = rf"[^\W_{rules.characters}{rules.clustered}]"
    marks = combining_marks()

    def joined(following: str) -> str:
        ahead = "" if rules.may_end_in_joiner else f"(?=[{marks}]|{following})"
        return f"(?={RARE})(?:[{marks}]+|[{JOINERS}]+{ahead})+"

    word = f"{letter}+(?:'{letter}+|{joined(letter)}{letter}*)*"
    signs = joined(f"[{marks}]")
    single = f"[{rules.characters}](?:{signs})?|" if rules.characters else ""
    if rules.clustered:
        below = f"(?<=[{STACKERS}])[{rules.clustered}]|(?<=\u0e4d)\u0e32|(?<=\u0ecd)\u0eb2"
        single += f"[{rules.clustered}](?:{signs}(?:(?:{below})(?:{signs})?)*)?|"
    return re.compile(f"{_NUMBER}|{word}|{single}{_EMOJI}|{_MARK}")


def _shortened(text: str, run: re.Pattern[str]) -> str:
    """Keep three of a run; to look for one first is cheaper than to substitute nothing."""
    return run.sub(r"\1\1\1", text) if run.search(text) else text


def _characters(rules: Rules, text: str) -> list[str]:
    return list(rules.normalize(text))


def _bytes(text: str) -> list[str]:
    return text.encode("utf-8", "surrogatepass").hex(" ").split()


@cache
def mark_run() -> re.Pattern[str]:
    """Return the pattern of too many combining marks in a row, of which group 1 stays."""
    marks = combining_marks()
    return re.compile(f"([{marks}]{{{_MOST_MARKS}}})[{marks}]+")
