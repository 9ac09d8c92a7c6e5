"""Texts as bags of n-grams, weighed by how rare each is (tf-idf).

There are three kinds, and a text's n-grams of each, known ones or not, have unit length together:

    tokens      of 1 to `longest` tokens in a row, with marks where the text begins and ends
    subwords    of 1 to 4 characters within a token, its beginning and end marked
    placed      of 1 to 3 tokens, with their place in the text

Unknown n-grams count in the length, as if each were as rare as the rarest known one: the less of a
text is known, the shorter is what remains.

An n-gram is known by a hash of 32 bits. With a million of them, one in ten thousand texts' n-grams
is taken for another; no table of strings is worth that.

Sources: Joulin et al. 2017 (arXiv:1607.01759) for bags of hashed n-grams, Salton & Buckley 1988
for the weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from grucli.data.spilled import array_of
from grucli.data.text.ngram_hashes import PLACED_SIZES, Hashes, Places, hashes_of, placed, windows
from grucli.data.text.subwords import SUBWORD_SIZES, Subwords
from grucli.data.text.tokenized import Tokenized
from grucli.engine.sparse_linear import Sparse
from grucli.files.scratch import Scratch
from grucli.values import dataclass

MERGED_NGRAMS = 1 << 22  # counted, after which equal ones are put together
MOST_ROOM = 8  # places of a grid for each n-gram in it; so much filling up is worth its rows
_HALF = np.uint64(32)


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """The n-grams that are read.

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

    def grown(self, others: Ngrams, most: int) -> Ngrams:
        """Return these n-grams, and of others of their pattern so many that there are `most`.

        Those in most texts are taken. To texts of before, they are as rare as the rarest of these.
        """
        new = np.flatnonzero(~np.isin(others.keys, self.keys))
        frequent = np.argsort(others.idf[new], kind="stable")[: max(most - len(self), 0)]
        keys = np.concatenate((self.keys, others.keys[new[frequent]]))
        idf = np.concatenate((self.idf, np.full(len(frequent), self.rarest)))
        order = np.argsort(keys)
        return replace(self, keys=keys[order], idf=idf[order])

    def encode(self, texts: Tokenized) -> Sparse:
        """Return the known n-grams of each text with their weights."""
        ids, values, lengths = Scratch(), Scratch(), list[Places]()
        for chunk in self.chunks(texts):
            ids.append(chunk.ids.data)
            values.append(chunk.values.data)
            lengths.append(chunk.lengths)
        return Sparse(
            ids=array_of(ids, np.int32),
            values=array_of(values, np.float32),
            lengths=np.concatenate(lengths),
        )

    def chunks(self, texts: Tokenized) -> Iterator[Sparse]:
        """Yield what `encode` returns, of some texts after the other."""
        return (self._weighed(chunk) for chunk in _bags(texts, self.pattern))

    def _places(self, keys: npt.NDArray[np.uint32]) -> npt.NDArray[np.int32]:
        """Return where each of `keys` stands; of one that is not known, where another one does.

        Hashes are spread evenly: their first bits tell the place but for a step or two, where
        `searchsorted` takes twenty times as long.
        """
        shift, starts = self._shelves
        sought = np.minimum(keys, self.keys[-1])  # so that no search goes on behind the last
        places: npt.NDArray[np.int32] = starts[sought >> shift]
        before = np.flatnonzero(self.keys[places] < sought)
        while len(before):
            places[before] += 1
            before = before[self.keys[places[before]] < sought[before]]
        return places

    @cached_property
    def _shelves(self) -> tuple[np.uint32, npt.NDArray[np.int32]]:
        """How far a hash is shifted to the right, and how many keys are less so shifted."""
        bits = len(self.keys).bit_length()
        shift = np.uint32(32 - bits)
        counts = np.bincount(self.keys >> shift, minlength=1 << bits)
        return shift, (np.cumsum(counts) - counts).astype(np.int32)

    def _weighed(self, bags: _Bags) -> Sparse:
        """Look up the n-grams of some texts, as shares of all that each text has of a kind."""
        keys, of = bags.hashes, bags.places
        places = self._places(keys)
        found = self.keys[places] == keys
        value = (1 + np.log(bags.counts)) * np.where(found, self.idf[places], self.rarest)
        norm = np.sqrt(np.bincount(of, value**2, bags.texts * bags.kinds))
        known = np.flatnonzero(found)
        own = of[known]
        return Sparse(
            ids=places[known],
            values=(value[known] / norm[own]).astype(np.float32),
            lengths=np.bincount(own // bags.kinds, minlength=bags.texts),
        )


@dataclass(frozen=True, kw_only=True)
class _Bags:
    """The n-grams of some texts, each once a text and kind.

    Attributes:
        hashes: (E,) rising within a place.
        places: (E,) text * kinds + kind, rising.
        counts: (E,) how often each stands there.
        texts, kinds: how many there are.
    """

    hashes: npt.NDArray[np.uint32]
    places: Places
    counts: Places
    texts: int
    kinds: int


def keys_of(hashes: Hashes) -> npt.NDArray[np.uint32]:
    """Return the 32 bits of each hash by which an n-gram is known."""
    return (hashes >> _HALF).astype(np.uint32)


def _bags(texts: Tokenized, pattern: Pattern) -> Iterator[_Bags]:
    """Yield the n-grams of some texts after the other."""
    hashes = hashes_of(texts.tokens)
    subwords = Subwords.of(texts.tokens, SUBWORD_SIZES) if pattern.subwords else None
    for tokens, lengths in texts.chunks():
        row = np.repeat(np.arange(len(lengths)), lengths)
        own = hashes[tokens]
        found = [windows(own, lengths, range(1, pattern.longest + 1))]
        if subwords is not None:
            found.append(subwords.gather(tokens, row))
        if pattern.placed:
            found.append(placed(own, row, lengths))
        yield from _distinct(found, len(lengths))


def _distinct(found: list[tuple[Places, Hashes]], texts: int) -> Iterator[_Bags]:
    """Yield the n-grams of some texts after the other, equal ones of a text and kind as one.

    Args:
        found: of each kind the text and the hash of every n-gram.
        texts: how many there are.
    """
    sizes = np.stack([np.bincount(of, minlength=texts) for of, _ in found], axis=1)
    ends = np.cumsum(sizes, axis=0)
    hashes = [keys_of(own[np.argsort(of, kind="stable")]) for of, own in found]
    for run in _even_runs(sizes, 0, texts):
        grids = []
        for kind, own in enumerate(hashes):
            first = ends[run.start, kind] - sizes[run.start, kind]
            grids.append(_sorted_rows(own[first : ends[run.stop - 1, kind]], sizes[run, kind]))
        held = np.concatenate([held for _, held, _ in grids], axis=1)
        leads = np.concatenate([leads for _, _, leads in grids], axis=1)
        number = np.stack([np.count_nonzero(leads, axis=1) for _, _, leads in grids], axis=1)
        yield _Bags(
            hashes=np.concatenate([grid for grid, _, _ in grids], axis=1)[leads],
            places=np.repeat(np.arange(number.size), number.reshape(-1)),
            counts=np.diff(np.flatnonzero(leads[held]), append=np.count_nonzero(held)),
            texts=len(number),
            kinds=len(found),
        )


def _even_runs(sizes: Places, start: int, stop: int) -> Iterator[slice]:
    """Yield runs of texts, as long as their n-grams fill a fair part of a grid with a row a text.

    Args:
        sizes: (texts, kinds) n-grams of each.
        start, stop: the texts that are divided, at least one.
    """
    own = sizes[start:stop]
    if stop - start == 1 or len(own) * own.max(axis=0).sum() <= MOST_ROOM * own.sum():
        yield slice(start, stop)
        return
    middle = (start + stop) // 2
    yield from _even_runs(sizes, start, middle)
    yield from _even_runs(sizes, middle, stop)


def _sorted_rows(
    hashes: npt.NDArray[np.uint32], sizes: Places
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return n-grams with a row a text, sorted.

    Many short rows are sorted in a fifth of the time that one long array takes.

    Args:
        hashes: of one text after the other.
        sizes: (texts,) how many each has.

    Returns:
        (texts, longest) the hashes; which of them are any; and which are the first of equal ones.
    """
    held = np.arange(sizes.max()) < sizes[:, None]
    grid = np.full(held.shape, np.iinfo(np.uint32).max, np.uint32)  # goes behind all others
    grid[held] = hashes
    grid.sort(axis=1)
    leads = held.copy()
    leads[:, 1:] &= grid[:, 1:] != grid[:, :-1]
    return grid, held, leads


def _counted(bags: Iterator[_Bags]) -> tuple[npt.NDArray[np.uint32], Places]:
    """Return the distinct hashes, rising, and in how many texts each stands."""
    parts: list[tuple[npt.NDArray[np.uint32], Places]] = []
    for chunk in bags:
        parts.append(np.unique(chunk.hashes, return_counts=True))
        if sum(len(keys) for keys, _ in parts[1:]) > MERGED_NGRAMS:
            parts = [_merged(parts)]
    return _merged(parts)


def _merged(
    parts: list[tuple[npt.NDArray[np.uint32], Places]],
) -> tuple[npt.NDArray[np.uint32], Places]:
    keys, place = np.unique(np.concatenate([keys for keys, _ in parts]), return_inverse=True)
    counts = np.bincount(place, np.concatenate([counts for _, counts in parts]), len(keys))
    return keys, counts.astype(np.int64)
