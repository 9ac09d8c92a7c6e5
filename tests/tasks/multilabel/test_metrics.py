"""Scores of sets against values worked out by hand, and against literal loops."""

import numpy as np
import pytest

from grucli.tasks.multilabel import metrics
from tests.tasks.helpers import exact

TRUTH = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 0], [0, 1, 0]])
SETS = np.array([[1, 0, 0], [1, 0, 0], [0, 0, 0], [1, 1, 0]], bool)
P = np.array([[0.9, 0.2, 0.1], [0.8, 0.4, 0.1], [0.3, 0.2, 0.1], [0.6, 0.7, 0.1]])
NONE_LACKING = np.zeros(4, np.int64)


def test_figures_are_those_worked_out_by_hand():
    found = metrics.evaluate(P, SETS, TRUTH, NONE_LACKING, 0)
    assert found.micro_f1 == exact(2 * 3 / (4 + 4))
    assert found.macro_f1 == exact((2 * 2 / (2 + 3) + 2 * 1 / (2 + 1)) / 2)
    assert found.absent == 1
    assert found.samples_f1 == exact((1 + 2 / 3 + 1 + 2 / 3) / 4)
    assert found.subset_accuracy == 2 / 4
    right = np.where(TRUTH == 1, P, 1 - P)
    assert found.log_loss == exact(-np.log(right).mean())
    assert found.ece == exact((0.1 + 0.2 + 0.6 + 0.3) / 4)  # each stands alone in its bin
    assert [one.rows for one in found.per_class] == [2, 2, 0]
    assert [one.predicted for one in found.per_class] == [3, 1, 0]
    assert found.per_class[0].precision == exact(2 / 3)
    assert found.per_class[1].recall == exact(1 / 2)
    assert found.per_class[2].f1 is None


def test_labels_that_training_lacks_are_missed():
    found = metrics.evaluate(P, SETS, TRUTH, np.array([0, 0, 2, 0]), 2)
    assert found.micro_f1 == exact(2 * 3 / (4 + 4 + 2))
    assert found.macro_f1 == exact((4 / 5 + 2 / 3) / (2 + 2))
    assert found.subset_accuracy == 1 / 4
    assert found.samples_f1 == exact((1 + 2 / 3 + 0 + 2 / 3) / 4)


def test_without_any_label_f1_is_undefined_and_the_empty_answer_right():
    nothing = np.zeros((2, 3), bool)
    found = metrics.evaluate(P[:2], nothing, nothing.astype(int), NONE_LACKING[:2], 0)
    assert (found.micro_f1, found.micro_f1_interval, found.macro_f1, found.ece) == (None,) * 4
    assert found.subset_accuracy == found.samples_f1 == 1


def test_the_interval_covers_the_f1_of_new_rows_as_often_as_it_says():
    rng = np.random.default_rng(0)
    truth = rng.random((40_000, 4)) < 0.3
    sets = truth ^ (rng.random(truth.shape) < 0.2)
    hits, either = (truth & sets).sum(axis=1), truth.sum(axis=1) + sets.sum(axis=1)
    wanted = metrics.micro_f1(hits, either)
    bounds = [
        metrics.interval(hits[k : k + 100], either[k : k + 100]) for k in range(0, 40_000, 100)
    ]
    covered = np.mean([low <= wanted <= high for low, high in bounds])
    assert 0.92 <= covered <= 0.98
    lows, highs = map(np.array, zip(*bounds, strict=True))
    assert 0 <= lows.min() < highs.max() <= 1


@pytest.mark.parametrize("hits", [0, 5])
def test_an_interval_of_all_or_nothing_stays_open_on_one_side(hits):
    low, high = metrics.interval(np.array([hits] * 3), np.array([10] * 3))
    assert low <= 2 * hits / 10 <= high
    assert 0.1 < high - low < 0.5
