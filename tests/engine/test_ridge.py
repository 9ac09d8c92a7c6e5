"""Ridge regression as a classifier, against literal refits without each row."""

import numpy as np
import pytest

from grucli.engine import blend_factors, losses, ridge


def example(n, k, num_classes, seed=0):
    """Return rows that tell something of their classes, each of which occurs, and weights."""
    rng = np.random.default_rng(seed)
    targets = rng.permutation(np.arange(n) % num_classes)
    rows = rng.random((n, k)) + 0.4 * rng.normal(size=(num_classes, k))[targets]
    return rows.astype(np.float32), targets, rng.uniform(0.2, 3, n)


def solved(rows, truth, counts, penalty):
    """Return weight and bias with the least weighted squares; the bias costs nothing."""
    wide = np.column_stack((rows, np.ones(len(rows))))
    cost = penalty * np.eye(wide.shape[1])
    cost[-1, -1] = 0
    found = np.linalg.solve(wide.T * counts @ wide + cost, wide.T * counts @ truth)
    return found[:-1], found[-1]


def literally_solved(rows, truth, weights):
    """Fit anew without each row for every penalty; return the best, and what it says of each."""
    rows, n = rows.astype(np.float64), len(rows)
    counts = weights * n / weights.sum()
    total = np.sum(counts[:, None] * (rows - np.average(rows, axis=0, weights=counts)) ** 2)
    best = np.inf
    for penalty in ridge.PENALTIES * total / n:
        left_out = np.empty_like(truth)
        for row in range(n):
            others = np.arange(n) != row
            weight, bias = solved(rows[others], truth[others], counts[others], penalty)
            left_out[row] = rows[row] @ weight + bias
        loss = np.sum(counts[:, None] * (truth - left_out) ** 2)
        if loss < best:
            best, chosen, said = loss, penalty, left_out
    return (*solved(rows, truth, counts, chosen), said)


def literal(rows, targets, weights, num_classes):
    """Learn 1 for the own class and -1 for others, and make logits of it."""
    truth = np.where(np.arange(num_classes) == targets[:, None], 1.0, -1.0)
    truth = truth[:, -1:] if num_classes == 2 else truth
    weight, bias, said = literally_solved(rows, truth, weights)
    factor = blend_factors.fit(said[None], targets)[0]
    return factor * weight, factor * bias


@pytest.mark.parametrize("num_classes", [2, 3])
@pytest.mark.parametrize(("n", "k"), [(12, 40), (40, 7), (15, 15)])
def test_it_is_the_best_of_literal_fits(n, k, num_classes):
    for seed in range(3):
        given = example(n, k, num_classes, seed)
        weight, bias = ridge.fit(*given, num_classes)
        wanted, wanted_bias = literal(*given, num_classes)
        assert weight.dtype == bias.dtype == np.float32
        np.testing.assert_allclose(weight, wanted, atol=2e-4 * np.abs(wanted).max())
        np.testing.assert_allclose(bias, wanted_bias, atol=2e-4 * np.abs(wanted_bias).max())


@pytest.mark.parametrize("num_classes", [2, 3])
def test_what_is_known_already_counts_as_much_as_rows_left_out_tell(num_classes):
    rows, targets, weights = example(40, 7, num_classes)
    outputs = 1 if num_classes == 2 else num_classes
    truth = np.where(np.arange(num_classes) == targets[:, None], 1.0, -1.0)[:, -outputs:]
    weight, bias, said = literally_solved(rows, truth, weights)
    rng = np.random.default_rng(4)
    random = tuple(rng.normal(size=a.shape).astype(np.float32) for a in (weight, bias))
    for start in (random, (weight.astype(np.float32), bias.astype(np.float32))):
        before = rows @ start[0] + start[1]
        first, second = blend_factors.fit(np.stack((before, said)), targets)
        found, found_bias = ridge.fit(rows, targets, weights, num_classes, start)
        wanted = first * start[0] + second * weight, first * start[1] + second * bias
        np.testing.assert_allclose(found, wanted[0], atol=1e-2 * np.abs(wanted[0]).max())
        np.testing.assert_allclose(found_bias, wanted[1], atol=1e-2 * np.abs(wanted[1]).max())
    again = ridge.fit(rows[:1], targets[:1], weights[:1], num_classes, random)
    assert again is random  # one row tells nothing


def test_numbers_are_learned_and_told_of_each_row_by_the_others():
    rows, _, weights = example(20, 6, 2)
    wanted = rows.astype(np.float64) @ np.arange(12.0).reshape(6, 2) + [[5.0, -90.0]]
    wanted += np.random.default_rng(1).normal(size=wanted.shape)
    weight, bias, errors = ridge.solve(rows, wanted, weights)
    best, best_bias, said = literally_solved(rows, wanted, weights)
    np.testing.assert_allclose(weight, best, rtol=0, atol=1e-3)
    np.testing.assert_allclose(bias, best_bias, rtol=0, atol=3e-3)
    np.testing.assert_allclose(wanted - errors, said, rtol=0, atol=3e-3)


def test_the_logits_are_calibrated():
    rows, targets, _ = example(600, 30, 3)
    weight, bias = ridge.fit(rows[:300], targets[:300], np.ones(300), 3)
    logits = ridge.forward(weight, bias, rows[300:])
    assert 0.5 < blend_factors.fit(logits[None], targets[300:])[0] < 2
    p = losses.probabilities(logits)
    assert (p.argmax(axis=1) == targets[300:]).mean() > 0.8


def test_rows_that_are_equal_say_how_often_each_class_is():
    rows = np.full((30, 50), 0.25, np.float32)
    targets = np.array([0] * 20 + [1] * 10)
    weight, bias = ridge.fit(rows, targets, np.ones(30), 2)
    assert not weight.any()
    p = losses.probabilities(ridge.forward(weight, bias, rows[:1]))[0]
    assert p[0] > 0.5
    assert np.isfinite(p).all()


@pytest.mark.parametrize(("num_classes", "target"), [(2, 0), (2, 1), (3, 1)])
def test_one_row_says_its_class_whatever_the_features(num_classes, target):
    row = np.array([[0.25, 0, 0.5]], np.float32)
    weight, bias = ridge.fit(row, np.array([target]), np.array([0.7]), num_classes)
    assert weight.dtype == bias.dtype == np.float32
    assert not weight.any()
    p = losses.probabilities(ridge.forward(weight, bias, row))[0]
    assert p.argmax() == target
    assert p.max() < 0.9  # one row is little to go by


def test_rows_twice_with_both_classes_do_not_end_in_nan():
    rows, targets, _ = example(10, 30, 2)
    weight, bias = ridge.fit(
        np.concatenate((rows, rows)), np.concatenate((targets, 1 - targets)), np.ones(20), 2
    )
    assert np.isfinite(weight).all()
    assert np.abs(ridge.forward(weight, bias, rows)).max() < 0.5


def test_forward_is_the_product_in_double_precision():
    rng = np.random.default_rng(0)
    rows, weight, bias = (rng.normal(size=s).astype(np.float32) for s in ((5, 9), (9, 2), 2))
    found = ridge.forward(weight, bias, rows)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, rows.astype(float) @ weight.astype(float) + bias, atol=1e-12)
