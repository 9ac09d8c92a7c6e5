"""The GRU whose reset gate acts before the recurrent product, as in Keras's `reset_after=False`."""

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


@np.errstate(over="ignore")  # of the exp in LOGISTIC
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
    states = tape.tiled("states", B + packing.size, H)
    tape.tiled("gates", 4, packing.size, H)
    states[:B] = 0 if h0 is None else h0
    begin, middle, end, c = LOGISTIC.calls(states.dtype)
    tanh = LOGISTIC.tanh(states.dtype)
    for steps, block in blocks_of(packing, H):
        project(block, tape.result("gates")[:3])
        make = partial(_views, tape, steps, D)
        for now in tape.views("forward", block.start, packing.shape, make):
            h, new, (n, r, z, rh), (h_of_direction, rh_of_direction), products = now
            a_r, a_z, a_n, a_rz, rz_of_direction, n_of_direction = products
            tape.multiply(h_of_direction, weight_h[:2], rz_of_direction)
            np.add(a_r, r, a_r)  # (1)
            np.add(a_z, z, a_z)  # (2)
            begin(a_rz, a_rz)
            middle(a_rz, c, a_rz)
            end(c, a_r, r)
            end(c, a_z, z)
            np.multiply(r, h, rh)  # (5)
            tape.multiply(rh_of_direction, weight_h[2], n_of_direction)  # (3)
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
    """Propagate the gradient of the states back; arguments as in `gru.backward`."""
    D, _, H = params["weight_hh"].shape
    d_gates, states = tape["gates"], tape["states"]
    weight_h, d_weight_h = (
        by["weight_hh"].reshape(D, 3, H, H).swapaxes(0, 1) for by in (params, grads)
    )
    inputs = InputSide(params, x, tape, grads, d_x, d_gates=d_gates[:3], blocks=(2, 0, 1))
    recurrent_rz = Sum(d_weight_h[:2], tape, "d_weight_rz_part")
    recurrent_n = Sum(d_weight_h[2:], tape, "d_weight_n_part")
    for steps, block in reversed(blocks_of(packing, H)):
        states_in = states_before(states, packing, block, tape)
        _factors(d_gates[:, block], states_in, tape)
        make = partial(_views_back, tape, steps, D)
        for now in tape.views("backward", block.start, packing.shape, make):
            d_h, d_before, (d_n, d_r, d_z), (d_n_of, d_rz_of), d_kept, reset, parts = now
            part_r, part_z, d_rh, part_of_direction, d_rh_of_direction = parts
            np.multiply(d_n, d_h, d_n)  # (4) (3)
            np.multiply(d_z, d_h, d_z)  # (4) (2)
            np.matmul(d_n_of, weight_h[2], d_rh_of_direction)  # (3)
            np.multiply(d_r, d_rh, d_r)  # (5) (1)
            np.matmul(d_rz_of, weight_h[:2], part_of_direction)  # (1) (2)
            np.multiply(d_rh, reset, d_rh)  # (5)
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


def _views(tape: Tape, steps: list[Step], D: int) -> list[Any]:
    """Return, of each step of a block, the arrays that `forward` works on."""
    (n, r, z, rh), states, found, k = tape["gates"], tape["states"], [], 0
    lefts = tape.left("states"), tape.left("gates")[3]
    of_direction, rh_of_direction = (by_direction(left, D) for left in lefts)
    for at, before, after, way, before_way in steps:
        if at.stop - at.start != k:
            k = at.stop - at.start
            a, rows = tape.tiled("product", 2, k, states.shape[1]), tape.whole(slice(0, k // D))
            whole = by_direction(tape.result("product"), D)[:, :, rows]
            products = (*a, a[0], a, whole, whole[0])
        gates = n[at], r[at], z[at], rh[at]
        ways = of_direction[:, tape.whole(before_way)], rh_of_direction[:, tape.whole(way)]
        found.append((states[before], states[after], gates, ways, products))
    return found


def _views_back(tape: Tape, steps: list[Step], D: int) -> list[Any]:
    """Return, of each step of a block, the last one first, what `backward` works on."""
    d_gates, d_states, keep, reset = (tape[name] for name in ("gates", "d_states", "keep", "reset"))
    (n, r, z, _), of_direction, found, k = d_gates, by_direction(d_gates[:3], D), [], 0
    for at, before, after, way, _ in reversed(steps):
        if at.stop - at.start != k:
            k = at.stop - at.start
            a = tape.take("parts", 3, k, keep.shape[1])
            parts = (*a, by_direction(a[:2], D), by_direction(a[2], D))
        here = slice(at.start - steps[0][0].start, at.stop - steps[0][0].start)
        ways = of_direction[0, :, way], of_direction[1:, :, way]
        own = n[at], r[at], z[at]
        found.append((d_states[after], d_states[before], own, ways, keep[here], reset[here], parts))
    return found


def _factors(gates: Floats, before: Floats, tape: Tape) -> None:
    """Turn the gates n | r | z of a block into what is multiplied in backward; rh stays.

    They become d_n / d_h, d_r / d_rh and d_z / d_h, where each d_ is by the gate before its sigmoid
    or tanh.

    Args:
        gates: (4, rows, H) overwritten.
        before: (rows, H) states before these rows.
        tape: `keep` and `reset` (rows, H) become z and r.
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
