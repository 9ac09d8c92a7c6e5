"""Convolutions against autograd of the literal reference, ragged, poisoned and run twice.

Covers: engine/front.
"""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from grucli.engine import convolution, front
from grucli.engine.front import Front
from grucli.engine.packing import Packing
from grucli.engine.params import Parameters
from grucli.engine.tape import Tape
from tests import reference
from tests.engine.helpers import PROFILES, poisoned_tape, random_batch, sequence

STRIDES = (1, 2, 3, 9)
FILTERS, SIZE = 4, 3


class ConvolutionCheck:
    """A random convolution, batch and upstream gradient; loss = <outputs, G>."""

    def __init__(self, lengths, width, stride):
        rng = np.random.default_rng([len(lengths), width, stride])
        self.params = random_parameters(convolution.shapes(SIZE, FILTERS, width), rng)
        self.packing, self.x = random_batch(rng, lengths, SIZE)
        self.stride = stride
        self.seen = convolution.view(self.packing, width, stride)
        self.upstream = rng.normal(size=(self.seen.packing.size, FILTERS))
        self.tape = poisoned_tape()

    def reference_loss(self, values):
        total = 0.0
        for row in range(self.packing.batch_size):
            x = of_row(self.packing, values["x"], row)
            outputs = reference.convolution(values, x, self.stride)
            upstream = sequence(self.seen.packing, self.upstream, row)
            total = total + anp.sum(outputs * upstream)
        return total

    def gradients(self):
        grads = Parameters({n: v.shape for n, v in self.params.items()}, np.float64)
        grads.flat.fill(np.nan)
        d_x = np.full_like(self.x, np.nan)
        convolution.backward(self.params, self.seen, self.tape, self.upstream.copy(), grads, d_x)
        return {**grads, "x": d_x}

    def check(self):
        values = {**self.params, "x": self.x}
        expected = autograd.grad(self.reference_loss)(values)
        for repeat in range(2):
            outputs = convolution.forward(self.params, self.x, self.seen, self.tape)
            loss = np.sum(outputs * self.upstream)
            assert loss == pytest.approx(float(self.reference_loss(values)), rel=1e-12)
            for name, gradient in self.gradients().items():
                np.testing.assert_allclose(
                    gradient, expected[name], atol=1e-10, err_msg=f"{name}, run {repeat}"
                )


def random_parameters(shapes, rng):
    params = Parameters(shapes, np.float64)
    params.flat[:] = rng.normal(0, 0.7, params.flat.size)
    return params


def of_row(packing, packed, row):
    return anp.stack([packed[packing.offsets[t] + row] for t in range(packing.lengths[row])])


@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("width", [1, 4, 5])
@pytest.mark.parametrize("lengths", PROFILES.values(), ids=PROFILES)
def test_values_and_gradients_equal_autograd_of_the_reference(lengths, width, stride):
    ConvolutionCheck(lengths, width, stride).check()


def test_gradients_equal_central_differences():
    check = ConvolutionCheck(PROFILES["ragged"], 5, 2)
    convolution.forward(check.params, check.x, check.seen, check.tape)
    gradients = check.gradients()
    rng = np.random.default_rng(3)
    for name, value in {**check.params, "x": check.x}.items():
        direction, start, losses = rng.normal(size=value.shape), value.copy(), []
        for step in (1e-6, -1e-6):
            value[...] = start + step * direction
            outputs = convolution.forward(check.params, check.x, check.seen, check.tape)
            losses.append(np.sum(outputs * check.upstream))
        value[...] = start
        numeric = (losses[0] - losses[1]) / 2e-6
        assert np.sum(gradients[name] * direction) == pytest.approx(numeric, rel=1e-6), name


def test_a_stride_leaves_one_step_for_each_of_its_lengths_begun():
    seen = convolution.view(Packing(np.array([7, 6, 3, 1])), 3, 3)
    assert seen.packing.lengths.tolist() == [3, 2, 1, 1]
    seen = convolution.view(Packing(np.array([3, 1])), 3, 1)  # packed: a0 b0 a1 a2
    assert seen.index.tolist() == [[4, 0, 2], [4, 1, 4], [0, 2, 3], [2, 3, 4]]


@pytest.mark.parametrize("stride", STRIDES)
def test_both_convolutions_equal_the_reference_and_leave_nothing_behind(stride):
    rng = np.random.default_rng(stride)
    params = random_parameters(front.shapes(SIZE), rng)
    both = Front(stride, np.dtype(np.float64))
    both.tapes = [poisoned_tape() for _ in front.WIDTHS]
    for lengths in (PROFILES["ragged"], (9, 9, 1), PROFILES["ragged"]):
        packing, x = random_batch(rng, lengths, SIZE)
        outputs, features = both.forward(params, x, packing)
        for row in range(len(lengths)):
            wanted, found = reference.front(params, sequence(packing, x, row), stride)
            np.testing.assert_allclose(sequence(both.packing, outputs, row), wanted, atol=1e-12)
            np.testing.assert_allclose(features[row], found, atol=1e-12)


def test_gradients_reach_the_steps_through_outputs_and_features():
    rng = np.random.default_rng(7)
    params, both = random_parameters(front.shapes(SIZE), rng), Front(2, np.dtype(np.float64))
    packing, x = random_batch(rng, PROFILES["ragged"], SIZE)
    outputs, features = both.forward(params, x, packing)
    g_outputs, g_features = rng.normal(size=outputs.shape), rng.normal(size=features.shape)

    def loss(values):
        total = 0.0
        for row in range(packing.batch_size):
            found = reference.front(values, of_row(packing, values["x"], row), 2)
            upstream = (sequence(both.packing, g_outputs, row), g_features[row])
            total += sum(anp.sum(a * b) for a, b in zip(found, upstream, strict=True))
        return total

    expected = autograd.grad(loss)({**params, "x": x})
    grads, d_x = Parameters(front.shapes(SIZE), np.float64), np.full_like(x, np.nan)
    both.backward(params, g_outputs.copy(), g_features, grads, d_x)
    for name, gradient in {**grads, "x": d_x}.items():
        np.testing.assert_allclose(gradient, expected[name], atol=1e-10, err_msg=name)


def test_a_sequence_gives_the_same_numbers_whatever_stands_beside_it():
    rng = np.random.default_rng(5)
    params, both = random_parameters(front.shapes(SIZE), rng), Front(3, np.dtype(np.float64))
    packing, x = random_batch(rng, PROFILES["ragged"], SIZE)
    together = both.forward(params, x, packing)[1]
    wild = x.copy()
    wild[packing.row == 0] = 1e6
    np.testing.assert_array_equal(both.forward(params, wild, packing)[1][1:], together[1:])


def test_first_values_let_a_constant_through_and_float32_stays():
    params = Parameters(front.shapes(2), np.float32)
    params.flat.fill(np.nan)
    front.initialise_(params, np.random.default_rng(0))
    assert np.all(np.isfinite(params.flat))
    assert (params["0_gain"] == 1).all()
    assert (params["1_shift"] == 0).all()
    both = Front(2, np.dtype(np.float32))
    packing = Packing(np.array([4, 1]))
    outputs, features = both.forward(params, np.zeros((5, 2), np.float32), packing)
    assert np.all(features == 0)  # a step without any variance is no division by zero
    d_x = np.ones((5, 2), np.float32)
    both.backward(params, outputs.copy(), features, params, d_x)
    assert {array.dtype for array in (outputs, features, d_x)} == {np.dtype(np.float32)}
    assert all(b.dtype == np.float32 for tape in both.tapes for b in tape._flat.values())
    assert isinstance(both.tapes[0], Tape)
