"""The task of one label a sequence: what it makes of targets, and its loss."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.errors import ConfigError, DataError
from grucli.tasks import TASKS, objective_from_json, task_from_json, task_type
from grucli.tasks.classify.learning import class_weights
from grucli.tasks.classify.task import Classify


def labelled(*labels: str | None) -> list[Record]:
    return [Record(number=k, text="x", label=label) for k, label in enumerate(labels, 1)]


def test_it_is_fitted_to_the_distinct_labels_in_order():
    task = Classify.fit("a.csv", labelled("no", "yes", "maybe", "no"))

    assert task.labels == ("maybe", "no", "yes")
    assert task.num_outputs == 3
    assert task.encode(labelled("yes", "other", None, "maybe")).tolist() == [2, -1, -1, 0]


def test_two_classes_share_one_output():
    assert Classify(labels=("a", "b")).num_outputs == 1


def test_one_class_cannot_be_learned():
    with pytest.raises(DataError, match=r"a\.csv: has one class \(no\); need two"):
        Classify.fit("a.csv", labelled("no", "no"))


def test_it_comes_back_from_json():
    task = Classify(labels=("a", "é", "\U0001f600"))

    assert task_from_json(json.loads(json.dumps(task.to_json()))) == task


@pytest.mark.parametrize("labels", [["a", "a"], ["a", 1], "ab", None])
def test_damaged_labels_are_refused(labels):
    with pytest.raises(ValueError, match="labels do not fit"):
        task_from_json({"task": "classify", "labels": labels})


def test_an_unknown_task_is_refused():
    with pytest.raises(KeyError):
        task_from_json({"task": "divine"})


def test_the_loss_of_a_batch_is_a_sum_with_its_right_answers():
    objective = Classify(labels=("a", "b")).objective({"label_smoothing": 0.0})

    loss = objective.loss(np.array([[2.0], [-1.0], [3.0]]), np.array([1, 0, 0]), np.ones(3))

    each = [math.log1p(math.exp(-2)), math.log1p(math.exp(-1)), math.log1p(math.exp(3))]
    assert loss.total == pytest.approx(sum(each), abs=1e-12)
    assert loss.right == 2
    p = [1 / (1 + math.exp(-x)) for x in (2, -1, 3)]
    assert loss.d_scores[:, 0] == pytest.approx([p[0] - 1, p[1], p[2]])


def test_an_objective_is_built_again_from_json():
    objective = Classify(labels=("a", "b", "c")).objective({"label_smoothing": 0.25})

    assert objective_from_json(json.loads(json.dumps(objective.to_json()))) == objective


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


@pytest.mark.parametrize("name", TASKS)
def test_each_task_has_its_name(name):
    assert task_type(name).name == name


def test_their_names_are_known_without_numpy():
    program = "import sys, grucli.tasks; print('numpy' in sys.modules, *grucli.tasks.TASKS)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout.split() == ["False", *TASKS]
