"""Whether two sets of answers to the same rows differ by more than chance explains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grucli.engine.packing import Floats
from grucli.random import COMPARISON, generator

SHUFFLES = 1999
MOST_BLOCKS = 4096
"""That are swapped as a whole: more rows are dealt into as many, which keeps the test exact."""
_AT_ONCE = 250
_ROUNDING = 1e-12


def p_value(first: Floats, second: Floats, figure: Callable[[Floats], Floats]) -> float:
    """Return how often figures differ by so much where it is chance who has given which answer.

    The answers to a row are swapped or not, at random; if the two that answer are equally good, any
    swap is as likely as what was seen. Of right and wrong answers it is the sign test (McNemar's,
    exact) but for the number of shuffles.

    Args:
        first, second: (n, k) what each row adds to sums.
        figure: what follows from (m, k) sums.

    Returns:
        Two-sided, above 0 and at most 1.

    Sources: Noreen 1989 (Computer-Intensive Methods for Testing Hypotheses); Yeh 2000,
    doi:10.3115/992730.992783, for F1.
    """
    differences = second - first
    change = _in_blocks(differences[np.any(differences != 0, axis=1)])
    before, whole = first.sum(axis=0), change.sum(axis=0)
    seen = float(np.abs(np.diff(figure(np.stack((before, before + whole)))))[0])
    rng, as_far = generator(0, COMPARISON), 1
    for done in range(0, SHUFFLES, _AT_ONCE):
        swaps = rng.integers(0, 2, (min(_AT_ONCE, SHUFFLES - done), len(change)), np.uint8)
        moved = swaps.astype(np.float64) @ change
        gaps = np.abs(figure(before + whole - moved) - figure(before + moved))
        as_far += int(np.count_nonzero(gaps >= seen - _ROUNDING * max(1.0, seen)))
    return as_far / (SHUFFLES + 1)


def _in_blocks(change: Floats) -> Floats:
    """Return what each block of rows changes, of as many as there are rows if these are few."""
    rows = len(change)
    if rows <= MOST_BLOCKS:
        return change
    starts = np.arange(MOST_BLOCKS) * rows // MOST_BLOCKS
    blocks: Floats = np.add.reduceat(change, starts, axis=0)
    return blocks
