"""Copying against autograd of the literal reference; what it says is a distribution."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from grucli.engine import copying
from grucli.engine.attention import Pairs
from grucli.engine.packing import Packing
from grucli.engine.params import Parameters
from tests import reference
from tests.engine.helpers import sequence
from tests.engine.test_attention import CASES, ORDER, SOURCES, TARGETS, F, H

V = 4


class CopyingCheck:
    """Random sources, targets and upstream gradient G; loss = <log P, G>."""

    def __init__(self, sources=SOURCES, targets=TARGETS, order=ORDER, seed=0):
        rng = np.random.default_rng(seed)
        self.order = np.array(order)
        self.source, self.target = Packing(np.array(sources)), Packing(np.array(targets))
        self.pairs = Pairs(self.source, self.target, self.order)
        self.params = Parameters(copying.shapes(F, H), np.float64)
        self.params.flat[:] = rng.normal(0, 0.7, self.params.flat.size)
        self.scores = rng.normal(size=(self.target.size, V))
        self.outputs = rng.normal(size=(self.target.size, H))
        self.sources = rng.normal(size=(self.source.size, F))
        self.symbols = rng.integers(0, V - 1, self.source.size)  # none holds the last one
        self.g = rng.normal(size=(self.target.size, V))

    def forward(self):
        return copying.forward(
            self.params, self.scores, self.outputs, self.sources, self.symbols, self.pairs
        )

    def gradients(self):
        _, memory = self.forward()
        grads = Parameters(copying.shapes(F, H), np.float64)
        grads.flat.fill(np.nan)
        found = copying.backward(self.params, memory, self.g.copy(), self.pairs, grads)
        return {**grads, **dict(zip(("scores", "outputs", "sources"), found, strict=True))}

    def reference_loss(self, values):
        total = 0.0
        for row, of in enumerate(self.order):
            places = [self.source.offsets[t] + of for t in range(self.source.lengths[of])]
            sources, symbols = [values["sources"][p] for p in places], self.symbols[places]
            for t in range(self.target.lengths[row]):
                k = self.target.offsets[t] + row
                log_p = reference.copied_log_p(
                    values, values["scores"][k], values["outputs"][k], sources, symbols
                )
                total = total + anp.sum(log_p * self.g[k])
        return total

    def check(self):
        values = {name: getattr(self, name) for name in ("scores", "outputs", "sources")}
        values |= self.params
        log_p, _ = self.forward()
        assert np.sum(log_p * self.g) == pytest.approx(float(self.reference_loss(values)), 1e-12)
        expected = autograd.grad(self.reference_loss)(values)
        for name, gradient in self.gradients().items():
            np.testing.assert_allclose(gradient, expected[name], atol=1e-10, err_msg=name)


@pytest.mark.parametrize(("sources", "targets", "order"), CASES)
def test_probabilities_and_gradients_equal_autograd_of_the_reference(sources, targets, order):
    CopyingCheck(sources, targets, order).check()


def test_gradients_equal_central_differences():
    check, rng = CopyingCheck(seed=1), np.random.default_rng(2)
    found = check.gradients()
    for name in ("scores", "outputs", "sources", "weight", "bias"):
        given = check.params[name] if name in check.params else getattr(check, name)
        direction, start, sides = rng.normal(size=given.shape), given.copy(), []
        for sign in (1, -1):
            given[...] = start + sign * 1e-6 * direction
            sides.append(np.sum(check.forward()[0] * check.g))
        given[...] = start
        expected = pytest.approx((sides[0] - sides[1]) / 2e-6, rel=1e-6)
        assert np.sum(found[name] * direction) == expected, name


def test_probabilities_sum_to_one_and_are_those_of_the_row_alone():
    check = CopyingCheck()
    log_p, _ = check.forward()
    np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1, atol=1e-12)
    for row, of in enumerate(check.order.tolist()):
        length, steps = check.source.lengths[of], check.target.lengths[row]
        alone = Pairs(Packing(np.array([length])), Packing(np.array([steps])), np.zeros(1, int))
        expected, _ = copying.forward(
            check.params,
            sequence(check.target, check.scores, row),
            sequence(check.target, check.outputs, row),
            sequence(check.source, check.sources, of),
            sequence(check.source, check.symbols, of),
            alone,
        )
        np.testing.assert_allclose(sequence(check.target, log_p, row), expected, atol=1e-12)


def test_an_impossible_symbol_has_a_finite_loss_and_no_gradient():
    check = CopyingCheck()
    check.scores[:, V - 1] = -5000.0  # no place holds it
    log_p, memory = check.forward()
    grads = Parameters(copying.shapes(F, H), np.float64)
    found = copying.backward(check.params, memory, check.g, check.pairs, grads)
    assert np.isfinite(log_p).all()
    assert all(np.isfinite(each).all() for each in (*found, grads.flat))
    assert not found[0][:, V - 1].any()


def test_without_a_place_only_the_vocabulary_speaks():
    scores = np.log([[0.5, 0.25, 0.25]])
    log_p = copying.log_probabilities(scores, np.full((1, 2), -np.inf), np.zeros((1, 2), int))
    np.testing.assert_allclose(np.exp(log_p), [[0.5, 0.25, 0.25]])
    places = np.log([[1.0, 2.0]])
    log_p = copying.log_probabilities(scores, places, np.array([[2, 1]]))
    np.testing.assert_allclose(np.exp(log_p), [[0.5 / 4, 2.25 / 4, 1.25 / 4]])


def test_float32_stays_float32_and_first_values():
    check = CopyingCheck()
    single = [array.astype(np.float32) for array in (check.scores, check.outputs, check.sources)]
    params = Parameters(copying.shapes(F, H), np.float32)
    params.flat.fill(np.nan)
    copying.initialise_(params, np.random.default_rng(0))
    assert not params["bias"].any()
    assert params["weight"].any()
    log_p, memory = copying.forward(params, *single, check.symbols, check.pairs)
    grads = Parameters(copying.shapes(F, H), np.float32)
    found = copying.backward(params, memory, log_p, check.pairs, grads)
    assert {each.dtype for each in (log_p, *found)} == {np.dtype(np.float32)}
