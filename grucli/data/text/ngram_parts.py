"""N-grams as people read them: those of some texts that stand behind a hash."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

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
from grucli.values import dataclass

Keys = npt.NDArray[np.uint32]
Kind = Literal["tokens", "characters", "placed"]


@dataclass(frozen=True, kw_only=True)
class Ngram:
    """One n-gram.

    Attributes:
        kind: which of the three kinds that `ngrams` tells of; "characters" are subwords.
        parts: its tokens, or the characters of a token.
        begins, ends: whether it has the mark of where the text, or the token, begins or ends.
        place: of its first token in the text, from 1; None where that does not count.
    """

    kind: Kind
    parts: tuple[str, ...]
    begins: bool = False
    ends: bool = False
    place: int | None = None


def ngrams_behind(keys: Keys, texts: Tokenized, pattern: Pattern) -> dict[int, list[Ngram]]:
    """Return the n-grams of texts that have one of these keys, of each the most frequent first.

    Args:
        keys: of n-grams.
        texts: at least one.
        pattern: which kinds are looked for.
    """
    found: defaultdict[int, Counter[Ngram]] = defaultdict(Counter)
    for key, ngram in _all_behind(keys, texts, pattern):
        found[key][ngram] += 1
    return {key: [ngram for ngram, _ in own.most_common()] for key, own in found.items()}


def _all_behind(keys: Keys, texts: Tokenized, pattern: Pattern) -> Iterator[tuple[int, Ngram]]:
    """Yield each n-gram as often as it stands there; of characters, in each distinct token."""
    hashes = hashes_of(texts.tokens)
    for places, lengths in texts.chunks():
        tokens = [texts.tokens[place] for place in places.tolist()]
        own = hashes[places]
        for size in range(1, pattern.longest + 1):
            windows = located_windows(own, lengths, size)
            yield from _windows("tokens", keys, windows, size, lengths, tokens)
        if pattern.placed:
            yield from _placed(keys, own, lengths, tokens)
    if pattern.subwords:
        codes, lengths = code_points(texts.tokens)
        characters = list("".join(texts.tokens))
        for size in subwords.SUBWORD_SIZES:
            found, segments, first = located_windows(mixed(codes), lengths, size)
            windows = (subwords.apart(found), segments, first)
            yield from _windows("characters", keys, windows, size, lengths, characters)


def _windows(
    kind: Kind,
    keys: Keys,
    windows: tuple[Hashes, Places, Places],
    size: int,
    lengths: Places,
    elements: Sequence[str],
) -> Iterator[tuple[int, Ngram]]:
    """Yield the n-grams among the windows of one size, which `located_windows` gives."""
    found, segments, first = windows
    own = keys_of(found)
    hits = np.flatnonzero(np.isin(own, keys))
    starts = np.cumsum(lengths) - lengths
    for key, segment, start in zip(
        own[hits].tolist(), segments[hits].tolist(), first[hits].tolist(), strict=True
    ):
        begins, stop = start < 0, start + size
        ends = stop > lengths[segment]
        own_start = starts[segment]
        parts = elements[own_start + begins + start : own_start + stop - ends]
        yield key, Ngram(kind=kind, parts=tuple(parts), begins=begins, ends=bool(ends))


def _placed(
    keys: Keys, hashes: Hashes, lengths: Places, tokens: Sequence[str]
) -> Iterator[tuple[int, Ngram]]:
    """Yield the n-grams with their place."""
    row = np.repeat(np.arange(len(lengths)), lengths)
    starts = np.cumsum(lengths) - lengths
    for size in PLACED_SIZES:
        first, found = located_placed(hashes, row, starts, size)
        own = keys_of(found)
        for hit in np.flatnonzero(np.isin(own, keys)).tolist():
            start = int(first[hit])
            place = start - int(starts[row[start]]) + 1
            parts = tuple(tokens[start : start + size])
            yield int(own[hit]), Ngram(kind="placed", parts=parts, place=place)
