"""What tasks give to be drawn, against values worked out by hand."""

import numpy as np
import pytest

from grucli.engine.steps import Steps
from grucli.tasks.class_scores import ClassScore
from grucli.tasks.classify.task import Classify
from grucli.tasks.intervals import wilson_interval
from grucli.tasks.multilabel.decision import Decision
from grucli.tasks.multilabel.scorecard import pictures as of_sets
from grucli.tasks.pictures import RowErrors
from grucli.tasks.regress.metrics import mean_size_interval
from grucli.tasks.regress.prediction_interval import PredictionInterval
from grucli.tasks.regress.scorecard import pictures as of_numbers
from grucli.tasks.scorecard import Measure
from grucli.tasks.tag.decoding import decode
from grucli.tasks.tag.metrics import Share
from grucli.tasks.tag.scorecard import pictures as of_tags


def errors(sizes, parts=None, has_unit=False):
    parts = np.ones(len(sizes), int) if parts is None else np.array(parts)
    measure = Measure(name="wrong", title="wrong", has_unit=has_unit)
    return RowErrors(measure=measure, sizes=np.array(sizes, float), parts=parts)


def test_the_errors_of_some_rows():
    assert errors([1, 0, 0, 1]).of(np.arange(3)) == (1 / 3, wilson_interval(1, 3))
    sizes, parts = [1.0, 2.0, 0.0], [4, 5, 6]
    value, interval = errors(sizes, parts).of(np.arange(3))
    share = Share.of(np.array(sizes), np.array(parts))
    assert value == share.value == 3 / 15
    assert interval == wilson_interval(0.2 * share.trials, share.trials)
    value, interval = errors([1.0, 3.0], has_unit=True).of(np.arange(2))
    assert (value, interval) == (2.0, mean_size_interval(np.array([1.0, 3.0])))


def test_which_rows_are_wrong():
    assert errors([0, 2, 0], [3, 3, 3]).are_wrong.tolist() == [False, True, False]
    assert errors([1, 2, 3, 4, 9], has_unit=True).are_wrong.tolist() == [False] * 4 + [True]


def test_one_label_a_row():
    scores, targets = np.array([[2.0, 0, 0], [0, 1, 0], [0, 0, 3]]), np.array([0, 2, -1])
    found = Classify(labels=("a", "b", "c")).pictures(scores, targets)
    assert found.errors.sizes.tolist() == [0, 1, 1]
    assert found.believed.right.tolist() == [True, False, False]
    top = np.exp([2, 1, 3]) / (np.exp([2, 1, 3]) + 2)
    assert found.believed.probabilities.tolist() == pytest.approx(top.tolist())
    assert found.labels.truth.astype(int).tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0]]


def test_sets_of_labels():
    scores = np.array([[3.0, -3, -3], [3, 3, -3], [-3, 3, 3]])
    targets = np.array([[0, 1, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0]], np.uint8)
    found = of_sets(("a", "b", "c"), Decision.plain(3), scores, targets)
    assert found.errors.sizes.tolist() == [1, 0, 1]
    assert found.believed.right.tolist() == [False, True, True, True, False]
    assert list(found.swaps.table.counts) == [[1, 0, 1], [1, 2, 0], [0, 0, 0]]
    assert found.swaps.rows == [2, 3, 0]


def test_numbers():
    found = of_numbers(
        np.array([1.0, 5.0]), np.array([2.0, 2.0]), PredictionInterval(rows=9, sizes={90: 2.5})
    )
    assert found.errors.sizes.tolist() == [1, 3]
    assert (found.numbers.half_width, found.numbers.level) == (2.5, 0.9)
    assert found.believed is found.labels is None


def test_tags():
    scores = Steps(values=np.array([[5.0, 0], [0, 5], [5, 0]]), lengths=np.array([2, 1]))
    targets = Steps(values=np.array([0, 0, -1]), lengths=np.array([2, 1]))
    found = of_tags(("x", "y"), decode(scores), targets)
    assert found.errors.sizes.tolist() == [1, 1]
    assert found.errors.parts.tolist() == [2, 1]
    assert found.believed.right.tolist() == [True, False, False]
    assert found.labels.truth.astype(int).tolist() == [[1, 0], [1, 0], [0, 0]]


def test_the_interval_of_f1_is_that_of_the_share_of_hits():
    one = ClassScore.of(hits=6, rows=8, answers=10)
    assert one.interval("precision") == wilson_interval(6, 10)
    assert one.interval("recall") == wilson_interval(6, 8)
    low, high = wilson_interval(6, 12)
    assert one.interval("f1") == (2 * low / (1 + low), 2 * high / (1 + high))
    assert one.interval("f1")[0] < one.f1 < one.interval("f1")[1]
    assert one.interval("recall", worth=0.5) == wilson_interval(3, 4)
    assert ClassScore.of(hits=0, rows=0, answers=0).interval("f1") is None
