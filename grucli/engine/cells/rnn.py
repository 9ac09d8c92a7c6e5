"""The plain recurrent network (Elman 1990): what the gates of a GRU are compared with."""

from collections.abc import Mapping

import numpy as np

from grucli.engine.inputs import Inputs, projection
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
    """Run one direction over a packed batch: h' = tanh(W_i x + b + W_h h)  (1).

    Arguments and result are those of `gru.forward`.
    """
    B, H = packing.batch_size, len(params["bias"])
    states = tape.take("states", B + packing.size, H)
    states[:B] = 0 if h0 is None else h0
    weight_x = np.vstack([params["weight_ih"].T, params["bias"]])
    projection(x, weight_x[None], tape)(slice(0, packing.size), states[None, B:])
    weight_h = np.ascontiguousarray(params["weight_hh"].T)
    h = states[:B]
    for at in packing.slices:
        k = at.stop - at.start
        product = tape.take("product", k, H)
        np.matmul(h[:k], weight_h, product)
        h = states[B + at.start : B + at.stop]
        np.add(h, product, h)
        np.tanh(h, h)
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
    B, H = packing.batch_size, len(params["bias"])
    states = tape["states"]
    d_a = tape.take("d_a", packing.size, H)
    np.multiply(states[B:], states[B:], d_a)
    np.subtract(1, d_a, d_a)
    d_h0 = tape.take("d_h0", B, H)
    carried = d_h0[:0]
    for at in reversed(packing.slices):
        d_h = d_states[at]
        np.add(d_h[: len(carried)], carried, d_h[: len(carried)])
        np.multiply(d_a[at], d_h, d_a[at])  # (1)
        carried = d_h0[: len(d_h)]
        np.matmul(d_a[at], params["weight_hh"], carried)
    everything = slice(0, packing.size)
    np.matmul(d_a.T, x.of(everything, tape)[:, :-1], grads["weight_ih"])
    np.matmul(d_a.T, states[packing.previous], grads["weight_hh"])
    np.add.reduce(d_a, axis=0, out=grads["bias"])
    if d_x is not None:
        np.matmul(d_a, params["weight_ih"], d_x)
    return d_h0
