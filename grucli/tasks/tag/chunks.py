"""Chunks: runs of steps with a type, such as names, which tags like B-PER and I-PER mark.

A tag is `O`, outside of chunks, or a letter and a type: B begins a chunk, I and M go on with it, E
and L end it, S and U are a whole one. One rule reads them in every scheme, that of conlleval:

    A chunk begins at a tag other than O, where that is B, S or U, or where the tag before is O, of
    another type, E, L, S or U, or where there is none. It goes on until the next one begins, an O
    or the end.

So files that mark the same chunks in IOB1, IOB2, IOE2, IOBES, BILOU or BMES say the same. Where all
tags are letters alone (B, M, E, S), chunks have one type without a name.

Source: conlleval of CoNLL-2000 (Tjong Kim Sang & Buchholz 2000), with L, M, S and U beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Integers
from grucli.values import dataclass

OUTSIDE = "O"
BEGIN, END = frozenset("BSU"), frozenset("ELSU")
LETTERS = BEGIN | END | frozenset("IM")
UNNAMED = "chunk"  # what people call the type of chunks whose tags are letters alone

Booleans = npt.NDArray[np.bool_]

SCHEMES = {
    "IOB2": "BIIB",
    "IOB1": "IIII",
    "IOE2": "IIEE",
    "IOBES": "BIES",
    "BILOU": "BILU",
    "BMES": "BMES",
}
"""Of each scheme the letters of a chunk's first step, of others, of its last, and of a single one.
In IOB1 the first is B where a chunk of the same type ends before it."""


def parts(tag: str) -> tuple[str, str]:
    """Return letter and type of a tag; of one that is no part of a chunk both are empty."""
    letter, _, kind = tag.partition("-")
    is_part = letter in LETTERS and (bool(kind) or tag == letter)
    return (letter, kind) if is_part else ("", "")


def are_chunks(tags: Sequence[str]) -> bool:
    """Whether distinct tags are parts of chunks: all with a type, or all letters alone."""
    found = [parts(tag) for tag in tags if tag != OUTSIDE]
    if not found or not all(letter for letter, _ in found):
        return False
    if all(kind for _, kind in found):
        return True
    letters = {letter for letter, _ in found}
    return not any(kind for _, kind in found) and "B" in letters and bool(letters & set("IMEL"))


@dataclass(frozen=True, kw_only=True, eq=False)
class Marks:
    """What tags say of S steps, those of all sequences one after the other.

    Attributes:
        kinds: (S,) the type of each step's chunk, -1 outside.
        begins: (S,) whether a chunk begins there.
    """

    kinds: npt.NDArray[np.int64]
    begins: Booleans

    @classmethod
    def read(cls, kinds: Integers, first: Booleans, last: Booleans, starts: Integers) -> Marks:
        """Read tags by the rule above.

        Args:
            kinds: (S,) types, -1 outside.
            first: (S,) whether a tag begins a chunk in any case: B, S, U.
            last: (S,) whether it ends one: E, L, S, U.
            starts: (n,) where each sequence begins.
        """
        begins = kinds >= 0
        follows = (kinds[1:] == kinds[:-1]) & ~last[:-1] & ~first[1:]
        begins[1:] &= ~follows | _at(starts, len(kinds))[1:]
        return cls(kinds=kinds.astype(np.int64), begins=begins)

    def ends(self, starts: Integers) -> Booleans:
        """Return (S,) whether a chunk ends there, in sequences that begin at `starts`."""
        goes_on = (self.kinds[1:] >= 0) & ~self.begins[1:] & ~_at(starts, len(self.kinds))[1:]
        ends = self.kinds >= 0
        ends[:-1] &= ~goes_on
        return ends

    def letters(self, scheme: str, starts: Integers) -> list[str]:
        """Return the letter of each step in a scheme, one of `SCHEMES`."""
        first, other, last, single = tuple(SCHEMES[scheme])
        ends = self.ends(starts)
        letters = np.where(ends, np.where(self.begins, single, last), other)
        letters[self.begins & ~ends] = first
        if scheme == "IOB1":
            letters[1:][self.begins[1:] & (self.kinds[1:] == self.kinds[:-1])] = "B"
            letters[_at(starts, len(letters)) & self.begins] = "I"
        letters[self.kinds < 0] = OUTSIDE
        found: list[str] = letters.tolist()
        return found

    def spans(self, starts: Integers) -> npt.NDArray[np.int64]:
        """Return (m, 3) begin, end (exclusive) and type of each chunk, in the order of steps."""
        begins, ends = np.flatnonzero(self.begins), np.flatnonzero(self.ends(starts)) + 1
        return np.stack((begins, ends, self.kinds[begins]), axis=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Tagged:
    """Sequences of tags that are parts of chunks.

    Attributes:
        marks: what they say.
        types: names of the types.
        starts: (n,) where each sequence begins.
    """

    marks: Marks
    types: tuple[str, ...]
    starts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, sequences: Sequence[Sequence[str]], types: Sequence[str] = ()) -> Tagged:
        """Read tags; types that are not among `types` stand behind these. Other tags are O."""
        number = {name: k for k, name in enumerate(types)}
        said = {}
        for tag in dict.fromkeys(chain.from_iterable(sequences)):
            letter, kind = parts(tag)
            own = number.setdefault(kind, len(number)) if letter else -1
            said[tag] = (own, letter in BEGIN, letter in END)
        every = np.array([said[tag] for tag in chain.from_iterable(sequences)], np.int64).reshape(
            -1, 3
        )
        lengths = np.array([len(sequence) for sequence in sequences], np.int64)
        starts = np.cumsum(lengths) - lengths
        first, last = every[:, 1] > 0, every[:, 2] > 0
        marks = Marks.read(every[:, 0], first, last, starts)
        return cls(marks=marks, types=tuple(number), starts=starts)

    @property
    def spans(self) -> npt.NDArray[np.int64]:
        """(m, 3) as `Marks.spans` gives them."""
        return self.marks.spans(self.starts)


def text(letter: str, kind: str) -> str:
    """Return the tag of a letter and a type."""
    return f"{letter}-{kind}" if kind and letter != OUTSIDE else letter


def scheme_of(tags: Sequence[str], begun: Sequence[str]) -> tuple[str, int]:
    """Return the scheme of tags that are parts of chunks, and how many chunks begin against it.

    Args:
        tags: the distinct ones.
        begun: the letter with which each chunk begins that no chunk of its type ends before.

    Letters of no scheme are read like all, and answered in IOB2.
    """
    letters = {parts(tag)[0] for tag in tags} - {""}
    fitting = [name for name, own in SCHEMES.items() if letters <= set(own)]
    name = next(iter(fitting), "IOB2")
    inside = sum(letter not in BEGIN for letter in begun)
    if name == "IOB2" and 2 * inside > len(begun):
        name = "IOB1"
    return name, len(begun) - inside if name in ("IOB1", "IOE2") else inside


def _at(starts: Integers, size: int) -> Booleans:
    marked = np.zeros(size, bool)
    marked[starts[starts < size]] = True  # an empty sequence at the end begins behind it
    return marked
