"""The plain recurrent network (Elman 1990): what the gates of a GRU are compared with."""

from collections.abc import Mapping

import numpy as np

from grucli.engine.activations import LOGISTIC
from grucli.engine.cells.gated import states_before
from grucli.engine.inputs import Inputs, InputSide, Sum, by_direction, projection
from grucli.engine.packing import Floats, Packing
from grucli.engine.params import Shape
from grucli.engine.tape import Tape

BLOCKS: tuple[str, ...] = ("state",)
GATES: tuple[str, ...] = ()
HAS_TANH = True


def shapes(input_size: int, hidden_size: int, num_directions: int) -> dict[str, Shape]:
    """Return the shape of each parameter of one layer."""
    D, H = num_directions, hidden_size
    return {"weight_ih": (D, H, input_size), "weight_hh": (D, H, H), "bias": (D, H)}


def forward(
    params: Mapping[str, Floats], x: Inputs, packing: Packing, tape: Tape, h0: Floats | None = None
) -> Floats:
    """Run a packed batch: h' = tanh(W_i x + b + W_h h)  (1).

    Arguments and result are those of `gru.forward`.
    """
    B, (D, H) = packing.batch_size, params["bias"].shape
    states = tape.tiled("states", B + packing.size, H)
    states[:B] = 0 if h0 is None else h0
    weight_x, weight_h = (
        tape.tiled("weight_x", D, x.rows.shape[2], H),
        tape.tiled("weight_h", D, H, H),
    )
    weight_x[:, :-1], weight_x[:, -1] = params["weight_ih"].swapaxes(1, 2), params["bias"]
    weight_h[...] = params["weight_hh"].swapaxes(1, 2)
    project = projection(x, tape.right("weight_x")[None], tape)
    project(slice(0, packing.size), tape.result("states")[None, B:])
    tanh = LOGISTIC.tanh(states.dtype)
    weight_h, ways, k = tape.right("weight_h"), by_direction(tape.left("states"), D), 0
    for at, _, after, _, before_way in packing.steps:
        if at.stop - at.start != k:
            k = at.stop - at.start
            product, rows = tape.tiled("product", k, H), tape.whole(slice(0, k // D))
            of_direction = by_direction(tape.result("product"), D)[:, rows]
        h = states[after]
        tape.multiply(ways[:, tape.whole(before_way)], weight_h, of_direction)
        np.add(h, product, h)
        tanh(h, h)
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
    B, (D, H) = packing.batch_size, params["bias"].shape
    states = tape["states"]
    d_a = tape.take("d_a", packing.size, H)
    np.multiply(states[B:], states[B:], d_a)
    np.subtract(1, d_a, d_a)
    ways, k = by_direction(d_a, D), 0
    for at, before, after, way, _ in reversed(packing.steps):
        if at.stop - at.start != k:
            k = at.stop - at.start
            part = tape.take("part", k, H)
            of_direction = by_direction(part, D)
        d_here, d_before = d_a[at], d_states[before]
        np.multiply(d_here, d_states[after], d_here)  # (1)
        np.matmul(ways[:, way], params["weight_hh"], of_direction)
        np.add(d_before, part, d_before)
    everything = slice(0, packing.size)
    inputs = InputSide(params, x, tape, grads, d_x, d_gates=d_a[None], blocks=(0,))
    inputs.add(everything)
    inputs.finish()
    states_in = states_before(states, packing, everything, tape)
    d_weight_h = Sum(grads["weight_hh"][None], tape, "d_weight_h_part")
    d_weight_h.add(by_direction(d_a[None], D), by_direction(states_in, D))
