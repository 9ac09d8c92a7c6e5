"""The loss of tags: its count of right ones, and its gradient."""

import numpy as np
import pytest

from grucli.engine.steps import Steps
from grucli.tasks.tag.learning import TagLoss
from tests.tasks.tag.helpers import fitted, random_scores, scores_of, tagged

TASK = fitted(tagged("a b c a b"))


def drawn(lengths=(3, 1, 4), *, chain=True):
    scores = random_scores(TASK, lengths, chain=chain)
    tags = np.random.default_rng(3).integers(0, 3, sum(lengths))
    return scores, Steps(values=tags, lengths=np.array(lengths)), np.array([1.0, 2, 0.5])


@pytest.mark.parametrize("chain", [True, False])
def test_the_gradient_equals_central_differences(chain):
    scores, targets, weights = drawn(chain=chain)
    objective = TagLoss()
    gradient = objective.loss(scores, targets, weights).d_scores
    way = random_scores(TASK, (3, 1, 4), seed=9, chain=chain)
    ahead, behind = (
        objective.loss(scores + step * way, targets, weights).total for step in (1e-6, -1e-6)
    )
    slope = np.sum(gradient.values * way.values)
    slope += np.sum(gradient.chains * way.chains) if chain else 0
    assert slope == pytest.approx((ahead - behind) / 2e-6, rel=1e-7)


def test_right_tags_are_counted():
    scores = scores_of(TASK, "a b c c", "a", "b b")
    targets = TASK.encode(tagged("a b c a", "b", "b b"))
    assert TagLoss().loss(scores, targets, np.ones(3)).right == 5


def test_gradients_are_of_the_type_of_the_scores():
    scores, targets, weights = drawn()
    single = Steps(
        values=scores.values.astype(np.float32),
        lengths=scores.lengths,
        chains=scores.chains.astype(np.float32),
    )
    found = TagLoss().loss(single, targets, weights).d_scores
    assert found.values.dtype == found.chains.dtype == np.float32
