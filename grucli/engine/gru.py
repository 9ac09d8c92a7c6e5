"""The gated recurrent unit: forward pass and backpropagation through time."""

from collections.abc import Mapping

import numpy as np

from grucli.engine.gated import BLOCK_VALUES, per_gate, reduce_inputs, sigmoid_of_half_
from grucli.engine.packing import Floats, Packing
from grucli.engine.params import Shape
from grucli.engine.tape import Tape

NUM_GATES = 3


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
    params: Mapping[str, Floats], x: Floats, packing: Packing, tape: Tape, h0: Floats | None = None
) -> Floats:
    """Run one layer over a packed batch and record what backward needs.

        r = sigmoid(W_ir x + b_r + W_hr h)  (1)     z = sigmoid(W_iz x + b_z + W_hz h)  (2)
        n = tanh(W_in x + b_n + r * hn)     (3)     h' = n + z (h - n)                  (4)
        hn = W_hn h + b_hn                  (5)

    Args:
        params: the arrays named by `shapes`.
        x: (D, N, I) inputs, those of the second direction mirrored in time.
        packing: the order of the N packed rows.
        tape: overwritten; `tape["gates"]` is (4, D, N, H) with n | r | z | hn.
        h0: (D, B, H) initial states, zeros if None.

    Returns:
        (D, B + N, H) states, a view into `tape["states"]`: h0, then those after each packed row.

    Source: Cho et al. 2014 (arXiv:1406.1078v1); reset after the product, as in cuDNN.
    """
    D, H = params["bias_hn"].shape
    B = packing.batch_size
    weight_x, bias_x, weight_h = per_gate(params)
    gates = tape.take("gates", 4, D, packing.size, H)
    states = tape.take("states", D, B + packing.size, H)
    states[:, :B] = 0 if h0 is None else h0
    bias_hn = params["bias_hn"][:, None]
    h = states[:, :B]
    for steps, block in packing.blocks(BLOCK_VALUES // (D * H)):
        from_inputs = gates[:3, :, block]
        np.matmul(x[:, block], weight_x, out=from_inputs)
        from_inputs += bias_x
        for step in steps:
            k, rows = int(packing.active[step]), packing.slices[step]
            h = h[:, :k]
            product = tape.take("product", 3, D, k, H)
            np.matmul(h, weight_h, out=product)
            rz = gates[1:3, :, rows]  # (1) (2)
            rz += product[:2]
            sigmoid_of_half_(rz)
            n, hn = gates[0, :, rows], gates[3, :, rows]
            np.add(product[2], bias_hn, out=hn)  # (5)
            np.multiply(rz[0], hn, out=product[2])  # (3)
            n += product[2]
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
    """Propagate the gradient of the states back to the parameters, inputs and initial states.

    Args:
        params, x, packing: as given to `forward`.
        tape: as `forward` left it; used up.
        d_states: (D, N, H) gradient of the loss by each state as seen from outside; overwritten.
        grads: arrays named by `shapes`; overwritten.

    Returns:
        d_x (D, N, I) and d_h0 (D, B, H), views into the tape.
    """
    D, H = params["bias_hn"].shape
    d_gates = tape["gates"]
    weight_h = params["weight_hh"].reshape(D, 3, H, H).swapaxes(0, 1)
    d_h0 = tape.take("d_h0", D, packing.batch_size, H)
    following = 0
    for steps, block in reversed(packing.blocks(BLOCK_VALUES // (D * H))):
        keep = _factors(packing, tape, block)
        for step in reversed(steps):
            k, rows = int(packing.active[step]), packing.slices[step]
            d_h, (d_n, d_r, d_z, d_hn) = d_states[:, rows], d_gates[:, :, rows]
            d_h[:, :following] += d_h0[:, :following]
            d_n *= d_h  # (4) (3)
            d_r *= d_n  # (3) (1)
            d_z *= d_h  # (4) (2)
            d_hn *= d_n  # (3)
            parts = tape.take("parts", 4, D, k, H)
            np.matmul(d_gates[1:, :, rows], weight_h, out=parts[:3])  # (1) (2) (5)
            kept = keep[:, rows.start - block.start : rows.stop - block.start]
            np.multiply(d_h, kept, out=parts[3])  # (4)
            np.add.reduce(parts, axis=0, out=d_h0[:, :k])
            following = k
    previous = tape["states"][:, packing.previous]
    d_weight_hh = grads["weight_hh"].reshape(D, 3, H, H).swapaxes(0, 1)
    np.matmul(d_gates[1:].swapaxes(2, 3), previous, out=d_weight_hh)  # (1) (2) (5)
    np.add.reduce(d_gates[3], axis=1, out=grads["bias_hn"])
    return reduce_inputs(params, x, tape, d_gates, grads), d_h0


def _factors(packing: Packing, tape: Tape, block: slice) -> Floats:
    """Turn the gates n | r | z | hn of a block into what d_h is multiplied by.

    They become d_n / d_h, d_r / d_n, d_z / d_h and d_hn / d_n, where each d_ is by the gate before
    its sigmoid or tanh.

    Returns:
        (D, rows, H) z, by which d_h is kept.
    """
    n, r, z, hn = tape["gates"][:, :, block]
    keep, slope = tape.take("keep", *z.shape), tape.take("slope", *z.shape)
    keep[...] = z
    np.subtract(1, r, out=slope)
    slope *= r
    slope *= hn
    hn[...] = r
    r[...] = slope
    np.subtract(packing.before(tape["states"], block), n, out=slope)
    slope *= keep
    np.subtract(1, z, out=z)
    n *= n
    np.subtract(1, n, out=n)
    n *= z
    z *= slope
    return keep
