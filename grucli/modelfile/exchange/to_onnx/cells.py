"""Recurrent layers as GRU and RNN nodes that read forwards.

The runtimes agree on forward nodes of padded rows, and on little else: so the second direction
reads rows whose steps are turned round before it, and turned back behind it. Its state after the
last step it reads is the one that pooling takes.

Letters: T steps, B rows, I inputs, H hidden, D directions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grucli.engine.packing import Floats
from grucli.modelfile.exchange.to_onnx.nodes import Nodes
from grucli.modelfile.exchange.to_onnx.padded import Padded

Arrays = Mapping[str, Floats]
SMALL = np.float32(2.0**-16)
"""Of a candidate: tanh of so little is the little itself, to the last digit of float32."""


def layer(nodes: Nodes, cell: str, params: Arrays, x: str, rows: Padded) -> tuple[str, str]:
    """Add one layer in D directions.

    Args:
        nodes: the graph.
        cell: a name of CELLS.
        params: the cell's arrays.
        x: (T, B, I).
        rows: which steps count.

    Returns:
        the states (T, B, D * H) and the final ones (B, D * H).
    """
    num_directions = len(params["bias"])
    outputs, final = [], []
    for direction in range(num_directions):
        own = {name: array[direction] for name, array in params.items()}
        read = rows.turned(x) if direction else x
        states = CELLS[cell](nodes, own, read, rows)
        final.append(rows.last(states))
        outputs.append(rows.turned(states) if direction else states)
    if num_directions == 1:
        return outputs[0], final[0]
    return nodes.add("Concat", *outputs, axis=2), nodes.add("Concat", *final, axis=1)


def _gru(nodes: Nodes, params: Arrays, x: str, rows: Padded) -> str:
    """Reset after the product: the candidate's second bias is one of the states."""
    size = len(params["bias_hn"])
    recurrent = np.concatenate((np.zeros(2 * size), params["bias_hn"]))
    return _gated(nodes, params, x, rows, recurrent, linear_before_reset=1)


def _gru_before(nodes: Nodes, params: Arrays, x: str, rows: Padded) -> str:
    """Reset before the product."""
    zeros = np.zeros(len(params["bias"]))
    return _gated(nodes, params, x, rows, zeros, linear_before_reset=0)


def _gated(
    nodes: Nodes,
    params: Arrays,
    x: str,
    rows: Padded,
    recurrent_bias: Floats,
    *,
    linear_before_reset: int,
) -> str:
    """Add a GRU; blocks r | z | n become z | r | n."""
    size = len(params["bias"]) // 3
    turned = {
        name: params[name].reshape(3, size, -1)[[1, 0, 2]].reshape(3 * size, -1)
        for name in ("weight_ih", "weight_hh", "bias")
    }
    bias = np.concatenate((turned["bias"][:, 0], recurrent_bias))
    weights = turned["weight_ih"], turned["weight_hh"], bias
    return _run(nodes, "GRU", x, rows, weights, linear_before_reset=linear_before_reset)


def _mingru(nodes: Nodes, params: Arrays, x: str, rows: Padded) -> str:
    """Take a GRU whose gates and candidate do not read the state, and no tanh for the candidate.

    It is made so small that the tanh of a GRU leaves it alone; the states are as small then.
    """
    size = len(params["bias"]) // 2
    weight, bias = params["weight_ih"].reshape(2, size, -1), params["bias"].reshape(2, size)
    zeros = np.zeros_like(weight[0])
    weight_x = np.concatenate((weight[0], zeros, SMALL * weight[1]))
    bias = np.concatenate((bias[0], np.zeros(size), SMALL * bias[1], np.zeros(3 * size)))
    weights = weight_x, np.zeros((3 * size, size)), bias
    states = _run(nodes, "GRU", x, rows, weights, linear_before_reset=1)
    return nodes.add("Mul", states, 1 / SMALL)


def _rnn(nodes: Nodes, params: Arrays, x: str, rows: Padded) -> str:
    bias = np.concatenate((params["bias"], np.zeros(len(params["bias"]))))
    return _run(nodes, "RNN", x, rows, (params["weight_ih"], params["weight_hh"], bias))


def _run(
    nodes: Nodes,
    operator: str,
    x: str,
    rows: Padded,
    weights: tuple[Floats, ...],
    **attributes: Any,
) -> str:
    """Add a node of one direction; return its states (T, B, H).

    The first states are given, though they are zero: without them tract knows no free batch size.
    """
    given = [np.asarray(array[None], np.float32) for array in weights]
    size = given[1].shape[2]
    states = nodes.add(operator, x, *given, "", rows.zeros(size), hidden_size=size, **attributes)
    return nodes.without(states, 1)


CELLS: Mapping[str, Callable[[Nodes, Arrays, str, Padded], str]] = {
    "gru": _gru,
    "gru_before": _gru_before,
    "mingru": _mingru,
    "rnn": _rnn,
}
