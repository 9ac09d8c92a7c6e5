"""What n-grams do for an answer, shared out among the tokens of its text.

The linear path is a sum over n-grams, so the sum of all shares is what it adds: the weight of an
n-gram is divided among the places where it stands, and there among its tokens. The bias, which
counts as far as a text is known, goes to the n-grams by their part in that: the path's integrated
gradients from a text of unknown n-grams, along which all that are known grow alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from grucli.data.text import subwords
from grucli.data.text.ngram_hashes import (
    PLACED_SIZES,
    Hashes,
    Places,
    code_points,
    hashes_of,
    located_placed,
    located_windows,
    mixed,
)
from grucli.data.text.ngrams import Pattern, keys_of
from grucli.data.text.tokenized import Tokenized
from grucli.engine.packing import Floats
from grucli.model.ngram_path import NgramPath

UNREAD = "\x00"
"""A token whose n-grams no model knows, unless it has learned from texts with NUL in them."""


def shares_of(path: NgramPath, text: Tokenized, pull: Floats) -> Floats:
    """Return (T,) how much each token of one text does by its n-grams.

    Args:
        path: what was learned of n-grams.
        text: of T tokens.
        pull: (O,) how much each of the path's outputs counts.

    Returns:
        Shares whose sum is that of its outputs, each times its pull.
    """
    rows, keys = path.ngrams.encode(text), path.ngrams.keys
    size = rows.norms()[0]
    if not size:
        return np.zeros(len(text.places))
    values = rows.values.astype(np.float64)
    known = values / (size * math.sqrt(path.ngrams.pattern.kinds))
    each = values * (path.weight[rows.ids] @ pull + known * (path.bias @ pull))
    total = np.bincount(rows.ids, each, len(keys))
    found = list(_standing(text, path.ngrams.pattern))
    hashes, starts, stops = (np.concatenate(own) for own in zip(*found, strict=True))
    own = keys_of(hashes)
    place = np.minimum(np.searchsorted(keys, own), len(keys) - 1)
    hit = keys[place] == own
    place, starts, stops = place[hit], starts[hit], stops[hit]
    of_token = total[place] / np.bincount(place, minlength=len(keys))[place] / (stops - starts)
    ends = np.zeros(len(text.places) + 1)
    np.add.at(ends, starts, of_token)
    np.subtract.at(ends, stops, of_token)
    shares: Floats = np.cumsum(ends)[:-1]
    return shares


def _standing(text: Tokenized, pattern: Pattern) -> Iterator[tuple[Hashes, Places, Places]]:
    """Yield n-grams of a text, as often as they stand there: hashes, first token, one behind."""
    places, length = text.places, len(text.places)
    own = hashes_of(text.tokens)[places]
    for size in range(1, pattern.longest + 1):
        hashes, _, first = located_windows(own, text.lengths, size)
        yield hashes, np.maximum(first, 0), np.minimum(first + size, length)
    if pattern.placed:
        for size in PLACED_SIZES:
            first, hashes = located_placed(own, np.zeros(length, np.int64), np.zeros(1, int), size)
            yield hashes, first, first + size
    if pattern.subwords:
        codes, lengths = code_points([text.tokens[k] for k in places.tolist()])
        for size in subwords.SUBWORD_SIZES:
            hashes, token, _ = located_windows(mixed(codes), lengths, size)
            yield subwords.apart(hashes), token, token + 1
