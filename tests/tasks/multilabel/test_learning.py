"""How sets of labels are learned: the loss of a batch, weights of rows, dense features."""

import math

import numpy as np
import pytest

from grucli.errors import ConfigError
from grucli.tasks.multilabel import learning
from grucli.tasks.multilabel.learning import SigmoidLoss


def test_the_loss_of_a_batch_is_summed_over_labels_and_its_f1_counts_for_each_row():
    scores = np.array([[2.0, -1.0], [1.0, 3.0], [-1.0, -1.0]])
    targets = np.array([[1, 0, 0], [0, 1, 3], [1, 0, 0]], np.uint8)
    loss = SigmoidLoss().loss(scores, targets, np.array([1.0, 2.0, 1.0]))
    wrong = [[-2, -1], [1, -3], [1, -1]]  # of each label the logit of what is not true
    each = [sum(math.log1p(math.exp(x)) for x in row) for row in wrong]
    assert loss.total == pytest.approx(each[0] + 2 * each[1] + each[2], abs=1e-12)
    assert loss.right == pytest.approx(3 * (2 * 2 / (3 + 3)))
    assert loss.d_scores.shape == scores.shape


def test_rows_without_labels_or_answers_are_right():
    loss = SigmoidLoss().loss(-np.ones((2, 2)), np.zeros((2, 3), np.uint8), np.ones(2))
    assert loss.right == 2


def test_a_row_weighs_what_its_labels_weigh_on_average():
    truth = np.array([[1, 0], [1, 0], [1, 0], [1, 1], [0, 0]], np.uint8)
    named = learning.row_weights({"b": 3.0}, ("a", "b"), truth)
    np.testing.assert_allclose(named / named[0], [1, 1, 1, 2, 1])
    assert named.mean() == pytest.approx(1)
    balanced = learning.row_weights("balanced", ("a", "b"), truth)
    each = [5 / (2 * 4), 5 / (2 * 1)]
    wanted = np.array([each[0], each[0], each[0], sum(each) / 2, 1])
    np.testing.assert_allclose(balanced, wanted / wanted.mean())
    with pytest.raises(ConfigError, match="no label 'c'"):
        learning.row_weights({"c": 3.0}, ("a", "b"), truth)


def test_dense_features_are_learned_for_each_label_alone():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(80, 3)).astype(np.float32)
    truth = np.stack((rows[:, 0] > 0, rows[:, 1] + rows[:, 2] > 1), axis=1).astype(np.uint8)
    weight, bias = learning.learn_dense(rows, truth, np.ones(80), None)
    assert weight.dtype == bias.dtype == np.float32
    assert ((rows @ weight + bias > 0) == truth).mean() > 0.93
    flipped, _ = learning.learn_dense(rows, 1 - truth, np.ones(80), None)
    np.testing.assert_allclose(flipped, -weight, rtol=1e-4, atol=1e-5)


def test_what_is_known_already_counts_beside_what_is_learned():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(80, 3)).astype(np.float32)
    truth = np.stack((rows[:, 0] > 0, rows[:, 1] > 0), axis=1).astype(np.uint8)
    start = np.array([[9, 0], [0, 9], [0, 0]], np.float32), np.zeros(2, np.float32)
    weight, bias = learning.learn_dense(rows, truth, np.ones(80), start)
    assert ((rows @ weight + bias > 0) == truth).mean() > 0.97
    wrong = -start[0], start[1]
    weight, bias = learning.learn_dense(rows, truth, np.ones(80), wrong)
    assert ((rows @ weight + bias > 0) == truth).mean() > 0.93
    alone = learning.learn_dense(rows[:1], truth[:1], np.ones(1), start)
    assert alone is start


def test_of_one_row_the_bias_says_the_labels():
    weight, bias = learning.learn_dense(
        np.ones((1, 2)), np.array([[1, 0]], np.uint8), np.ones(1), None
    )
    assert not weight.any()
    assert bias.tolist() == [1, -1]


def test_branches_are_blended_by_the_factors_of_lowest_loss():
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(400, 3))
    truth = (rng.random(logits.shape) < 1 / (1 + np.exp(-logits))).astype(np.uint8)
    noise = rng.normal(size=logits.shape)
    factors = learning.blend([2 * logits, noise], truth)
    assert factors[0] == pytest.approx(0.5, abs=0.06)
    assert factors[1] == pytest.approx(0, abs=0.1)


def test_of_many_rows_every_so_many_are_asked(monkeypatch):
    rng = np.random.default_rng(2)
    scores, truth = rng.normal(size=(90, 3)), (rng.random((90, 3)) < 0.4).astype(np.uint8)
    third = learning.blend([scores[::3]], truth[::3])
    monkeypatch.setattr(learning, "MOST_PAIRS", 90)
    assert learning.blend([scores], truth).tolist() == third.tolist()
