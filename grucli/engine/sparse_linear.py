"""The linear path: a linear classifier over sparse features, learned beside the recurrence.

Source: Cheng et al. 2016 (arXiv:1606.07792) for the idea; each half is learned by a loss of its own
here, so that what the other half does can make neither of them worse.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats, Integers, slices

BLOCK_NUMBERS = 1 << 20  # products at a time: bounds the memory of `forward`


@dataclass(frozen=True, kw_only=True)
class Sparse:
    """Rows of which most features are zero; the others stand one row after the other.

    Attributes:
        ids: (E,) int32 features, distinct within a row.
        values: (E,) float32.
        lengths: (n,) int64 features of each row, 0 for a row of zeros.
    """

    ids: npt.NDArray[np.int32]
    values: npt.NDArray[np.float32]
    lengths: npt.NDArray[np.int64]

    @property
    def nbytes(self) -> int:
        """Memory of all numbers."""
        return self.ids.nbytes + self.values.nbytes + self.lengths.nbytes

    @property
    def ends(self) -> npt.NDArray[np.int64]:
        """(n,) where each row ends in `ids`."""
        ends: npt.NDArray[np.int64] = np.cumsum(self.lengths)
        return ends

    def select(self, rows: npt.NDArray[np.integer[Any]]) -> Sparse:
        """Return these rows, in this order."""
        lengths = self.lengths[rows]
        ends = np.cumsum(lengths)
        shift = self.ends[rows] - ends
        index = np.repeat(shift, lengths) + np.arange(lengths.sum())
        return Sparse(ids=self.ids[index], values=self.values[index], lengths=lengths)

    def only(self, kept: npt.NDArray[np.bool_]) -> Sparse:
        """Return the rows without the features for which `kept` (K,) is false."""
        inside = kept[self.ids]
        lengths = np.bincount(self._rows[inside], minlength=len(self.lengths))
        return Sparse(ids=self.ids[inside], values=self.values[inside], lengths=lengths)

    def norms(self) -> npt.NDArray[np.float64]:
        """Return (n,) the Euclidean length of each row."""
        squares = self.values.astype(np.float64) ** 2
        norms: npt.NDArray[np.float64] = np.sqrt(
            np.bincount(self._rows, squares, len(self.lengths))
        )
        return norms

    @property
    def _rows(self) -> npt.NDArray[np.int64]:
        """(E,) the row of each feature."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)


def forward(weight: Floats, bias: Floats, rows: Sparse) -> npt.NDArray[np.float64]:
    """Return logits (n, O) in float64; no row's depend on another row.

    Args:
        weight: (K, O) of each feature for each output.
        bias: (O,), or of each row (n, O).
        rows: n of them.
    """
    logits = np.zeros((len(rows.lengths), weight.shape[1]))
    ends = rows.ends
    for some in slices(rows.lengths, BLOCK_NUMBERS // weight.shape[1]):
        lengths = rows.lengths[some]
        start = int(ends[some.start] - lengths[0])
        inside = slice(start, int(ends[some.stop - 1]))
        own = np.take(weight, rows.ids[inside], axis=0, mode="clip")  # weight[ids], sooner
        products = own * rows.values[inside, None].astype(np.float64)
        starts = ends[some] - lengths - start
        filled = np.flatnonzero(lengths)
        if len(filled):
            logits[some.start + filled] = np.add.reduceat(products, starts[filled], axis=0)
    return logits + bias


def relevance(
    rows: Sparse, targets: Integers, num_features: int, num_classes: int
) -> npt.NDArray[np.float64]:
    """Return (K,) how unevenly the classes have each feature; the mean square of a row stays.

    It is the square root of the largest log ratio between the share that the feature has of all
    features of a class and its share of those of the other classes, each counted one more.

    Args:
        rows: n of them; only which features they have counts.
        targets: (n,) classes; or (n, C) 1 for each class that a row has, and 0 for the others.
        num_features: K.
        num_classes: C.

    Source: Wang & Manning 2012 (https://aclanthology.org/P12-2018), who take the ratio itself, for
    two classes; the root did better on held-out parts of eight sets.
    """
    own = _class_counts(rows, targets, num_features, num_classes)
    others = np.bincount(rows.ids, minlength=num_features) - own
    ratios = np.zeros(num_features)
    for mine, theirs in zip(own, others, strict=True):
        ratio = np.log((mine + 1) / (theirs + 1))
        ratio -= np.log((mine.sum() + num_features) / (theirs.sum() + num_features))
        np.maximum(ratios, np.abs(ratio), out=ratios)
    scale = np.sqrt(ratios)
    before, after = (np.sum((factor * rows.values) ** 2) for factor in (1.0, scale[rows.ids]))
    return scale * np.sqrt(before / after) if after else np.ones(num_features)


def _class_counts(
    rows: Sparse, targets: Integers, num_features: int, num_classes: int
) -> npt.NDArray[np.int64]:
    """Return (C, K) how many rows of each class have each feature."""
    if targets.ndim == 1:
        cells = np.repeat(targets, rows.lengths) * num_features + rows.ids
        counts = np.bincount(cells, minlength=num_classes * num_features)
        return counts.reshape(num_classes, num_features)
    own = [rows.ids[np.repeat(column > 0, rows.lengths)] for column in targets.T]
    return np.stack([np.bincount(ids, minlength=num_features) for ids in own])


def fit(
    rows: Sparse,
    targets: Integers,
    weights: Floats,
    *,
    num_features: int,
    num_classes: int,
    epochs: int,
    learning_rate: float,
    rng: np.random.Generator,
    said: Floats | None = None,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Learn by stochastic gradient descent, a row a step, the rate falling to 0 along a line.

    It starts from zero and stops early; that is all the regularisation that rows of unit length
    need (Joulin et al. 2017, arXiv:1607.01759, train the same way).

    Args:
        rows: n of them.
        targets: (n,) classes; or (n, C) 1 for each class that a row has, and 0 for the others:
            then each class is learned against all else, whatever other classes a row has.
        weights: (n,) how much each row counts, 1 on average.
        num_features: K.
        num_classes: C; of those that exclude each other two share one output.
        epochs: passes over the rows.
        learning_rate: of the first step.
        rng: draws the order of the rows.
        said: (n, O) logits that are there already; None for none.

    Returns:
        weight (K, O) and bias (O,) of what is to be added to them.
    """
    excess: Callable[[Any, Any], Any] = _excess_of_each
    truth: list[Any] = targets.tolist()
    outputs: tuple[int, ...] = (num_classes,)
    if targets.ndim == 2:
        excess, truth = _excess_of_any, list(targets.astype(np.float32))
    elif num_classes == 2:
        excess, outputs = _excess_of_one, ()
    weight = np.zeros((num_features, *outputs), np.float32)
    bias = np.zeros(outputs, np.float32)
    cells = weight.view(np.dtype((np.void, weight[:1].nbytes))).reshape(-1)  # written as wholes
    ends = rows.ends
    starts, stops = (ends - rows.lengths).tolist(), ends.tolist()
    counts = np.minimum(weights, MOST_WEIGHT).tolist()
    steps = np.linspace(learning_rate, 0, epochs * len(starts), endpoint=False)
    rates = iter(steps.tolist())
    for _ in range(epochs):
        for row in rng.permutation(len(starts)).tolist():
            inside = slice(starts[row], stops[row])
            ids, values = rows.ids[inside].astype(np.intp), rows.values[inside]
            own = weight.take(ids, axis=0)
            logits = values @ own + bias
            if said is not None:
                logits += said[row].reshape(outputs)
            change = excess(logits, truth[row])
            change *= -counts[row] * next(rates)
            own += np.multiply.outer(values, change)
            cells[ids] = own.view(cells.dtype).reshape(-1)
            bias += BIAS_SHARE * change
    return weight.reshape(num_features, -1), bias.reshape(-1)


MOST_WEIGHT = 10.0  # of a row: a longer step would overshoot
BIAS_SHARE = 0.1  # it moves in every step, so by less in each


def _excess_of_one(logit: Floats, target: int) -> float:
    """Return by how much the probability of class 1 exceeds the truth."""
    return 0.5 * math.tanh(0.5 * logit) + 0.5 - target


def _excess_of_any(logits: Floats, target: Floats) -> Floats:
    """Return (O,) by how much the probability of each class for itself exceeds the truth."""
    p: Floats = np.tanh(0.5 * logits)
    p *= 0.5
    p += 0.5
    p -= target
    return p


def _excess_of_each(logits: Floats, target: int) -> Floats:
    """Return (C,) by how much the probability of each class exceeds the truth."""
    p: Floats = np.exp(logits - np.maximum.reduce(logits))
    p /= np.add.reduce(p)
    p[target] -= 1
    return p
