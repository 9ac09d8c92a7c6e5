"""The file that a wrong name may mean: one that is nearly spelled so, or none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from grucli.errors import excerpt

LETTERS_A_SLIP = 4  # a longer name may have more slips


def nearest(wrong: str, names: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the name that is nearest to a wrong one, or nothing.

    Names are near that differ by a slip of the pen for each few letters before the suffix, by
    their suffix alone, or by the order of their words; those with the same suffix come first,
    and of a model and what goes on with its training the model.
    """
    ranked = sorted(
        (name.partition(".")[2] != wrong.partition(".")[2], slips, name.count("."), name)
        for name in names
        if name != wrong and (slips := _slips(wrong, name)) is not None
    )
    return f"; did you mean '{excerpt(ranked[0][-1], 60)}'?" if ranked else ""


def _slips(wrong: str, name: str) -> int | None:
    """Return by how many slips two names differ, None if they are two names."""
    one, other = (each.casefold().partition(".")[0] for each in (wrong, name))
    if not one or not other:
        return None
    if sorted(re.split(r"[\W_]+", one)) == sorted(re.split(r"[\W_]+", other)):
        return 0 if one == other else 1
    found = _distance(one, other)
    return found if found <= min(len(one), len(other)) // LETTERS_A_SLIP else None


def _distance(one: str, other: str) -> int:
    """Return how many letters were left out, added, mistaken or swapped with the next one."""
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        oldest, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, one[i - 2]) == (other[j - 2], b):
                cost = min(cost, oldest[j - 2] + 1)
            row.append(cost)
    return row[-1]
