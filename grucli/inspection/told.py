"""What states tell of targets, and what they would tell by chance.

A state tells an answer where it is higher, or lower, with it than without it: the area under the
curve, a half for one that tells nothing. It tells a number by their rank correlation. Chance is
what the best of all units reaches once the targets are laid over the states of other sequences.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats
from grucli.inspection.faithfulness import ranks
from grucli.tasks.observed import Observed
from grucli.values import dataclass

PERMUTATIONS = 100
CHANCE = 0.95  # of permutations that a unit's figure must pass


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """What U units tell.

    Attributes:
        encoded: (U,) of the answer that each tells best, on either side.
        answer: (U,) which of the observed answers that is; 0 of numbers.
        rises: (U,) whether states are higher with it, or with larger numbers.
        chance: what 95 % of permutations stay below: the largest `encoded` of all units.
    """

    encoded: Floats
    answer: npt.NDArray[np.int64]
    rises: npt.NDArray[np.bool_]
    chance: float


def blind(observed: Observed) -> float:
    """Return what a state reaches that tells nothing."""
    return 0.5 if observed.names else 0.0


def told(states: Floats, observed: Observed, rng: np.random.Generator) -> Told:
    """Return what states (m, U) tell of m observations, and what chance does."""
    ranked, nothing = np.stack([ranks(column) for column in states.T]), blind(observed)
    signed = _figures(ranked, observed, np.arange(len(states))) - nothing
    best = np.abs(np.round(signed, 12)).max(axis=1, keepdims=True) == np.abs(np.round(signed, 12))
    answer = np.argmax(best * (1 + (signed > 0)), axis=1)  # of two labels the one it rises with
    found = signed[np.arange(len(signed)), answer]
    by_chance = [
        np.abs(_figures(ranked, observed, shuffled(observed, rng)) - nothing).max()
        for _ in range(PERMUTATIONS)
    ]
    return Told(
        encoded=nothing + np.abs(found),
        answer=answer,
        rises=found > 0,
        chance=nothing + float(np.quantile(by_chance, CHANCE)),
    )


def areas(ranked: Floats, classes: npt.NDArray[np.bool_]) -> Floats:
    """Return (U, C) areas under the curve of each unit for each class, ties counting half.

    Args:
        ranked: (U, m) ranks of the states of each unit.
        classes: (m, C) which observations have which class, none of them all or none.
    """
    inside = classes.sum(axis=0)
    above: Floats = ranked @ classes - inside * (inside + 1) / 2
    found: Floats = above / (inside * (ranked.shape[1] - inside))
    return found


def shuffled(observed: Observed, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return (m,) which observation is laid over the states of each.

    Where a row has one observation, any order is as likely as another. Steps of one sequence are
    not independent of each other: a tag goes on for some steps, and so does a state. So sequences
    change their places as they are, and all of them together are turned by some steps, so that
    none stands where another one began. What follows from the steps before it stays so.
    """
    rows, starts, sizes = np.unique(observed.rows, return_index=True, return_counts=True)
    order = rng.permutation(len(rows))
    if len(rows) == len(observed.rows):
        return order
    ends = np.cumsum(sizes[order])
    laid = np.arange(ends[-1]) + np.repeat(starts[order] - (ends - sizes[order]), sizes[order])
    return np.roll(laid, rng.integers(len(laid)))


def _figures(ranked: Floats, observed: Observed, order: npt.NDArray[np.int64]) -> Floats:
    """Return (U, C) areas, or (U, 1) rank correlations, with the targets in some order."""
    values = observed.values[order]
    if observed.names:
        return areas(ranked, values)
    middle = (len(order) + 1) / 2
    own, each = ranks(values[:, 0]) - middle, ranked - middle
    sizes = np.linalg.norm(each, axis=1) * np.linalg.norm(own)
    found: Floats = np.divide(each @ own, sizes, out=np.zeros(len(each)), where=sizes > 0)
    return found[:, None]
