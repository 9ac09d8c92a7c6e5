"""The loss of written texts: sums over symbols, by the weight of the row."""

import numpy as np
import pytest

from grucli.engine import losses
from grucli.engine.steps import Steps
from grucli.tasks.generate.learning import SymbolLoss, all_of

LENGTHS = np.array([3, 1, 2])
TARGETS = Steps(values=np.array([2, 1, 0, 0, 3, 0]), lengths=LENGTHS)
WEIGHTS = np.array([1.0, 2.0, 0.5])


def scores(seed=0):
    return Steps(values=np.random.default_rng(seed).normal(size=(6, 4)), lengths=LENGTHS)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_is_the_sum_of_the_steps_and_its_gradient_that_of_each(smoothing):
    given, total = scores(), 0.0
    found = SymbolLoss(label_smoothing=smoothing).loss(given, TARGETS, WEIGHTS)
    rows = np.repeat(np.arange(3), LENGTHS)
    for step, row in enumerate(rows.tolist()):
        own, gradient = losses.cross_entropy(
            given.values[step : step + 1],
            TARGETS.values[step : step + 1],
            WEIGHTS[row : row + 1],
            smoothing,
        )
        total += own
        np.testing.assert_allclose(found.d_scores.values[step], gradient[0], atol=1e-12)
    assert found.total == pytest.approx(total)
    assert found.d_scores.lengths.tolist() == LENGTHS.tolist()


def test_right_are_the_symbols_of_targets_without_a_wrong_one():
    values = np.eye(4)[[2, 1, 0, 0, 1, 0]]  # the third target's first symbol is wrong
    found = SymbolLoss().loss(Steps(values=values, lengths=LENGTHS), TARGETS, WEIGHTS)
    assert found.right == 4
    right = values.argmax(axis=1) == TARGETS.values
    assert all_of(right, TARGETS).tolist() == [True, True, False]
