"""How alike two models are inside: their weights, their states, and which unit is which.

Units of models that were trained apart have no order in common: then each is matched with the one
whose state it goes along with. Letters: N steps, H and K units of either model.
"""

from __future__ import annotations

import numpy as np

from grucli.data.text.vocabulary import SPECIAL, UNKNOWN
from grucli.engine.packing import Floats, Integers
from grucli.modelfile.checkpoint import SavedModel
from grucli.values import dataclass

TABLE = "embedding_weight"


@dataclass(frozen=True, kw_only=True)
class WeightChange:
    """One array of weights of both models.

    Attributes:
        name: as in model files.
        rows: of token vectors those of so many shared tokens; None for the whole array.
        cosine: of the angle between both, in [-1, 1]; None where either is zero.
        relative: norm of the difference over that of the first; None where that is zero.
    """

    name: str
    rows: int | None
    cosine: float | None
    relative: float | None


@dataclass(frozen=True, kw_only=True)
class UnitMatch:
    """A unit of the first model, one of the second, and the correlation of their states."""

    first: int
    second: int
    correlation: float


class CrossMoments:
    """Means and products of two sets of states at the same steps, merged part by part.

    Attributes:
        count: N so far.
        xx, xy, yy: (H, H), (H, K), (K, K) sums of products of what is left without the means.

    Source: Chan, Golub, LeVeque 1983 (The American Statistician 37).
    """

    def __init__(self, first_size: int, second_size: int) -> None:
        """Start at zero."""
        self.count = 0
        self._x, self._y = np.zeros(first_size), np.zeros(second_size)
        self.xx = np.zeros((first_size, first_size))
        self.xy = np.zeros((first_size, second_size))
        self.yy = np.zeros((second_size, second_size))

    def add(self, x: Floats, y: Floats) -> None:
        """Take in (n, H) and (n, K) states, n at least 1."""
        count, total = len(x), self.count + len(x)
        mean_x, mean_y = x.mean(axis=0), y.mean(axis=0)
        x, y, factor = x - mean_x, y - mean_y, self.count * count / total
        by_x, by_y = mean_x - self._x, mean_y - self._y
        self.xx += x.T @ x + factor * np.outer(by_x, by_x)
        self.xy += x.T @ y + factor * np.outer(by_x, by_y)
        self.yy += y.T @ y + factor * np.outer(by_y, by_y)
        self._x += by_x * (count / total)
        self._y += by_y * (count / total)
        self.count = total

    def cka(self) -> float | None:
        """Return the linear centred kernel alignment, in [0, 1]; None where states never vary.

        Source: Kornblith et al. 2019 (arXiv:1905.00414), equation 3 with features for kernels.
        """
        size = float(np.linalg.norm(self.xx) * np.linalg.norm(self.yy))
        return float(np.square(self.xy).sum()) / size if size else None

    def correlation(self) -> Floats:
        """Return (H, K) the correlations of all pairs, 0 of a unit that never varies."""
        sizes = np.sqrt(np.outer(np.diag(self.xx), np.diag(self.yy)))
        found: Floats = np.divide(self.xy, sizes, out=np.zeros_like(self.xy), where=sizes > 0)
        return found


def match(correlation: Floats, *, same_start: bool) -> tuple[UnitMatch, ...]:
    """Pair each unit of the smaller model with one of the other, in the order of the first.

    Args:
        correlation: (H, K).
        same_start: whether both began with the same weights, so that a unit is its own match;
            else the pair with the greatest |correlation| is taken out first, and so on.
    """
    if same_start:
        pairs = [(k, k) for k in range(len(correlation))]
    else:
        pairs = sorted(_greedy(np.abs(correlation)))
    return tuple(
        UnitMatch(first=j, second=k, correlation=float(correlation[j, k])) for j, k in pairs
    )


def _greedy(sizes: Floats) -> list[tuple[int, int]]:
    left, pairs = sizes.copy(), list[tuple[int, int]]()
    for _ in range(min(sizes.shape)):
        j, k = divmod(int(left.argmax()), left.shape[1])
        left[j], left[:, k] = -1.0, -1.0
        pairs.append((j, k))
    return pairs


def weight_changes(first: SavedModel, second: SavedModel) -> tuple[WeightChange, ...]:
    """Compare the arrays that both models have in the same shape, in the order of the first."""
    ours, theirs = dict(first.model.arrays()), dict(second.model.arrays())
    shared = _shared_tokens(first, second)
    found = []
    for name in [name for name in ours if name in theirs]:
        one, other, rows = ours[name], theirs[name], None
        if name == TABLE and shared is not None:
            one, other, rows = one[shared[0]], other[shared[1]], len(shared[0])
        if one.shape == other.shape and one.size:
            found.append(_change(name, rows, one.astype(np.float64), other.astype(np.float64)))
    return tuple(found)


def _shared_tokens(first: SavedModel, second: SavedModel) -> tuple[Integers, Integers] | None:
    """Return the rows of tokens that both know, of either; None where they know the same."""
    ours, theirs = first.encoder.vocabulary, second.encoder.vocabulary
    if ours is None or theirs is None or ours == theirs:
        return None
    found = theirs.encode(ours.tokens)[: len(ours) - len(SPECIAL)]
    rows = np.flatnonzero(found != UNKNOWN)
    return rows + len(SPECIAL), found[rows]


def _change(name: str, rows: int | None, one: Floats, other: Floats) -> WeightChange:
    size, other_size = float(np.linalg.norm(one)), float(np.linalg.norm(other))
    product = float(np.vdot(one, other))
    both = size * other_size
    return WeightChange(
        name=name,
        rows=rows,
        cosine=max(-1.0, min(1.0, product / both)) if both else None,
        relative=float(np.linalg.norm(other - one)) / size if size else None,
    )
