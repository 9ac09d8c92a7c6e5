"""The GRU whose reset gate acts before the recurrent product, as in Keras's `reset_after=False`."""

from collections.abc import Mapping

import numpy as np

from grucli.engine.cells.gated import BLOCK_VALUES, InputSide, per_gate, states_before
from grucli.engine.inputs import Inputs, Sum, projection
from grucli.engine.packing import Floats, Packing
from grucli.engine.params import Shape
from grucli.engine.tape import Tape

BLOCKS = ("reset", "keep", "candidate")
GATES = ("candidate", "reset", "keep", "reset_state")
HAS_TANH = True


def shapes(input_size: int, hidden_size: int, num_directions: int) -> dict[str, Shape]:
    """Return the shape of each parameter of one layer, blocks r | z | n."""
    D, H = num_directions, hidden_size
    return {
        "weight_ih": (D, 3 * H, input_size),
        "weight_hh": (D, 3 * H, H),
        "bias": (D, 3 * H),
    }


def forward(
    params: Mapping[str, Floats], x: Inputs, packing: Packing, tape: Tape, h0: Floats | None = None
) -> Floats:
    """Run one direction over a packed batch and record what backward needs.

        r = sigmoid(W_ir x + b_r + W_hr h)  (1)     z = sigmoid(W_iz x + b_z + W_hz h)  (2)
        n = tanh(W_in x + b_n + W_hn rh)    (3)     h' = n + z (h - n)                  (4)
        rh = r * h                          (5)

    Arguments and result are those of `gru.forward`; `tape["gates"]` has n | r | z | rh.

    Source: Cho et al. 2014 (arXiv:1406.1078v3), equations 5 to 8.
    """
    B, H = packing.batch_size, params["weight_hh"].shape[1]
    weight_x, weight_h = per_gate(params, tape)
    project = projection(x, weight_x, tape)
    gates, states = tape.take("gates", 4, packing.size, H), tape.take("states", B + packing.size, H)
    n, rz, rh = gates[0], gates[1:3], gates[3]
    states[:B] = 0 if h0 is None else h0
    h, k = states[:B], 0
    half = np.array(0.5, states.dtype)
    for steps, block in packing.blocks(BLOCK_VALUES // H):
        project(block, gates[:3, block])
        for at in steps:
            if at.stop - at.start != k:
                k = at.stop - at.start
                h, a_rz = h[:k], tape.take("product", 2, k, H)
                a_n = a_rz[0]
            np.matmul(h, weight_h[:2], a_rz)
            rz_at, n_at, rh_at = rz[:, at], n[at], rh[at]
            np.add(a_rz, rz_at, a_rz)  # (1) (2)
            # a / 2, of which sigmoid(a) is made with one tanh, as in `gru.forward`.
            np.tanh(a_rz, a_rz)
            np.multiply(a_rz, half, a_rz)
            np.add(a_rz, half, rz_at)
            np.multiply(rz_at[0], h, rh_at)  # (5)
            np.matmul(rh_at, weight_h[2], a_n)  # (3)
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
    """Propagate the gradient of the states back; arguments and result as in `gru.backward`."""
    B, H = packing.batch_size, params["weight_hh"].shape[1]
    d_gates, states = tape["gates"], tape["states"]
    n, r, z, _ = d_gates
    weight_h, d_weight_h = (by["weight_hh"].reshape(3, H, H) for by in (params, grads))
    d_h0 = tape.take("d_h0", B, H)
    inputs = InputSide(params, x, tape, grads, d_x, blocks=(2, 0, 1))
    d_weight_rz = Sum(d_weight_h[:2], tape, "d_weight_rz_part")
    d_weight_n = Sum(d_weight_h[2:], tape, "d_weight_n_part")
    k, carried = 0, d_h0[:0]
    for steps, block in reversed(packing.blocks(BLOCK_VALUES // H)):
        before = states_before(states, packing, block, tape)
        keep, reset = _factors(d_gates[:, block], before, tape)
        for at in reversed(steps):
            d_h = d_states[at]
            d_h_on = d_h[:k]  # of the rows that run on
            np.add(d_h_on, carried, d_h_on)
            if at.stop - at.start != k:
                k = at.stop - at.start
                carried, parts = d_h0[:k], tape.take("parts", 3, k, H)
                part_r, part_z, d_rh = parts
            here = slice(at.start - block.start, at.stop - block.start)
            d_n, d_r, d_z = n[at], r[at], z[at]
            np.multiply(d_n, d_h, d_n)  # (4) (3)
            np.multiply(d_z, d_h, d_z)  # (4) (2)
            np.matmul(d_n, weight_h[2], d_rh)  # (3)
            np.multiply(d_r, d_rh, d_r)  # (5) (1)
            np.matmul(d_gates[1:3, at], weight_h[:2], parts[:2])  # (1) (2)
            np.multiply(d_h, keep[here], carried)  # (4)
            np.multiply(d_rh, reset[here], d_rh)  # (5)
            np.add(carried, part_r, carried)
            np.add(carried, part_z, carried)
            np.add(carried, d_rh, carried)
        inputs.add(d_gates[:3, block], block)
        d_weight_rz.add(d_gates[1:3, block], before)  # (1) (2)
        d_weight_n.add(d_gates[:1, block], d_gates[3, block])  # (3)
    inputs.finish()
    return d_h0


def _factors(gates: Floats, before: Floats, tape: Tape) -> tuple[Floats, Floats]:
    """Turn the gates n | r | z of a block into what is multiplied in backward; rh stays.

    They become d_n / d_h, d_r / d_rh and d_z / d_h, where each d_ is by the gate before its sigmoid
    or tanh.

    Args:
        gates: (4, rows, H) overwritten.
        before: (rows, H) states before these rows.
        tape: for the result.

    Returns:
        (rows, H) z and r.
    """
    n, r, z, rh = gates
    keep, reset = tape.take("keep", *z.shape), tape.take("reset", *r.shape)
    keep[...], reset[...] = z, r
    slope = tape.take("slope", *z.shape)
    np.subtract(before, n, out=slope)
    slope *= keep
    np.subtract(1, z, out=z)
    n *= n
    np.subtract(1, n, out=n)
    n *= z
    z *= slope
    np.subtract(1, r, out=r)
    r *= rh
    return keep, reset
