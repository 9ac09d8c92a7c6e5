"""Thresholds, curves and bins against counting by hand, and against scikit-learn's own example."""

import numpy as np
import pytest

from grucli.tasks.class_scores import calibration_error
from grucli.tasks.classify.metrics import pr_auc, roc_auc
from grucli.tasks.curves import CalibrationBins, ThresholdCurve


def drawn(seed, n=200, digits=2):
    """Return probabilities with many ties, and truths that go with them."""
    rng = np.random.default_rng(seed)
    p = rng.random(n).round(digits)
    return p, rng.random(n) < p


def test_the_example_of_scikit_learn():
    curve = ThresholdCurve.of(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]))
    assert curve.levels.tolist() == [0.8, 0.4, 0.35, 0.1]
    assert curve.false_alarms.tolist() == [0.0, 0.5, 0.5, 1.0]  # its fpr, behind the first 0
    assert curve.recall.tolist() == [0.5, 0.5, 1.0, 1.0]  # its tpr
    assert curve.precision.tolist() == pytest.approx([1.0, 0.5, 2 / 3, 0.5])


@pytest.mark.parametrize("seed", range(5))
def test_every_point_is_what_counting_gives(seed):
    p, truth = drawn(seed)
    curve = ThresholdCurve.of(p, truth)
    assert curve.levels.tolist() == sorted(set(p.tolist()), reverse=True)
    for k, level in enumerate(curve.levels.tolist()):
        answered = p >= level
        assert curve.answers[k] == answered.sum()
        assert curve.hits[k] == (answered & truth).sum()
        assert curve.precision[k] == pytest.approx(truth[answered].mean())
        assert curve.recall[k] == pytest.approx(answered[truth].mean())
        assert curve.false_alarms[k] == pytest.approx(answered[~truth].mean())


@pytest.mark.parametrize("seed", range(5))
def test_the_areas_under_the_curves_are_those_of_the_json(seed):
    p, truth = drawn(seed)
    curve = ThresholdCurve.of(p, truth)
    x, y = np.append(0, curve.false_alarms), np.append(0, curve.recall)
    assert np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2) == pytest.approx(roc_auc(p, truth))
    gained = np.diff(np.append(0, curve.recall))
    assert np.sum(gained * curve.precision) == pytest.approx(pr_auc(p, truth))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("wanted", [0.5, 0.8, 0.95])
def test_a_threshold_keeps_its_promise_at_the_least_cost(seed, wanted):
    p, truth = drawn(seed, digits=7)
    curve = ThresholdCurve.of(p, truth)
    recall_of = {level: (p >= level)[truth].mean() for level in p.tolist()}
    precision_of = {level: truth[p >= level].mean() for level in p.tolist()}
    k = curve.for_precision(wanted)
    answered = p >= curve.threshold(k)
    assert truth[answered].mean() >= wanted
    good = [recall_of[one] for one in p.tolist() if precision_of[one] >= wanted]
    assert answered[truth].mean() == max(good)
    k = curve.for_recall(wanted)
    answered = p >= curve.threshold(k)
    assert answered[truth].mean() >= wanted
    assert curve.levels[k] == max(one for one in p.tolist() if recall_of[one] >= wanted)


def test_what_no_threshold_can_give():
    curve = ThresholdCurve.of(np.array([0.9, 0.8, 0.1]), np.array([False, True, False]))
    assert curve.for_precision(0.6) is None
    assert ThresholdCurve.of(np.array([0.9]), np.array([False])).for_recall(0.5) is None


def test_a_threshold_has_no_more_digits_than_it_needs():
    curve = ThresholdCurve.of(np.array([0.98765, 0.5, 0.4999, 0.0]), np.ones(4, bool))
    assert [curve.threshold(k) for k in range(4)] == [0.98, 0.5, 0.49, 0.0]
    close = ThresholdCurve.of(np.array([0.12345, 0.12344]), np.ones(2, bool))
    assert close.threshold(0) == 0.12345


def test_the_bins_are_those_of_the_calibration_error():
    p, right = drawn(1)
    bins = CalibrationBins.of(p, right)
    assert bins.error == pytest.approx(calibration_error(p, right))
    assert bins.counts.sum() == len(p)
    for k in range(15):
        inside = (p > bins.edges[k]) & (p <= bins.edges[k + 1])
        if k == 0:
            inside |= p == 0
        assert (bins.counts[k], bins.hits[k]) == (inside.sum(), (inside & right).sum())
        assert bins.confidence[k] == pytest.approx(p[inside].mean() if inside.any() else 0)
