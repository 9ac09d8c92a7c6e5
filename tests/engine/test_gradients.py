"""Every parameter, input and initial state against autograd of the literal reference and against
central differences: random weights, random upstream gradient, ragged batch, NaN in all buffers,
twice in a row.

Covers: engine/cells/gated, engine/cells/gru, engine/cells/gru_before, engine/cells/mingru,
engine/cells/rnn, engine/inputs.
"""

import numpy as np
import pytest

from grucli.engine import recurrent
from grucli.engine.cells import gated
from grucli.engine.params import Parameters
from tests.engine.helpers import PROFILES, LayerCheck, backward

CASES = [
    pytest.param(cell, directions, lengths, id=f"{cell}-{directions}-{name}")
    for cell in recurrent.CELLS
    for directions in (1, 2)
    for name, lengths in PROFILES.items()
]


@pytest.mark.parametrize("block_values", [1, 24, gated.BLOCK_VALUES])
@pytest.mark.parametrize(("cell", "directions", "lengths"), CASES)
def test_layer_equals_autograd_of_the_reference(
    cell, directions, lengths, block_values, monkeypatch
):
    monkeypatch.setattr(gated, "BLOCK_VALUES", block_values)
    monkeypatch.setattr(gated, "ROWS_A_UNIT", 0)
    LayerCheck(cell, directions, lengths).check_against_autograd()


@pytest.mark.parametrize(("cell", "directions", "lengths"), CASES)
def test_layer_equals_central_differences(cell, directions, lengths):
    check = LayerCheck(cell, directions, lengths, seed=1)
    rng = np.random.default_rng(2)
    analytic = {name: gradient.copy() for name, gradient in check.gradients().items()}
    step = 1e-6
    for name, gradient in analytic.items():
        direction = rng.normal(size=gradient.shape)

        def loss_at(distance, name=name, direction=direction):
            if name in ("x", "h0"):
                return check.loss(**{name: getattr(check, name) + distance * direction})
            moved = {**check.params, name: check.params[name] + distance * direction}
            return check.loss(params=moved)

        numeric = (loss_at(step) - loss_at(-step)) / (2 * step)
        assert np.sum(gradient * direction) == pytest.approx(numeric, rel=1e-6, abs=1e-7), name


@pytest.mark.parametrize("cell", recurrent.CELLS)
def test_parts_of_the_upstream_gradient_may_be_missing(cell):
    check = LayerCheck(cell, 2, PROFILES["ragged"])
    for outputs, final in ((None, check.g_final), (check.g_outputs, None)):
        check.forward()
        grads = [Parameters({n: v.shape for n, v in check.params.items()}, float) for _ in range(2)]
        d_x, d_h0 = backward(
            cell, check.params, check.packing, check.tape, outputs, final, grads[0]
        )
        check.forward()
        zeros = [
            np.zeros_like(full) if part is None else part
            for part, full in ((outputs, check.g_outputs), (final, check.g_final))
        ]
        expected_x, expected_h0 = backward(
            cell, check.params, check.packing, check.tape, *zeros, grads[1]
        )
        np.testing.assert_array_equal(grads[0].flat, grads[1].flat)
        np.testing.assert_array_equal(d_x, expected_x)
        np.testing.assert_array_equal(d_h0, expected_h0)
