"""Parts that gated cells share: blocks, weights, the gradients on the input's side."""

from collections.abc import Mapping, Sequence

import numpy as np

from grucli.engine.inputs import Inputs, Sum, pick
from grucli.engine.packing import Floats, Packing
from grucli.engine.tape import Tape

BLOCK_VALUES = 1 << 15
"""Numbers of one gate in a block: the few arrays of a block then fit into a processor's cache."""


def per_gate(params: Mapping[str, Floats], tape: Tape) -> tuple[Floats, Floats]:
    """Return contiguous transposed weights of a cell with blocks r | z | n, those of r, z halved.

    With a half of `a` at hand, sigmoid(a) = tanh(a / 2) / 2 + 1 / 2 takes one tanh for both gates,
    and cannot overflow.

    Returns:
        (3, I + 1, H), weights and bias for n | r | z of the inputs; and (3, H, H), weights for
        r | z | n of the states.
    """
    H = params["weight_hh"].shape[1]
    w_ih, w_hh = (params[name].reshape(3, H, -1) for name in ("weight_ih", "weight_hh"))
    weight_x = tape.take("weight_x", 3, w_ih.shape[2] + 1, H)
    weight_h = tape.take("weight_h", 3, H, H)
    weight_x[[1, 2, 0], :-1] = w_ih.swapaxes(1, 2)
    weight_x[[1, 2, 0], -1] = params["bias"].reshape(3, H)
    weight_h[...] = w_hh.swapaxes(1, 2)
    weight_x[1:] *= 0.5
    weight_h[:2] *= 0.5
    return weight_x, weight_h


def states_before(states: Floats, packing: Packing, block: slice, tape: Tape) -> Floats:
    """Return (rows, H) the states before the packed rows of a block; `states` is (B + N, H)."""
    previous = packing.previous
    if isinstance(previous, slice):
        return states[block]
    out = tape.take("before", block.stop - block.start, states.shape[1])
    return pick(states, previous[block], out)


class InputSide:
    """The gradients of a gated cell's input weights, bias and inputs, collected block by block."""

    def __init__(
        self,
        params: Mapping[str, Floats],
        x: Inputs,
        tape: Tape,
        grads: Mapping[str, Floats],
        d_x: Floats | None,
        *,
        blocks: Sequence[int],
    ) -> None:
        """Start at zero.

        Args:
            params: the cell's.
            x: its inputs.
            tape: for what is collected.
            grads: `weight_ih` and `bias` are overwritten by `finish`.
            d_x: (N, I) overwritten block by block; None if nobody asks for it.
            blocks: the place among the parameters of each gate that `add` is given.
        """
        G, H = len(blocks), len(params["bias"]) // len(blocks)
        self._weight = params["weight_ih"].reshape(G, H, -1)
        self._d_weight = grads["weight_ih"].reshape(G, H, -1)
        self._d_bias = grads["bias"].reshape(G, H)
        self._x, self._d_x, self._tape, self._blocks = x, d_x, tape, blocks
        total = tape.take("d_weight_x", G, H, x.rows.shape[1])
        self._sum = Sum(total, tape, "d_weight_x_part")

    def add(self, d_gates: Floats, block: slice) -> None:
        """Add a block; `d_gates` (G, rows, H) are gradients of gates before their sigmoid."""
        self._sum.add(d_gates, self._x.of(block, self._tape))
        if self._d_x is not None:
            d_x = self._d_x[block]
            part = self._tape.take("d_x_part", *d_x.shape)
            np.matmul(d_gates[0], self._weight[self._blocks[0]], d_x)
            for d_gate, gate in zip(d_gates[1:], self._blocks[1:], strict=True):
                np.matmul(d_gate, self._weight[gate], part)
                d_x += part

    def finish(self) -> None:
        """Write the sums into the gradients, in the order of the parameters."""
        for gate, d_weight in zip(self._blocks, self._sum.total, strict=True):
            self._d_weight[gate], self._d_bias[gate] = d_weight[:, :-1], d_weight[:, -1]
