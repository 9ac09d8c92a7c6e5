"""Texts as bags of n-grams, weighed by how rare each is (tf-idf).

There are three kinds, and a text's n-grams of each, known ones or not, have unit length together:

    tokens      of 1 to `longest` tokens in a row, with marks where the text begins and ends
    subwords    of 1 to 4 characters within a token, its beginning and end marked
    placed      of 1 to 3 tokens, with their place in the text

Unknown n-grams count in the length, as if each were as rare as the rarest known one: the less of a
text is known, the shorter is what remains.

An n-gram is known by a hash of 32 bits. With a million of them, one in ten thousand texts' n-grams
is taken for another; no table of strings is worth that.

Sources: Joulin et al. 2017 (arXiv:1607.01759) for bags of hashed n-grams, Bojanowski et al. 2017
(arXiv:1607.04606) for subwords, Salton & Buckley 1988 for the weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from grucli.data.text.tokenized import Tokenized
from grucli.engine.bags import NONE
from grucli.engine.sparse_linear import Sparse

SUBWORD_SIZES = range(1, 5)
PLACED_SIZES = range(1, 4)
MERGED_NGRAMS = 1 << 22  # counted, after which equal ones are put together

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

_BASE = np.uint64(0x9E3779B97F4A7C15)
_BEGIN, _END = np.uint64(0x5851F42D4C957F2D), np.uint64(0x14057B7EF767814F)
_LOW = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """Which n-grams are read.

    Attributes:
        longest: tokens of the longest n-gram.
        subwords: whether n-grams of the characters of a token count.
        placed: whether n-grams with their place count.
    """

    longest: int
    subwords: bool
    placed: bool

    @property
    def kinds(self) -> int:
        """How many of the three kinds are read."""
        return 1 + self.subwords + self.placed

    def count(self, characters: int, tokens: int) -> int:
        """Return about how many n-grams texts of so many characters and tokens have."""
        found = self.longest * tokens
        found += len(SUBWORD_SIZES) * (characters + tokens) if self.subwords else 0
        return found + (len(PLACED_SIZES) * tokens if self.placed else 0)

    def __str__(self) -> str:
        kinds = [f"1 to {self.longest} tokens"]
        if self.subwords:
            kinds.append(f"{SUBWORD_SIZES[0]} to {SUBWORD_SIZES[-1]} characters of a token")
        if self.placed:
            kinds.append(f"{PLACED_SIZES[0]} to {PLACED_SIZES[-1]} tokens with their place")
        return ", ".join(kinds)


@dataclass(frozen=True, kw_only=True)
class Ngrams:
    """The n-grams of the training texts, frozen.

    Attributes:
        pattern: which kinds.
        keys: (K,) uint32 hashes, rising.
        idf: (K,) float32, how much each weighs: more the rarer it is.
    """

    pattern: Pattern
    keys: npt.NDArray[np.uint32]
    idf: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def rarest(self) -> np.float32:
        """What an unknown n-gram weighs."""
        weight: np.float32 = self.idf.max()
        return weight

    @classmethod
    def fit(cls, texts: Tokenized, pattern: Pattern, most: int) -> Ngrams:
        """Take the n-grams of training texts; if there are more than `most`, those in most texts.

        Of n-grams in equally many texts those with the lesser hash are taken.
        """
        keys, counts = _counted(_bags(texts, pattern))
        if len(keys) > most:
            kept = np.sort(np.argsort(-counts, kind="stable")[:most])
            keys, counts = keys[kept], counts[kept]
        idf = np.log((1 + len(texts.lengths)) / (1 + counts)) + 1
        return cls(pattern=pattern, keys=keys, idf=idf.astype(np.float32))

    def encode(self, texts: Tokenized) -> Sparse:
        """Return the known n-grams of each text with their weights."""
        chunks = list(self.chunks(texts))
        return Sparse(
            ids=np.concatenate([chunk.ids for chunk in chunks]),
            values=np.concatenate([chunk.values for chunk in chunks]),
            lengths=np.concatenate([chunk.lengths for chunk in chunks]),
        )

    def chunks(self, texts: Tokenized) -> Iterator[Sparse]:
        """Yield what `encode` returns, of some texts after the other."""
        return (self._weighed(chunk) for chunk in _bags(texts, self.pattern))

    def _weighed(self, chunk: list[_Bag]) -> Sparse:
        """Look up the n-grams of some texts, as shares of all that each text has of a kind."""
        rows, ids, values = [], [], []
        for bag in chunk:
            keys = (bag.keys & _LOW).astype(np.uint32)
            places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
            found = self.keys[places] == keys
            value = (1 + np.log(bag.counts)) * np.where(found, self.idf[places], self.rarest)
            norm = np.sqrt(np.bincount(bag.rows, value**2, bag.texts))
            known = np.flatnonzero(found)
            own, place, value = bag.rows[known], places[known], value[known]
            rows.append(own)
            ids.append(place.astype(np.int32))
            values.append((value / norm[own]).astype(np.float32))
        row = np.concatenate(rows)
        order = np.argsort(row, kind="stable")
        return Sparse(
            ids=np.concatenate(ids)[order],
            values=np.concatenate(values)[order],
            lengths=np.bincount(row, minlength=chunk[0].texts),
        )


@dataclass(frozen=True, kw_only=True)
class _Bag:
    """The n-grams of one kind in some texts, each once a text.

    Attributes:
        keys: (E,) rising: the text in the high half, the hash in the low one.
        counts: (E,) how often each stands in its text.
        texts: how many there are.
    """

    keys: Hashes
    counts: Places
    texts: int

    @property
    def rows(self) -> Places:
        """(E,) the text of each."""
        return (self.keys >> np.uint64(32)).astype(np.int64)


def _bags(texts: Tokenized, pattern: Pattern) -> Iterator[list[_Bag]]:
    """Yield the bags of each kind of some texts after the other."""
    hashes = _hashes_of(texts.tokens)
    subwords = Subwords.of(texts.tokens, SUBWORD_SIZES) if pattern.subwords else None
    for tokens, lengths in texts.chunks():
        row = np.repeat(np.arange(len(lengths)), lengths)
        own = hashes[tokens]
        found = [_windows(own, lengths, range(1, pattern.longest + 1))]
        if subwords is not None:
            found.append(subwords.gather(tokens, row))
        if pattern.placed:
            found.append(_placed(own, row, lengths))
        yield [_bag(*pair, len(lengths)) for pair in found]


def _bag(row: Places, hashes: Hashes, texts: int) -> _Bag:
    pairs = (row.astype(np.uint64) << np.uint64(32)) | (hashes >> np.uint64(32))
    keys, counts = np.unique(pairs, return_counts=True)
    return _Bag(keys=keys, counts=counts, texts=texts)


def _counted(bags: Iterator[list[_Bag]]) -> tuple[npt.NDArray[np.uint32], Places]:
    """Return the distinct hashes, rising, and in how many texts each stands."""
    parts: list[tuple[npt.NDArray[np.uint32], Places]] = []
    for chunk in bags:
        keys = np.concatenate([(bag.keys & _LOW).astype(np.uint32) for bag in chunk])
        parts.append(np.unique(keys, return_counts=True))
        if sum(len(keys) for keys, _ in parts[1:]) > MERGED_NGRAMS:
            parts = [_merged(parts)]
    return _merged(parts)


def _merged(
    parts: list[tuple[npt.NDArray[np.uint32], Places]],
) -> tuple[npt.NDArray[np.uint32], Places]:
    keys, place = np.unique(np.concatenate([keys for keys, _ in parts]), return_inverse=True)
    counts = np.bincount(place, np.concatenate([counts for _, counts in parts]), len(keys))
    return keys, counts.astype(np.int64)


def _windows(elements: Hashes, lengths: Places, sizes: range) -> tuple[Places, Hashes]:
    """Return the segment and the hash of every window of these sizes, beginnings and ends marked.

    Args:
        elements: (S,) one segment after the other.
        lengths: (n,) elements of each segment; an empty one has no window.
        sizes: elements of a window; a mark alone is none.
    """
    filled = np.flatnonzero(lengths)
    marks = 2 * np.arange(len(filled))
    ends = np.cumsum(lengths[filled])
    marked = np.empty(len(elements) + 2 * len(filled), np.uint64)
    marked[ends - lengths[filled] + marks] = _BEGIN
    marked[ends + marks + 1] = _END
    marked[np.arange(len(elements)) + np.repeat(marks, lengths[filled]) + 1] = elements
    row = np.repeat(filled, lengths[filled] + 2)
    found = [_rolled(marked, row, size) for size in sizes]
    if 1 in sizes:
        first, hashes = found[0]
        real = (marked[first] != _BEGIN) & (marked[first] != _END)
        found[0] = first[real], hashes[real]
    first = np.concatenate([first for first, _ in found])
    return row[first], np.concatenate([hashes for _, hashes in found])


def _rolled(elements: Hashes, row: Places, size: int) -> tuple[Places, Hashes]:
    """Return where every window of one size begins that lies within one segment, and its hash."""
    rolled = elements
    for ahead in range(1, size):
        rolled = rolled[:-1] * _BASE + elements[ahead:]
    first = np.flatnonzero(row[: len(rolled)] == row[size - 1 :])
    return first, _mixed(rolled[first] + np.uint64(size))


def _placed(elements: Hashes, row: Places, lengths: Places) -> tuple[Places, Hashes]:
    """Return the text and the hash of every n-gram together with its place."""
    starts = np.cumsum(lengths) - lengths
    place = (np.arange(len(elements)) - starts[row] + 1).astype(np.uint64)
    found = [_rolled(elements, row, size) for size in PLACED_SIZES]
    first = np.concatenate([first for first, _ in found])
    hashes = np.concatenate([hashes for _, hashes in found])
    return row[first], _mixed(hashes + place[first] * _END)


@dataclass(frozen=True, kw_only=True)
class Subwords:
    """The subwords of distinct tokens.

    Attributes:
        hashes: those of one token after the other.
        starts, lengths: where those of each token stand.
    """

    hashes: Hashes
    starts: Places
    lengths: Places

    @classmethod
    def of(cls, tokens: list[str], sizes: range) -> Subwords:
        """Find the subwords of these sizes in tokens, none of which is empty."""
        codes, lengths = _characters(tokens)
        row, hashes = _windows(_mixed(codes), lengths, sizes)
        order = np.argsort(row, kind="stable")
        counts = np.bincount(row, minlength=len(tokens))
        return cls(
            hashes=_mixed(hashes[order] ^ _BASE), starts=np.cumsum(counts) - counts, lengths=counts
        )

    def gather(self, tokens: npt.NDArray[np.int32], row: Places) -> tuple[Places, Hashes]:
        """Return the text and the hash of each subword of a run of tokens."""
        lengths = self.lengths[tokens]
        ends = np.cumsum(lengths)
        index = np.repeat(self.starts[tokens] - (ends - lengths), lengths)
        index += np.arange(len(index))
        return np.repeat(row, lengths), self.hashes[index]

    def bags(self, buckets: int, most: int) -> npt.NDArray[np.int32]:
        """Return (tokens, G) the buckets of the first subwords of each token, at most `most`."""
        lengths = np.minimum(self.lengths, most)
        place = np.arange(int(lengths.max(initial=0)))
        held = place < lengths[:, None]
        bags = np.full(held.shape, NONE, np.int32)
        index = (self.starts[:, None] + place)[held]
        bags[held] = self.hashes[index] % np.uint64(buckets)
        return bags


def _characters(tokens: list[str]) -> tuple[Hashes, Places]:
    """Return the code points of all tokens, one after the other, and how many each has."""
    text = "".join(tokens).encode("utf-32-le", "surrogatepass")
    lengths = np.fromiter(map(len, tokens), np.int64, len(tokens))
    codes = np.frombuffer(text, np.uint32).astype(np.uint64)
    return codes, lengths


def _hashes_of(tokens: list[str]) -> Hashes:
    """Return (len(tokens),) the hash of each token, none of which is empty."""
    codes, lengths = _characters(tokens)
    if not len(codes):
        return np.zeros(0, np.uint64)
    starts = np.cumsum(lengths) - lengths
    powers = np.ones(int(lengths.max()), np.uint64)
    powers[1:] = _BASE
    powers = np.multiply.accumulate(powers)
    place = np.arange(len(codes)) - np.repeat(starts, lengths)
    return _mixed(np.add.reduceat((codes + np.uint64(1)) * powers[place], starts))


def _mixed(hashes: Hashes) -> Hashes:
    """Spread what differs in any bit over all bits (the finalizer of MurmurHash3)."""
    mixed = hashes ^ (hashes >> np.uint64(33))
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xC4CEB9FE1A85EC53)
    mixed ^= mixed >> np.uint64(33)
    return mixed
