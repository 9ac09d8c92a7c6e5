"""The gated recurrent unit: forward pass and backpropagation through time."""

from collections.abc import Mapping

import numpy as np

from grucli.engine.cells.gated import BLOCK_VALUES, per_gate, states_before
from grucli.engine.inputs import Inputs, InputSide, Sum, by_direction, projection
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
    """Run a packed batch and record what backward needs.

        r = sigmoid(W_ir x + b_r + W_hr h)  (1)     z = sigmoid(W_iz x + b_z + W_hz h)  (2)
        n = tanh(W_in x + b_n + r * hn)     (3)     h' = n + z (h - n)                  (4)
        hn = W_hn h + b_hn                  (5)

    Args:
        params: the arrays named by `shapes`.
        x: what the N packed rows read.
        packing: the order of the packed rows; in both directions that of `Packing.both_ways`.
        tape: overwritten; `tape["gates"]` is (4, N, H) with n | r | z | hn.
        h0: (B, H) initial states, zeros if None.

    Returns:
        (B + N, H) states, a view into `tape["states"]`: h0, then those after each packed row.

    Source: Cho et al. 2014 (arXiv:1406.1078v1); reset after the product, as in cuDNN.
    """
    B, (D, H) = packing.batch_size, params["bias_hn"].shape
    weight_x, weight_h = per_gate(params, tape)
    project = projection(x, weight_x, tape)
    gates, states = tape.take("gates", 4, packing.size, H), tape.take("states", B + packing.size, H)
    n, r, z, hn = gates
    states[:B] = 0 if h0 is None else h0
    bias_hn, k = tape.take("bias_hn", B, H), 0
    by_direction(bias_hn, D)[...] = params["bias_hn"][:, None]
    half = np.array(0.5, states.dtype)
    for steps, block in packing.blocks(BLOCK_VALUES // H):
        project(block, gates[:3, block])
        for at, before in steps:
            if at.stop - at.start != k:
                k = at.stop - at.start
                b_hn, product = bias_hn[:k], tape.take("product", 3, k, H)
                (a_r, a_z, a_n), a_rz = product, product[:2]
                of_direction = by_direction(product, D)
            h, new = states[before], states[B + at.start : B + at.stop]
            n_at, r_at, z_at, hn_at = n[at], r[at], z[at], hn[at]
            np.matmul(by_direction(h, D), weight_h, of_direction)
            np.add(a_r, r_at, a_r)  # (1)
            np.add(a_z, z_at, a_z)  # (2)
            # `per_gate` has halved the weights of r and z, so that this is a / 2, and
            # sigmoid(a) = tanh(a / 2) / 2 + 1 / 2: one tanh for both gates, which cannot overflow.
            np.tanh(a_rz, a_rz)
            np.multiply(a_rz, half, a_rz)
            np.add(a_r, half, r_at)
            np.add(a_z, half, z_at)
            np.add(a_n, b_hn, hn_at)  # (5)
            np.multiply(r_at, hn_at, a_n)  # (3)
            np.add(a_n, n_at, a_n)
            np.tanh(a_n, n_at)
            np.subtract(h, n_at, new)  # (4)
            np.multiply(new, z_at, new)
            np.add(new, n_at, new)
    return states


def backward(
    params: Mapping[str, Floats],
    x: Inputs,
    packing: Packing,
    tape: Tape,
    d_states: Floats,
    grads: Mapping[str, Floats],
    d_x: Floats | None,
) -> None:
    """Propagate the gradient of the states back to the parameters, inputs and initial states.

    Args:
        params, x, packing: as given to `forward`.
        tape: as `forward` left it; used up.
        d_states: (B + N, H) gradient of the loss by each state as seen from outside, zeros for the
            initial ones, which become their gradient; the others are used up.
        grads: arrays named by `shapes`; overwritten.
        d_x: overwritten by the gradient of the rows of `x`; None to omit it.
    """
    B, (D, H) = packing.batch_size, params["bias_hn"].shape
    d_gates, states = tape["gates"], tape["states"]
    n, r, z, hn = d_gates
    weight_h, d_weight_h = (
        by["weight_hh"].reshape(D, 3, H, H).swapaxes(0, 1) for by in (params, grads)
    )
    inputs = InputSide(params, x, tape, grads, d_x, d_gates=d_gates[:3], blocks=(2, 0, 1))
    recurrent, k = Sum(d_weight_h, tape, "d_weight_h_part"), 0
    grads["bias_hn"].fill(0)
    for steps, block in reversed(packing.blocks(BLOCK_VALUES // H)):
        states_in = states_before(states, packing, block, tape)
        keep = _factors(d_gates[:, block], states_in, tape)
        for at, before in reversed(steps):
            if at.stop - at.start != k:
                k = at.stop - at.start
                parts = tape.take("parts", 3, k, H)
                part_r, part_z, part_hn = parts
                of_direction = by_direction(parts, D)
            d_h, d_before = d_states[B + at.start : B + at.stop], d_states[before]
            d_n, d_r, d_z, d_hn = n[at], r[at], z[at], hn[at]
            d_kept = keep[at.start - block.start : at.stop - block.start]
            np.multiply(d_n, d_h, d_n)  # (4) (3)
            np.multiply(d_r, d_n, d_r)  # (3) (1)
            np.multiply(d_z, d_h, d_z)  # (4) (2)
            np.multiply(d_hn, d_n, d_hn)  # (3)
            np.matmul(by_direction(d_gates[1:, at], D), weight_h, of_direction)  # (1) (2) (5)
            np.multiply(d_h, d_kept, d_kept)  # (4)
            np.add(d_before, d_kept, d_before)
            np.add(d_before, part_r, d_before)
            np.add(d_before, part_z, d_before)
            np.add(d_before, part_hn, d_before)
        inputs.add(block)
        recurrent.add(by_direction(d_gates[1:, block], D), by_direction(states_in, D))
        grads["bias_hn"][...] += np.add.reduce(by_direction(d_gates[3, block], D), axis=1)
    inputs.finish()


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
