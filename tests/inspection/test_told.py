"""What states tell, counted pair by pair, and how often chance is taken for more."""

import numpy as np
import pytest

from grucli.engine.steps import Steps
from grucli.inspection.faithfulness import ranks
from grucli.inspection.told import PERMUTATIONS, areas, shuffled, told
from grucli.tasks.observed import OF_LABEL, OF_NUMBER, Observed


def of_classes(classes):
    return Observed.of_classes(classes, "abc".__getitem__, "label", OF_LABEL)


def test_areas_are_shares_of_pairs():
    rng = np.random.default_rng(0)
    states, labels = rng.integers(0, 5, (30, 3)).astype(float), rng.integers(0, 3, 30)
    found = areas(np.stack([ranks(own) for own in states.T]), labels[:, None] == np.arange(3))
    for unit in range(3):
        for label in range(3):
            inside, outside = states[labels == label, unit], states[labels != label, unit]
            pairs = inside[:, None] - outside[None]
            expected = (pairs > 0).mean() + 0.5 * (pairs == 0).mean()
            assert found[unit, label] == pytest.approx(expected)


def test_the_answer_that_is_told_best_and_its_side():
    labels = np.repeat([0, 1, 2], 20)
    noise = np.random.default_rng(1).normal(size=60)
    states = np.stack((labels == 1, labels != 2, noise, labels * 0), axis=1) + 0.0
    found = told(states, of_classes(labels), np.random.default_rng(0))
    assert found.encoded[[0, 1, 3]].tolist() == [1, 1, 0.5]
    assert found.answer[:2].tolist() == [1, 2]
    assert found.rises[:2].tolist() == [True, False]
    assert 0.5 < found.encoded[2] < found.chance < 0.85
    both = told(states[:, :1], of_classes(labels == 1), np.random.default_rng(0))
    assert (both.answer[0], both.rises[0]) == (1, True)  # of two labels, the one it rises with


def test_numbers_are_told_by_the_order_of_states():
    rng = np.random.default_rng(2)
    numbers = rng.integers(0, 6, 50).astype(float)
    states = np.stack((np.exp(numbers), -numbers + rng.normal(size=50), numbers * 0), axis=1)
    found = told(states, Observed.of_numbers(numbers, OF_NUMBER), rng)
    by_ranks = [np.corrcoef(ranks(own), ranks(numbers))[0, 1] for own in states.T[:2]]
    assert found.encoded.tolist() == pytest.approx([1, -by_ranks[1], 0])
    assert found.rises.tolist() == [True, False, False]
    assert 0 < found.chance < 0.6


def walks(rng, lengths, persistence):
    """States (S, 6) that hardly change from step to step, each sequence from a new start."""
    parts = []
    for length in lengths:
        own = [rng.normal(size=6)]
        for _ in range(length - 1):
            step = np.sqrt(1 - persistence**2) * rng.normal(size=6)
            own.append(persistence * own[-1] + step)
        parts.append(own)
    return np.concatenate(parts)


def test_chance_of_steps_is_that_of_sequences():
    """Slow states beside tags that go on: they know nothing, and chance says so.

    Tags shuffled one by one would find knowledge in nearly every such model.
    """
    naive, ours, runs = 0, 0, 40
    for run in range(runs):
        rng = np.random.default_rng(run)
        lengths = rng.integers(8, 25, 25)
        tags = np.concatenate([np.repeat(rng.integers(0, 2, n // 8 + 1), 8)[:n] for n in lengths])
        states = walks(rng, lengths, 0.95)
        observed = of_classes(Steps(values=tags, lengths=lengths))
        found = told(states, observed, rng)
        ours += found.encoded.max() > found.chance
        alone = told(states, of_classes(tags), rng)
        naive += alone.encoded.max() > alone.chance
    assert ours <= 0.15 * runs  # 5 % are meant
    assert naive >= 0.7 * runs


def test_sequences_stay_as_they_are_when_they_change_places():
    rng = np.random.default_rng(3)
    lengths = np.array([3, 1, 5, 2])
    observed = of_classes(Steps(values=np.arange(11) % 3, lengths=lengths))
    for _ in range(PERMUTATIONS):
        order = shuffled(observed, rng)
        assert sorted(order.tolist()) == list(range(11))
        breaks = np.diff(np.append(order, order[0])) != 1  # all in a circle
        assert breaks.sum() <= 4
    single = of_classes(np.array([0, 1, 1]))
    assert {tuple(shuffled(single, rng).tolist()) for _ in range(99)} > {(2, 1, 0), (1, 2, 0)}
