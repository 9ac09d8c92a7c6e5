"""One vector from the states of each sequence: the last, their mean, maximum or weighted mean."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from grucli.engine import PoolingName
from grucli.engine.packing import Floats, Packing
from grucli.engine.params import Shape
from grucli.engine.products import times

POOLINGS: tuple[PoolingName, ...] = get_args(PoolingName)

Memory = dict[str, npt.NDArray[Any]]
"""What backward needs: of `max` (B, F) the maxima, of `attention` (N,) its weights."""


def shapes(kinds: Sequence[str], num_features: int) -> dict[str, Shape]:
    """Return the shape of each parameter: attention learns what to look for."""
    return {"query": (num_features,)} if "attention" in kinds else {}


def forward(
    kinds: Sequence[str],
    params: Mapping[str, Floats],
    outputs: Floats,
    final: Floats,
    packing: Packing,
    tile: int = 1,
) -> tuple[Floats, Memory]:
    """Pool each sequence over its own steps.

    Args:
        kinds: names of POOLINGS, each at most once.
        params: the arrays named by `shapes`.
        outputs: (N, F) states.
        final: (B, F) final states, what `last` takes.
        packing: the order of the N packed rows.
        tile: of products.

    Returns:
        (B, len(kinds) * F) pooled, in the order of `kinds`; and what `backward` needs.
    """
    parts: list[Floats] = []
    memory: Memory = {}
    for kind in kinds:
        if kind == "last":
            parts.append(final)
        elif kind == "mean":
            lengths = packing.lengths[:, None].astype(outputs.dtype)
            parts.append(_sum(outputs, packing) / lengths)
        elif kind == "max":
            memory[kind] = _max(outputs, packing)
            parts.append(memory[kind])
        else:
            scores = times(outputs, params["query"][:, None], tile)[:, 0]
            memory[kind] = _softmax(scores, packing)
            parts.append(_sum(outputs * memory[kind][:, None], packing))
    return np.concatenate(parts, axis=1), memory


def backward(
    kinds: Sequence[str],
    params: Mapping[str, Floats],
    outputs: Floats,
    packing: Packing,
    memory: Memory,
    d_pooled: Floats,
    grads: Mapping[str, Floats],
) -> tuple[Floats | None, Floats | None]:
    """Return d_outputs (N, F) and d_final (B, F), None where no kind takes them.

    Args:
        kinds, params, outputs, packing: as given to `forward`.
        memory: as `forward` returned it.
        d_pooled: (B, len(kinds) * F) gradient of the pooled vectors.
        grads: the arrays named by `shapes`; overwritten.
    """
    if list(kinds) == ["last"]:
        return None, d_pooled
    parts = np.split(d_pooled, len(kinds), axis=1)
    shares: list[Floats] = []
    d_final = None
    for kind, d_part in zip(kinds, parts, strict=True):
        if kind == "last":
            d_final = d_part
        elif kind == "mean":
            d_each = d_part / packing.lengths[:, None].astype(d_part.dtype)
            shares.append(d_each.take(packing.row, axis=0))
        elif kind == "max":
            shares.append(_of_winners(outputs, memory[kind], packing, d_part))
        else:
            weights, d_step = memory[kind], d_part[packing.row]
            d_weights = np.einsum("nf,nf->n", outputs, d_step)
            mean = np.bincount(packing.row, weights * d_weights).astype(d_part.dtype)
            d_scores = weights * (d_weights - mean[packing.row])
            d_step *= weights[:, None]
            d_step += d_scores[:, None] * params["query"]
            shares.append(d_step)
            np.matmul(d_scores, outputs, out=grads["query"])
    d_outputs = shares[0]
    for share in shares[1:]:
        d_outputs += share
    return d_outputs, d_final


def _softmax(scores: Floats, packing: Packing) -> Floats:
    """Return (N,) weights that sum to 1 over the steps of each sequence."""
    highest = scores[: packing.batch_size].copy()
    np.maximum.at(highest, packing.row, scores)
    weights: Floats = np.exp(scores - highest[packing.row])
    weights /= np.bincount(packing.row, weights).astype(scores.dtype)[packing.row]
    return weights


def _sum(outputs: Floats, packing: Packing) -> Floats:
    return _reduced(np.add, outputs, packing)


def _max(outputs: Floats, packing: Packing) -> Floats:
    return _reduced(np.maximum, outputs, packing)


def _reduced(ufunc: np.ufunc, outputs: Floats, packing: Packing) -> Floats:
    """Return (B, F) what a function of two makes of all steps of each row.

    If all rows are equally long, one call does, but for single numbers: it adds these in pairs.
    """
    if packing.active[-1] == packing.batch_size and outputs.size > packing.num_steps:
        steps = outputs.reshape(packing.num_steps, -1)
        even: Floats = ufunc.reduce(steps, axis=0).reshape(-1, outputs.shape[1])
        return even
    total = outputs[packing.slices[0]].copy()
    for rows in packing.slices[1:]:
        top = total[: rows.stop - rows.start]
        ufunc(top, outputs[rows], out=top)
    return total


def _of_winners(outputs: Floats, maximum: Floats, packing: Packing, d_maximum: Floats) -> Floats:
    """Return (N, F) the gradient of each maximum for the state it comes from; equals share it."""
    wins = outputs == maximum.take(packing.row, axis=0)
    if np.count_nonzero(wins) > maximum.size:
        d_maximum = d_maximum / _sum(wins.astype(d_maximum.dtype), packing)
    d_outputs = d_maximum.take(packing.row, axis=0)
    d_outputs *= wins
    return d_outputs
