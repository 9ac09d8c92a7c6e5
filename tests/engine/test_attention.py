"""Attention against autograd of the literal reference, whatever the order and the mates of rows."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from grucli.engine import attention
from grucli.engine.attention import Pairs
from grucli.engine.packing import Packing
from grucli.engine.params import Parameters
from grucli.engine.tape import Tape
from tests import reference
from tests.engine.helpers import poisoned_tape, sequence

F, H = 5, 3
SOURCES, TARGETS, ORDER = (6, 4, 4, 1), (7, 3, 2, 1), (2, 0, 3, 1)
"""The longest target belongs to the third source."""
CASES = [
    pytest.param(SOURCES, TARGETS, ORDER, id="ragged"),
    pytest.param((3, 3), (2, 2), (1, 0), id="equal"),
    pytest.param((1,), (1,), (0,), id="one step"),
]


class AttentionCheck:
    """Random sources, targets and upstream gradient G; loss = <outputs, G>."""

    def __init__(self, sources=SOURCES, targets=TARGETS, order=ORDER, seed=0):
        rng = np.random.default_rng(seed)
        self.order = np.array(order)
        self.source, self.target = Packing(np.array(sources)), Packing(np.array(targets))
        self.pairs = Pairs(self.source, self.target, self.order)
        self.params = Parameters(attention.shapes(F, H), np.float64)
        self.params.flat[:] = rng.normal(0, 0.7, self.params.flat.size)
        self.states = rng.normal(size=(self.target.size, H))
        self.sources = rng.normal(size=(self.source.size, F))
        self.g = rng.normal(size=(self.target.size, H))
        self.tape = poisoned_tape()

    def forward(self, **changed):
        values = {"params": self.params, "states": self.states, "sources": self.sources} | changed
        return attention.forward(*values.values(), self.pairs, self.tape)

    def gradients(self):
        self.forward()
        grads = Parameters(attention.shapes(F, H), np.float64)
        grads.flat.fill(np.nan)
        d_states, d_sources = attention.backward(
            self.params, self.states, self.sources, self.pairs, self.tape, self.g, grads
        )
        return {**grads, "states": d_states.copy(), "sources": d_sources.copy()}

    def reference_loss(self, values):
        total = 0.0
        for row, of in enumerate(self.order):
            sources = [
                values["sources"][self.source.offsets[t] + of]
                for t in range(self.source.lengths[of])
            ]
            for t in range(self.target.lengths[row]):
                place = self.target.offsets[t] + row
                output = reference.attended(values, values["states"][place], sources)
                total = total + anp.sum(output * self.g[place])
        return total

    def check(self):
        values = {**self.params, "states": self.states, "sources": self.sources}
        assert np.sum(self.forward() * self.g) == pytest.approx(
            float(self.reference_loss(values)), 1e-12
        )
        expected = autograd.grad(self.reference_loss)(values)
        for _ in range(2):
            for name, gradient in self.gradients().items():
                np.testing.assert_allclose(gradient, expected[name], atol=1e-10, err_msg=name)
            self.tape.fill(np.nan)


@pytest.mark.parametrize(("sources", "targets", "order"), CASES)
def test_outputs_and_gradients_equal_autograd_of_the_reference(sources, targets, order):
    AttentionCheck(sources, targets, order).check()


@pytest.mark.parametrize("name", ["params", "states", "sources"])
def test_gradients_equal_central_differences(name):
    check, rng = AttentionCheck(seed=1), np.random.default_rng(2)
    found = check.gradients()
    given = check.params.flat if name == "params" else getattr(check, name)
    direction, start = rng.normal(size=given.shape), given.copy()
    sides = []
    for sign in (1, -1):
        given[...] = start + sign * 1e-6 * direction
        sides.append(np.sum(check.forward() * check.g))
    given[...] = start
    gradient = found.get(name)
    if gradient is None:
        gradient = np.concatenate([found[each].reshape(-1) for each in check.params])
    assert np.sum(gradient * direction) == pytest.approx((sides[0] - sides[1]) / 2e-6, rel=1e-6)


def test_weights_are_those_of_the_row_alone_and_zero_beyond_its_end():
    check = AttentionCheck()
    outputs, memory = check.forward(), check.tape["weights"]
    for row, of in enumerate(check.order.tolist()):
        source, target = sequence(check.source, check.sources, of), check.target.lengths[row]
        alone = Pairs(
            Packing(np.array([len(source)])), Packing(np.array([target])), np.zeros(1, int)
        )
        states = sequence(check.target, check.states, row)
        tape = poisoned_tape()
        expected = attention.forward(check.params, states, source, alone, tape)
        np.testing.assert_allclose(sequence(check.target, outputs, row), expected, atol=1e-12)
        weights = memory[of, :target]
        np.testing.assert_allclose(weights[:, : len(source)], tape["weights"][0], atol=1e-12)
        assert not weights[:, len(source) :].any()
        np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-12)


def test_scores_of_any_size_are_no_trouble_and_float32_stays_so():
    check = AttentionCheck()
    params = {name: (1e4 * value).astype(np.float32) for name, value in check.params.items()}
    states, sources = check.states.astype(np.float32), check.sources.astype(np.float32)
    tape, grads = Tape(np.float32), Parameters(attention.shapes(F, H), np.float32)
    outputs = attention.forward(params, states, sources, check.pairs, tape).copy()
    found = attention.backward(params, states, sources, check.pairs, tape, outputs, grads)
    assert {each.dtype for each in (outputs, *found)} == {np.dtype(np.float32)}
    assert np.isfinite(outputs).all()


def test_first_values():
    params = Parameters(attention.shapes(F, H), np.float64)
    params.flat.fill(np.nan)
    attention.initialise_(params, np.random.default_rng(0))
    assert not params["bias"].any()
    for weight in (*np.split(params["source"], 2), params["state"]):
        assert 0 < np.abs(weight).max() <= np.sqrt(6 / sum(weight.shape))
