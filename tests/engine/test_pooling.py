"""Pooling against a literal loop over rows, its gradient against central differences."""

import itertools

import numpy as np
import pytest

from grucli.engine import pooling
from grucli.engine.packing import Packing
from tests import reference
from tests.engine.helpers import PROFILES, random_batch, sequence

KINDS = [
    *((kind,) for kind in pooling.POOLINGS),
    *itertools.permutations(pooling.POOLINGS, 2),
    pooling.POOLINGS,
    pooling.POOLINGS[::-1],
]
QUERY = np.array([0.5, -1.5, 2.0])
CASES = pytest.mark.parametrize("lengths", PROFILES.values(), ids=PROFILES)
EACH_KINDS = pytest.mark.parametrize("kinds", KINDS, ids="+".join)


@CASES
@EACH_KINDS
def test_each_row_is_pooled_over_its_own_steps(kinds, lengths):
    rng = np.random.default_rng(0)
    packing, outputs = random_batch(rng, lengths)
    final = rng.normal(size=(len(lengths), 3))
    pooled, _ = pooling.forward(kinds, {"query": QUERY}, outputs, final, packing)
    expected = [
        reference.pool(kinds, sequence(packing, outputs, row), final[row], QUERY)
        for row in range(len(lengths))
    ]
    np.testing.assert_allclose(pooled, expected, atol=1e-14)


@CASES
@EACH_KINDS
def test_gradients_equal_central_differences(kinds, lengths):
    rng = np.random.default_rng(1)
    packing, outputs = random_batch(rng, lengths)
    final = rng.normal(size=(len(lengths), 3))
    given = {"outputs": outputs, "final": final, "query": QUERY}

    def run(outputs, final, query):
        return pooling.forward(kinds, {"query": query}, outputs, final, packing)

    pooled, memory = run(**given)
    d_pooled = rng.normal(size=pooled.shape)
    grads = {"query": np.full(3, np.nan)}
    d_outputs, d_final = pooling.backward(
        kinds, {"query": QUERY}, outputs, packing, memory, d_pooled, grads
    )
    d_query = grads["query"] if "attention" in kinds else None
    gradients = {"outputs": d_outputs, "final": d_final, "query": d_query}
    for name, value in given.items():
        direction = rng.normal(size=value.shape)
        ahead, behind = (
            run(**{**given, name: value + step * direction})[0] for step in (1e-6, -1e-6)
        )
        numeric = np.sum(d_pooled * (ahead - behind)) / 2e-6
        gradient = gradients[name]
        analytic = 0 if gradient is None else np.sum(gradient * direction)
        assert analytic == pytest.approx(numeric, abs=1e-7), name


def test_only_what_a_pooling_takes_has_a_gradient():
    packing, states = Packing(np.array([2, 1])), np.ones((3, 3))
    d_pooled, memory = np.ones((2, 3)), {"max": np.ones((2, 3))}
    outputs, final = pooling.backward(["last"], {}, states, packing, memory, d_pooled, {})
    assert outputs is None
    np.testing.assert_array_equal(final, d_pooled)
    for kind in ("mean", "max"):
        outputs, final = pooling.backward([kind], {}, states, packing, memory, d_pooled, {})
        assert outputs.shape == (3, 3)
        assert final is None


def test_equal_maxima_share_the_gradient():
    packing = Packing(np.array([3, 2]))
    outputs = np.array([[1.0], [5.0], [4.0], [5.0], [4.0]])  # rows: 1 4 4 and 5 5
    pooled, memory = pooling.forward(["max"], {}, outputs, np.zeros((2, 1)), packing)
    assert pooled.tolist() == [[4], [5]]
    d_pooled = np.array([[10.0], [20.0]])
    d_outputs, _ = pooling.backward(["max"], {}, outputs, packing, memory, d_pooled, {})
    assert d_outputs.ravel().tolist() == [0, 10, 5, 10, 5]


def test_attention_weights_are_a_distribution_over_each_sequence_whatever_the_scores():
    packing, outputs = random_batch(np.random.default_rng(0), PROFILES["ragged"])
    for scale in (0.0, 1.0, 1e4):
        memory = pooling.forward(
            ["attention"], {"query": QUERY * scale}, outputs, np.zeros((5, 3)), packing
        )[1]
        weights = memory["attention"]
        assert weights.min() >= 0
        np.testing.assert_allclose(np.bincount(packing.row, weights), 1)
        if scale == 0:
            np.testing.assert_allclose(weights, 1 / packing.lengths[packing.row])


def test_float32_stays_float32():
    packing = Packing(np.array([3, 1]))
    outputs, final = np.ones((4, 2), np.float32), np.ones((2, 2), np.float32)
    params, grads = {"query": np.ones(2, np.float32)}, {"query": np.ones(2, np.float32)}
    pooled, memory = pooling.forward(pooling.POOLINGS, params, outputs, final, packing)
    gradients = pooling.backward(pooling.POOLINGS, params, outputs, packing, memory, pooled, grads)
    assert {pooled.dtype, *(gradient.dtype for gradient in gradients)} == {np.dtype(np.float32)}
    assert memory["attention"].dtype == np.float32
