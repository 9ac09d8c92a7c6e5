"""Texts as pieces that were learned from texts: characters, joined where they often stand together.

A text is cut into words, marks and blanks first. A word has the space before it in its first piece,
also at the beginning of a text, where there is none: so it is the same pieces wherever it stands. A
Han, Kana or Hangul character is a piece of its own. Nothing is lost: `text` gives back what `split`
took, character by character.

Source: Sennrich et al. 2016 (arXiv:1508.07909), where pieces end with words; Kudo & Richardson 2018
(arXiv:1808.06226) for spaces that are characters like others.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import Any, Final

from grucli.data.text.character_classes import CHARACTERS, RARE, combining_marks
from grucli.data.text.vocabulary import Vocabulary
from grucli.errors import expect

MOST_PAIRS: Final = 4_000
LEAST_OCCURRENCES: Final = 20  # of a pair: too few teach nothing
LONGEST_WORD: Final = 64  # characters, its space not counted: a longer one is cut
REMEMBERED_WORDS: Final = 1 << 16
_ALONE: Final = f"[{CHARACTERS}]"

Pair = tuple[str, str]


class BytePairs:
    """What characters are joined to, frozen: the first of `joined` is joined first."""

    def __init__(self, joined: Sequence[str]) -> None:
        """Take distinct texts of at least two characters.

        Raises:
            ValueError: they are none such.
        """
        self.joined = tuple(joined)
        self._rank = {piece: rank for rank, piece in enumerate(self.joined)}
        self._pieces = lru_cache(REMEMBERED_WORDS)(self._cut)
        sizes = set(map(len, self.joined))
        expect(len(self._rank) == len(self.joined) <= MOST_PAIRS, "byte pairs")
        expect(sizes <= set(range(2, LONGEST_WORD + 2)), "byte pairs")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BytePairs) and self.joined == other.joined

    def __hash__(self) -> int:
        return hash(self.joined)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.joined,)

    @classmethod
    def learn(
        cls, texts: Iterable[str], *, most: int = MOST_PAIRS, least: int = LEAST_OCCURRENCES
    ) -> BytePairs:
        """Join what stands together most often, again and again.

        Of pairs that are equally frequent the lesser by code points comes first.

        Args:
            texts: to learn from.
            most: joins at most.
            least: how often a pair must occur to be joined.
        """
        counts = Counter(word for text in texts for word in words(text))
        return cls(_joined(counts, min(most, MOST_PAIRS), least))

    def split(self, text: str) -> list[str]:
        """Return the pieces of a text, none of an empty one."""
        return [piece for word in words(text) for piece in self._pieces(word)]

    @staticmethod
    def text(pieces: Iterable[str]) -> str:
        """Return the text whose pieces these are."""
        return "".join(pieces).removeprefix(" ")

    def to_json(self) -> list[str]:
        """Return what a model file keeps of them."""
        return list(self.joined)

    @classmethod
    def from_json(cls, joined: Any) -> BytePairs:
        """Return what `to_json` has described.

        Raises:
            TypeError, ValueError: it is damaged.
        """
        expect(type(joined) is list and all(type(piece) is str for piece in joined), "byte pairs")
        return cls(joined)

    def to_bytes(self) -> bytes:
        """Return them as a vocabulary in bytes."""
        return Vocabulary(self.joined).to_bytes()

    @classmethod
    def from_bytes(cls, data: Any) -> BytePairs:
        """Return what `to_bytes` has given; raises as `Vocabulary.from_bytes` does."""
        return cls(Vocabulary.from_bytes(data).tokens)

    def _cut(self, word: str) -> tuple[str, ...]:
        """Join the characters of a word, first what was joined first, from left to right."""
        parts, never = list(word), len(self.joined)
        while len(parts) > 1:
            ranks = [self._rank.get(a + b, never) for a, b in pairwise(parts)]
            first = min(ranks)
            if first == never:
                break
            place = ranks.index(first)
            parts[place : place + 2] = [self.joined[first]]
        return tuple(parts)


def words(text: str) -> list[str]:
    """Return what joins never cross: a text without its first space is these one after the other.

    The first space is added, but before a character that is a piece of its own.
    """
    if not text:
        return []
    return word_pattern().findall(text if re.match(_ALONE, text) else " " + text)


@cache
def word_pattern() -> re.Pattern[str]:
    """Return the pattern of a word, with the space before it, of marks, or of one blank."""
    letter = rf"[^\W_{CHARACTERS}]"
    more = f"(?:{letter}|(?={RARE})[{combining_marks()}])"
    return re.compile(
        rf"[{CHARACTERS}]| ?{letter}{more}{{0,{LONGEST_WORD - 1}}}"
        rf"| ?(?:[^\w\s]|_){{1,{LONGEST_WORD}}}|\s"
    )


def _joined(counts: Mapping[str, int], most: int, least: int) -> list[str]:
    """Return what is joined of words that occur so often, in the order in which it is."""
    parts, weights = [list(word) for word in counts], list(counts.values())
    pairs, places = Counter[Pair](), defaultdict[Pair, set[int]](set)
    for word, own in enumerate(parts):
        for pair in pairwise(own):
            pairs[pair] += weights[word]
            places[pair].add(word)
    heap = [(-count, pair) for pair, count in pairs.items() if count >= least]
    heapify(heap)
    found = dict[str, None]()
    for pair in _most_frequent(heap, pairs, least):
        if len(found) == most:
            break
        found["".join(pair)] = None
        changed = set[Pair]()
        for word in places.pop(pair):
            before = parts[word]
            parts[word] = after = _with(before, pair)
            for each in pairwise(before):
                pairs[each] -= weights[word]
            for each in pairwise(after):
                pairs[each] += weights[word]
                places[each].add(word)
            changed.update(pairwise(after))
        for each in changed - {pair}:
            heappush(heap, (-pairs[each], each))
    return list(found)


def _most_frequent(
    heap: list[tuple[int, Pair]], pairs: Mapping[Pair, int], least: int
) -> Iterator[Pair]:
    """Yield the pair that is most frequent by now; counts in the heap may be those of before."""
    while heap:
        count, pair = heappop(heap)
        now = pairs[pair]
        if now == -count and now >= least:
            yield pair
        elif least <= now < -count:
            heappush(heap, (-now, pair))


def _with(parts: Sequence[str], pair: Pair) -> list[str]:
    """Return the parts of a word with a pair joined wherever it stands, from left to right."""
    joined = list[str]()
    is_joined = False
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        if is_joined:
            is_joined = False
        elif (part, following) == pair:
            joined.append("".join(pair))
            is_joined = True
        else:
            joined.append(part)
    return joined
