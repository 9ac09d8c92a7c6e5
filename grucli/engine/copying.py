"""Copying: a step of a target is a symbol of the vocabulary, or what its source has at a place.

All of them share one softmax, and a place speaks for the symbol that it holds:

    s_tj = o_t . (W m_j + b)                               (1)    the score of place j at step t
    u_tw = exp(g_tw) + sum over places j that hold w of exp(s_tj)  (2)
    log P_tw = log u_tw - log sum_w u_tw                   (3)

g are the scores of the vocabulary and o the outputs of attention; `b` weighs places as a whole
against the vocabulary. Letters and grids are those of `attention`; V symbols.

Source: Gu et al. 2016 (arXiv:1603.06393), section 3.2: one softmax for both ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grucli.engine.attention import Pairs
from grucli.engine.packing import Floats, Integers
from grucli.engine.params import Shape, glorot_uniform
from grucli.engine.products import times

Arrays = Mapping[str, Floats]
Exact = npt.NDArray[np.float64]
SMALLEST = np.finfo(np.float64).tiny


@dataclass(frozen=True, kw_only=True, eq=False)
class Memory:
    """What `backward` needs.

    Attributes:
        sources: (N, F) as given.
        queries, keys: the grids of o and of W m + b.
        generated: (M, V) exp(g), and copied (M, S) exp(s), each row over the largest of both.
        sums: (M, V) of (2), likewise.
        held: (M, S) where the symbol of each place stands in `sums`, as one flat array.
    """

    sources: Floats
    queries: Floats
    keys: Floats
    generated: Exact
    copied: Exact
    sums: Exact
    held: Integers


def shapes(source_size: int, hidden_size: int) -> dict[str, Shape]:
    """Return the shape of each parameter, of F and H."""
    return {"weight": (hidden_size, source_size), "bias": (hidden_size,)}


def initialise_(params: Arrays, rng: np.random.Generator) -> None:
    """Draw the first values of the arrays named by `shapes`."""
    params["weight"][...] = glorot_uniform(params["weight"].shape, rng)
    params["bias"].fill(0)


def forward(
    params: Arrays,
    scores: Floats,
    outputs: Floats,
    sources: Floats,
    symbols: Integers,
    pairs: Pairs,
) -> tuple[Floats, Memory]:
    """Return log P (M, V), and what `backward` needs.

    Args:
        params: the arrays named by `shapes`.
        scores: (M, V) of the vocabulary.
        outputs: (M, H) of the targets' steps.
        sources: (N, F) states of the sources.
        symbols: (N,) which symbol each step of a source holds.
        pairs: the order of both.
    """
    queries, keys = pairs.targets(outputs), pairs.sources(keys_of(params, sources))
    places = pairs.of_targets(scores_of(queries, keys, pairs.absent))
    held = pairs.sources(symbols)[pairs.rows]
    log_p, generated, copied, sums, flat = _shared(scores, places, held)
    memory = Memory(
        sources=sources,
        queries=queries,
        keys=keys,
        generated=generated,
        copied=copied,
        sums=sums,
        held=flat,
    )
    return log_p.astype(scores.dtype), memory


def backward(
    params: Arrays, memory: Memory, d_log_p: Floats, pairs: Pairs, grads: Arrays
) -> tuple[Floats, Floats, Floats]:
    """Return d_scores (M, V), d_outputs (M, H) and d_sources (N, F).

    Args:
        params, pairs: as given to `forward`.
        memory: as `forward` returned it.
        d_log_p: (M, V) gradient of log P.
        grads: the arrays named by `shapes`; overwritten.
    """
    dtype, sums = d_log_p.dtype, memory.sums
    d_sums = d_log_p / sums
    d_sums -= (d_log_p.sum(axis=1) / sums.sum(axis=1))[:, None]  # (3)
    d_scores = memory.generated * d_sums  # (2)
    d_places = memory.copied * d_sums.reshape(-1)[memory.held]
    d_grid = pairs.targets(d_places.astype(dtype))
    d_outputs = pairs.of_targets(np.matmul(d_grid, memory.keys))  # (1)
    d_keys = pairs.of_sources(np.matmul(d_grid.swapaxes(1, 2), memory.queries))
    np.matmul(d_keys.T, memory.sources, out=grads["weight"])
    np.add.reduce(d_keys, axis=0, out=grads["bias"])
    return d_scores.astype(dtype), d_outputs, d_keys @ params["weight"]


def keys_of(params: Arrays, sources: Floats, tile: int = 1) -> Floats:
    """Return (N, H), what the places of states (N, F) are found by; in such tiles."""
    keys = times(sources, params["weight"].T, tile)
    keys += params["bias"]
    return keys


def scores_of(queries: Floats, keys: Floats, absent: npt.NDArray[np.bool_]) -> Floats:
    """Return (B, T, S) the scores of places (1), minus infinity where there is none.

    Args:
        queries: (B, T, H), outputs of attention.
        keys: (B, S, H).
        absent: (B, S), which places are none.
    """
    places: Floats = np.matmul(queries, keys.swapaxes(1, 2))
    places[np.broadcast_to(absent[:, None], places.shape)] = -np.inf
    return places


def log_probabilities(scores: Floats, places: Floats, held: Integers) -> Exact:
    """Return log P (M, V).

    Args:
        scores: (M, V) of the vocabulary.
        places: (M, S) of the places, minus infinity where there is none.
        held: (M, S) the symbol of each place, anything where there is none.
    """
    return _shared(scores, places, held)[0]


def _shared(
    scores: Floats, places: Floats, held: Integers
) -> tuple[Exact, Exact, Exact, Exact, Integers]:
    """Return log P, and the attributes of `Memory` from `generated` on."""
    generated, copied = scores.astype(np.float64), places.astype(np.float64)
    highest = np.maximum(generated.max(axis=1), copied.max(axis=1))[:, None]
    for each in (generated, copied):
        each -= highest
        np.exp(each, out=each)
    flat = held + np.arange(len(held))[:, None] * scores.shape[1]
    sums = generated.copy()
    np.add.at(sums.reshape(-1), flat.reshape(-1), copied.reshape(-1))  # (2)
    np.maximum(sums, SMALLEST, out=sums)  # of a score so low that its exp is zero
    log_p = np.log(sums)
    log_p -= np.log(sums.sum(axis=1))[:, None]  # (3)
    return log_p, generated, copied, sums, flat
