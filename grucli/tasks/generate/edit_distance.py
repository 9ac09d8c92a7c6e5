"""How many edits make one sequence of another: insertions, deletions and substitutions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence


def edit_distance(first: Sequence[Hashable], second: Sequence[Hashable]) -> int:
    """Return the least number of edits that make `second` of `first`.

    Neighbours in the table of distances differ by at most 1. So a column of it is two sets of
    places, where it rises downwards and where it falls, held as the bits of two integers; each item
    of `second` takes a dozen operations on them, however long `first` is.

    Source: Myers 1999, doi:10.1145/316542.316550, as in Hyyrö 2003.
    """
    if not first:
        return len(second)
    places = defaultdict[Hashable, int](int)
    for place, item in enumerate(first):
        places[item] |= 1 << place
    last = 1 << (len(first) - 1)
    every = (last << 1) - 1
    rises, falls, distance = every, 0, len(first)
    for item in second:
        equal = places.get(item, 0)
        level = (((equal & rises) + rises) ^ rises) | equal | falls
        to_right = falls | (every & ~(level | rises))
        from_right = rises & level
        distance += bool(to_right & last) - bool(from_right & last)
        to_right, from_right = (to_right << 1 | 1) & every, (from_right << 1) & every
        rises = from_right | (every & ~(level | to_right))
        falls = to_right & level
    return distance
