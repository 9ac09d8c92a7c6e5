"""Hashes of windows over elements: tokens of texts, characters of tokens.

A hash is of 64 bits, computed for all windows of a size at once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

PLACED_SIZES = range(1, 4)

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

BASE = np.uint64(0x9E3779B97F4A7C15)
_BEGIN, _END = np.uint64(0x5851F42D4C957F2D), np.uint64(0x14057B7EF767814F)


def windows(elements: Hashes, lengths: Places, sizes: range) -> tuple[Places, Hashes]:
    """Return the segment and the hash of every window of these sizes, beginnings and ends marked.

    Args:
        elements: (S,) one segment after the other.
        lengths: (n,) elements of each segment; an empty one has no window.
        sizes: elements of a window; a mark alone is none.
    """
    marked, row, _ = _marked(elements, lengths)
    found = [_rolled(marked, row, size) for size in sizes]
    if 1 in sizes:
        first, hashes = found[0]
        real = (marked[first] != _BEGIN) & (marked[first] != _END)
        found[0] = first[real], hashes[real]
    first = np.concatenate([first for first, _ in found])
    return row[first], np.concatenate([hashes for _, hashes in found])


def located_windows(elements: Hashes, lengths: Places, size: int) -> tuple[Hashes, Places, Places]:
    """Return the hash of every window of one size, and where it stands; the others as above.

    Returns:
        hashes (w,), segments (w,) and first (w,): where in its segment the window begins, from 0;
        -1 where that is the mark before it.
    """
    marked, row, starts = _marked(elements, lengths)
    first, hashes = _rolled(marked, row, size)
    segment = row[first]
    place = first - starts[segment] - 1
    real = (size > 1) | ((place >= 0) & (place < lengths[segment]))
    return hashes[real], segment[real], place[real]


def _marked(elements: Hashes, lengths: Places) -> tuple[Hashes, Places, Places]:
    """Return elements between marks, the segment of each of both, and (n,) where each starts."""
    counts = np.where(lengths > 0, lengths + 2, 0)
    ends = np.cumsum(counts)
    starts = ends - counts
    row = np.repeat(np.arange(len(lengths)), counts)
    filled = lengths > 0
    marked = np.empty(len(row), np.uint64)
    is_mark = np.zeros(len(row), bool)
    is_mark[starts[filled]] = is_mark[ends[filled] - 1] = True
    marked[starts[filled]] = _BEGIN
    marked[ends[filled] - 1] = _END
    marked[~is_mark] = elements
    return marked, row, starts


def _rolled(elements: Hashes, row: Places, size: int) -> tuple[Places, Hashes]:
    """Return where every window of one size begins that lies within one segment, and its hash."""
    rolled = elements
    for ahead in range(1, size):
        rolled = rolled[:-1] * BASE + elements[ahead:]
    first = np.flatnonzero(row[: len(rolled)] == row[size - 1 :])
    return first, mixed(rolled[first] + np.uint64(size))


def placed(elements: Hashes, row: Places, lengths: Places) -> tuple[Places, Hashes]:
    """Return the text and the hash of every n-gram together with its place."""
    starts = np.cumsum(lengths) - lengths
    found = [located_placed(elements, row, starts, size) for size in PLACED_SIZES]
    first = np.concatenate([first for first, _ in found])
    return row[first], np.concatenate([hashes for _, hashes in found])


def located_placed(
    elements: Hashes, row: Places, starts: Places, size: int
) -> tuple[Places, Hashes]:
    """Return where in `elements` every n-gram of one size begins, and its hash with its place."""
    first, hashes = _rolled(elements, row, size)
    place = (first - starts[row[first]] + 1).astype(np.uint64)
    return first, mixed(hashes + place * _END)


def code_points(tokens: list[str]) -> tuple[Hashes, Places]:
    """Return the code points of all tokens, one after the other, and how many each has."""
    text = "".join(tokens).encode("utf-32-le", "surrogatepass")
    lengths = np.fromiter(map(len, tokens), np.int64, len(tokens))
    codes = np.frombuffer(text, np.uint32).astype(np.uint64)
    return codes, lengths


def hashes_of(tokens: list[str]) -> Hashes:
    """Return (len(tokens),) the hash of each token, none of which is empty."""
    codes, lengths = code_points(tokens)
    if not len(codes):
        return np.zeros(0, np.uint64)
    starts = np.cumsum(lengths) - lengths
    powers = np.ones(int(lengths.max()), np.uint64)
    powers[1:] = BASE
    powers = np.multiply.accumulate(powers)
    place = np.arange(len(codes)) - np.repeat(starts, lengths)
    return mixed(np.add.reduceat((codes + np.uint64(1)) * powers[place], starts))


def mixed(hashes: Hashes) -> Hashes:
    """Spread what differs in any bit over all bits (the finalizer of MurmurHash3)."""
    spread = hashes ^ (hashes >> np.uint64(33))
    spread *= np.uint64(0xFF51AFD7ED558CCD)
    spread ^= spread >> np.uint64(33)
    spread *= np.uint64(0xC4CEB9FE1A85EC53)
    spread ^= spread >> np.uint64(33)
    return spread
