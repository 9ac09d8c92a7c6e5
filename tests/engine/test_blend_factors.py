"""Factors of logits, against a minimiser that knows of the loss nothing but its values."""

import numpy as np
import pytest

from grucli.engine import blend_factors
from grucli.engine.blend_factors import LEAST, PRIOR_ROWS

CYCLES = [  # Newton's whole steps go to and fro between two places
    [[-7, 10.8, 2.3], [12.2, -7.7, 13.1], [20.4, -16.2, -0.6], [8.8, -4.8, 8.9]],
    [[4.4, 13.8, -6.1], [2.8, 2.5, 11.8], [16.1, -8.9, -5.6], [-4.6, 10.2, 0.9]],
]
GOLDEN = (5**0.5 - 1) / 2


def objective(chosen, parts, targets):
    """Return what is to be least, for two classes that share a logit as for more."""
    logits = sum(factor * part for factor, part in zip(chosen, parts, strict=True))
    if logits.shape[1] == 1:
        logits = np.hstack((np.zeros_like(logits), logits))
    others = logits - logits[np.arange(len(targets)), targets][:, None]
    most = others.max(axis=1)
    loss = most + np.log(np.exp(others - most[:, None]).sum(axis=1))
    return loss.sum() + PRIOR_ROWS / 2 * sum((factor - 1) ** 2 for factor in chosen)


def golden(function, low, high):
    """Return the least value of a convex function of a number."""
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(50):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = function(right)
    return min(at_left, at_right, function(low), function(high))


def least_objective(parts, targets):
    """Search the first factor, and for each that is tried the second; 20 is beyond the best."""
    if len(parts) == 1:
        return golden(lambda one: objective((one,), parts, targets), LEAST[0], 20)
    of_first = lambda one: golden(  # noqa: E731
        lambda other: objective((one, other), parts, targets), LEAST[1], 20
    )
    return golden(of_first, LEAST[0], 20)


def random_logits(seed):
    """Return (P, n, O) logits of up to 50, some of which know the targets or deny them."""
    rng = np.random.default_rng(seed)
    n, num_classes, number = rng.choice([1, 4, 30, 60]), rng.integers(2, 5), rng.integers(1, 3)
    targets = rng.integers(0, num_classes, n)
    truth = np.eye(num_classes)[targets]
    knows = rng.choice([-1, 0, 0, 1], (number, 1, 1))
    size = rng.choice([0.01, 1, 10, 50], (number, 1, 1))
    parts = size * np.clip(rng.uniform(-1, 1, (number, *truth.shape)) + knows * truth, -1, 1)
    return (parts[:, :, 1:] if num_classes == 2 else parts), targets


def test_a_step_that_would_go_to_and_fro_is_halved():
    parts, targets = np.array(CYCLES), np.array([1, 2, 0, 1])
    assert blend_factors.fit(parts, targets) == pytest.approx([0.605, 1.269], abs=1e-3)


def test_no_step_loses_more_than_the_one_before(monkeypatch):
    for seed in range(20):
        parts, targets = random_logits(seed)
        lost = [objective(np.ones(len(parts)), parts, targets)]
        for steps in range(1, 8):
            monkeypatch.setattr(blend_factors, "NEWTON_STEPS", steps)
            lost.append(objective(blend_factors.fit(parts, targets), parts, targets))
        assert (np.diff(lost) <= 1e-9 * np.abs(lost[:-1])).all(), seed


def test_no_other_factors_lose_less():
    ends = 0
    for seed in range(60):
        parts, targets = random_logits(seed)
        found = blend_factors.fit(parts, targets)
        assert (found >= LEAST[: len(parts)]).all()
        least = least_objective(parts, targets)
        assert objective(found, parts, targets) <= least + 1e-6, seed
        ends += bool((found == LEAST[: len(parts)]).any())
    assert 5 < ends < 50
