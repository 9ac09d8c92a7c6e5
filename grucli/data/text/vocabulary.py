r"""Tokens and their ids: 0 is any unknown token, 1 stands for an input without tokens.

A vocabulary is its text, a token a line, and twelve bytes a token to find it by; strings in a dict
would take two hundred. A token is looked up by 32 bits of its hash and then compared.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

UNKNOWN: Final = 0
EMPTY: Final = 1
SPECIAL: Final = ("<unknown>", "<empty>")
"""What people are shown for the ids that are no token; a token spelled so has its own id."""
MOST_TOKENS: Final = 1_000_000

_NEEDS_ESCAPE = re.compile(r"[\\\n]")
_ESCAPED = re.compile(r"\\(\\|n|ud[89a-f][0-9a-f]{2}|)")
_TOGETHER, _BYTES = 1 << 14, 1 << 20  # lines, bytes that are looked at together
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)

Bytes = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.int64]


class Vocabulary:
    """The known tokens, frozen; the ids of tokens begin behind those of SPECIAL."""

    def __init__(self, tokens: Sequence[str]) -> None:
        """Take distinct tokens.

        Raises:
            ValueError: a token occurs twice, or there are more than MOST_TOKENS.
        """
        self._take(np.frombuffer(b"".join(_lines_of(tokens)), np.uint8))

    def _take(self, data: Bytes) -> None:
        """Take the form that `to_bytes` returns."""
        self._lines = _Lines(data)
        self._places = np.empty(len(self._lines), np.uint64)  # half a hash, then the line; rising
        for first, block in self._lines.blocks():
            found = _keys(list(io.BytesIO(block)))
            found |= np.arange(first, first + len(found), dtype=np.uint64)
            self._places[first : first + len(found)] = found
        self._places.sort()
        if self._has_one_twice():
            raise ValueError("a token occurs twice")

    def __len__(self) -> int:
        """Return the number of ids, UNKNOWN and EMPTY among them."""
        return len(SPECIAL) + len(self._lines)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.to_bytes() == other.to_bytes()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the text alone: each process hashes in a way of its own."""
        return type(self).from_bytes, (self.to_bytes(),)

    @classmethod
    def fit(
        cls, counts: Mapping[str, int], min_count: int, max_size: int, known: Sequence[str] = ()
    ) -> Vocabulary:
        """Take the most frequent tokens; of equally frequent ones the lesser by code points.

        Args:
            counts: how often each token occurs in the training texts.
            min_count: rarer tokens are left out.
            max_size: at most so many tokens, UNKNOWN and EMPTY not counted.
            known: tokens that come first and stay, however many and rare they are.
        """
        others = counts.keys() - known
        frequent = sorted(token for token in others if counts[token] >= min_count)
        frequent.sort(key=counts.__getitem__, reverse=True)  # leaves equal ones in their order
        return cls([*known, *frequent[: max(max_size - len(known), 0)]])

    @property
    def tokens(self) -> tuple[str, ...]:
        """All of them; `tokens[i]` has the id i + 2."""
        return tuple(token for block in self.blocks() for token in block)

    def blocks(self) -> Iterator[list[str]]:
        """Yield the tokens in their order, some at a time."""
        return (_tokens_of(block) for _, block in self._lines.blocks())

    def is_unknown(self, ids: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """Tell which ids are of tokens that it lacks."""
        unknown: npt.NDArray[np.bool_] = (ids == UNKNOWN) | (ids >= len(self))
        return unknown

    def encode(self, tokens: Sequence[str]) -> npt.NDArray[np.int32]:
        """Return the ids of `tokens`, (len(tokens),) int32; of no tokens [EMPTY]."""
        if not tokens:
            return np.array([EMPTY], np.int32)
        lines = _lines_of(tokens)
        keys, asked = _keys(lines), _Lines(np.frombuffer(b"".join(lines), np.uint8))
        ids, left = np.full(len(lines), UNKNOWN, np.int32), np.arange(len(lines))
        place = np.searchsorted(self._places, keys)
        while len(left):  # once, but where the hashes of two tokens are half alike
            inside = place < len(self._places)
            place, left = place[inside], left[inside]
            found = self._places[place]
            near = (found ^ keys[left]) >> _HALF == 0
            place, left, line = place[near], left[near], (found[near] & _LOW).astype(np.int64)
            same = _are_equal(self._lines, line, asked, left)
            ids[left[same]] = line[same] + len(SPECIAL)
            place, left = place[~same] + 1, left[~same]
        return ids

    def token(self, index: int) -> str:
        """Return the token with this id; SPECIAL's name for UNKNOWN and EMPTY."""
        if index < len(SPECIAL):
            return SPECIAL[index]
        return _tokens_of(self._lines.line(index - len(SPECIAL)))[0]

    def to_bytes(self) -> bytes:
        r"""Return UTF-8, one token a line, each line ended.

        Newline, backslash and lone surrogates are written `\n`, `\\` and `\udXXX`.
        """
        return self._lines.data.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes | Bytes) -> Vocabulary:
        """Read what `to_bytes` wrote; an array is kept.

        Raises:
            ValueError: no vocabulary was written so.
        """
        vocabulary = cls.__new__(cls)
        vocabulary._take(np.frombuffer(data, np.uint8))
        for _, block in vocabulary._lines.blocks():
            if b"".join(_lines_of(_tokens_of(block))) != block:
                raise ValueError("an escape is malformed")
        return vocabulary

    def _has_one_twice(self) -> bool:
        """Compare the tokens whose hashes are half alike: they are neighbours, and few."""
        seen: set[bytes] = set()
        for first in range(1, len(self._places), _TOGETHER):
            some = self._places[first - 1 : first + _TOGETHER]
            for k in np.flatnonzero((some[1:] ^ some[:-1]) >> _HALF == 0):
                before, line = (self._lines.line(int(place & _LOW)) for place in some[k : k + 2])
                seen.add(before)
                if line in seen:
                    return True
                seen.add(line)
        return False


class _Lines:
    """Text as the lines in it, each with its end.

    Attributes:
        data: the text.
        starts: (n + 1,) uint32, where each line begins, and where the last one ends.
    """

    def __init__(self, data: Bytes) -> None:
        if len(data) and data[-1] != ord("\n"):
            raise ValueError("the last token is cut off")
        self.data = data
        number = sum(map(len, _ends(data)))
        if number > MOST_TOKENS:
            raise ValueError(f"{number:,} tokens, {MOST_TOKENS:,} is the most")
        self.starts, filled = np.zeros(number + 1, np.uint32), 1
        for found in _ends(data):
            self.starts[filled : filled + len(found)] = found
            filled += len(found)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def line(self, number: int) -> bytes:
        return self.data[self.starts[number] : self.starts[number + 1]].tobytes()

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        """Yield some lines at a time: the number of the first, and their text."""
        for first in range(0, len(self), _TOGETHER):
            last = min(first + _TOGETHER, len(self))
            yield first, self.data[self.starts[first] : self.starts[last]].tobytes()

    def sizes(self, rows: Rows) -> Rows:
        sizes: Rows = (self.starts[rows + 1] - self.starts[rows]).astype(np.int64)
        return sizes

    def joined(self, rows: Rows) -> Bytes:
        """Return the text of some lines."""
        sizes = self.sizes(rows)
        shift = self.starts[rows] - (np.cumsum(sizes) - sizes)
        text: Bytes = self.data[np.repeat(shift, sizes) + np.arange(sizes.sum())]
        return text


def _ends(data: Bytes) -> Iterator[Rows]:
    """Yield where lines end, of some bytes at a time: of all it would take eight times as much."""
    for part in range(0, len(data), _BYTES):
        yield np.flatnonzero(data[part : part + _BYTES] == ord("\n")) + (part + 1)


def _are_equal(ours: _Lines, rows: Rows, theirs: _Lines, others: Rows) -> npt.NDArray[np.bool_]:
    """Tell of pairs of lines which ones are the same."""
    sizes = ours.sizes(rows)
    same: npt.NDArray[np.bool_] = sizes == theirs.sizes(others)
    if same.any():
        differ = ours.joined(rows[same]) != theirs.joined(others[same])
        starts = np.cumsum(sizes[same]) - sizes[same]
        same[same] = ~np.logical_or.reduceat(differ, starts)
    return same


def _keys(lines: Sequence[bytes]) -> npt.NDArray[np.uint64]:
    """Return (n,) half the hash of each line, in the high half: nobody can make many alike."""
    return np.fromiter(map(hash, lines), np.int64, len(lines)).view(np.uint64) << _HALF


def _lines_of(tokens: Sequence[str]) -> list[bytes]:
    if _NEEDS_ESCAPE.search("".join(tokens)):
        tokens = [token.replace("\\", "\\\\").replace("\n", "\\n") for token in tokens]
    return [f"{token}\n".encode("utf-8", "backslashreplace") for token in tokens]


def _tokens_of(block: bytes) -> list[str]:
    text = block.decode()
    lines = text.split("\n")[:-1]
    return [_ESCAPED.sub(_character, line) for line in lines] if "\\" in text else lines


def _character(escape: re.Match[str]) -> str:
    kind = escape[1]
    if kind == "n":
        return "\n"
    return chr(int(kind[1:], 16)) if kind.startswith("u") else kind
