"""The chain against all its paths, written out one by one, and against central differences."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from grucli.engine import chain
from grucli.engine.packing import Packing
from tests import reference
from tests.engine.helpers import sequence

SIZES = pytest.mark.parametrize(
    ("lengths", "classes"),
    [((5, 3, 3, 1), 3), ((4, 4), 4), ((1, 1, 1), 2), ((5,), 2), ((5, 2), 1)],
)


class Problem:
    """Random scores, paths and weights of ragged rows."""

    def __init__(self, lengths, classes, seed=0):
        rng = np.random.default_rng(seed)
        self.packing, self.classes = Packing(np.array(lengths)), classes
        self.emissions = 2 * rng.normal(size=(self.packing.size, classes))
        self.chains = 2 * rng.normal(size=(len(lengths), classes + 2, classes))
        self.targets = rng.integers(0, classes, self.packing.size)
        self.weights = rng.uniform(0.2, 3, len(lengths))

    def of(self, packed, row):
        return sequence(self.packing, packed, row)

    def rows(self):
        """Yield the row, its emissions and its chain."""
        for row, own in enumerate(self.chains):
            yield row, self.of(self.emissions, row), own

    def loss_and_gradients(self):
        return chain.negative_log_likelihood(
            self.emissions, self.chains, self.packing, self.targets, self.weights
        )

    def check_enumeration(self):
        marginals = chain.marginals(self.emissions, self.chains, self.packing)
        log_z = chain.log_partition(self.emissions, self.chains, self.packing)
        best = chain.best_paths(self.emissions, self.chains, self.packing)
        scores = chain.path_scores(self.emissions, self.chains, self.packing, self.targets)
        for row, emissions, own in self.rows():
            paths, of_paths = reference.every_path(emissions, own)
            p = np.exp(of_paths - of_paths.max())
            expected = np.zeros_like(emissions)
            for path, share in zip(paths, p / p.sum(), strict=True):
                expected[np.arange(len(path)), path] += share
            total = np.log(p.sum()) + of_paths.max()
            np.testing.assert_allclose(log_z[row], total, rtol=1e-12)
            np.testing.assert_allclose(self.of(marginals, row), expected, atol=1e-12)
            assert tuple(self.of(best, row)) == paths[int(np.argmax(of_paths))]
            truth = tuple(self.of(self.targets, row).tolist())
            np.testing.assert_allclose(scores[row], of_paths[paths.index(truth)], rtol=1e-12)

    def check_gradients(self):
        loss, d_emissions, d_chains = self.loss_and_gradients()
        expected = 0.0
        for row, emissions, own in self.rows():
            truth, weight = self.of(self.targets, row).tolist(), self.weights[row]

            def total(emissions, own, truth=truth, weight=weight):
                _, scores = reference.every_path(emissions, own)
                log_z = anp.log(anp.sum(anp.exp(scores)))
                return weight * (log_z - reference.path_score(emissions, own, truth))

            expected += total(emissions, own)
            by_emissions, by_chain = (autograd.grad(total, k)(emissions, own) for k in (0, 1))
            np.testing.assert_allclose(self.of(d_emissions, row), by_emissions, atol=1e-12)
            np.testing.assert_allclose(d_chains[row], by_chain, atol=1e-12)
        np.testing.assert_allclose(loss, expected, rtol=1e-12, atol=1e-12)


@SIZES
def test_sums_and_the_best_path_are_those_of_all_paths(lengths, classes):
    Problem(lengths, classes).check_enumeration()


@SIZES
def test_gradients_are_those_of_all_paths(lengths, classes):
    Problem(lengths, classes).check_gradients()


def test_gradients_equal_central_differences():
    one, step = Problem((6, 4, 1), 4), 1e-6
    rng = np.random.default_rng(1)
    ways = [rng.normal(size=array.shape) for array in (one.emissions, one.chains)]
    _, *found = one.loss_and_gradients()
    losses = []
    for sign in (step, -step):
        moved = Problem((6, 4, 1), 4)
        moved.emissions += sign * ways[0]
        moved.chains += sign * ways[1]
        losses.append(moved.loss_and_gradients()[0])
    slope = sum(np.sum(gradient * way) for gradient, way in zip(found, ways, strict=True))
    assert slope == pytest.approx((losses[0] - losses[1]) / (2 * step), rel=1e-8)


def test_no_result_depends_on_what_memory_held_before(monkeypatch):
    expected = Problem((5, 3, 1), 3).loss_and_gradients()
    empty_like = np.empty_like
    monkeypatch.setattr(np, "empty_like", lambda a: np.full_like(empty_like(a), np.nan))
    one = Problem((5, 3, 1), 3)
    one.check_enumeration()
    for found, own in zip(one.loss_and_gradients(), expected, strict=True):
        np.testing.assert_array_equal(found, own)


def test_batch_mates_change_nothing():
    one = Problem((5, 3, 3, 1), 3)
    _, d_emissions, d_chains = one.loss_and_gradients()
    best = chain.best_paths(one.emissions, one.chains, one.packing)
    for row, emissions, own in one.rows():
        packing = Packing(np.array([len(emissions)]))
        _, alone, chain_alone = chain.negative_log_likelihood(
            emissions, own[None], packing, one.of(one.targets, row), one.weights[row : row + 1]
        )
        np.testing.assert_array_equal(alone, one.of(d_emissions, row))
        np.testing.assert_array_equal(chain_alone[0], d_chains[row])
        path = chain.best_paths(emissions, own[None], packing)
        np.testing.assert_array_equal(path, one.of(best, row))


def test_one_chain_for_all_rows_may_be_broadcast():
    one = Problem((4, 2, 2), 3)
    own = one.chains[:1]
    one.chains = np.broadcast_to(own, one.chains.shape)
    found = one.loss_and_gradients()
    one.chains = np.repeat(own, 3, axis=0)
    for array, expected in zip(found, one.loss_and_gradients(), strict=True):
        np.testing.assert_array_equal(array, expected)


def test_of_equal_paths_the_first_last_class_decides_then_the_one_before():
    packing, zeros = Packing(np.array([3])), np.zeros((1, 5, 3))
    emissions = np.array([[0.0, 1, 1], [2, 2, 2], [0, 0, -1]])
    assert chain.best_paths(emissions, zeros, packing).tolist() == [1, 0, 0]
    rng = np.random.default_rng(0)
    for _ in range(20):
        ties, own = (rng.integers(0, 2, shape).astype(float) for shape in ((4, 3), (5, 3)))
        paths, scores = reference.every_path(ties, own)
        equal = [
            path[::-1] for path, score in zip(paths, scores, strict=True) if score == max(scores)
        ]
        found = chain.best_paths(ties, own[None], Packing(np.array([4])))
        assert tuple(found[::-1]) == min(equal)


def test_without_a_chain_it_is_a_softmax_at_each_step():
    one = Problem((3, 2), 4)
    one.chains[:] = 0
    p = chain.marginals(one.emissions, one.chains, one.packing)
    shares = np.exp(one.emissions) / np.exp(one.emissions).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(p, shares, rtol=1e-12)


def test_scores_of_any_size_and_long_sequences_keep_their_digits():
    rng = np.random.default_rng(0)
    packing = Packing(np.array([3000, 2]))
    emissions = (400 * rng.normal(size=(packing.size, 3))).astype(np.float32)
    chains = np.broadcast_to((400 * rng.normal(size=(5, 3))).astype(np.float32), (2, 5, 3))
    p = chain.marginals(emissions, chains, packing)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-6)
    best = chain.best_paths(emissions, chains, packing)
    loss, d_emissions, d_chains = chain.negative_log_likelihood(emissions, chains, packing, best)
    assert 0 <= loss < 0.01 * packing.size  # few paths come near the best
    assert d_emissions.dtype == d_chains.dtype == np.float32
