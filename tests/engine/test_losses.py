"""Losses and probabilities against autograd, central differences and exact values."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from grucli.engine import losses
from tests import reference

OUTPUTS = pytest.mark.parametrize("outputs", [1, 2, 5])


def random_problem(outputs, seed=0, rows=6):
    rng = np.random.default_rng([seed, outputs])
    num_classes = max(outputs, 2)
    logits = 3 * rng.normal(size=(rows, outputs))
    return logits, rng.integers(0, num_classes, rows), rng.uniform(0.2, 4, rows)


@OUTPUTS
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.9])
def test_loss_and_gradient_equal_autograd(outputs, weighted, smoothing):
    logits, targets, weights = random_problem(outputs)
    weights = weights if weighted else np.ones_like(weights)

    def total(logits):
        terms = [
            reference.cross_entropy(logits[row], target, weights[row], smoothing)
            for row, target in enumerate(targets)
        ]
        return anp.sum(anp.stack(terms))

    given = weights if weighted else None
    loss, d_logits = losses.cross_entropy(logits, targets, given, smoothing)
    assert loss == pytest.approx(float(total(logits)), rel=1e-13)
    np.testing.assert_allclose(d_logits, autograd.grad(total)(logits), atol=1e-14)


@OUTPUTS
def test_gradient_equals_central_differences(outputs):
    logits, targets, weights = random_problem(outputs, seed=1)
    _, d_logits = losses.cross_entropy(logits, targets, weights)
    direction = np.random.default_rng(2).normal(size=logits.shape)
    ahead, behind = (
        losses.cross_entropy(logits + step * direction, targets, weights)[0]
        for step in (1e-6, -1e-6)
    )
    assert np.sum(d_logits * direction) == pytest.approx((ahead - behind) / 2e-6, rel=1e-8)


def test_one_logit_is_a_softmax_over_zero_and_it():
    logit, targets, weights = random_problem(1)
    pair = np.concatenate((np.zeros_like(logit), logit), axis=1)
    loss, d_logit = losses.cross_entropy(logit, targets, weights)
    expected, d_pair = losses.cross_entropy(pair, targets, weights)
    assert loss == pytest.approx(expected, rel=1e-14)
    np.testing.assert_allclose(d_logit, d_pair[:, 1:], atol=1e-15)
    np.testing.assert_allclose(losses.probabilities(logit), losses.probabilities(pair), atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_logits_keep_exact_losses(dtype):
    logit = np.array([[1e4], [-1e4], [1e4], [-1e4]], dtype)
    loss, d_logit = losses.cross_entropy(logit, np.array([1, 0, 0, 1]))
    assert loss == 2e4
    assert d_logit.tolist() == [[0], [0], [1], [-1]]
    logits = np.array([[1e4, -1e4, 0], [1e4, -1e4, 0]], dtype)
    loss, d_logits = losses.cross_entropy(logits, np.array([0, 1]))
    assert loss == 2e4
    assert d_logits.tolist() == [[0, 0, 0], [1, -1, 0]]


@OUTPUTS
@pytest.mark.parametrize("scale", [0, 1, 1e4, 1e30])
def test_probabilities_are_in_range_and_sum_to_one(outputs, scale):
    logits = (scale * np.random.default_rng(3).normal(size=(50, outputs))).astype(np.float32)
    p = losses.probabilities(logits)
    assert p.shape == (50, max(outputs, 2))
    assert p.dtype == np.float64
    assert np.all((p >= 0) & (p <= 1))
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-15)
    np.testing.assert_allclose(np.exp(losses.log_probabilities(logits)), p, atol=1e-15)


def test_known_probabilities():
    np.testing.assert_allclose(
        losses.probabilities(np.log([[1.0, 2.0, 5.0]])), [[0.125, 0.25, 0.625]]
    )
    np.testing.assert_allclose(losses.probabilities(np.log([[3.0]])), [[0.25, 0.75]])


def test_the_logits_are_left_as_they_are():
    for outputs in (1, 3):
        logits, targets, weights = random_problem(outputs)
        before = logits.copy()
        losses.cross_entropy(logits, targets, weights)
        losses.probabilities(logits)
        np.testing.assert_array_equal(logits, before)


@OUTPUTS
def test_float32_logits_have_a_float32_gradient(outputs):
    logits, targets, weights = random_problem(outputs)
    _, d_logits = losses.cross_entropy(logits.astype(np.float32), targets, weights)
    assert d_logits.dtype == np.float32
    assert d_logits.shape == logits.shape


@OUTPUTS
def test_a_smoothed_target_is_met_by_its_own_probabilities(outputs):
    num_classes = max(outputs, 2)
    p = np.full(num_classes, 0.3 / num_classes)
    p[-1] += 0.7
    logits = np.log(p)[None] if outputs > 1 else np.array([[np.log(p[1] / p[0])]])
    _, d_logits = losses.cross_entropy(logits, np.array([num_classes - 1]), None, 0.3)
    np.testing.assert_allclose(d_logits, 0, atol=1e-15)


def random_errors(rows=9):
    rng = np.random.default_rng(3)
    return 3 * rng.normal(size=(rows, 1)), rng.normal(size=rows), rng.uniform(0.2, 4, rows)


@pytest.mark.parametrize("delta", [0.5, 1.0, 2.5, 100.0, np.inf])
def test_huber_and_its_gradient_equal_autograd_and_central_differences(delta):
    scores, targets, weights = random_errors()
    given = 1e9 if np.isinf(delta) else delta  # so far that none lies beyond

    def total(scores):
        rows = zip(scores, targets, weights, strict=True)
        return anp.sum(anp.stack([reference.huber(*row, given) for row in rows]))

    loss, d_scores = losses.huber(scores, targets, weights, delta)
    assert loss == pytest.approx(float(total(scores)), rel=1e-12)
    np.testing.assert_allclose(d_scores, autograd.grad(total)(scores), atol=1e-13)
    direction = np.random.default_rng(4).normal(size=scores.shape)
    ahead, behind = (
        losses.huber(scores + step * direction, targets, weights, delta)[0]
        for step in (1e-6, -1e-6)
    )
    assert np.sum(d_scores * direction) == pytest.approx((ahead - behind) / 2e-6, rel=1e-7)


def test_huber_by_hand():
    loss, d_scores = losses.huber(
        np.array([[0.5], [4.0], [-3.0]], np.float32), np.zeros(3), np.array([1.0, 2.0, 1.0]), 1.0
    )
    assert loss == 0.125 + 2 * 3.5 + 2.5
    assert d_scores.dtype == np.float32
    assert d_scores[:, 0].tolist() == [0.5, 2.0, -1.0]


def sigmoid_problem(seed=0):
    rng = np.random.default_rng(seed)
    logits = 3 * rng.normal(size=(5, 4))
    return logits, (rng.random((5, 4)) < 0.4).astype(np.uint8), rng.uniform(0.2, 4, 5)


def check_sigmoid_loss():
    """Compare with autograd of the reference and with central differences."""
    for smoothing in (0.0, 0.2):
        logits, truth, weights = sigmoid_problem()

        def total(logits, truth=truth, weights=weights, smoothing=smoothing):
            return sum(
                reference.sigmoid_cross_entropy(logits[row], truth[row], weights[row], smoothing)
                for row in range(len(truth))
            )

        loss, d_logits = losses.sigmoid_cross_entropy(logits, truth, weights, smoothing)
        assert loss == pytest.approx(float(total(logits)), rel=1e-13)
        np.testing.assert_allclose(d_logits, autograd.grad(total)(logits), atol=1e-13)
        direction = np.random.default_rng(2).normal(size=logits.shape)
        ahead, behind = (
            losses.sigmoid_cross_entropy(logits + step * direction, truth, weights, smoothing)[0]
            for step in (1e-6, -1e-6)
        )
        assert np.sum(d_logits * direction) == pytest.approx((ahead - behind) / 2e-6, rel=1e-8)


def test_the_loss_of_each_output_for_itself_equals_the_reference():
    check_sigmoid_loss()


def test_outputs_for_themselves_are_so_many_problems_of_two_classes():
    logits, truth, weights = sigmoid_problem(1)
    loss, d_logits = losses.sigmoid_cross_entropy(logits, truth, weights)
    each = [
        losses.cross_entropy(logits[:, k : k + 1], truth[:, k].astype(np.int64), weights)
        for k in range(4)
    ]
    assert loss == pytest.approx(sum(one for one, _ in each), rel=1e-13)
    np.testing.assert_allclose(d_logits, np.hstack([slope for _, slope in each]), atol=1e-14)


def test_a_sigmoid_of_any_size_neither_overflows_nor_leaves_its_range():
    logits = np.array([[-1e4, -1.0, 0.0, 1.0, 1e4]], np.float32)
    p = losses.sigmoid(logits)
    assert p.dtype == np.float64
    np.testing.assert_allclose(p, [[0, 1 / (1 + np.e), 0.5, np.e / (1 + np.e), 1]], atol=1e-15)
    loss, d_logits = losses.sigmoid_cross_entropy(logits, np.array([[1, 0, 1, 0, 1]]), np.ones(1))
    assert loss == pytest.approx(1e4 + np.log1p(np.exp(-1)) + np.log(2) + np.log1p(np.e))
    assert d_logits.dtype == np.float32
