"""Validation parts that tell the truth: stratified, seeded, what belongs together on one side."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.dates import moments

Rows = npt.NDArray[np.int64]
Codes = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.float64]
Span = tuple[str, str]
Alike = Sequence[Hashable] | Codes
"""(n,) what is equal of rows that belong together, or as an array what `firsts` returns."""

MOST_BLOCKS = 30
"""Of about equal size: ten for each of three folds."""
_MOST_OVERLAP = 20
"""How often windows may cover a moment and still follow each other; recordings that run side by
side cover it as often as there are any."""


def split(
    targets: Sequence[int] | Codes,
    inputs: Alike,
    groups: Alike | None,
    share: float,
    rng: np.random.Generator,
) -> tuple[Rows, Rows]:
    """Divide rows into a training and a validation part.

    Rows with equal inputs and rows of one group stay together, also by way of other rows, and count
    for the class of the first of them. Of each class, the nearest whole number to `share` of its
    rows goes to validation, as far as that allows, but never all of them; a class whose rows all
    stay together stays in training.

    Args:
        targets: (n,) class of each row.
        inputs: (n,) what must not stand on both sides.
        groups: (n,) the same; None belongs to no group. Or None, if none does.
        share: of the rows, for validation; 0 <= share < 1.
        rng: decides which.

    Returns:
        The rows of the training and of the validation part, each in rising order.
    """
    leaders = _leaders(inputs, groups)
    first_rows, followers, sizes = _led(leaders)
    classes = np.asarray(targets)[first_rows]
    is_held_out = np.zeros(len(leaders), bool)  # for leaders, then for all whom they lead
    for target in np.unique(classes):
        own = classes == target
        is_held_out[first_rows[own][_draw(sizes[own], share, rng)]] = True
    is_held_out[followers] = is_held_out[leaders[followers]]
    return np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out)


def deal(
    targets: Sequence[int] | Codes,
    inputs: Alike,
    groups: Alike | None,
    folds: int,
    rng: np.random.Generator,
) -> Rows:
    """Deal rows to folds of about equal size, each with about as many rows of each class.

    Rows with equal inputs and rows of one group stay together, as in `split`.

    Args:
        targets, inputs, groups: as for `split`.
        folds: at least 2.
        rng: decides which.

    Returns:
        (n,) the fold of each row, from 0 to folds - 1.
    """
    leaders = _leaders(inputs, groups)
    first_rows, _, sizes = _led(leaders)
    classes = np.asarray(targets)[first_rows]
    fold_of = np.zeros(len(leaders), np.int64)  # for leaders, then for all whom they lead
    filled = np.zeros(folds, np.int64)
    for target in np.unique(classes):
        own = np.zeros(folds, np.int64)
        for index in rng.permutation(np.flatnonzero(classes == target)).tolist():
            fold = int(np.lexsort((filled, own))[0])
            fold_of[first_rows[index]] = fold
            own[fold] += sizes[index]
            filled[fold] += sizes[index]
    return fold_of[leaders]


def in_blocks(spans: Sequence[Span | None], targets: Sequence[int] | Codes) -> list[int] | None:
    """Return the block of each row where rows follow each other in time, None where they do not.

    Neighbours in time are nearly alike, so each must not stand on the other side of a split. A
    block ends where the class changes, once it holds its share of the rows.

    Args:
        spans: (n,) when each row began and ended; None without a time.
        targets: (n,) class of each row.
    """
    times = _times(spans)
    if times is None or not _follow(*times):
        return None
    starts, _ = times
    blocks = [0] * len(spans)
    block, size, before = 0, 0, -1
    for row in np.argsort(starts, kind="stable").tolist():
        if size >= len(spans) / MOST_BLOCKS and targets[row] != before:
            block, size = block + 1, 0
        blocks[row], before = block, targets[row]
        size += 1
    return blocks


def split_in_time(
    spans: Sequence[Span | None], groups: Alike | None, share: float
) -> tuple[Rows, Rows] | None:
    """Divide rows that follow each other in time into the earlier ones and the last `share`.

    Rows of one group stay together, and so do those that begin at the same time.

    Args:
        spans: (n,) as for `in_blocks`.
        groups: as for `split`.
        share: of the rows, 0 <= share < 1; the nearest whole number of them, but never all.

    Returns:
        The rows of both parts, each in rising order; None where rows, or groups, do not follow each
        other.
    """
    times = _times(spans)
    if times is None:
        return None
    alone = np.arange(len(spans))
    first_rows, members = np.unique(_leaders(alone, groups), return_inverse=True)
    starts, ends = np.full(len(first_rows), np.inf), np.full(len(first_rows), -np.inf)
    np.minimum.at(starts, members, times[0])
    np.maximum.at(ends, members, times[1])
    if not _follow(starts, ends):
        return None
    _, unit = np.unique(starts, return_inverse=True)
    behind = np.cumsum(np.bincount(unit[members])[::-1])[::-1]  # rows from each moment on
    distance = np.abs(np.append(behind[1:], 0) - round(share * len(spans)))
    is_held_out = (unit > int(distance.argmin()))[members]
    return np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out)


def _times(spans: Sequence[Span | None]) -> tuple[Floats, Floats] | None:
    """Return (n,) when each row began and (n,) ended; None where one has no time that is known."""
    if spans[0] is None:
        return None
    cells = [cell for span in spans if span is not None for cell in span]
    found = moments(cells) if len(cells) == 2 * len(spans) else None
    if found is None:
        return None
    return np.array(found[::2], np.float64), np.array(found[1::2], np.float64)


def _follow(starts: Floats, ends: Floats) -> bool:
    """Whether what begins and ends then follows each other, and does not run side by side."""
    covered = ends.max() - starts.min()
    are_many = 2 * len(np.unique(starts)) > len(starts)
    return bool(are_many and (ends - starts).sum() <= _MOST_OVERLAP * covered)


def firsts(values: Alike) -> Codes:
    """Return for each row the first one with an equal value; None equals nothing."""
    if isinstance(values, np.ndarray):
        return values
    known: dict[Hashable, int] = {}
    found = (
        row if value is None else known.setdefault(value, row) for row, value in enumerate(values)
    )
    return np.fromiter(found, np.int32, len(values))


def _leaders(inputs: Alike, groups: Alike | None) -> Codes:
    """Return for each row the first one of its connected component.

    Rows are connected that share an input or a group.
    """
    earlier = firsts(inputs)
    if groups is None:
        return earlier
    leaders = array("i", earlier.astype(np.int32).tobytes())
    for row, other in enumerate(firsts(groups).tolist()):
        if other != row:
            one, another = _leader(leaders, row), _leader(leaders, other)
            leaders[max(one, another)] = min(one, another)
    return np.array([_leader(leaders, row) for row in range(len(leaders))], np.int32)


def _led(leaders: Codes) -> tuple[Codes, Rows, Codes]:
    """Return the rows that lead, those that follow another, and how many rows each leads."""
    is_first = leaders == np.arange(len(leaders), dtype=np.int32)
    first_rows = np.flatnonzero(is_first).astype(np.int32)
    followers = np.flatnonzero(~is_first)
    sizes = np.ones(len(first_rows), np.int32)
    np.add.at(sizes, np.searchsorted(first_rows, leaders[followers]), 1)
    return first_rows, followers, sizes


def _leader(leaders: array[int], row: int) -> int:
    """Return the first row of a component, and shorten the way there."""
    while leaders[row] != row:
        leaders[row] = row = leaders[leaders[row]]
    return row


def _draw(sizes: Codes, share: float, rng: np.random.Generator) -> Rows:
    """Draw some of the groups of these sizes, but never all."""
    wanted = round(share * int(sizes.sum()))
    order = rng.permutation(len(sizes))[: len(sizes) - 1]
    sums = np.cumsum(sizes[order])
    fitting = int(np.searchsorted(sums, wanted, side="right"))
    left = wanted - int(sums[fitting - 1]) if fitting else wanted
    more = []
    for index in order[fitting:].tolist() if left else ():  # smaller ones may still fit
        if sizes[index] <= left:
            left -= int(sizes[index])
            more.append(index)
    return np.append(order[:fitting], np.array(more, np.int64))
