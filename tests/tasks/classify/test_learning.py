"""How labels are learned: the loss of a batch, and the weight of each class."""

import math

import numpy as np
import pytest

from grucli.errors import ConfigError
from grucli.tasks.classify.learning import class_weights
from grucli.tasks.classify.task import Classify


def test_the_loss_of_a_batch_is_a_sum_with_its_right_answers():
    objective = Classify(labels=("a", "b")).objective({"label_smoothing": 0.0})

    loss = objective.loss(np.array([[2.0], [-1.0], [3.0]]), np.array([1, 0, 0]), np.ones(3))

    each = [math.log1p(math.exp(-2)), math.log1p(math.exp(-1)), math.log1p(math.exp(3))]
    assert loss.total == pytest.approx(sum(each), abs=1e-12)
    assert loss.right == 2
    p = [1 / (1 + math.exp(-x)) for x in (2, -1, 3)]
    assert loss.d_scores[:, 0] == pytest.approx([p[0] - 1, p[1], p[2]])


def test_class_weights_mean_one_over_the_rows():
    targets = np.array([0] * 6 + [1] * 2)
    labels = ("ham", "spam")
    np.testing.assert_allclose(class_weights("balanced", labels, targets), [8 / 12, 8 / 4])
    named = class_weights({"spam": 3.0}, labels, targets)
    assert named[1] == pytest.approx(3 * named[0])
    assert named[targets].mean() == pytest.approx(1)
    with pytest.raises(ConfigError, match=r"no label 'spma'; did you mean 'spam'\?"):
        class_weights({"spma": 3.0}, labels, targets)


def test_an_unknown_label_without_a_near_one_lists_those_that_there_are():
    with pytest.raises(ConfigError, match="no label 'zebra'; the labels are no, yes"):
        class_weights({"zebra": 2.0}, ("no", "yes"), np.array([0, 1]))
