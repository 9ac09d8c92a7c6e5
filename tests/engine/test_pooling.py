"""Pooling against a literal loop over rows, its gradient against central differences."""

import itertools

import numpy as np
import pytest

from grucli.engine import pooling
from grucli.engine.packing import Packing
from tests import reference
from tests.engine.helpers import PROFILES, random_batch, sequence

KINDS = [kinds for count in (1, 2, 3) for kinds in itertools.permutations(pooling.POOLINGS, count)]
CASES = pytest.mark.parametrize("lengths", PROFILES.values(), ids=PROFILES)
EACH_KINDS = pytest.mark.parametrize("kinds", KINDS, ids="+".join)


@CASES
@EACH_KINDS
def test_each_row_is_pooled_over_its_own_steps(kinds, lengths):
    rng = np.random.default_rng(0)
    packing, outputs = random_batch(rng, lengths)
    final = rng.normal(size=(len(lengths), 3))
    pooled, _ = pooling.forward(kinds, outputs, final, packing)
    expected = [
        reference.pool(kinds, sequence(packing, outputs, row), final[row])
        for row in range(len(lengths))
    ]
    np.testing.assert_allclose(pooled, expected, atol=1e-14)


@CASES
@EACH_KINDS
def test_gradients_equal_central_differences(kinds, lengths):
    rng = np.random.default_rng(1)
    packing, outputs = random_batch(rng, lengths)
    final = rng.normal(size=(len(lengths), 3))
    pooled, winners = pooling.forward(kinds, outputs, final, packing)
    d_pooled = rng.normal(size=pooled.shape)
    given = {"outputs": outputs, "final": final}
    gradients = pooling.backward(kinds, d_pooled, packing, winners)
    for (name, value), gradient in zip(given.items(), gradients, strict=True):
        direction = rng.normal(size=value.shape)
        ahead, behind = (
            pooling.forward(kinds, **{**given, name: value + step * direction}, packing=packing)[0]
            for step in (1e-6, -1e-6)
        )
        numeric = np.sum(d_pooled * (ahead - behind)) / 2e-6
        analytic = 0 if gradient is None else np.sum(gradient * direction)
        assert analytic == pytest.approx(numeric, abs=1e-8), name


def test_only_what_a_pooling_takes_has_a_gradient():
    packing = Packing(np.array([2, 1]))
    d_pooled, winners = np.ones((2, 3)), np.zeros((2, 3), int)
    outputs, final = pooling.backward(["last"], d_pooled, packing, None)
    assert outputs is None
    np.testing.assert_array_equal(final, d_pooled)
    for kind in ("mean", "max"):
        outputs, final = pooling.backward([kind], d_pooled, packing, winners)
        assert outputs.shape == (3, 3)
        assert final is None


def test_the_first_of_equal_maxima_wins_and_takes_the_whole_gradient():
    packing = Packing(np.array([3, 2]))
    outputs = np.array([[1.0], [5.0], [4.0], [5.0], [4.0]])  # rows: 1 4 4 and 5 5
    pooled, winners = pooling.forward(["max"], outputs, np.zeros((2, 1)), packing)
    assert pooled.tolist() == [[4], [5]]
    assert winners.tolist() == [[2], [1]]
    d_outputs, _ = pooling.backward(["max"], np.array([[10.0], [20.0]]), packing, winners)
    assert d_outputs.ravel().tolist() == [0, 20, 10, 0, 0]


def test_float32_stays_float32():
    packing = Packing(np.array([3, 1]))
    outputs, final = np.ones((4, 2), np.float32), np.ones((2, 2), np.float32)
    pooled, winners = pooling.forward(pooling.POOLINGS, outputs, final, packing)
    gradients = pooling.backward(pooling.POOLINGS, pooled, packing, winners)
    assert {pooled.dtype, *(gradient.dtype for gradient in gradients)} == {np.dtype(np.float32)}
