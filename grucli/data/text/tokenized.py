"""Many texts as tokens, each distinct token once: a list a text would take ten times the memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, count
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.data.spilled import array_of, pieces
from grucli.data.stored import column
from grucli.data.text import GIVEN
from grucli.data.text.tokens import Tokenizer
from grucli.files.scratch import Scratch, release
from grucli.values import dataclass

T = TypeVar("T")
CHUNK_TEXTS = 512  # whose lists of tokens are there at once; more keep the garbage collector busy
CHUNK_TOKENS = 1 << 18  # of these, unless one text has more
MOST_CHARACTERS = 1 << 20  # of a text that is divided: its n-grams take 250 bytes a character


@dataclass(frozen=True, kw_only=True)
class Tokenized:
    """The tokens of n texts, one text after the other.

    Attributes:
        tokens: the distinct ones, in the order of their first occurrence.
        places: (N,) int32 which of `tokens` stands there.
        lengths: (n,) int64 tokens of each text, 0 for an empty one.
    """

    tokens: list[str]
    places: npt.NDArray[np.int32]
    lengths: npt.NDArray[np.int64]

    @classmethod
    def of(cls, texts: Iterable[T], tokenize: Callable[[T], Sequence[str]]) -> Tokenized:
        """Split each of `texts`, which may be anything that `tokenize` makes tokens of."""
        return cls.of_tokens(map(tokenize, texts))

    @classmethod
    def of_tokens(cls, texts: Iterable[Sequence[str]]) -> Tokenized:
        """Take texts that are split."""
        place_of: defaultdict[str, int] = defaultdict(count().__next__)  # a new token: a new place
        all_places, all_lengths = Scratch(), Scratch()
        for lists in _batches(texts):
            places = map(place_of.__getitem__, chain.from_iterable(lists))
            lengths = np.fromiter(map(len, lists), np.int64, len(lists))
            all_lengths.append(lengths.data)
            all_places.append(np.fromiter(places, np.int32, int(lengths.sum())).data)
        return cls(
            tokens=list(place_of),
            places=array_of(all_places, np.int32),
            lengths=array_of(all_lengths, np.int64),
        )

    def chunks(self) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]]:
        """Yield which tokens some texts have, and how many each, until all texts had their turn."""
        end = 0
        for first in range(0, len(self.lengths), CHUNK_TEXTS):
            some = self.lengths[first : first + CHUNK_TEXTS]
            cuts = np.flatnonzero(np.diff(np.cumsum(some) // CHUNK_TOKENS)) + 1
            for lengths in np.split(some, cuts):
                start, end = end, end + int(lengths.sum())
                yield self.places[start:end], lengths
                release()

    def remains(self, kept: Sequence[npt.NDArray[np.bool_]]) -> Tokenized:
        """Return texts that have what each of `kept` (T,) leaves of the one text."""
        left = [self.places[mask] for mask in kept]
        lengths = np.array([len(places) for places in left], np.int64)
        return Tokenized(tokens=self.tokens, places=np.concatenate(left), lengths=lengths)

    def counts(self) -> dict[str, int]:
        """Return how often each token occurs."""
        found = np.zeros(len(self.tokens), np.int64)
        for some in pieces(self.places):
            found += np.bincount(some, minlength=len(found))
        return dict(zip(self.tokens, found.tolist(), strict=True))

    def total(self, size: Callable[[str], int]) -> int:
        """Return what all tokens have together of which each has as much as `size` says."""
        sizes = np.fromiter(map(size, self.tokens), np.int64, len(self.tokens))
        return int(sum(sizes[some].sum() for some in pieces(self.places)))


def tokens_of_each(
    records: Sequence[Record], mode: str, tokenize: Tokenizer
) -> Iterator[Sequence[str]]:
    """Yield the tokens of each record, as `tokens_of` returns them."""
    texts = (text or "" for text in column(records, "text"))
    if mode != GIVEN:
        return (tokenize(text[:MOST_CHARACTERS]) for text in texts)
    given = zip(column(records, "tokens"), texts, strict=True)
    return (tokenize(text) if tokens is None else tokens for tokens, text in given)


def tokens_of(record: Record, mode: str, tokenize: Tokenizer) -> Sequence[str]:
    """Return the tokens of a record, by what splits texts: of GIVEN those that it holds."""
    text = record.text or ""
    if mode == GIVEN:
        return tokenize(text) if record.tokens is None else record.tokens
    return tokenize(text[:MOST_CHARACTERS])


def are_cut(records: Sequence[Record], mode: str) -> npt.NDArray[np.bool_]:
    """Return (n,) whether a text goes on beyond what `tokens_of` divides."""
    if mode == GIVEN:
        return np.zeros(len(records), np.bool_)
    lengths = (len(text or "") for text in column(records, "text"))
    return np.fromiter((n > MOST_CHARACTERS for n in lengths), np.bool_, len(records))


def _batches(texts: Iterable[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
    """Yield split texts, so many together as a chunk has."""
    batch, size = list[Sequence[str]](), 0
    for tokens in texts:
        batch.append(tokens)
        size += len(tokens)
        if len(batch) == CHUNK_TEXTS or size >= CHUNK_TOKENS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
