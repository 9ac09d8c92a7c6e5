"""Every parameter, input and initial state against autograd of the literal reference and against
central differences: random weights, random upstream gradient, ragged batch, NaN in all buffers,
twice in a row."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from grucli.engine import recurrent
from grucli.engine.params import Parameters
from tests import reference
from tests.engine.helpers import (
    PROFILES,
    poisoned_tape,
    random_batch,
    random_parameters,
    sequence,
)


class LayerCheck:
    """A random layer, batch and upstream gradient; loss = <outputs, G> + <final, F>."""

    def __init__(self, cell, directions, lengths, seed=0):
        rng = np.random.default_rng([seed, directions, len(lengths)])
        self.cell, self.directions = cell, directions
        self.params = random_parameters(cell, rng, directions=directions)
        self.packing, self.x = random_batch(rng, lengths)
        self.h0 = rng.normal(size=(directions, len(lengths), 4))
        self.g_outputs = rng.normal(size=(self.packing.size, 4 * directions))
        self.g_final = rng.normal(size=(len(lengths), 4 * directions))
        self.tape = poisoned_tape()

    def forward(self, params=None, x=None, h0=None):
        return recurrent.forward(
            self.cell,
            self.params if params is None else params,
            self.x if x is None else x,
            self.packing,
            self.tape,
            self.h0 if h0 is None else h0,
        )

    def loss(self, **changed):
        outputs, final = self.forward(**changed)
        return np.sum(outputs * self.g_outputs) + np.sum(final * self.g_final)

    def gradients(self):
        """Analytic gradients by name, with `x` and `h0`."""
        self.forward()
        grads = Parameters({n: v.shape for n, v in self.params.items()}, np.float64)
        grads.flat.fill(np.nan)
        d_x, d_h0 = recurrent.backward(
            self.cell, self.params, self.packing, self.tape, self.g_outputs, self.g_final, grads
        )
        return {**grads, "x": d_x.copy(), "h0": d_h0.copy()}

    def reference_loss(self, values):
        params = {n: v for n, v in values.items() if n not in ("x", "h0")}
        total = 0.0
        for row in range(self.packing.batch_size):
            x = anp.stack(
                [
                    values["x"][self.packing.offsets[t] + row]
                    for t in range(self.packing.lengths[row])
                ]
            )
            outputs, final = reference.layer(self.cell, params, x, values["h0"][:, row])
            total = total + anp.sum(outputs * sequence(self.packing, self.g_outputs, row))
            total = total + anp.sum(final * self.g_final[row])
        return total

    def check_against_autograd(self):
        values = {**self.params, "x": self.x, "h0": self.h0}
        assert self.loss() == pytest.approx(float(self.reference_loss(values)), rel=1e-12)
        expected = autograd.grad(self.reference_loss)(values)
        for repeat in range(2):
            for name, gradient in self.gradients().items():
                np.testing.assert_allclose(
                    gradient, expected[name], atol=1e-10, err_msg=f"{name}, run {repeat}"
                )


CASES = [
    pytest.param(cell, directions, lengths, id=f"{cell}-{directions}-{name}")
    for cell in recurrent.CELLS
    for directions in (1, 2)
    for name, lengths in PROFILES.items()
]


@pytest.mark.parametrize(("cell", "directions", "lengths"), CASES)
def test_layer_equals_autograd_of_the_reference(cell, directions, lengths):
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
        d_x, d_h0 = recurrent.backward(
            cell, check.params, check.packing, check.tape, outputs, final, grads[0]
        )
        d_x, d_h0 = d_x.copy(), d_h0.copy()
        check.forward()
        zeros = [
            np.zeros_like(full) if part is None else part
            for part, full in ((outputs, check.g_outputs), (final, check.g_final))
        ]
        expected_x, expected_h0 = recurrent.backward(
            cell, check.params, check.packing, check.tape, *zeros, grads[1]
        )
        np.testing.assert_array_equal(grads[0].flat, grads[1].flat)
        np.testing.assert_array_equal(d_x, expected_x)
        np.testing.assert_array_equal(d_h0, expected_h0)
