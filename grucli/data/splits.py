"""A validation part that tells the truth: stratified, seeded, what belongs together on one side."""

from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]


def split(
    targets: Sequence[int],
    inputs: Sequence[Hashable],
    groups: Sequence[Hashable],
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
        groups: (n,) the same; None belongs to no group.
        share: of the rows, for validation; 0 <= share < 1.
        rng: decides which.

    Returns:
        The rows of the training and of the validation part, each in rising order.
    """
    by_class: dict[int, list[list[int]]] = defaultdict(list)
    for rows in _together(inputs, groups):
        by_class[targets[rows[0]]].append(rows)
    held_out = np.zeros(len(targets), bool)
    for target in sorted(by_class):
        for rows in _draw(by_class[target], share, rng):
            held_out[rows] = True
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def _together(inputs: Sequence[Hashable], groups: Sequence[Hashable]) -> list[list[int]]:
    """Return the connected components of rows that share an input or a group, by first rows."""
    leaders = list(range(len(inputs)))
    first: dict[tuple[str, Hashable], int] = {}
    for kind, values in (("input", inputs), ("group", groups)):
        for row, value in enumerate(values):
            if value is not None:
                other = _leader(leaders, first.setdefault((kind, value), row))
                own = _leader(leaders, row)
                leaders[max(own, other)] = min(own, other)
    members: dict[int, list[int]] = defaultdict(list)
    for row in range(len(leaders)):
        members[_leader(leaders, row)].append(row)
    return list(members.values())


def _leader(leaders: list[int], row: int) -> int:
    """Return the first row of a component, and shorten the way there."""
    while leaders[row] != row:
        leaders[row] = row = leaders[leaders[row]]
    return row


def _draw(groups: list[list[int]], share: float, rng: np.random.Generator) -> list[list[int]]:
    wanted = round(share * sum(map(len, groups)))
    drawn: list[list[int]] = []
    for index in rng.permutation(len(groups))[: len(groups) - 1]:
        if len(groups[index]) <= wanted:
            wanted -= len(groups[index])
            drawn.append(groups[index])
    return drawn
