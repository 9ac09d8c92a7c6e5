"""Whether effects of parts are to be believed: do methods agree, and does the model follow them?

The parts with the greatest effects are taken away, and kept alone, at several shares; a faithful
order moves the answer more than a random one. No order is tested by the perturbation that made it.

Source: DeYoung et al. 2020 (ERASER, arXiv:1911.03429).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats
from grucli.random import RANDOM_ORDER, generator
from grucli.values import dataclass

SHARES = (0.1, 0.2, 0.3, 0.5)
RANDOM_DRAWS = 8
LEAST_PARTS = 3

Levels = Callable[[npt.NDArray[np.bool_]], Floats]
"""Returns the level (m,) of what (m, P) masks of parts leave."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """What an order of parts does to the level, at each of SHARES.

    Attributes:
        comprehensiveness: drop without the first parts; high is faithful.
        sufficiency: drop with nothing but them; low is faithful.
    """

    comprehensiveness: Floats
    sufficiency: Floats

    def ahead_of(self, chance: Curve) -> float:
        """Return by how much it moves the level more than chance, mean over shares and both."""
        more = self.comprehensiveness - chance.comprehensiveness
        less = chance.sufficiency - self.sufficiency
        return float((more + less).mean() / 2)


@dataclass(frozen=True, kw_only=True, eq=False)
class Faithfulness:
    """How several methods fare on one sequence.

    Attributes:
        agreement: rank correlation of the effects of each pair of methods, by "one/other"; None
            where all effects of one are alike.
        curves: of each method.
        chance: of random orders.
    """

    agreement: Mapping[str, float | None]
    curves: Mapping[str, Curve]
    chance: Curve


def faithfulness(
    effects: Mapping[str, Floats], levels: Mapping[str, Levels], whole: float, seed: int
) -> Faithfulness:
    """Compare methods with each other and with chance.

    Args:
        effects: (P,) of each method, P at least LEAST_PARTS.
        levels: of each method the perturbation that tests its order: another than it was made by.
        whole: the level of the whole sequence.
        seed: of the random orders.
    """
    rng, number = generator(seed, RANDOM_ORDER, 1), len(next(iter(effects.values())))
    chance = [rng.permutation(number) for _ in range(RANDOM_DRAWS)]
    of_chance, curves = list[Curve](), dict[str, Curve]()
    for level in dict.fromkeys(levels.values()):  # each perturbation is run once, for all orders
        tested = [name for name in effects if levels[name] is level]
        own = [np.argsort(-effects[name], kind="stable") for name in tested]
        found = _curves(level, [*chance, *own], whole)
        of_chance += found[:RANDOM_DRAWS] * len(tested)
        curves |= zip(tested, found[RANDOM_DRAWS:], strict=True)
    return Faithfulness(
        agreement={
            f"{one}/{other}": rank_correlation(effects[one], effects[other])
            for one, other in combinations(effects, 2)
        },
        curves={name: curves[name] for name in effects},
        chance=mean_curve(of_chance),
    )


def mean_curve(curves: list[Curve]) -> Curve:
    """Return the mean of at least one curve."""
    return Curve(
        comprehensiveness=np.mean([one.comprehensiveness for one in curves], axis=0),
        sufficiency=np.mean([one.sufficiency for one in curves], axis=0),
    )


def rank_correlation(one: Floats, other: Floats) -> float | None:
    """Return Spearman's correlation, ties at their mean rank; None where one is constant."""
    a, b = (ranks(own) - (len(own) + 1) / 2 for own in (one, other))
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / size if size else None


def ranks(values: Floats) -> Floats:
    """Return (n,) ranks from 1, ties at their mean rank."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middle: Floats = ends - (counts - 1) / 2
    return middle[place]


def _curves(level: Levels, orders: Sequence[npt.NDArray[np.int64]], whole: float) -> list[Curve]:
    """Return what each order does to the level, all of them together."""
    masks = list[npt.NDArray[np.bool_]]()
    for order in orders:
        for share in SHARES:
            top = np.zeros(len(order), bool)
            top[order[: max(1, round(share * len(order)))]] = True
            masks += [~top, top]
    drops = (whole - level(np.array(masks))).reshape(len(orders), -1, 2)
    return [Curve(comprehensiveness=own[:, 0], sufficiency=own[:, 1]) for own in drops]
