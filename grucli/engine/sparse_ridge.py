"""Ridge regression over sparse features, of which there are many more than rows.

Letters: n rows, K features, P penalties. With y the targets less their mean, the weights are X' a,
where (X X' + penalty) a = y: n unknowns, found by conjugate gradients for all penalties at once.

Sources: Hoerl & Kennard 1970 for ridge regression, Hestenes & Stiefel 1952 for the gradients.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grucli.engine import sparse_linear
from grucli.engine.packing import Floats, slices
from grucli.engine.sparse_linear import Sparse

PENALTIES = np.array([0.1, 0.3, 1.0, 3.0, 10.0])  # times the mean square of the rows
MOST_ASKED = 8192  # rows that tell the penalty; it is as good for more
HELD_SHARE = 0.2  # of them: those that are held out
USUAL = 1.0  # the penalty of rows too few to hold any out
MOST_STEPS = 200
TOLERANCE = 1e-4  # of the length of y
FEW_ROWS = 10
BLOCK_NUMBERS = 1 << 22  # products at a time: bounds the memory

Exact = npt.NDArray[np.float64]


def fit(
    rows: Sparse,
    targets: Floats,
    weights: Floats,
    *,
    num_features: int,
    rng: np.random.Generator,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Learn numbers, with the penalty that is best for rows which are held out to tell it.

    Args:
        rows: n of them, n at least 1.
        targets: (n,).
        weights: (n,) how much each row counts, 1 on average.
        num_features: K.
        rng: draws what is held out.

    Returns:
        weight (K, 1) and bias (1,), which is the mean of the targets.
    """
    penalty = USUAL
    if len(targets) >= FEW_ROWS:
        order = rng.permutation(len(targets))[:MOST_ASKED]
        held, kept = np.split(order, [round(HELD_SHARE * len(order))])
        weight, bias = solve(
            rows.select(kept), targets[kept], weights[kept], PENALTIES, num_features
        )
        errors = sparse_linear.forward(weight, bias, rows.select(held)) - targets[held, None]
        penalty = float(PENALTIES[np.argmin(weights[held] @ errors**2)])
    weight, bias = solve(rows, targets, weights, np.array([penalty]), num_features)
    return weight.astype(np.float32), bias.astype(np.float32)


def solve(
    rows: Sparse, targets: Floats, weights: Floats, penalties: Floats, num_features: int
) -> tuple[Exact, Exact]:
    """Return weight (K, P) and bias (P,) for each of P penalties.

    They make the sum of weight * (error)^2 over rows, and penalty * the mean square of a row * the
    square of the weights, smallest; the bias is the mean of the targets.
    """
    root, count = np.sqrt(weights), len(penalties)
    mean = float(np.average(targets, weights=weights))
    scaled = Sparse(
        ids=rows.ids,
        values=rows.values * np.repeat(root, rows.lengths).astype(np.float32),
        lengths=rows.lengths,
    )
    wanted = np.repeat((root * (targets - mean))[:, None], count, axis=1)
    square = float(np.mean(scaled.norms() ** 2)) or 1.0
    dual = _conjugate_gradients(scaled, wanted, square * penalties, num_features)
    return _transposed(scaled, dual, num_features), np.full(count, mean)


def _conjugate_gradients(
    rows: Sparse, wanted: Exact, penalties: Floats, num_features: int
) -> Exact:
    """Return (n, P) what X X' + penalty turns into `wanted` (n, P), a column for each penalty."""
    nothing = np.zeros(len(penalties))
    found = np.zeros_like(wanted)
    left, direction = wanted.copy(), wanted.copy()
    size = (left**2).sum(axis=0)
    enough = TOLERANCE**2 * size
    for _ in range(MOST_STEPS):
        if (size <= enough).all():
            break
        weight = _transposed(rows, direction, num_features)
        turned = sparse_linear.forward(weight, nothing, rows) + penalties * direction
        along = (direction * turned).sum(axis=0)
        step = np.divide(size, along, out=np.zeros_like(size), where=along > 0)
        found += step * direction
        left -= step * turned
        before, size = size, (left**2).sum(axis=0)
        share = np.divide(size, before, out=np.zeros_like(size), where=before > 0)
        direction = left + share * direction
    return found


def _transposed(rows: Sparse, dual: Exact, num_features: int) -> Exact:
    """Return X' dual, (K, P), for dual (n, P)."""
    found, ends = np.zeros((num_features, dual.shape[1])), rows.ends
    for some in slices(rows.lengths, BLOCK_NUMBERS):
        lengths = rows.lengths[some]
        stop = int(ends[some.stop - 1])
        inside = slice(stop - int(lengths.sum()), stop)
        for column, own in enumerate(dual[some].T):
            products = rows.values[inside] * np.repeat(own, lengths)
            found[:, column] += np.bincount(rows.ids[inside], products, num_features)
    return found
