"""One recurrent layer of any cell, in one direction or both."""

from collections.abc import Mapping
from types import ModuleType

import numpy as np

from grucli.engine import gru, gru_before, rnn
from grucli.engine.packing import Floats, Packing
from grucli.engine.params import chrono_bias, glorot_uniform, orthogonal
from grucli.engine.tape import Tape

CELLS: dict[str, ModuleType] = {"gru": gru, "gru_before": gru_before, "rnn": rnn}


def initialise_(
    params: Mapping[str, Floats], rng: np.random.Generator, chrono_steps: int | None = None
) -> None:
    """Draw a layer's first values: Glorot inputs, orthogonal states, biases zero.

    Args:
        params: the arrays named by the cell's `shapes`; overwritten.
        rng: where the values come from.
        chrono_steps: longest memory expected [steps], for the bias of an update gate if there is
            one; zero if None.
    """
    D, width, hidden_size = params["weight_hh"].shape
    num_gates = width // hidden_size
    for name, draw in (("weight_ih", glorot_uniform), ("weight_hh", orthogonal)):
        blocks = params[name].reshape(D, num_gates, hidden_size, -1)
        blocks[...] = draw(blocks.shape, rng)
    for name in params.keys() & {"bias", "bias_hn"}:
        params[name].fill(0)
    if chrono_steps is not None and num_gates == 3:
        update = params["bias"].reshape(D, num_gates, hidden_size)[:, 1]
        update[...] = chrono_bias(update.shape, chrono_steps, rng)


def forward(
    cell: str,
    params: Mapping[str, Floats],
    x: Floats,
    packing: Packing,
    tape: Tape,
    h0: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Run one layer; the second direction reads each sequence from its own last step.

    Args:
        cell: a name of CELLS.
        params: the cell's arrays, with D directions.
        x: (N, I) packed inputs.
        packing: their order.
        tape: overwritten.
        h0: (D, B, H) initial states, zeros if None.

    Returns:
        outputs (N, D * H), the states at each step (for one direction a view into the tape), and
        final (B, D * H), each direction's state after its last step.
    """
    D = params["bias"].shape[0]
    x_by_direction = tape.take("x", D, *x.shape)
    x_by_direction[0] = x
    if D == 2:
        np.take(x, packing.mirror, axis=0, out=x_by_direction[1])
    states = CELLS[cell].forward(params, x_by_direction, packing, tape, h0)
    outputs = states[:, packing.batch_size :]
    final = _side_by_side(list(outputs[:, packing.last]))
    return _side_by_side([outputs[0], *(o[packing.mirror] for o in outputs[1:])]), final


def backward(
    cell: str,
    params: Mapping[str, Floats],
    packing: Packing,
    tape: Tape,
    d_outputs: Floats | None,
    d_final: Floats | None,
    grads: Mapping[str, Floats],
) -> tuple[Floats, Floats]:
    """Propagate gradients back through one layer.

    Args:
        cell, params, packing: as given to `forward`.
        tape: as `forward` left it; used up.
        d_outputs: (N, D * H) gradient of the outputs, zeros if None.
        d_final: (B, D * H) gradient of the final states, zeros if None.
        grads: the cell's arrays; overwritten.

    Returns:
        d_x (N, I) and d_h0 (D, B, H).
    """
    D, _, H = params["weight_hh"].shape
    d_states = tape.take("d_states", D, packing.size, H)
    d_states.fill(0)
    for direction, d_state in enumerate(d_states):
        columns = slice(direction * H, (direction + 1) * H)
        if d_outputs is not None:
            d_state += d_outputs[packing.mirror if direction else slice(None), columns]
        if d_final is not None:
            d_state[packing.last] += d_final[:, columns]
    d_x, d_h0 = CELLS[cell].backward(params, tape["x"], packing, tape, d_states, grads)
    if D == 2:
        d_x[0] += d_x[1][packing.mirror]
    return d_x[0], d_h0


def _side_by_side(parts: list[Floats]) -> Floats:
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)
