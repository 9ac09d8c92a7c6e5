"""Tags, probabilities, losses and the factor of scores, with a chain and without."""

import numpy as np
import pytest

from grucli.engine import chain, losses
from grucli.engine.packing import Packing
from grucli.engine.steps import Steps
from grucli.tasks.tag import decoding
from tests.tasks.tag.helpers import fitted, random_scores, tagged

TASK = fitted(tagged("a b c"))
LENGTHS = (2, 5, 1, 3)


def drawn_targets(lengths=LENGTHS, seed=1):
    values = np.random.default_rng(seed).integers(0, 3, sum(lengths))
    return Steps(values=values, lengths=np.array(lengths))


def alone(scores, row):
    """Emissions, chain and packing of one sequence."""
    one = scores[np.array([row])]
    return one.values, one.chains, Packing(one.lengths)


@pytest.mark.parametrize("most_pairs", [1, 40, 1 << 21])
def test_sequences_in_any_order_are_answered_like_each_alone(monkeypatch, most_pairs):
    monkeypatch.setattr(decoding, "MOST_PAIRS", most_pairs)
    scores, targets = random_scores(TASK, LENGTHS), drawn_targets()
    found, weights = decoding.decode(scores), np.array([1.0, 2, 0.5, 3])
    total, gradient = decoding.loss(scores, targets, weights)
    of_rows = decoding.row_losses(scores, targets)
    assert total == pytest.approx(weights @ of_rows, rel=1e-12)
    for row in range(len(LENGTHS)):
        one, places = alone(scores, row), scores.places(np.array([row]))
        np.testing.assert_array_equal(found.tags[places], chain.best_paths(*one))
        np.testing.assert_array_equal(found.p[places], chain.marginals(*one))
        loss, d_values, d_chains = chain.negative_log_likelihood(
            *one, targets.values[places], weights[row : row + 1]
        )
        assert of_rows[row] * weights[row] == pytest.approx(loss, rel=1e-12)
        np.testing.assert_array_equal(gradient.values[places], d_values)
        np.testing.assert_array_equal(gradient.chains[row], d_chains[0])


def test_without_a_chain_each_step_is_classified():
    scores, targets = random_scores(TASK, LENGTHS, chain=False), drawn_targets()
    found = decoding.decode(scores)
    np.testing.assert_array_equal(found.p, losses.probabilities(scores.values))
    np.testing.assert_array_equal(found.tags, scores.values.argmax(axis=1))
    weights = np.array([1.0, 2, 0.5, 3])
    total, gradient = decoding.loss(scores, targets, weights, 0.1)
    expected, d_values = losses.cross_entropy(
        scores.values, targets.values, np.repeat(weights, LENGTHS), 0.1
    )
    assert total == expected
    assert gradient.chains is None
    np.testing.assert_array_equal(gradient.values, d_values)
    plain = decoding.loss(scores, targets, weights)[0]
    assert weights @ decoding.row_losses(scores, targets) == pytest.approx(plain, rel=1e-12)


@pytest.mark.parametrize("has_chain", [True, False])
def test_unknown_tags_do_not_count(has_chain):
    scores, targets = random_scores(TASK, LENGTHS, chain=has_chain), drawn_targets()
    before = decoding.row_losses(scores, targets)
    targets.values[3] = -1  # of the second sequence
    after = decoding.row_losses(scores, targets)
    np.testing.assert_array_equal(np.delete(after, 1), np.delete(before, 1))
    assert 0 <= after[1] < before[1]
    assert decoding.factor(scores, targets) > 0


@pytest.mark.parametrize("has_chain", [True, False])
def test_the_factor_is_where_the_loss_is_lowest(has_chain):
    lengths = (3, 4) * 40
    scores = random_scores(TASK, lengths, chain=has_chain)
    rng = np.random.default_rng(5)
    targets = drawn_targets(lengths)
    found = decoding.decode(scores).tags
    kept = rng.random(len(found)) < 0.6
    targets.values[kept] = found[kept]
    best = decoding.factor(scores, targets)

    def loss(factor):
        total, _ = decoding.loss(factor * scores, targets, np.ones(len(lengths)))
        return total + decoding.PRIOR_ROWS / 2 * (factor - 1) ** 2

    grid = np.exp(np.linspace(-2.5, 1.5, 400))
    assert best == pytest.approx(grid[int(np.argmin([loss(f) for f in grid]))], rel=0.02)
    assert loss(best) <= loss(1.0)


def test_a_barrier_keeps_tags_apart():
    scores = random_scores(TASK, (6,) * 30)
    walls = np.zeros((5, 3))
    walls[0, 1] = walls[3, 2] = -1e4  # b behind a, c at the start
    found = decoding.decode(scores, walls)
    rows = found.tags.reshape(30, 6)
    assert not np.any((rows[:, :-1] == 0) & (rows[:, 1:] == 1))
    assert not np.any(rows[:, 0] == 2)
    assert np.all(found.p.reshape(30, 6, 3)[:, 0, 2] == 0)
    free = decoding.decode(scores).tags.reshape(30, 6)
    assert np.any((free[:, :-1] == 0) & (free[:, 1:] == 1))
    assert np.any(free[:, 0] == 2)
