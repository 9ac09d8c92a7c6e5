"""The gated recurrent unit: forward pass and backpropagation through time, in one direction."""

from collections.abc import Mapping

import numpy as np

from grucli.engine.cells.gated import BLOCK_VALUES, InputSide, per_gate, states_before
from grucli.engine.inputs import Inputs, Sum, projection
from grucli.engine.packing import Floats, Packing
from grucli.engine.params import Shape
from grucli.engine.tape import Tape

BLOCKS = ("reset", "keep", "candidate")
GATES = ("candidate", "reset", "keep", "recurrent")
HAS_TANH = True


def shapes(input_size: int, hidden_size: int, num_directions: int) -> dict[str, Shape]:
    """Return the shape of each parameter of one layer, blocks r | z | n.

    The candidate has a second bias because the reset gate scales its recurrent part; second
    biases of r and z would add nothing.
    """
    D, H = num_directions, hidden_size
    return {
        "weight_ih": (D, 3 * H, input_size),
        "weight_hh": (D, 3 * H, H),
        "bias": (D, 3 * H),
        "bias_hn": (D, H),
    }


def forward(
    params: Mapping[str, Floats], x: Inputs, packing: Packing, tape: Tape, h0: Floats | None = None
) -> Floats:
    """Run one direction over a packed batch and record what backward needs.

        r = sigmoid(W_ir x + b_r + W_hr h)  (1)     z = sigmoid(W_iz x + b_z + W_hz h)  (2)
        n = tanh(W_in x + b_n + r * hn)     (3)     h' = n + z (h - n)                  (4)
        hn = W_hn h + b_hn                  (5)

    Args:
        params: the arrays named by `shapes`, of this direction: without the axis D.
        x: what the N packed rows read, in this direction's order of time.
        packing: the order of the packed rows.
        tape: overwritten; `tape["gates"]` is (4, N, H) with n | r | z | hn.
        h0: (B, H) initial states, zeros if None.

    Returns:
        (B + N, H) states, a view into `tape["states"]`: h0, then those after each packed row.

    Source: Cho et al. 2014 (arXiv:1406.1078v1); reset after the product, as in cuDNN.
    """
    B, H = packing.batch_size, len(params["bias_hn"])
    weight_x, weight_h = per_gate(params, tape)
    project = projection(x, weight_x, tape)
    gates, states = tape.take("gates", 4, packing.size, H), tape.take("states", B + packing.size, H)
    n, rz, hn = gates[0], gates[1:3], gates[3]
    states[:B] = 0 if h0 is None else h0
    h, k = states[:B], 0
    bias_hn = tape.take("bias_hn", B, H)
    bias_hn[...] = params["bias_hn"]
    half = np.array(0.5, states.dtype)
    for steps, block in packing.blocks(BLOCK_VALUES // H):
        project(block, gates[:3, block])
        for at in steps:
            if at.stop - at.start != k:
                k = at.stop - at.start
                h, b_hn, product = h[:k], bias_hn[:k], tape.take("product", 3, k, H)
                a_rz, a_n = product[:2], product[2]
            np.matmul(h, weight_h, product)
            rz_at, n_at, hn_at = rz[:, at], n[at], hn[at]
            np.add(a_rz, rz_at, a_rz)  # (1) (2)
            # `per_gate` has halved the weights of r and z, so that this is a / 2, and
            # sigmoid(a) = tanh(a / 2) / 2 + 1 / 2: one tanh for both gates, which cannot overflow.
            np.tanh(a_rz, a_rz)
            np.multiply(a_rz, half, a_rz)
            np.add(a_rz, half, rz_at)
            np.add(a_n, b_hn, hn_at)  # (5)
            np.multiply(rz_at[0], hn_at, a_n)  # (3)
            np.add(a_n, n_at, a_n)
            np.tanh(a_n, n_at)
            new = states[B + at.start : B + at.stop]
            np.subtract(h, n_at, new)  # (4)
            np.multiply(new, rz_at[1], new)
            np.add(new, n_at, new)
            h = new
    return states


def backward(
    params: Mapping[str, Floats],
    x: Inputs,
    packing: Packing,
    tape: Tape,
    d_states: Floats,
    grads: Mapping[str, Floats],
    d_x: Floats | None,
) -> Floats:
    """Propagate the gradient of the states back to the parameters, inputs and initial states.

    Args:
        params, x, packing: as given to `forward`.
        tape: as `forward` left it; used up.
        d_states: (N, H) gradient of the loss by each state as seen from outside; overwritten.
        grads: arrays named by `shapes`, of this direction; overwritten.
        d_x: (N, I) overwritten by the gradient of what each packed row reads; None to omit it.

    Returns:
        d_h0 (B, H), a view into the tape.
    """
    B, H = packing.batch_size, len(params["bias_hn"])
    d_gates, states = tape["gates"], tape["states"]
    n, r, z, hn = d_gates
    weight_h = params["weight_hh"].reshape(3, H, H)
    d_h0 = tape.take("d_h0", B, H)
    inputs = InputSide(params, x, tape, grads, d_x, blocks=(2, 0, 1))
    d_weight_h = Sum(grads["weight_hh"].reshape(3, H, H), tape, "d_weight_h_part")
    grads["bias_hn"].fill(0)
    k, carried = 0, d_h0[:0]
    for steps, block in reversed(packing.blocks(BLOCK_VALUES // H)):
        before = states_before(states, packing, block, tape)
        keep = _factors(d_gates[:, block], before, tape)
        for at in reversed(steps):
            d_h = d_states[at]
            d_h_on = d_h[:k]  # of the rows that run on
            np.add(d_h_on, carried, d_h_on)
            if at.stop - at.start != k:
                k = at.stop - at.start
                carried, parts = d_h0[:k], tape.take("parts", 3, k, H)
                part_r, part_z, part_hn = parts
            d_n, d_r, d_z, d_hn = n[at], r[at], z[at], hn[at]
            np.multiply(d_n, d_h, d_n)  # (4) (3)
            np.multiply(d_r, d_n, d_r)  # (3) (1)
            np.multiply(d_z, d_h, d_z)  # (4) (2)
            np.multiply(d_hn, d_n, d_hn)  # (3)
            np.matmul(d_gates[1:, at], weight_h, parts)  # (1) (2) (5)
            np.multiply(d_h, keep[at.start - block.start : at.stop - block.start], carried)  # (4)
            np.add(carried, part_r, carried)
            np.add(carried, part_z, carried)
            np.add(carried, part_hn, carried)
        inputs.add(d_gates[:3, block], block)
        d_weight_h.add(d_gates[1:, block], before)  # (1) (2) (5)
        grads["bias_hn"][...] += np.add.reduce(d_gates[3, block], axis=0)
    inputs.finish()
    return d_h0


def _factors(gates: Floats, before: Floats, tape: Tape) -> Floats:
    """Turn the gates n | r | z | hn of a block into what d_h is multiplied by.

    They become d_n / d_h, d_r / d_n, d_z / d_h and d_hn / d_n, where each d_ is by the gate before
    its sigmoid or tanh.

    Args:
        gates: (4, rows, H) overwritten.
        before: (rows, H) states before these rows.
        tape: for the result.

    Returns:
        (rows, H) z, by which d_h is kept.
    """
    n, r, z, hn = gates
    keep, slope = tape.take("keep", *z.shape), tape.take("slope", *z.shape)
    keep[...] = z
    np.subtract(1, r, out=slope)
    slope *= r
    slope *= hn
    hn[...] = r
    r[...] = slope
    np.subtract(before, n, out=slope)
    slope *= keep
    np.subtract(1, z, out=z)
    n *= n
    np.subtract(1, n, out=n)
    n *= z
    z *= slope
    return keep
