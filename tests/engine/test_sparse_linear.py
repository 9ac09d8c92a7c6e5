"""The linear classifier over n-grams, against dense matrices and a literal descent."""

import tracemalloc
from unittest import mock

import numpy as np
import pytest

from grucli.engine import sparse_linear
from grucli.engine.sparse_linear import Sparse


def sparse(dense):
    """Return the rows of a matrix; a feature of value 0 is left out."""
    row, ids = np.nonzero(dense)
    return Sparse(
        ids=ids.astype(np.int32),
        values=dense[row, ids].astype(np.float32),
        lengths=np.bincount(row, minlength=len(dense)),
    )


def random_rows(n, k, seed=0):
    """Return (n, K) rows of about unit length with few features; every fourth has none."""
    rng = np.random.default_rng(seed)
    dense = rng.normal(size=(n, k)) * (rng.random((n, k)) < 0.3)
    dense[::4] = 0
    return (dense / np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1)).astype(np.float32)


@pytest.mark.parametrize("block", [1, 5, 12, 1 << 20])
@pytest.mark.parametrize("outputs", [1, 3])
def test_forward_is_the_product_with_a_dense_matrix(block, outputs):
    dense = random_rows(23, 9)
    rng = np.random.default_rng(1)
    weight, bias = (rng.normal(size=s).astype(np.float32) for s in ((9, outputs), outputs))
    with mock.patch.object(sparse_linear, "BLOCK_NUMBERS", block):
        found = sparse_linear.forward(weight, bias, sparse(dense))
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, dense @ weight.astype(np.float64) + bias, atol=1e-6)
    whole = sparse_linear.forward(weight, bias, sparse(dense))
    assert found.tobytes() == whole.tobytes()
    for row in range(23):
        alone = sparse_linear.forward(weight, bias, sparse(dense[row : row + 1]))
        assert alone.tobytes() == whole[row : row + 1].tobytes()


def test_rows_without_features_say_the_bias():
    weight, bias = np.ones((4, 2), np.float32), np.array([0.5, -2], np.float32)
    found = sparse_linear.forward(weight, bias, sparse(np.zeros((3, 4))))
    np.testing.assert_array_equal(found, [[0.5, -2]] * 3)
    assert sparse_linear.forward(weight, bias, sparse(np.zeros((0, 4)))).shape == (0, 2)


def test_selected_rows_are_those_rows():
    dense = random_rows(12, 5)
    for rows in ([3, 3, 0, 11], [4, 8], [], range(12)):
        chosen = sparse(dense).select(np.array(rows, np.int64))
        wanted = sparse(dense[list(rows)])
        for name in ("ids", "values", "lengths", "ends"):
            np.testing.assert_array_equal(getattr(chosen, name), getattr(wanted, name))


def test_rows_without_some_features_and_the_length_of_rows():
    dense, kept = random_rows(12, 5), np.array([True, False, False, True, True])
    fewer = sparse(dense).only(kept)
    wanted = sparse(dense * kept)
    for name in ("ids", "values", "lengths"):
        np.testing.assert_array_equal(getattr(fewer, name), getattr(wanted, name))
    np.testing.assert_allclose(fewer.norms(), np.linalg.norm(dense * kept, axis=1), rtol=1e-6)
    assert sparse(np.zeros((2, 3))).norms().tolist() == [0, 0]


def test_each_row_may_have_a_bias_of_its_own():
    dense, rng = random_rows(7, 4), np.random.default_rng(2)
    weight, biases = rng.normal(size=(4, 3)), rng.normal(size=(7, 3))
    found = sparse_linear.forward(weight, biases, sparse(dense))
    np.testing.assert_allclose(found, dense @ weight + biases, atol=1e-6)


def literal(dense, targets, weights, num_classes, epochs, learning_rate, rng, said=None):
    """Descend a row a step over dense rows in float64; two classes as one logit."""
    outputs = 1 if num_classes == 2 else num_classes
    weight, bias = np.zeros((dense.shape[1], outputs)), np.zeros(outputs)
    step, steps = 0, epochs * len(dense)
    for _ in range(epochs):
        for row in rng.permutation(len(dense)):
            logits = dense[row] @ weight + bias + (0 if said is None else said[row])
            if outputs == 1:
                p, truth = 1 / (1 + np.exp(-logits)), np.array([targets[row] == 1])
            else:
                p, truth = np.exp(logits) / np.exp(logits).sum(), np.eye(outputs)[targets[row]]
            rate = learning_rate * (1 - step / steps) * min(weights[row], sparse_linear.MOST_WEIGHT)
            weight -= rate * np.outer(dense[row], p - truth)
            bias -= rate * sparse_linear.BIAS_SHARE * (p - truth)
            step += 1
    return weight, bias


def fit(dense, targets, weights, num_classes, epochs=3, learning_rate=2.0, seed=5, said=None):
    return sparse_linear.fit(
        sparse(dense),
        targets,
        weights,
        num_features=dense.shape[1],
        num_classes=num_classes,
        epochs=epochs,
        learning_rate=learning_rate,
        rng=np.random.default_rng(seed),
        said=said,
    )


@pytest.mark.parametrize("num_classes", [2, 4])
def test_what_was_said_already_is_added_to_and_not_learned_again(num_classes):
    dense, rng = random_rows(40, 7), np.random.default_rng(2)
    targets, weights = rng.integers(0, num_classes, 40), rng.uniform(0.1, 2, 40)
    said = rng.normal(0, 2, size=(40, 1 if num_classes == 2 else num_classes)).astype(np.float32)
    found = fit(dense, targets, weights, num_classes, said=said)
    rng = np.random.default_rng(5)
    wanted = literal(dense, targets, weights, num_classes, 3, 2.0, rng, said)
    for ours, theirs in zip(found, wanted, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-5)
    truth = np.eye(num_classes, dtype=np.float32)[targets]
    sure = 60 * (truth[:, 1:] - 0.5 if num_classes == 2 else truth)
    assert not np.abs(fit(dense, targets, weights, num_classes, said=sure)[0]).max() > 1e-6


@pytest.mark.parametrize("num_classes", [2, 4])
def test_fit_is_literal_descent(num_classes):
    dense, rng = random_rows(40, 7), np.random.default_rng(2)
    targets, weights = rng.integers(0, num_classes, 40), rng.uniform(0.1, 2, 40)
    weights[3] = 99  # counts as ten
    found = fit(dense, targets, weights, num_classes)
    wanted = literal(dense, targets, weights, num_classes, 3, 2.0, np.random.default_rng(5))
    for ours, theirs in zip(found, wanted, strict=True):
        assert ours.dtype == np.float32
        np.testing.assert_allclose(ours, theirs, atol=2e-5)


@pytest.mark.parametrize("num_classes", [3, 7])
def test_fit_is_to_the_last_byte_the_descent_from_rows_of_ones_and_zeros(num_classes):
    dense, rng = random_rows(60, 9), np.random.default_rng(3)
    targets, weights = rng.integers(0, num_classes, 60), rng.uniform(0.1, 12, 60)
    found = fit(dense, targets, weights, num_classes)
    truth = np.eye(num_classes, dtype=np.float32)[targets]
    weight, bias = np.zeros((9, num_classes), np.float32), np.zeros(num_classes, np.float32)
    rng, rates = np.random.default_rng(5), iter(np.linspace(2, 0, 180, endpoint=False).tolist())
    for row in [row for _ in range(3) for row in rng.permutation(60)]:
        ids = np.flatnonzero(dense[row])
        logits = dense[row, ids] @ weight[ids] + bias
        p = np.exp(logits - logits.max())
        p /= p.sum()
        change = (p - truth[row]) * np.float32(-min(weights[row], 10) * next(rates))
        weight[ids] += dense[row, ids, None] * change
        bias += np.float32(0.1) * change
    assert (found[0].tobytes(), found[1].tobytes()) == (weight.tobytes(), bias.tobytes())


@pytest.mark.parametrize("num_classes", [2, 3])
def test_the_largest_logits_overflow_nothing(num_classes):
    dense = 100 * np.eye(3, dtype=np.float32)[[0, 0, 1, 2]]
    targets = np.array([0, 1, 1, 0])
    with np.errstate(all="raise", under="ignore"):
        weight, bias = fit(dense, targets, np.ones(4), num_classes, epochs=20)
    assert np.abs(dense @ weight + bias).max() > 1000
    assert np.isfinite(weight).all()


def test_the_memory_of_fit_does_not_grow_with_rows_times_classes():
    rows = sparse(np.zeros((20_000, 1)))
    tracemalloc.start()
    sparse_linear.fit(
        rows,
        np.arange(20_000) % 500,
        np.ones(20_000),
        num_features=1,
        num_classes=500,
        epochs=1,
        learning_rate=1.0,
        rng=np.random.default_rng(0),
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000 * 500


def test_fit_learns_what_can_be_separated_and_depends_on_the_seed_alone():
    dense = random_rows(300, 12)
    dense = dense[np.abs(dense[:, 0]) > 0.1]
    targets = (dense[:, 0] > 0).astype(np.int64)
    ones = np.ones(len(targets))
    weight, bias = fit(dense, targets, ones, 2, epochs=10)
    answers = sparse_linear.forward(weight, bias, sparse(dense))[:, 0] > 0
    assert (answers == targets).mean() > 0.97
    again, other = fit(dense, targets, ones, 2, epochs=10), fit(dense, targets, ones, 2, seed=6)
    assert again[0].tobytes() == weight.tobytes()
    assert other[0].tobytes() != weight.tobytes()


def test_a_row_that_weighs_nothing_teaches_nothing():
    dense = np.eye(3, dtype=np.float32)
    weight, _ = fit(dense, np.array([0, 1, 1]), np.array([1.0, 0.0, 1.0]), 2)
    assert weight[1] == 0
    assert weight[0] < 0 < weight[2]


def test_relevance_is_that_of_its_definition():
    rng = np.random.default_rng(5)
    dense = (rng.random((40, 9)) < 0.4) * rng.random((40, 9))
    targets = rng.integers(0, 3, 40)
    rows = sparse(dense)
    found = sparse_linear.relevance(rows, targets, 9, 3)
    expected = []
    for feature in range(9):
        ratios = []
        for target in range(3):
            mine, theirs = dense[targets == target] > 0, dense[targets != target] > 0
            p = (mine[:, feature].sum() + 1) / (mine.sum() + 9)
            q = (theirs[:, feature].sum() + 1) / (theirs.sum() + 9)
            ratios.append(abs(np.log(p / q)))
        expected.append(np.sqrt(max(ratios)))
    expected = np.array(expected)
    expected *= np.sqrt((dense**2).sum() / ((dense * expected) ** 2).sum())
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_features_that_all_classes_have_alike_weigh_little_and_no_feature_is_no_fault():
    dense = np.ones((20, 2))
    targets = np.arange(20) % 2
    dense[targets == 1, 1] = 0
    even, uneven = sparse_linear.relevance(sparse(dense), targets, 2, 2)
    assert even < 0.7 * uneven
    empty = sparse(np.zeros((4, 2)))
    np.testing.assert_array_equal(sparse_linear.relevance(empty, np.arange(4) % 2, 2, 2), [1, 1])
