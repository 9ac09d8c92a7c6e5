"""One recurrent layer of any cell, in one direction or both."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import get_args

import numpy as np

from grucli.engine.cells import CellName
from grucli.engine.inputs import Inputs, pick, with_ones
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
) -> tuple[Floats, Floats]:
    """Run one layer; the second direction reads each sequence from its own last step.

    Args:
        cell: a name of CELLS.
        params: the cell's arrays, with D directions.
        x: (N, I) packed inputs, or (M, I) rows for `index` to choose from.
        packing: the order of the packed rows.
        tape: overwritten; `tape.part(d)` is that of direction d.
        h0: (D, B, H) initial states, zeros if None.
        index: (N,) the row of `x` that each packed row reads; None for its own.

    Returns:
        outputs (N, D * H), the states at each step (for one direction a view into the tape), and
        final (B, D * H), each direction's state after its last step.
    """
    rows = with_ones(x, tape)
    outputs = []
    for direction, own in enumerate(_by_direction(params)):
        inputs = Inputs(rows=rows, index=_read(index, packing, direction))
        start = None if h0 is None else h0[direction]
        states = CELLS[cell].forward(own, inputs, packing, tape.part(direction), start)
        outputs.append(states[packing.batch_size :])
    final = _side_by_side([output[packing.last] for output in outputs])
    return _side_by_side([outputs[0], *(o[packing.mirror] for o in outputs[1:])]), final


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
        d_x: (N, I) overwritten by the gradient of what each packed row reads; None to omit it.

    Returns:
        d_h0 (D, B, H).
    """
    H = tape.part(0)["states"].shape[1]
    d_h0 = tape.take("d_h0", len(params["bias"]), packing.batch_size, H)
    own_parts = zip(_by_direction(params), _by_direction(grads), strict=True)
    for direction, (own, own_grads) in enumerate(own_parts):
        part = tape.part(direction)
        inputs = Inputs(rows=tape["rows"], index=_read(index, packing, direction))
        d_states = _of_states(direction, packing, part, d_outputs, d_final)
        own_d_x = d_x if d_x is None or direction == 0 else part.take("d_x", *d_x.shape)
        d_h0[direction] = CELLS[cell].backward(
            own, inputs, packing, part, d_states, own_grads, own_d_x
        )
        if direction == 1 and d_x is not None and own_d_x is not None:
            d_x += own_d_x[packing.mirror]
    return d_h0


def _by_direction(arrays: Mapping[str, Floats]) -> list[dict[str, Floats]]:
    directions = range(len(arrays["bias"]))
    return [{name: array[d] for name, array in arrays.items()} for d in directions]


def _read(index: Integers | None, packing: Packing, direction: int) -> Integers | None:
    """Return the row that each packed row reads when time runs as in this direction."""
    if direction == 0:
        return index
    return packing.mirror if index is None else index[packing.mirror]


def _of_states(
    direction: int,
    packing: Packing,
    tape: Tape,
    d_outputs: Floats | None,
    d_final: Floats | None,
) -> Floats:
    """Return (N, H) the gradient by the states of one direction, in its own order of time."""
    N, H = packing.size, tape["states"].shape[1]
    columns = slice(direction * H, (direction + 1) * H)
    d_states = tape.take("d_states", N, H)
    if d_outputs is None:
        d_states.fill(0)
    elif direction == 0:
        d_states[...] = d_outputs[:, columns]
    else:
        pick(d_outputs[:, columns], packing.mirror, d_states)
    if d_final is not None:
        d_states[packing.last] += d_final[:, columns]
    return d_states


def _side_by_side(parts: list[Floats]) -> Floats:
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)
