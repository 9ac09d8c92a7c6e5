"""The gated recurrent unit: forward pass and backpropagation through time."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from grucli.engine.activations import LOGISTIC
from grucli.engine.cells.gated import blocks_of, per_gate, states_before
from grucli.engine.inputs import Inputs, InputSide, Sum, by_direction, projection
from grucli.engine.packing import Floats, Packing, Step
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


@np.errstate(over="ignore")  # of the exp in LOGISTIC
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
    states = tape.tiled("states", B + packing.size, H)
    tape.tiled("gates", 4, packing.size, H)
    states[:B] = 0 if h0 is None else h0
    bias_hn = tape.take("bias_hn", B, H)
    by_direction(bias_hn, D)[...] = params["bias_hn"][:, None]
    begin, middle, end, c = LOGISTIC.calls(states.dtype)
    tanh = LOGISTIC.tanh(states.dtype)
    is_zero = h0 is None
    for steps, block in blocks_of(packing, H):
        project(block, tape.result("gates")[:3])
        make = partial(_views, tape, steps, D)
        for now in tape.views("forward", block.start, packing.shape, make):
            h, new, (n, r, z, hn), h_of_direction, (a_r, a_z, a_n, a_rz, a_of_direction, b_hn) = now
            if is_zero:  # so is the product
                a_of_direction.fill(0)
                is_zero = False
            else:
                tape.multiply(h_of_direction, weight_h, a_of_direction)
            np.add(a_r, r, a_r)  # (1)
            np.add(a_z, z, a_z)  # (2)
            # `per_gate` has scaled the weights of r and z, so that three calls make both sigmoids.
            begin(a_rz, a_rz)
            middle(a_rz, c, a_rz)
            end(c, a_r, r)
            end(c, a_z, z)
            np.add(a_n, b_hn, hn)  # (5)
            np.multiply(r, hn, a_n)  # (3)
            np.add(a_n, n, a_n)
            tanh(a_n, n)
            np.subtract(h, n, new)  # (4)
            np.multiply(new, z, new)
            np.add(new, n, new)
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
    D, H = params["bias_hn"].shape
    d_gates, states = tape["gates"], tape["states"]
    weight_h, d_weight_h = (
        by["weight_hh"].reshape(D, 3, H, H).swapaxes(0, 1) for by in (params, grads)
    )
    inputs = InputSide(params, x, tape, grads, d_x, d_gates=d_gates[:3], blocks=(2, 0, 1))
    recurrent = Sum(d_weight_h, tape, "d_weight_h_part")
    grads["bias_hn"].fill(0)
    for steps, block in reversed(blocks_of(packing, H)):
        states_in = states_before(states, packing, block, tape)
        _factors(d_gates[:, block], states_in, tape)
        make = partial(_views_back, tape, steps, D)
        for now in tape.views("backward", block.start, packing.shape, make):
            d_h, d_before, (d_n, d_r, d_z, d_hn), d_of_direction, d_kept, parts, of_direction = now
            part_r, part_z, part_hn = parts
            np.multiply(d_n, d_h, d_n)  # (4) (3)
            np.multiply(d_r, d_n, d_r)  # (3) (1)
            np.multiply(d_z, d_h, d_z)  # (4) (2)
            np.multiply(d_hn, d_n, d_hn)  # (3)
            np.matmul(d_of_direction, weight_h, of_direction)  # (1) (2) (5)
            np.multiply(d_h, d_kept, d_kept)  # (4)
            np.add(d_before, d_kept, d_before)
            np.add(d_before, part_r, d_before)
            np.add(d_before, part_z, d_before)
            np.add(d_before, part_hn, d_before)
        inputs.add(block)
        recurrent.add(by_direction(d_gates[1:, block], D), by_direction(states_in, D))
        grads["bias_hn"][...] += np.add.reduce(by_direction(d_gates[3, block], D), axis=1)
    inputs.finish()


def _views(tape: Tape, steps: list[Step], D: int) -> list[Any]:
    """Return, of each step of a block, the arrays that `forward` works on."""
    (n, r, z, hn), states, found, k = tape["gates"], tape["states"], [], 0
    of_direction, H = by_direction(tape.left("states"), D), states.shape[1]
    for at, before, after, _, before_way in steps:
        if at.stop - at.start != k:
            k = at.stop - at.start
            a, rows = tape.tiled("product", 3, k, H), tape.whole(slice(0, k // D))
            whole = by_direction(tape.result("product"), D)[:, :, rows]
            products = (*a, a[:2], whole, tape["bias_hn"][:k])
        gates, h = (n[at], r[at], z[at], hn[at]), of_direction[:, tape.whole(before_way)]
        found.append((states[before], states[after], gates, h, products))
    return found


def _views_back(tape: Tape, steps: list[Step], D: int) -> list[Any]:
    """Return, of each step of a block, the last one first, what `backward` works on."""
    d_gates, d_states, keep, found, k = tape["gates"], tape["d_states"], tape["keep"], [], 0
    (n, r, z, hn), of_direction = d_gates, by_direction(d_gates[1:], D)
    first, H = steps[0][0].start, keep.shape[1]
    for at, before, after, way, _ in reversed(steps):
        if at.stop - at.start != k:
            k = at.stop - at.start
            a = tape.take("parts", 3, k, H)
            parts = tuple(a), by_direction(a, D)
        own, kept = (n[at], r[at], z[at], hn[at]), keep[at.start - first : at.stop - first]
        ways = of_direction[:, :, way]
        found.append((d_states[after], d_states[before], own, ways, kept, *parts))
    return found


def _factors(gates: Floats, before: Floats, tape: Tape) -> None:
    """Turn the gates n | r | z | hn of a block into what d_h is multiplied by.

    They become d_n / d_h, d_r / d_n, d_z / d_h and d_hn / d_n, where each d_ is by the gate before
    its sigmoid or tanh.

    Args:
        gates: (4, rows, H) overwritten.
        before: (rows, H) states before these rows.
        tape: `keep` (rows, H) becomes z, by which d_h is kept.
    """
    n, r, z, hn = gates
    keep, slope = tape.take("keep", *z.shape), tape.take("slope", *z.shape)
    keep[...] = z
    np.multiply(r, hn, out=slope)
    hn[...] = r
    np.subtract(1, r, out=r)
    r *= slope
    np.subtract(before, n, out=slope)
    slope *= keep
    np.subtract(1, z, out=z)
    n *= n
    np.subtract(1, n, out=n)
    n *= z
    z *= slope
