"""The forward pass against the reference implementation of ONNX: random weights, both dtypes.

The reference runs one row and one direction at a time: it knows neither lengths nor, in older
versions, a reverse direction.
"""

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from grucli.engine import recurrent
from grucli.engine.tape import Tape
from tests.engine.helpers import PROFILES, random_batch, random_parameters, sequence

INPUTS, HIDDEN = 5, 16
OPERATORS = {
    "gru": ("GRU", {"linear_before_reset": 1}),
    "gru_before": ("GRU", {"linear_before_reset": 0}),
    "rnn": ("RNN", {}),
}
NAMES = {"inputs": ["X", "W", "R", "B", "", "h0"], "outputs": ["Y", "Y_h"]}


def evaluator(cell, dtype):
    operator, attributes = OPERATORS[cell]
    kind = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    node = onnx.helper.make_node(operator, **NAMES, hidden_size=HIDDEN, **attributes)
    typed = {
        key: [onnx.helper.make_tensor_value_info(name, kind, None) for name in names if name]
        for key, names in NAMES.items()
    }
    graph = onnx.helper.make_graph([node], cell, **typed)
    opset = [onnx.helper.make_opsetid("", 17)]
    return ReferenceEvaluator(onnx.helper.make_model(graph, opset_imports=opset))


def to_onnx(cell, params, direction):
    """Return W (1, G H, I), R (1, G H, H) and B (1, 2 G H) of G gates; a GRU's are z | r | h."""
    order = [0] if cell == "rnn" else [1, 0, 2]
    blocks = {
        name: params[name][direction].reshape(len(order), HIDDEN, -1)[order]
        for name in ("weight_ih", "weight_hh", "bias")
    }
    recurrent_bias = np.zeros_like(blocks["bias"])
    if cell == "gru":
        recurrent_bias[2, :, 0] = params["bias_hn"][direction]
    return {
        "W": blocks["weight_ih"].reshape(1, -1, INPUTS),
        "R": blocks["weight_hh"].reshape(1, -1, HIDDEN),
        "B": np.concatenate((blocks["bias"], recurrent_bias)).reshape(1, -1),
    }


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-6), (np.float64, 1e-13)])
@pytest.mark.parametrize("lengths", PROFILES.values(), ids=PROFILES)
@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("cell", OPERATORS)
def test_forward_equals_onnx(cell, directions, lengths, dtype, tolerance):
    rng = np.random.default_rng(0)
    drawn = random_parameters(cell, rng, inputs=INPUTS, hidden=HIDDEN, directions=directions)
    params = {name: (value / 2).astype(dtype) for name, value in drawn.items()}
    packing, x = random_batch(rng, lengths, INPUTS)
    x = x.astype(dtype)
    h0 = rng.normal(size=(directions, len(lengths), HIDDEN)).astype(dtype)
    outputs, final = recurrent.forward(cell, params, x, packing, Tape(dtype), h0)
    peer = evaluator(cell, dtype)
    for direction in range(directions):
        units = slice(direction * HIDDEN, (direction + 1) * HIDDEN)
        for row in range(len(lengths)):
            flip = slice(None, None, -1 if direction else 1)
            given = {
                "X": sequence(packing, x, row)[flip, None],
                "h0": h0[direction, row][None, None],
                **to_onnx(cell, params, direction),
            }
            states, last = peer.run(None, given)
            ours = sequence(packing, outputs, row)[flip, units]
            np.testing.assert_allclose(ours, states[:, 0, 0], atol=tolerance, rtol=0)
            np.testing.assert_allclose(final[row, units], last[0, 0], atol=tolerance, rtol=0)
