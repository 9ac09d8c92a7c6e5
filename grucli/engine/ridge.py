"""Ridge regression over dense features, of which there may be more than rows.

Sources: Hoerl & Kennard 1970; Rifkin & Lippert 2007 (MIT-CSAIL-TR-2007-025) for the errors of rows
that are left out, which cost nothing once the eigenvectors are known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from grucli.engine import blend_factors, linear
from grucli.engine.packing import Floats, Integers
from grucli.engine.products import times

Layer = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]
PENALTIES = 10.0 ** np.arange(-5, 1.5, 0.5)  # times the mean square of the rows


def forward(weight: Floats, bias: Floats, rows: Floats, tile: int = 1) -> npt.NDArray[np.float64]:
    """Return logits (n, O) in float64.

    Args:
        weight: (K, O) of each feature for each output.
        bias: (O,).
        rows: (n, K).
        tile: of products.
    """
    logits: npt.NDArray[np.float64] = times(rows.astype(np.float64), weight, tile) + bias
    return logits


def fit(
    rows: Floats,
    targets: Integers,
    weights: Floats,
    num_classes: int,
    start: Layer | None = None,
) -> Layer:
    """Learn 1 for a row's own class and -1 for others; make logits of it.

    Rows that are left out tell the factor that makes logits of regressions. Of one row nothing can
    be left out: it tells no feature from another, and the bias alone says its class.

    Args:
        rows: (n, K), n at least 1.
        targets: (n,) classes.
        weights: (n,) how much each row counts.
        num_classes: C; two of them share one output.
        start: weight and bias that are known already: rows that are left out also tell the factor
            by which these are added; None for none.

    Returns:
        weight (K, O) and bias (O,).
    """
    outputs = 1 if num_classes == 2 else num_classes
    truth = np.where(np.arange(num_classes) == targets[:, None], 1.0, -1.0)[:, -outputs:]
    return fit_logits(rows, truth, weights, start, lambda said: blend_factors.fit(said, targets))


def fit_logits(
    rows: Floats,
    truth: Floats,
    weights: Floats,
    start: Layer | None,
    blend: Callable[[Sequence[Floats]], Floats],
) -> Layer:
    """Learn truth (n, O) of 1 and -1, and make logits of it; the other arguments are as above.

    Args:
        blend: from logits (n, O) of one layer or two to the factors by which they lose least.
    """
    if len(rows) == 1:
        alone = np.zeros((rows.shape[1], truth.shape[1]), np.float32), truth[0].astype(np.float32)
        return alone if start is None else start
    weight, bias, errors = solve(rows, truth, weights)
    if start is None:
        factor = blend([truth - errors])[0]
        return (factor * weight).astype(np.float32), (factor * bias).astype(np.float32)
    known, new = blend([forward(*start, rows), truth - errors])
    return linear.added((known * start[0], known * start[1]), new * weight, new * bias)


def solve(
    rows: Floats, wanted: Floats, weights: Floats
) -> tuple[Floats, Floats, npt.NDArray[np.float64]]:
    """Learn numbers, with the penalty of the lowest mean square of errors of rows left out.

    Args:
        rows: (n, K), n at least 2.
        wanted: (n, O) float64.
        weights: (n,) how much each row counts.

    Returns:
        weight (K, O), bias (O,), and (n, O) wanted less what the other rows say of each row.
    """
    mean, centre = (np.average(part, axis=0, weights=weights) for part in (rows, wanted))
    mean, root = mean.astype(rows.dtype), np.sqrt(weights)[:, None]
    centred, scaled = (rows - mean) * root.astype(rows.dtype), (wanted - centre) * root
    values, vectors = _eigenvectors(centred, root)
    along = vectors.T @ scaled
    found = []
    for penalty in PENALTIES * values.sum() / len(rows):
        inverse = 1 / (values + penalty)
        dual = vectors @ (inverse[:, None] * along)
        errors = dual / (vectors**2 @ inverse)[:, None] / root
        found.append((float(np.sum(weights[:, None] * errors**2)), dual, errors))
    _, dual, errors = min(found, key=lambda one: one[0])
    weight = centred.T @ dual.astype(rows.dtype)
    return weight, centre - mean @ weight, errors


def _eigenvectors(rows: Floats, root: Floats) -> tuple[Floats, Floats]:
    """Return (n - 1,) eigenvalues of the products of rows (n, K), and (n, n - 1) eigenvectors.

    Left out is what lies along `root` (n, 1): it belongs to the mean, which is not penalised.
    """
    gram = (rows @ rows.T).astype(np.float64)
    unit = root / np.linalg.norm(root)
    total = max(float(np.trace(gram)), LEAST_TOTAL)
    values, vectors = np.linalg.eigh(gram + APART * total * (unit @ unit.T))
    return np.maximum(values[:-1], total * ROUNDING), vectors[:, :-1]


LEAST_TOTAL = 1e-6  # of rows that are all equal
APART = 1e3  # so far beyond the others that no eigenvector mixes with it
ROUNDING = 1e-12  # of the sum of all eigenvalues
