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
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from grucli.data.spilled import array_of
from grucli.data.text.ngram_hashes import PLACED_SIZES, Hashes, Places, hashes_of, placed, windows
from grucli.data.text.subwords import SUBWORD_SIZES, Subwords
from grucli.data.text.tokenized import Tokenized
from grucli.engine.sparse_linear import Sparse
from grucli.files.scratch import Scratch

MERGED_NGRAMS = 1 << 22  # counted, after which equal ones are put together
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


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
        keys: (E,) rising: the hash in the low half, above it text * kinds + kind.
        counts: (E,) how often each stands there.
        texts, kinds: how many there are.
    """

    keys: Hashes
    counts: Places
    texts: int
    kinds: int

    @property
    def hashes(self) -> npt.NDArray[np.uint32]:
        """(E,) the hash of each."""
        return (self.keys & _LOW).astype(np.uint32)

    @property
    def places(self) -> Places:
        """(E,) text * kinds + kind of each."""
        return (self.keys >> _HALF).astype(np.int64)


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
        pairs = [
            ((of * len(found) + kind).astype(np.uint64) << _HALF) | (ngrams >> _HALF)
            for kind, (of, ngrams) in enumerate(found)
        ]
        keys, counts = np.unique(np.concatenate(pairs), return_counts=True)
        yield _Bags(keys=keys, counts=counts, texts=len(lengths), kinds=len(found))


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
