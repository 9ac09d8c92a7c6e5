"""A validation part that tells the truth: stratified, seeded, equal inputs on one side."""

from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]


def split(
    targets: Sequence[int], inputs: Sequence[Hashable], share: float, rng: np.random.Generator
) -> tuple[Rows, Rows]:
    """Divide rows into a training and a validation part.

    Rows with equal inputs stay together and count for the class of the first of them. Of each
    class, the nearest whole number to `share` of its rows goes to validation, as far as whole
    groups allow, but never all of them; a class of one group stays in training.

    Args:
        targets: (n,) class of each row.
        inputs: (n,) what must not stand on both sides.
        share: of the rows, for validation; 0 <= share < 1.
        rng: decides which.

    Returns:
        The rows of the training and of the validation part, each in rising order.
    """
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for row, value in enumerate(inputs):
        groups[value].append(row)
    by_class: dict[int, list[list[int]]] = defaultdict(list)
    for rows in groups.values():
        by_class[targets[rows[0]]].append(rows)
    held_out = np.zeros(len(targets), bool)
    for target in sorted(by_class):
        for rows in _draw(by_class[target], share, rng):
            held_out[rows] = True
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def _draw(groups: list[list[int]], share: float, rng: np.random.Generator) -> list[list[int]]:
    wanted = round(share * sum(map(len, groups)))
    drawn: list[list[int]] = []
    for index in rng.permutation(len(groups))[: len(groups) - 1]:
        if len(groups[index]) <= wanted:
            wanted -= len(groups[index])
            drawn.append(groups[index])
    return drawn
