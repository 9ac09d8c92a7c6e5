"""What both gated cells share: their blocks, their sigmoid, the gradients on the side of the input.

Both have the blocks r | z | n, and a tape of gates n | r | z, then one array of their own.
"""

from collections.abc import Mapping

import numpy as np

from grucli.engine.packing import Floats
from grucli.engine.tape import Tape

BLOCK_VALUES = 1 << 14
"""Numbers of one gate in a block: the few arrays of a block then fit into a processor's cache."""


def per_gate(params: Mapping[str, Floats]) -> tuple[Floats, Floats, Floats]:
    """Return contiguous transposed weights, those of r and z halved for `sigmoid_of_half_`.

    Returns:
        (3, D, I, H) and (3, D, 1, H), weights and biases for n | r | z of the inputs; and
        (3, D, H, H), weights for r | z | n of the states.
    """
    D, _, H = params["weight_hh"].shape
    half = np.array([0.5, 0.5, 1.0], params["bias"].dtype)[:, None, None, None]
    blocks = [
        half * params[name].reshape(D, 3, H, -1).transpose(1, 0, 3, 2)
        for name in ("weight_ih", "bias", "weight_hh")
    ]
    order = [2, 0, 1]
    return blocks[0][order], blocks[1][order], np.ascontiguousarray(blocks[2])


def sigmoid_of_half_(a: Floats) -> None:
    """Replace a / 2 by sigmoid(a) = tanh(a / 2) / 2 + 1 / 2, which cannot overflow."""
    np.tanh(a, out=a)
    a *= 0.5
    a += 0.5


def reduce_inputs(
    params: Mapping[str, Floats],
    x: Floats,
    tape: Tape,
    d_gates: Floats,
    grads: Mapping[str, Floats],
) -> Floats:
    """Sum the gate gradients n | r | z over all steps into the input's weights and the bias.

    Args:
        params: the cell's.
        x: (D, N, I) inputs.
        tape: for the result.
        d_gates: (3, D, N, H) or more, gradients before the sigmoid or tanh.
        grads: `weight_ih` and `bias` are overwritten.

    Returns:
        d_x (D, N, I), a view into the tape.
    """
    D, _, H = params["weight_hh"].shape
    weight, d_weight = (by["weight_ih"].reshape(D, 3, H, -1) for by in (params, grads))
    d_bias = grads["bias"].reshape(D, 3, H)
    d_x, part = tape.take("d_x", *x.shape), tape.take("d_x_part", *x.shape)
    for block, d_gate in enumerate((d_gates[1], d_gates[2], d_gates[0])):
        np.matmul(d_gate.swapaxes(1, 2), x, out=d_weight[:, block])
        np.add.reduce(d_gate, axis=1, out=d_bias[:, block])
        np.matmul(d_gate, weight[:, block], out=part if block else d_x)
        if block:
            d_x += part
    return d_x
