"""The GRU whose reset gate acts before the recurrent product, as in Keras's `reset_after=False`."""

from collections.abc import Mapping

import numpy as np

from grucli.engine.gated import BLOCK_VALUES, per_gate, reduce_inputs, sigmoid_of_half_
from grucli.engine.packing import Floats, Packing
from grucli.engine.params import Shape
from grucli.engine.tape import Tape

NUM_GATES = 3


def shapes(input_size: int, hidden_size: int, num_directions: int) -> dict[str, Shape]:
    """Return the shape of each parameter of one layer, blocks r | z | n."""
    D, H = num_directions, hidden_size
    return {
        "weight_ih": (D, 3 * H, input_size),
        "weight_hh": (D, 3 * H, H),
        "bias": (D, 3 * H),
    }


def forward(
    params: Mapping[str, Floats], x: Floats, packing: Packing, tape: Tape, h0: Floats | None = None
) -> Floats:
    """Run one layer over a packed batch and record what backward needs.

        r = sigmoid(W_ir x + b_r + W_hr h)  (1)     z = sigmoid(W_iz x + b_z + W_hz h)  (2)
        n = tanh(W_in x + b_n + W_hn rh)    (3)     h' = n + z (h - n)                  (4)
        rh = r * h                          (5)

    Arguments and result are those of `gru.forward`; `tape["gates"]` has n | r | z | rh.

    Source: Cho et al. 2014 (arXiv:1406.1078v3), equations 5 to 8.
    """
    D, _, H = params["weight_hh"].shape
    B = packing.batch_size
    weight_x, bias_x, weight_h = per_gate(params)
    gates = tape.take("gates", 4, D, packing.size, H)
    states = tape.take("states", D, B + packing.size, H)
    states[:, :B] = 0 if h0 is None else h0
    h = states[:, :B]
    for steps, block in packing.blocks(BLOCK_VALUES // (D * H)):
        from_inputs = gates[:3, :, block]
        np.matmul(x[:, block], weight_x, out=from_inputs)
        from_inputs += bias_x
        for step in steps:
            k, rows = int(packing.active[step]), packing.slices[step]
            h = h[:, :k]
            product = tape.take("product", 2, D, k, H)
            np.matmul(h, weight_h[:2], out=product)
            rz = gates[1:3, :, rows]  # (1) (2)
            rz += product
            sigmoid_of_half_(rz)
            n, rh = gates[0, :, rows], gates[3, :, rows]
            np.multiply(rz[0], h, out=rh)  # (5)
            np.matmul(rh, weight_h[2], out=product[0])  # (3)
            n += product[0]
            np.tanh(n, out=n)
            new = states[:, B + rows.start : B + rows.stop]
            np.subtract(h, n, out=new)  # (4)
            new *= rz[1]
            new += n
            h = new
    return states


def backward(
    params: Mapping[str, Floats],
    x: Floats,
    packing: Packing,
    tape: Tape,
    d_states: Floats,
    grads: Mapping[str, Floats],
) -> tuple[Floats, Floats]:
    """Propagate the gradient of the states back; arguments and result as in `gru.backward`."""
    D, _, H = params["weight_hh"].shape
    d_gates = tape["gates"]
    weight_h = params["weight_hh"].reshape(D, 3, H, H).swapaxes(0, 1)
    d_h0 = tape.take("d_h0", D, packing.batch_size, H)
    following = 0
    for steps, block in reversed(packing.blocks(BLOCK_VALUES // (D * H))):
        keep, reset = _factors(packing, tape, block)
        for step in reversed(steps):
            k, rows = int(packing.active[step]), packing.slices[step]
            here = slice(rows.start - block.start, rows.stop - block.start)
            d_h, (d_n, d_r, d_z) = d_states[:, rows], d_gates[:3, :, rows]
            d_h[:, :following] += d_h0[:, :following]
            d_n *= d_h  # (4) (3)
            d_z *= d_h  # (4) (2)
            d_rh = tape.take("d_rh", D, k, H)
            np.matmul(d_n, weight_h[2], out=d_rh)  # (3)
            d_r *= d_rh  # (5) (1)
            parts = tape.take("parts", 4, D, k, H)
            np.matmul(d_gates[1:3, :, rows], weight_h[:2], out=parts[:2])  # (1) (2)
            np.multiply(d_rh, reset[:, here], out=parts[2])  # (5)
            np.multiply(d_h, keep[:, here], out=parts[3])  # (4)
            np.add.reduce(parts, axis=0, out=d_h0[:, :k])
            following = k
    previous = tape["states"][:, packing.previous]
    d_weight_hh = grads["weight_hh"].reshape(D, 3, H, H)
    np.matmul(d_gates[1:3].swapaxes(2, 3), previous, out=d_weight_hh[:, :2].swapaxes(0, 1))
    np.matmul(d_gates[0].swapaxes(1, 2), d_gates[3], out=d_weight_hh[:, 2])  # (3)
    return reduce_inputs(params, x, tape, d_gates, grads), d_h0


def _factors(packing: Packing, tape: Tape, block: slice) -> tuple[Floats, Floats]:
    """Turn the gates n | r | z of a block into what is multiplied in backward; rh stays.

    They become d_n / d_h, d_r / d_rh and d_z / d_h, where each d_ is by the gate before its sigmoid
    or tanh.

    Returns:
        (D, rows, H) z and r.
    """
    n, r, z, rh = tape["gates"][:, :, block]
    keep, reset = tape.take("keep", *z.shape), tape.take("reset", *r.shape)
    keep[...], reset[...] = z, r
    slope = tape.take("slope", *z.shape)
    np.subtract(packing.before(tape["states"], block), n, out=slope)
    slope *= keep
    np.subtract(1, z, out=z)
    n *= n
    np.subtract(1, n, out=n)
    n *= z
    z *= slope
    np.subtract(1, r, out=r)
    r *= rh
    return keep, reset
