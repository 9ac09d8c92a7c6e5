"""Parts that gated cells share: how large a block is, weights, the states before a block."""

from collections.abc import Mapping

import numpy as np

from grucli.engine.activations import LOGISTIC
from grucli.engine.inputs import pick
from grucli.engine.packing import Floats, Packing, Step
from grucli.engine.tape import Tape

BLOCK_VALUES = 1 << 15
"""Numbers of a gate in one direction of a block, whose few arrays then fit into a cache."""
ROWS_A_UNIT = 2
"""Of a block at least: the products that each block adds to the gradients of weights must be long,
or to add them up takes as much time as to make them."""


def blocks_of(packing: Packing, hidden_size: int) -> list[tuple[list[Step], slice]]:
    """Return the blocks in which a layer is computed, as `Packing.blocks` does."""
    ways = packing.num_directions
    return packing.blocks(max(ways * BLOCK_VALUES // hidden_size, ways * ROWS_A_UNIT * hidden_size))


def per_gate(params: Mapping[str, Floats], tape: Tape) -> tuple[Floats, Floats]:
    """Return contiguous transposed weights of a cell with blocks r | z | n.

    Those of r and z are scaled for LOGISTIC.

    Returns:
        (3, D, I + 1, H), weights and bias for n | r | z of the inputs; and (3, D, H, H), weights
        for r | z | n of the states; both with the columns that fill up tiles.
    """
    D, _, H = params["weight_hh"].shape
    w_ih, w_hh = (params[name].reshape(D, 3, H, -1) for name in ("weight_ih", "weight_hh"))
    weight_x = tape.tiled("weight_x", 3, D, w_ih.shape[3] + 1, H)
    weight_h = tape.tiled("weight_h", 3, D, H, H)
    scale = np.array(LOGISTIC.scale, weight_x.dtype)
    w_ih, w_hh = w_ih.transpose(1, 0, 3, 2), w_hh.transpose(1, 0, 3, 2)
    bias = params["bias"].reshape(D, 3, H).swapaxes(0, 1)
    weight_x[0, :, :-1], weight_x[0, :, -1], weight_h[2] = w_ih[2], bias[2], w_hh[2]
    np.multiply(w_ih[:2], scale, weight_x[1:, :, :-1])
    np.multiply(bias[:2], scale, weight_x[1:, :, -1])
    np.multiply(w_hh[:2], scale, weight_h[:2])
    return tape.right("weight_x"), tape.right("weight_h")


def states_before(states: Floats, packing: Packing, block: slice, tape: Tape) -> Floats:
    """Return (rows, H) the states before the packed rows of a block; `states` is (B + N, H)."""
    previous = packing.previous
    if isinstance(previous, slice):
        return states[block]
    out = tape.take("before", block.stop - block.start, states.shape[1])
    return pick(states, previous[block], out)
