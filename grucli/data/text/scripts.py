"""In which script texts are written: told by the names that Unicode gives their letters."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache

NO_LETTERS = "no letters"

_ASCII_LETTER = re.compile("[a-zA-Z]")

_NAMES = {"CJK": "Han", "IDEOGRAPHIC": "Han", "HIRAGANA": "Kana", "KATAKANA": "Kana"}
_FORMS = frozenset({"FULLWIDTH", "HALFWIDTH", "MODIFIER", "MATHEMATICAL", "SUBSCRIPT", "DOUBLE"})
"""First words of names that tell the form of a letter, not its script."""


def of_texts(texts: Iterable[str]) -> Counter[str]:
    """Return how many texts are written in each script: that of most of their letters."""
    return Counter(map(of_text, texts))


def of_text(text: str) -> str:
    """Return the script of most letters of a text, `NO_LETTERS` for one without any.

    Kana are taken to be more than their number, as Han stands among them in Japanese.
    """
    if text.isascii():
        return "Latin" if _ASCII_LETTER.search(text) else NO_LETTERS
    letters: Counter[str] = Counter()
    for character, count in Counter(text).items():
        if character.isalpha():
            letters[_script(character)] += count
    if 4 * letters["Kana"] > letters["Han"]:
        letters["Kana"] += letters.pop("Han", 0)
    most = letters.most_common(1)
    return most[0][0] if most and most[0][1] else NO_LETTERS


@cache
def _script(letter: str) -> str:
    words = unicodedata.name(letter, "OTHER").split()
    while len(words) > 1 and words[0] in _FORMS:
        words.pop(0)
    return _NAMES.get(words[0], words[0].capitalize())
