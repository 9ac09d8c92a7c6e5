"""How given tokens are spelled: what they begin and end with, and their shape.

A tag follows from these more than from what stands in the middle of a word, and tokens that are
given keep their case.

Source: the features of unknown words in Ratnaparkhi 1996 (EMNLP), table 1, hashed to few vectors.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grucli.data.text.ngram_hashes import hashes_of
from grucli.data.text.tokens import fold

STARTS, ENDS = range(1, 4), range(1, 5)  # characters
LONGEST_SHAPE = 8  # runs of characters of one kind
NUM_FEATURES = 2 + len(STARTS) + len(ENDS)


def bags(tokens: list[str], buckets: int) -> npt.NDArray[np.int32]:
    """Return (tokens, NUM_FEATURES) the buckets of each token's features."""
    found = [feature for token in tokens for feature in features(token)]
    hashed = hashes_of(found) % np.uint64(buckets)
    return hashed.astype(np.int32).reshape(-1, NUM_FEATURES)


def features(token: str) -> list[str]:
    """Return the token in one case, its shape, and its first and last characters in one case.

    Each has a digit in front that tells it from the others; of a short token, some are the whole.
    """
    folded = fold(token)
    parts = [folded, shape(token)]
    parts += [folded[:size] for size in STARTS] + [folded[-size:] for size in ENDS]
    return [f"{number}{part}" for number, part in enumerate(parts)]


def shape(token: str) -> str:
    """Return a token with each run of capitals as X, small letters x, letters a, digits 0.

    Other characters stand for themselves.
    """
    kinds: list[str] = []
    for character in token:
        kind = _kind(character)
        if not kinds or kinds[-1] != kind:
            kinds.append(kind)
            if len(kinds) == LONGEST_SHAPE:
                break
    return "".join(kinds)


def _kind(character: str) -> str:
    if character.isupper():
        return "X"
    if character.islower():
        return "x"
    if character.isdecimal():
        return "0"
    return "a" if character.isalpha() else character
