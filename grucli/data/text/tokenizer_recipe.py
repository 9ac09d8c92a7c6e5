r"""How texts become tokens, as steps that a program in any language can follow.

    replace PATTERN BY    each match of a regular expression, \1 in BY being its first group
    nfkc                  Unicode's compatibility composition
    casefold, lower       Unicode's full case folding, and its lower case
    hex                   two hexadecimal digits for each byte of the UTF-8 form

What is left are the matches of one more expression. They are those of Python's `re`. With "joined",
the characters of each match are joined: of two neighbours that are one of these together, those
first that come first there, from left to right, until there are none.
"""

from __future__ import annotations

from typing import Any

from grucli.data.text import GIVEN
from grucli.data.text.byte_pairs import BytePairs, word_pattern
from grucli.data.text.character_classes import CHARACTERS, UNSEEN
from grucli.data.text.tokens import (
    DOT_ABOVE,
    FIRST,
    LONG_RUN,
    MENDED,
    mark_run,
    rules_of,
    token_pattern,
)

Step = list[str]


def recipe(mode: str, edition: int, pairs: BytePairs | None = None) -> dict[str, Any]:
    """Return what `tokens.tokenizer` of this mode, or `pairs.split`, does.

    Returns:
        "steps", then "token", a pattern, and of pairs what is "joined".
    """
    if mode in ("space", GIVEN):
        return {"steps": [], "token": r"\S+"}
    if mode == "byte":
        return {"steps": [["hex"]], "token": ".."}
    if mode in ("char", "exact"):
        steps = _normalized(edition) if mode == "char" else []
        return {"steps": steps, "token": r"(?s:.)"}
    if mode == "pairs":
        begun = ["replace", rf"\A(?=[^{CHARACTERS}])", " "]
        joined = [] if pairs is None else list(pairs.joined)
        return {"steps": [begun], "token": word_pattern().pattern, "joined": joined}
    shortened = [["replace", LONG_RUN.pattern, r"\1\1\1"]]
    return {
        "steps": _normalized(edition) + _tidied(edition) + shortened,
        "token": token_pattern(rules_of(mode, edition)).pattern,
    }


def _normalized(edition: int) -> list[Step]:
    composed = [["replace", mark_run().pattern, r"\1"], ["nfkc"]]
    if edition == FIRST:
        return [*composed, ["lower"]]
    return [*composed, ["casefold"], ["lower"], ["replace", DOT_ABOVE, ""], ["nfkc"]]


def _tidied(edition: int) -> list[Step]:
    """What stood apart by what nobody sees may be one character: so it is normalized again."""
    if edition == FIRST:
        return [["replace", "\u2019", "'"], ["replace", "\ufe0f", ""]]
    seen = [["replace", "[\u2019\u02bc]", "'"], ["replace", f"[{UNSEEN}]+", ""]]
    mended = [["replace", mistyped, meant] for mistyped, meant in MENDED]
    return [*seen, *_normalized(edition), *mended]
