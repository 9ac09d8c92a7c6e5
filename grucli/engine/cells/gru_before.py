"""The GRU whose reset gate acts before the recurrent product, as in Keras's `reset_after=False`."""

from collections.abc import Mapping

import numpy as np

from grucli.engine.cells.gated import BLOCK_VALUES, per_gate, states_before
from grucli.engine.inputs import Inputs, InputSide, Sum, by_direction, projection
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
    """Run a packed batch and record what backward needs.

        r = sigmoid(W_ir x + b_r + W_hr h)  (1)     z = sigmoid(W_iz x + b_z + W_hz h)  (2)
        n = tanh(W_in x + b_n + W_hn rh)    (3)     h' = n + z (h - n)                  (4)
        rh = r * h                          (5)

    Arguments and result are those of `gru.forward`; `tape["gates"]` has n | r | z | rh.

    Source: Cho et al. 2014 (arXiv:1406.1078v3), equations 5 to 8.
    """
    B, (D, _, H) = packing.batch_size, params["weight_hh"].shape
    weight_x, weight_h = per_gate(params, tape)
    project = projection(x, weight_x, tape)
    gates, states = tape.take("gates", 4, packing.size, H), tape.take("states", B + packing.size, H)
    n, r, z, rh = gates
    states[:B] = 0 if h0 is None else h0
    half, k = np.array(0.5, states.dtype), 0
    for steps, block in packing.blocks(BLOCK_VALUES // H):
        project(block, gates[:3, block])
        for at, before in steps:
            if at.stop - at.start != k:
                k = at.stop - at.start
                a_rz = tape.take("product", 2, k, H)
                (a_r, a_z), a_n = a_rz, a_rz[0]
                rz_of_direction, n_of_direction = by_direction(a_rz, D), by_direction(a_n, D)
            h, new = states[before], states[B + at.start : B + at.stop]
            n_at, r_at, z_at, rh_at = n[at], r[at], z[at], rh[at]
            np.matmul(by_direction(h, D), weight_h[:2], rz_of_direction)
            np.add(a_r, r_at, a_r)  # (1)
            np.add(a_z, z_at, a_z)  # (2)
            # a / 2, of which sigmoid(a) is made with one tanh, as in `gru.forward`.
            np.tanh(a_rz, a_rz)
            np.multiply(a_rz, half, a_rz)
            np.add(a_r, half, r_at)
            np.add(a_z, half, z_at)
            np.multiply(r_at, h, rh_at)  # (5)
            np.matmul(by_direction(rh_at, D), weight_h[2], n_of_direction)  # (3)
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
    """Propagate the gradient of the states back; arguments as in `gru.backward`."""
    B, (D, _, H) = packing.batch_size, params["weight_hh"].shape
    d_gates, states = tape["gates"], tape["states"]
    n, r, z, _ = d_gates
    weight_h, d_weight_h = (
        by["weight_hh"].reshape(D, 3, H, H).swapaxes(0, 1) for by in (params, grads)
    )
    inputs = InputSide(params, x, tape, grads, d_x, d_gates=d_gates[:3], blocks=(2, 0, 1))
    recurrent_rz = Sum(d_weight_h[:2], tape, "d_weight_rz_part")
    recurrent_n, k = Sum(d_weight_h[2:], tape, "d_weight_n_part"), 0
    for steps, block in reversed(packing.blocks(BLOCK_VALUES // H)):
        states_in = states_before(states, packing, block, tape)
        keep, reset = _factors(d_gates[:, block], states_in, tape)
        for at, before in reversed(steps):
            if at.stop - at.start != k:
                k = at.stop - at.start
                parts, d_rh = tape.take("parts", 2, k, H), tape.take("d_rh", k, H)
                part_r, part_z = parts
                rz_of_direction, rh_of_direction = by_direction(parts, D), by_direction(d_rh, D)
            d_h, d_before = d_states[B + at.start : B + at.stop], d_states[before]
            d_n, d_r, d_z = n[at], r[at], z[at]
            here = slice(at.start - block.start, at.stop - block.start)
            d_kept = keep[here]
            np.multiply(d_n, d_h, d_n)  # (4) (3)
            np.multiply(d_z, d_h, d_z)  # (4) (2)
            np.matmul(by_direction(d_n, D), weight_h[2], rh_of_direction)  # (3)
            np.multiply(d_r, d_rh, d_r)  # (5) (1)
            np.matmul(by_direction(d_gates[1:3, at], D), weight_h[:2], rz_of_direction)  # (1) (2)
            np.multiply(d_rh, reset[here], d_rh)  # (5)
            np.multiply(d_h, d_kept, d_kept)  # (4)
            np.add(d_before, d_kept, d_before)
            np.add(d_before, part_r, d_before)
            np.add(d_before, part_z, d_before)
            np.add(d_before, d_rh, d_before)
        inputs.add(block)
        d_of_direction = by_direction(d_gates[:, block], D)
        recurrent_rz.add(d_of_direction[1:3], by_direction(states_in, D))  # (1) (2)
        recurrent_n.add(d_of_direction[:1], d_of_direction[3])  # (3)
    inputs.finish()


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
