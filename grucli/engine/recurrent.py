"""One recurrent layer of any cell, in one direction or both."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import get_args

import numpy as np

from grucli.engine.cells import CellName
from grucli.engine.inputs import Inputs, inputs, pick
from grucli.engine.packing import Floats, Integers, Packing
from grucli.engine.params import chrono_bias, glorot_uniform, orthogonal
from grucli.engine.tape import Tape

CELLS: dict[str, ModuleType] = {
    name: import_module(f"grucli.engine.cells.{name}") for name in get_args(CellName)
}


def initialise_(
    cell: str,
    params: Mapping[str, Floats],
    rng: np.random.Generator,
    chrono_steps: int | None = None,
) -> None:
    """Draw a layer's first values: Glorot inputs, orthogonal states, biases zero.

    Args:
        cell: a name of CELLS.
        params: the arrays named by the cell's `shapes`; overwritten.
        rng: where the values come from.
        chrono_steps: longest memory expected [steps], for the bias of an update gate if there is
            one; zero if None.
    """
    blocks = CELLS[cell].BLOCKS
    D, width = params["bias"].shape
    shape = D, len(blocks), width // len(blocks)
    for name, draw in (("weight_ih", glorot_uniform), ("weight_hh", orthogonal)):
        if name in params:
            weights = params[name].reshape(*shape, -1)
            weights[...] = draw(weights.shape, rng)
    for name in params.keys() & {"bias", "bias_hn"}:
        params[name].fill(0)
    if chrono_steps is not None and "keep" in blocks:
        update = params["bias"].reshape(shape)[:, blocks.index("keep")]
        update[...] = chrono_bias(update.shape, chrono_steps, rng)


def forward(
    cell: str,
    params: Mapping[str, Floats],
    x: Floats,
    packing: Packing,
    tape: Tape,
    h0: Floats | None = None,
    index: Integers | None = None,
    *,
    is_known: bool = False,
) -> tuple[Floats, Floats]:
    """Run one layer; the second direction reads each sequence from its own last step.

    Args:
        cell: a name of CELLS.
        params: the cell's arrays, with D directions.
        x: (N, I) packed inputs, or (M, I) rows for `index` to choose from.
        packing: the order of the packed rows.
        tape: overwritten; `of_direction` reads what one direction has left there.
        h0: (D, B, H) initial states, zeros if None.
        index: (N,) the row of `x` that each packed row reads; None for its own.
        is_known: whether `x` and `params` are as at the last call, which had an index, too: their
            products are on the tape.

    Returns:
        outputs (N, D * H), the states at each step, a view into the tape, and final (B, D * H),
        each direction's state after its last step.
    """
    D = len(params["bias"])
    both = packing if D == 1 else packing.both_ways
    start = None if h0 is None else h0.swapaxes(0, 1).reshape(both.batch_size, -1)
    read = inputs(x, index, packing, D, tape, is_known=is_known)
    states = CELLS[cell].forward(params, read, both, tape, start)[both.batch_size :]
    final = states.reshape(packing.size, -1)[packing.last]
    if D == 2:
        states = pick(states, packing.turned, tape.take("outputs", *states.shape))
    return states.reshape(packing.size, -1), final


def backward(
    cell: str,
    params: Mapping[str, Floats],
    packing: Packing,
    tape: Tape,
    d_outputs: Floats | None,
    d_final: Floats | None,
    grads: Mapping[str, Floats],
    *,
    index: Integers | None = None,
    d_x: Floats | None = None,
) -> Floats:
    """Propagate gradients back through one layer.

    Args:
        cell, params, packing, index: as given to `forward`.
        tape: as `forward` left it; used up.
        d_outputs: (N, D * H) gradient of the outputs, zeros if None.
        d_final: (B, D * H) gradient of the final states, zeros if None.
        grads: the cell's arrays; overwritten.
        d_x: of the shape of `x`, overwritten by its gradient; None to omit it.

    Returns:
        d_h0 (D, B, H).
    """
    D = len(params["bias"])
    both = packing if D == 1 else packing.both_ways
    d_states = _of_states(packing, both, tape, d_outputs, d_final)
    read = Inputs(rows=tape["rows"], index=index, mirror=packing.mirror if D == 2 else None)
    CELLS[cell].backward(params, read, both, tape, d_states, grads, d_x)
    return d_states[: both.batch_size].reshape(packing.batch_size, D, -1).swapaxes(0, 1)


def of_direction(rows: Floats, direction: int, num_directions: int) -> Floats:
    """Return one direction's share of what a tape holds of all, in its own order of time: a view.

    Args:
        rows: `tape["states"]`, of which (B + N, H) are returned, h0 and those after each packed
            row; or `tape["gates"]`, of which (G, N, H) are, in the order of the cell's GATES.
        direction: 0 or 1.
        num_directions: of the layer.
    """
    return rows[..., direction::num_directions, :]


def _of_states(
    packing: Packing, both: Packing, tape: Tape, d_outputs: Floats | None, d_final: Floats | None
) -> Floats:
    """Return (D * (B + N), H) the gradient by first states, zero so far, and by all others.

    Each direction is in its own order of time.
    """
    B, states = both.batch_size, tape["states"]
    d_states = tape.take("d_states", *states.shape)
    d_states[:B] = 0
    by_step = d_states[B:].reshape(packing.size, -1)
    if d_outputs is None:
        by_step.fill(0)
    elif both is packing:
        by_step[...] = d_outputs
    else:
        pick(d_outputs.reshape(both.size, -1), packing.turned, d_states[B:])
    if d_final is not None:
        by_step[packing.last] += d_final
    return d_states
