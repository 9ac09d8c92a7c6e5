"""The minimal gated recurrent unit: its gate and its candidate read the input alone.

No state enters a product or a sigmoid, so all products of all steps are done at once, and what is
left of the recurrence is a multiplication and an addition for each unit.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from grucli.engine.activations import LOGISTIC
from grucli.engine.cells.gated import blocks_of, states_before
from grucli.engine.inputs import Inputs, InputSide, projection
from grucli.engine.packing import Floats, Packing, Step
from grucli.engine.params import Shape
from grucli.engine.tape import Tape

BLOCKS = GATES = ("keep", "candidate")
HAS_TANH = False


def shapes(input_size: int, hidden_size: int, num_directions: int) -> dict[str, Shape]:
    """Return the shape of each parameter of one layer, blocks z | n."""
    D, H = num_directions, hidden_size
    return {"weight_ih": (D, 2 * H, input_size), "bias": (D, 2 * H)}


@np.errstate(over="ignore")  # of the exp in LOGISTIC
def forward(
    params: Mapping[str, Floats], x: Inputs, packing: Packing, tape: Tape, h0: Floats | None = None
) -> Floats:
    """Run a packed batch and record what backward needs.

        z = sigmoid(W_iz x + b_z)  (1)     n = W_in x + b_n  (2)     h' = z h + (1 - z) n  (3)

    Arguments and result are those of `gru.forward`; `tape["gates"]` is (2, N, H) with z | n.

    Source: Feng et al. 2024 (arXiv:2410.01201), section 3.1; their z is 1 - z here, where it keeps.
    """
    B, H = packing.batch_size, params["bias"].shape[1] // 2
    gates, states = (
        tape.tiled("gates", 2, packing.size, H),
        tape.take("states", B + packing.size, H),
    )
    project = projection(x, _weight(params, tape), tape)
    states[:B] = 0 if h0 is None else h0
    begin, middle, end, c = LOGISTIC.calls(states.dtype)
    for steps, block in blocks_of(packing, H):
        project(block, tape.result("gates"))
        z, n = gates[:, block]
        begin(z, z)  # (1): `_weight` has scaled the weights of z
        middle(z, c, z)
        end(c, z, z)
        new = states[B + block.start : B + block.stop]
        np.subtract(1, z, new)  # (3)
        np.multiply(new, n, new)
        make = partial(_views, tape, steps, "states")
        views = tape.views("forward", block.start, packing.shape, make)
        for z_now, before, h, kept in views:
            np.multiply(z_now, before, kept)
            np.add(h, kept, h)
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
    B, H = packing.batch_size, params["bias"].shape[1] // 2
    d_gates, states = tape["gates"], tape["states"]
    inputs = InputSide(params, x, tape, grads, d_x, d_gates=d_gates, blocks=(0, 1))
    for steps, block in reversed(blocks_of(packing, H)):
        make = partial(_views, tape, steps, "d_states")
        views = tape.views("backward", block.start, packing.shape, make)
        for z_now, d_before, d_h, kept in reversed(views):
            np.multiply(d_h, z_now, kept)  # (3)
            np.add(d_before, kept, d_before)
        d_h = d_states[B + block.start : B + block.stop]
        states_in = states_before(states, packing, block, tape)
        d_z, d_n = z, n = d_gates[:, block]
        slope = tape.take("slope", *z.shape)
        np.subtract(states_in, n, slope)  # (3)
        np.multiply(slope, z, slope)  # (1)
        np.subtract(1, z, z)
        np.multiply(slope, z, slope)
        np.multiply(d_h, z, d_n)  # (3) (2)
        np.multiply(d_h, slope, d_z)
        inputs.add(block)
    inputs.finish()


def _views(tape: Tape, steps: list[Step], name: str) -> list[Any]:
    """Return of each step z, what `name` has before it and after it, and room for a product."""
    z, states, found, k = tape["gates"][0], tape[name], [], 0
    for at, before, after, _, _ in steps:
        if at.stop - at.start != k:
            k = at.stop - at.start
            kept = tape.take("kept", k, states.shape[1])
        found.append((z[at], states[before], states[after], kept))
    return found


def _weight(params: Mapping[str, Floats], tape: Tape) -> Floats:
    """Return (2, D, I + 1, H), weights and bias for z (scaled for LOGISTIC) | n, in tiles."""
    (D, width), w_ih = params["bias"].shape, params["weight_ih"]
    weight = tape.tiled("weight_x", 2, D, w_ih.shape[2] + 1, width // 2)
    weight[:, :, :-1] = w_ih.reshape(D, 2, width // 2, -1).transpose(1, 0, 3, 2)
    weight[:, :, -1] = params["bias"].reshape(D, 2, -1).swapaxes(0, 1)
    weight[0] *= LOGISTIC.scale
    return tape.right("weight_x")
