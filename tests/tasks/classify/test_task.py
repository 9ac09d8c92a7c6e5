"""The task of one label a sequence: what it makes of targets and scores."""

import json
import subprocess
import sys

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.errors import DataError
from grucli.tasks import TASKS, task_from_json, task_type
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


@pytest.mark.parametrize(
    "labels",
    [
        ("a", "b"),
        ("labels that training lacks", "b"),
        ("", "?"),
        ("?", "??", "b?"),
    ],
)
def test_rows_of_unknown_labels_are_wrong_whatever_the_labels_are_called(labels):
    targets = np.array([0, 1, -1, 1, -1])
    logits = 50 * np.eye(len(labels))[[0, 1, 0, 0, 1]]
    found = Classify(labels=labels).held_out(logits, targets)
    assert found.figures["accuracy"] == 2 / 5
    assert found.figures["macro_f1"] == pytest.approx((2 / (3 + 1) + 2 / (2 + 2) + 0) / 3)


def test_a_branch_that_says_nothing_has_no_share():
    ours, theirs = np.array([[1.0], [-1.0]]), np.array([[3.0], [-1.0]])
    share_of_first = Classify(labels=("a", "b")).share_of_first
    assert share_of_first(ours, theirs) == pytest.approx(2 / 6)
    assert (share_of_first(0 * ours, theirs), share_of_first(ours, 0 * theirs)) == (0, 1)


@pytest.mark.parametrize("name", TASKS)
def test_each_task_has_its_name(name):
    assert task_type(name).name == name


def test_their_names_are_known_without_numpy():
    program = "import sys, grucli.tasks; print('numpy' in sys.modules, *grucli.tasks.TASKS)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout.split() == ["False", *TASKS]
