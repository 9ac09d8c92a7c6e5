"""Joint n-grams as arrays of a model file, and back from arrays that may hold anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from grucli.errors import expect
from grucli.modelfile.fields import are_weights
from grucli.modelfile.npz_layout import Arrays

if TYPE_CHECKING:
    from grucli.engine.backoff import Backoff, Order
    from grucli.engine.pair_alignment import Alignment
    from grucli.model.joint_path import JointPath
    from grucli.model.network import Architecture

JOINT = "joint_"
PARTS = {"pairs", "log_p", "sizes", "symbols", "is_last", "costs", "backoffs"}
LARGEST_FACTOR = 1e6


def joint_parts(path: JointPath | None) -> tuple[dict[str, Any], Arrays]:
    """Return what a model file holds of joint n-grams: their factors, and arrays; or nothing."""
    if path is None:
        return {}, {}
    orders, alignment = path.ngrams.orders, path.alignment
    arrays: Arrays = {
        "pairs": alignment.pairs,
        "log_p": alignment.log_p,
        "sizes": np.array([len(order.symbols) for order in orders], np.int64),
        "symbols": np.concatenate([order.symbols for order in orders]),
        "is_last": np.packbits(np.concatenate([order.is_last for order in orders])),
        "costs": np.concatenate([order.costs for order in orders]),
        "backoffs": np.concatenate([order.backoffs for order in orders]),
    }
    factors = {"recurrence": path.recurrence, "joint": path.joint}
    return {"joint": factors}, {JOINT + name: array for name, array in arrays.items()}


def joint_path(
    factors: Mapping[str, Any] | None, arrays: Arrays, architecture: Architecture
) -> JointPath | None:
    """Return the joint n-grams of a model file, None of one without.

    Args:
        factors: of the file, None where it says nothing of them.
        arrays: all of it.
        architecture: of its model.

    Raises:
        KeyError, TypeError, ValueError: they do not fit together.
    """
    own = {name.removeprefix(JOINT): a for name, a in arrays.items() if name.startswith(JOINT)}
    if factors is None:
        expect(not own, "joint n-grams without factors")
        return None
    from grucli.model.joint_path import JointPath  # late: few models have them

    expect(architecture.writes and architecture.vocabulary_size > 0, "joint n-grams")
    expect(factors.keys() == {"recurrence", "joint"}, "joint n-grams and their factors")
    for factor in factors.values():
        expect(type(factor) is float and 0 < factor < LARGEST_FACTOR, "factors of joint n-grams")
    expect(own.keys() == PARTS, "joint n-grams")
    alignment = _alignment(own, architecture.vocabulary_size, architecture.num_outputs)
    ngrams = _ngrams(own, len(alignment.pairs))
    return JointPath(alignment=alignment, ngrams=ngrams, **factors)


def _alignment(arrays: Arrays, num_tokens: int, num_symbols: int) -> Alignment:
    from grucli.engine.beam import END
    from grucli.engine.pair_alignment import BITS, MOST_PAIRS, Alignment, codes_of

    pairs, log_p = arrays["pairs"], arrays["log_p"]
    expect(pairs.dtype == np.uint32 and pairs.ndim == 2 and pairs.shape[1] == 3, "pairs")
    expect(0 < len(pairs) <= MOST_PAIRS, "pairs")
    step, first, second = pairs.T
    expect(max(num_tokens, num_symbols) < 1 << BITS, "pairs")
    expect(bool((step < num_tokens).all()), "pairs and tokens")
    expect(bool((np.maximum(first, second) <= num_symbols).all()), "pairs and symbols")
    expect(bool((first[second > 0] > 0).all()), "pairs")
    expect(not bool((pairs[:, 1:] == 1 + END).any()), "pairs and ends")
    expect(bool((np.diff(codes_of(pairs)) > 0).all()), "pairs")
    expect(log_p.shape == (len(pairs),) and log_p.dtype == np.float32, "pairs")
    expect(are_weights(log_p) and bool((log_p <= 0).all()), "pairs and their probabilities")
    return Alignment(pairs=pairs, log_p=log_p)


def _ngrams(arrays: Arrays, num_pairs: int) -> Backoff:
    from grucli.engine.backoff import LONGEST, MOST_NGRAMS, Backoff, Order

    sizes, symbols, costs = (arrays[name] for name in ("sizes", "symbols", "costs"))
    expect(sizes.dtype == np.int64 and sizes.ndim == 1, "joint n-grams")
    expect(0 < len(sizes) <= LONGEST and bool((sizes > 0).all()), "joint n-grams")
    expect(bool((sizes <= MOST_NGRAMS).all()) and sizes.sum() <= MOST_NGRAMS, "joint n-grams")
    total, highest = int(sizes.sum()), int(sizes[-1])
    backoffs, is_last = arrays["backoffs"], arrays["is_last"]
    expect(symbols.shape == (total,) and symbols.dtype == np.uint16, "joint n-grams")
    expect(bool((symbols < num_pairs + 2).all()), "joint n-grams and pairs")
    expect(costs.shape == (total,) and costs.dtype == np.uint8, "joint n-grams")
    expect(backoffs.shape == (total - highest,) and backoffs.dtype == np.uint8, "joint n-grams")
    expect(is_last.shape == (-(-total // 8),) and is_last.dtype == np.uint8, "joint n-grams")
    ends, flags = np.cumsum(sizes).tolist(), np.unpackbits(is_last)[:total].view(bool)
    orders = [
        Order(
            symbols=symbols[end - size : end],
            is_last=flags[end - size : end],
            costs=costs[end - size : end],
            backoffs=backoffs[end - size : end],
        )
        for size, end in zip(sizes.tolist(), ends, strict=True)
    ]
    _check_sorted(orders, num_pairs)
    return Backoff(num_symbols=num_pairs, orders=orders)


def _check_sorted(orders: list[Order], end: int) -> None:
    """Refuse n-grams that are not sorted by what comes before, then by their last symbol."""
    expect(int(orders[0].symbols[-1]) == end + 1, "joint n-grams")  # that of a beginning
    groups = 1
    for order in orders:
        expect(int(order.is_last.sum()) == groups and bool(order.is_last[-1]), "joint n-grams")
        rises = order.symbols[1:] > order.symbols[:-1]
        expect(bool((rises | order.is_last[:-1]).all()), "joint n-grams")
        groups = int((order.symbols != end).sum())
