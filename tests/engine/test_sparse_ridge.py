"""Ridge regression over sparse features, against literal solutions of dense ones."""

import numpy as np
import pytest

from grucli.engine import sparse_linear, sparse_ridge
from grucli.engine.sparse_linear import Sparse


def example(n=30, num_features=80, seed=0):
    """Return sparse rows, the same dense, targets that they tell something of, and weights."""
    rng = np.random.default_rng(seed)
    dense = rng.random((n, num_features)) * (rng.random((n, num_features)) < 0.2)
    dense = dense.astype(np.float32)
    dense[n // 2] = 0  # a text without any known n-gram
    places = [np.flatnonzero(row) for row in dense]
    rows = Sparse(
        ids=np.concatenate(places).astype(np.int32),
        values=np.concatenate([row[own] for row, own in zip(dense, places, strict=True)]),
        lengths=np.array(list(map(len, places))),
    )
    targets = dense @ rng.normal(size=num_features) + 0.1 * rng.normal(size=n) + 0.3
    weights = rng.uniform(0.2, 2, n)
    return rows, dense.astype(np.float64), targets, weights / weights.mean()


@pytest.mark.parametrize(("n", "num_features"), [(30, 80), (60, 20), (2, 5)])
def test_each_penalty_has_the_weights_of_its_literal_solution(n, num_features):
    rows, dense, targets, weights = example(n, num_features)
    penalties = np.array([0.1, 1.0, 10.0])
    weight, bias = sparse_ridge.solve(rows, targets, weights, penalties, num_features)
    mean = np.average(targets, weights=weights)
    np.testing.assert_allclose(bias, mean)
    square = np.mean(weights * (dense**2).sum(axis=1))
    for own, penalty in zip(weight.T, penalties, strict=True):
        literal = np.linalg.solve(
            dense.T * weights @ dense + penalty * square * np.eye(num_features),
            dense.T * weights @ (targets - mean),
        )
        np.testing.assert_allclose(own, literal, rtol=1e-2, atol=1e-3 * np.abs(literal).max())


def test_what_is_learned_is_near_to_what_rows_say_and_the_same_every_time():
    rows, _, targets, weights = example(n=200)
    found = [
        sparse_ridge.fit(rows, targets, weights, num_features=80, rng=np.random.default_rng(1))
        for _ in range(2)
    ]
    (weight, bias), (again, _) = found
    assert weight.shape == (80, 1)
    assert weight.dtype == bias.dtype == np.float32
    assert weight.tobytes() == again.tobytes()
    errors = sparse_linear.forward(weight, bias, rows)[:, 0] - targets
    assert np.var(errors) < 0.1 * np.var(targets)


def test_blocks_of_rows_change_nothing(monkeypatch):
    rows, _, targets, weights = example()
    whole = sparse_ridge.solve(rows, targets, weights, np.ones(1), 80)[0]
    monkeypatch.setattr(sparse_ridge, "BLOCK_NUMBERS", 20)
    parts = sparse_ridge.solve(rows, targets, weights, np.ones(1), 80)[0]
    np.testing.assert_allclose(parts, whole, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("n", [1, 2, 9])
def test_few_rows_have_the_usual_penalty(n):
    rows, _, targets, weights = example(n)
    weight, bias = sparse_ridge.fit(
        rows, targets, weights, num_features=80, rng=np.random.default_rng(0)
    )
    wanted, mean = sparse_ridge.solve(rows, targets, weights, np.array([1.0]), 80)
    np.testing.assert_allclose(weight, wanted, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(bias, mean)


def test_rows_without_features_or_with_one_target_give_the_mean_alone():
    nothing = Sparse(
        ids=np.zeros(0, np.int32), values=np.zeros(0, np.float32), lengths=np.zeros(20, np.int64)
    )
    rng = np.random.default_rng(0)
    weight, bias = sparse_ridge.fit(nothing, np.arange(20.0), np.ones(20), num_features=3, rng=rng)
    assert (weight.tolist(), bias.tolist()) == ([[0.0]] * 3, [9.5])
    rows, _, targets, weights = example()
    weight, bias = sparse_ridge.fit(
        rows, np.full_like(targets, 2.0), weights, num_features=80, rng=rng
    )
    assert not weight.any()
    assert bias.tolist() == [2.0]
