"""How numbers are learned: the loss in standard deviations, and the factors of two branches."""

import numpy as np
import pytest

from grucli.errors import ConfigError
from grucli.tasks.regress import learning
from grucli.tasks.regress.learning import NumberLoss
from tests.tasks.regress.helpers import column


def test_the_loss_counts_standard_deviations_and_squares_in_the_unit():
    objective = NumberLoss(mean=10.0, scale=2.0, delta=1.0)
    loss = objective.loss(column(0.5, 3.0), np.array([10.0, 12.0]), np.array([1.0, 3.0]))
    assert loss.total == 0.125 + 3 * 1.5
    assert loss.right == 1.0 + 16.0
    assert loss.d_scores[:, 0].tolist() == [0.5, 3.0]


def test_the_squared_loss_has_no_bound():
    assert learning.delta_of({"loss": "squared"}) is None
    assert learning.delta_of({"loss": None}) == learning.delta_of({"loss": "huber"}) == 1.0
    squared = NumberLoss(mean=0.0, scale=1.0, delta=None)
    assert squared.loss(column(4.0), np.zeros(1), np.ones(1)).total == 8.0


def test_class_weights_are_refused():
    learning.check_settings({"class_weight": "none"})
    with pytest.raises(ConfigError, match="the task regress has no classes"):
        learning.check_settings({"class_weight": "balanced"})


def squared_error(factors, branches, wanted):
    prior = learning.PRIOR_ROWS * np.sum((factors - 1) ** 2)
    return np.sum((factors @ branches - wanted) ** 2) + prior


@pytest.mark.parametrize("sizes", [(1, 1), (1, -1), (-1, 1), (-1, -1), (0.1, 1), (1, 0.1)])
def test_factors_are_the_best_of_a_grid(sizes):
    rng = np.random.default_rng(5)
    wanted = rng.normal(size=40)
    branches = np.array(sizes)[:, None] * (0.7 * wanted + rng.normal(size=(2, 40)))
    grid = np.linspace(0, learning.MOST_FACTOR, 151)
    for given in (branches, branches[:1]):
        found = learning.factors(given, wanted)
        assert found[0] >= learning.LEAST_FACTOR
        assert ((found >= 0) & (found <= learning.MOST_FACTOR)).all()
        axes = [np.maximum(grid, learning.LEAST_FACTOR), grid][: len(given)]
        best = min(
            (np.array(one) for one in np.stack(np.meshgrid(*axes), -1).reshape(-1, len(given))),
            key=lambda one: squared_error(one, given, wanted),
        )
        least = squared_error(found, given, wanted)
        assert least <= squared_error(best, given, wanted) + 1e-9


def test_a_wild_target_among_a_few_rows_is_not_followed():
    branches = np.array([[0.1, -0.2, 0.5, 1.0], [0.2, 0.0, 0.4, 1.5]])
    found = learning.factors(branches, np.array([0.1, -0.1, 0.5, 40.0]))
    assert found.tolist() == [3.0, 3.0]
