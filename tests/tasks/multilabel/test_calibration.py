"""Thresholds and probabilities from held-out rows, against exhaustive search and known truths."""

import numpy as np
import pytest

from grucli.engine import losses
from grucli.tasks.multilabel import calibration
from grucli.tasks.multilabel.metrics import likely_error
from grucli.tasks.thresholds import Wish


def f1_of(answered, truth):
    return 2 * np.sum(answered & truth) / max(1, np.sum(answered) + np.sum(truth))


@pytest.mark.parametrize("seed", range(6))
def test_no_threshold_reaches_a_higher_f1(seed):
    rng = np.random.default_rng(seed)
    p = np.round(rng.random(30), 1 if seed % 2 else 6)  # with ties, and without
    truth = rng.random(30) < p
    best = max(f1_of(p >= threshold, truth) for threshold in np.unique(p))
    assert f1_of(p >= calibration.best_threshold(p, truth), truth) == best


def test_without_a_row_that_has_it_a_label_is_answered_if_it_is_likelier_than_not():
    assert calibration.best_threshold(np.array([0.1, 0.7]), np.array([False, False])) == 0.5


def drawn(seed, rows, scores):
    rng = np.random.default_rng(seed)
    truth_logits = rng.normal(-1, 2, (rows, 3))
    return scores(truth_logits), rng.random((rows, 3)) < losses.sigmoid(truth_logits)


def test_scores_that_are_too_sure_become_probabilities_that_are_true():
    scores, truth = drawn(0, 4000, lambda logits: 3 * logits + 2)
    found = calibration.fit(scores, truth).decision
    np.testing.assert_allclose(found.factors, 1 / 3, atol=0.03)
    np.testing.assert_allclose(found.biases, -2 / 3, atol=0.12)
    p = found.probabilities(scores)
    assert abs(p.mean() - truth.mean()) < 0.01
    held_out = calibration.fit(scores, truth).probabilities
    assert 0 < np.abs(held_out - p).max() < 0.1
    before, after = (likely_error(one, truth) for one in (losses.sigmoid(scores), held_out))
    assert before > 0.2
    assert after < 0.03
    excess = (p - truth).sum(axis=0)  # the slope of the loss by the bias, but for what holds it
    np.testing.assert_allclose(excess, -np.array(found.biases), atol=1e-6)


def test_scores_that_are_true_stay_as_they_are_or_nearly():
    scores, truth = drawn(1, 300, lambda logits: logits)
    found = calibration.fit(scores, truth).decision
    held_in = np.logaddexp(0, scores) - truth * scores
    changed = found.logits(scores)
    assert (np.logaddexp(0, changed) - truth * changed).mean() <= held_in.mean()
    np.testing.assert_allclose(found.factors, 1, atol=0.25)


def test_a_label_that_the_scores_speak_against_is_not_turned_round():
    scores, truth = drawn(2, 200, lambda logits: -logits)
    found = calibration.fit(scores, truth).decision
    assert found.factors == (1.0, 1.0, 1.0)
    assert found.biases == (0.0, 0.0, 0.0)


def test_the_fewer_rows_a_label_has_the_nearer_its_threshold_is_to_that_of_all():
    rng = np.random.default_rng(3)
    logits = rng.normal(size=(2000, 2)) + np.array([0.0, -6.0])
    truth = rng.random(logits.shape) < losses.sigmoid(logits)
    p = losses.sigmoid(logits)
    common = calibration.best_threshold(p.ravel(), truth.ravel())
    own = [calibration.best_threshold(p[:, k], truth[:, k]) for k in range(2)]
    found = calibration.fit(logits, truth).decision.thresholds
    assert abs(found[0] - own[0]) < 0.02
    assert truth[:, 1].sum() < 20
    assert min(own[1], common) < found[1] < max(own[1], common)


def test_one_row_alone_says_little_and_breaks_nothing():
    found = calibration.fit(np.array([[2.0, -1.0]]), np.array([[True, False]])).decision
    assert all(0 < threshold < 1 for threshold in found.thresholds)


def test_a_wish_moves_the_threshold_of_its_label_alone():
    rng = np.random.default_rng(0)
    truth = rng.random((300, 3)) < [0.5, 0.3, 0.4]
    scores = 2.0 * truth - 1 + rng.normal(size=truth.shape)
    decision, labels = calibration.fit(scores, truth).decision, ("a", "b", "c")
    wished = [
        Wish(label="b", measure="recall", wanted=0.95),
        Wish(label="c", measure="precision", wanted=0.9),
    ]
    decided, found = calibration.fulfilled(wished, labels, decision, scores, truth)
    assert decided.thresholds[0] == decision.thresholds[0]
    assert decided.thresholds[1:] == tuple(one.least for one in found)
    sets = decided.sets(scores)
    hits = (sets & truth).sum(axis=0)
    assert hits[1] >= 0.95 * (truth[:, 1].sum() + 1)
    assert hits[2] >= 0.9 * (sets[:, 2].sum() + 1)
    assert found[0].after.recall == hits[1] / truth[:, 1].sum()
    assert found[1].after.precision == hits[2] / sets[:, 2].sum()
    assert found[0].after.accuracy == (sets == truth).all(axis=1).mean()
    impossible = [Wish(label="a", measure="precision", wanted=0.999)]
    assert calibration.fulfilled(impossible, labels, decision, scores, truth)[0] == decision
