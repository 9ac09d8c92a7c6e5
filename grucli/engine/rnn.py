"""The plain recurrent network (Elman 1990): what the gates of a GRU are compared with."""

from collections.abc import Mapping

import numpy as np

from grucli.engine.packing import Floats, Packing
from grucli.engine.params import Shape
from grucli.engine.tape import Tape

NUM_GATES = 1


def shapes(input_size: int, hidden_size: int, num_directions: int) -> dict[str, Shape]:
    """Return the shape of each parameter of one layer."""
    D, H = num_directions, hidden_size
    return {"weight_ih": (D, H, input_size), "weight_hh": (D, H, H), "bias": (D, H)}


def forward(
    params: Mapping[str, Floats], x: Floats, packing: Packing, tape: Tape, h0: Floats | None = None
) -> Floats:
    """Run one layer over a packed batch: h' = tanh(W_i x + b + W_h h)  (1).

    Arguments and result are those of `gru.forward`.
    """
    D, H = params["bias"].shape
    B = packing.batch_size
    states = tape.take("states", D, B + packing.size, H)
    states[:, :B] = 0 if h0 is None else h0
    np.matmul(x, params["weight_ih"].swapaxes(1, 2), out=states[:, B:])
    states[:, B:] += params["bias"][:, None]
    weight_h = np.ascontiguousarray(params["weight_hh"].swapaxes(1, 2))
    h = states[:, :B]
    for k, rows in zip(packing.active.tolist(), packing.slices, strict=True):
        product = tape.take("product", D, k, H)
        np.matmul(h[:, :k], weight_h, out=product)
        h = states[:, B + rows.start : B + rows.stop]
        h += product
        np.tanh(h, out=h)
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
    D, H = params["bias"].shape
    B = packing.batch_size
    states = tape["states"]
    d_a = tape.take("d_a", D, packing.size, H)
    np.multiply(states[:, B:], states[:, B:], out=d_a)
    np.subtract(1, d_a, out=d_a)
    d_h0 = tape.take("d_h0", D, B, H)
    for step in reversed(range(packing.num_steps)):
        k, rows = int(packing.active[step]), packing.slices[step]
        d_h = d_states[:, rows]
        following = int(packing.active[step + 1]) if step + 1 < packing.num_steps else 0
        d_h[:, :following] += d_h0[:, :following]
        d_a[:, rows] *= d_h  # (1)
        np.matmul(d_a[:, rows], params["weight_hh"], out=d_h0[:, :k])
    transposed = d_a.swapaxes(1, 2)
    np.matmul(transposed, x, out=grads["weight_ih"])
    np.matmul(transposed, states[:, packing.previous], out=grads["weight_hh"])
    np.add.reduce(d_a, axis=1, out=grads["bias"])
    return np.matmul(d_a, params["weight_ih"], out=tape.take("d_x", *x.shape)), d_h0
