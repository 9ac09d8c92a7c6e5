"""Attention: each step of a target looks at all steps of its source.

    k_s = W_k m_s,  v_s = W_v m_s        (1)    m the states of the source, k their keys, v values
    e_ts = h_t . k_s                     (2)    h the states of the target
    a_ts = exp(e_ts) / sum_s exp(e_ts)   (3)    how much step t of the target looks at s
    o_t = tanh(sum_s a_ts v_s + W_h h_t + b)    (4)

The states of a target do not depend on what it looks at, so that one pass of the recurrence makes
them all, and all steps look at once. (4) is what Luong et al. write as tanh(W [context; state]),
the part of the context multiplied before it is summed.

Letters: N packed rows of sources, M of targets; S and T steps of the longest source and target of
B rows; F features of a source's state, H of a target's. A grid is (B, S, ...) or (B, T, ...), a row
a sequence, and zero beyond its end: products of sequences need them side by side.

Source: Luong et al. 2015 (arXiv:1508.04025), the score "general", without input feeding.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from grucli.engine.activations import LOGISTIC
from grucli.engine.packing import Floats, Integers, Packing
from grucli.engine.params import Shape, glorot_uniform
from grucli.engine.products import batched, times, whole
from grucli.engine.tape import Tape

Arrays = Mapping[str, Floats]
G = TypeVar("G", bound=np.generic)


class Pairs:
    """Sources and their targets, both packed: the order of rows of one is not that of the other.

    Attributes:
        source, target: how both are packed.
        absent: (B, S) bool, the places of the grid beyond the end of a source.
    """

    def __init__(self, source: Packing, target: Packing, order: Integers) -> None:
        """Pair them; row k of the target belongs to row `order[k]` of the source."""
        self.source, self.target = source, target
        self.absent: npt.NDArray[np.bool_] = np.arange(source.num_steps) >= source.lengths[:, None]
        self.rows = order[target.row]
        self._source_at = source.row * source.num_steps + source.step
        self._target_at = self.rows * target.num_steps + target.step

    def sources(self, packed: npt.NDArray[G], into: npt.NDArray[G] | None = None) -> npt.NDArray[G]:
        """Return the grid (B, S, ...) of (N, ...), in `into` if that is given."""
        return _grid(packed, self._source_at, self.source, into)

    def targets(self, packed: npt.NDArray[G], into: npt.NDArray[G] | None = None) -> npt.NDArray[G]:
        """Return the grid (B, T, ...) of (M, ...), in `into` if that is given."""
        return _grid(packed, self._target_at, self.target, into)

    def of_sources(self, grid: Floats) -> Floats:
        """Return (N, ...) of a grid (B, S, ...)."""
        return _packed(grid, self._source_at)

    def of_targets(self, grid: Floats) -> Floats:
        """Return (M, ...) of a grid (B, T, ...)."""
        return _packed(grid, self._target_at)


def shapes(source_size: int, hidden_size: int) -> dict[str, Shape]:
    """Return the shape of each parameter, of F and H; W_k stands above W_v."""
    return {
        "source": (2 * hidden_size, source_size),
        "state": (hidden_size, hidden_size),
        "bias": (hidden_size,),
    }


def initialise_(params: Arrays, rng: np.random.Generator) -> None:
    """Draw the first values of the arrays named by `shapes`."""
    for weight in (*np.split(params["source"], 2), params["state"]):
        weight[...] = glorot_uniform(weight.shape, rng)
    params["bias"].fill(0)


def forward(params: Arrays, states: Floats, sources: Floats, pairs: Pairs, tape: Tape) -> Floats:
    """Return the outputs (M, H), a view into the tape.

    Args:
        params: the arrays named by `shapes`.
        states: (M, H) of the targets, packed.
        sources: (N, F) states of the sources, packed.
        pairs: the order of both.
        tape: overwritten; `tape["weights"]` is (B, T, S) of (3), zero where a source has ended.
    """
    B, S, T = pairs.source.batch_size, pairs.source.num_steps, pairs.target.num_steps
    (M, H), N = states.shape, len(sources)
    read = np.matmul(sources, params["source"].T, out=tape.take("read", N, 2 * H))
    keys, values = halves(pairs.sources(read, tape.take("grid", B * S, 2 * H)))
    queries = pairs.targets(states, tape.take("queries", B * T, H))
    weights = look(queries, keys, pairs.absent, tape.take("weights", B, T, S))
    mixed = np.matmul(weights, values, out=tape.take("mixed", B, T, H))
    outputs = tape.take("outputs", M, H)
    return combined(params, pairs.of_targets(mixed), states, outputs)


def backward(
    params: Arrays,
    states: Floats,
    sources: Floats,
    pairs: Pairs,
    tape: Tape,
    d_outputs: Floats,
    grads: Arrays,
) -> tuple[Floats, Floats]:
    """Return d_states (M, H) and d_sources (N, F), views into the tape.

    Args:
        params, states, sources, pairs: as given to `forward`.
        tape: as `forward` left it; used up.
        d_outputs: (M, H) gradient of the outputs.
        grads: the arrays named by `shapes`; overwritten.
    """
    B, S, T = pairs.source.batch_size, pairs.source.num_steps, pairs.target.num_steps
    (M, H), (N, F), outputs = states.shape, sources.shape, tape["outputs"]
    d_sum = np.multiply(outputs, outputs, outputs)  # (4)
    np.subtract(1, d_sum, d_sum)
    np.multiply(d_outputs, d_sum, d_sum)
    np.matmul(d_sum.T, states, out=grads["state"])
    np.add.reduce(d_sum, axis=0, out=grads["bias"])
    d_states = np.matmul(d_sum, params["state"], out=tape.take("d_states", M, H))
    (keys, values), weights = halves(tape["grid"].reshape(B, S, -1)), tape["weights"]
    d_mixed = pairs.targets(d_sum, tape.take("mixed", B * T, H))
    d_weights = np.matmul(d_mixed, values.swapaxes(1, 2))
    d_scores = weights * (d_weights - np.sum(weights * d_weights, axis=2, keepdims=True))  # (3)
    d_grid = tape.take("d_grid", B, S, 2 * H)
    d_keys, d_values = halves(d_grid)
    np.matmul(weights.swapaxes(1, 2), d_mixed, out=d_values)
    np.matmul(d_scores.swapaxes(1, 2), tape["queries"].reshape(B, T, H), out=d_keys)  # (2)
    d_states += pairs.of_targets(np.matmul(d_scores, keys, out=d_mixed))
    d_read = pairs.of_sources(d_grid)
    np.matmul(d_read.T, sources, out=grads["source"])  # (1)
    return d_states, np.matmul(d_read, params["source"], out=tape.take("d_sources", N, F))


def halves(read: Floats) -> tuple[Floats, Floats]:
    """Return keys and values (..., H), views of what was read of sources, (..., 2 H)."""
    size = read.shape[-1] // 2
    return read[..., :size], read[..., size:]


def look(
    queries: Floats, keys: Floats, absent: npt.NDArray[np.bool_], out: Floats | None = None
) -> Floats:
    """Return (B, T, S) how much each step looks at each place (2) (3).

    Args:
        queries: (B, T, H), the states that look.
        keys: (B, S, H).
        absent: (B, S), which places are none; they get 0. A row has at least one place.
        out: where they go; new memory if None.
    """
    weights: Floats = np.matmul(queries, keys.swapaxes(1, 2), out=out)
    weights[np.broadcast_to(absent[:, None], weights.shape)] = -np.inf
    weights -= weights.max(axis=2, keepdims=True)
    np.exp(weights, out=weights)
    weights /= weights.sum(axis=2, keepdims=True)
    return weights


class Looking:
    """Sources that the steps of targets look at one after the other, as `look` does all at once.

    With tiles (`products`) no bit of what a step sees depends on other rows, or on how wide the
    grid is; sums over places are made one after the other, so that zeros behind them change none.
    """

    def __init__(
        self,
        keys: Floats,
        absent: npt.NDArray[np.bool_],
        tile: int = 1,
        values: Floats | None = None,
    ) -> None:
        """Take the sources.

        Args:
            keys: (B, S, H).
            absent: (B, S), which places are none; a row has at least one place.
            tile: of products.
            values: (B, S, H), only for `mixed`.
        """
        self._tile, places = tile, whole(keys.shape[1], tile)
        self._keys = _widened(keys.swapaxes(1, 2), keys.shape[2], places)
        self._absent = np.ones((len(absent), places), bool)
        self._absent[:, : absent.shape[1]] = absent
        self._size = 0 if values is None else values.shape[2]
        self._values = _widened(
            keys[..., :0] if values is None else values, places, whole(self._size, tile)
        )

    def scores(self, queries: Floats) -> Floats:
        """Return (B, T, S or more) of the places (2), minus infinity where there is none."""
        found = batched(queries, self._keys, self._tile)
        found[np.broadcast_to(self._absent[:, None], found.shape)] = -np.inf
        return found

    def mixed(self, queries: Floats) -> Floats:
        """Return (B, T, H), the sums of values that queries (B, T, H) see (2) (3)."""
        weights = self.scores(queries)
        weights -= weights.max(axis=2, keepdims=True)
        np.exp(weights, out=weights)
        weights /= np.cumsum(weights, axis=2)[:, :, -1:]
        return batched(weights, self._values, self._tile)[:, :, : self._size]

    def keep_(self, rows: Integers) -> None:
        """Go on with some of the sources."""
        self._keys, self._values = self._keys[rows], self._values[rows]
        self._absent = self._absent[rows]


def combined(
    params: Arrays, mixed: Floats, states: Floats, out: Floats | None = None, tile: int = 1
) -> Floats:
    """Return (M, H) what follows from sums of values and from states (M, H) of steps (4)."""
    outputs = times(states, params["state"].T, tile, out)
    outputs += mixed
    outputs += params["bias"]
    LOGISTIC.tanh(outputs.dtype)(outputs, outputs)
    return outputs


def _widened(grid: Floats, rows: int, columns: int) -> Floats:
    """Return (B, rows, columns) with zeros behind the last row and column of a grid."""
    filled = np.zeros((len(grid), rows, columns), grid.dtype)
    filled[:, : grid.shape[1], : grid.shape[2]] = grid
    return filled


def _grid(
    packed: npt.NDArray[G], at: Integers, packing: Packing, into: npt.NDArray[G] | None
) -> npt.NDArray[G]:
    size, rest = packing.batch_size * packing.num_steps, packed.shape[1:]
    grid = np.empty((size, *rest), packed.dtype) if into is None else into
    grid.fill(0)
    grid[at] = packed
    return grid.reshape(packing.batch_size, packing.num_steps, *rest)


def _packed(grid: Floats, at: Integers) -> Floats:
    rows: Floats = np.take(grid.reshape(-1, *grid.shape[2:]), at, axis=0)
    return rows
