"""Every task answers all that is asked of a task, in the way that others rely on.

Covers: tasks/task.
"""

import inspect
import json

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.tasks import DEFAULT, TASKS, label_names, task_from_json, task_type
from grucli.tasks.task import FigureKind, Task


def asked(protocol):
    """Return the names of all that a protocol and its bases declare."""
    names = set()
    for base in protocol.__mro__:
        if getattr(base, "_is_protocol", False):
            names |= {name for name in vars(base) if not name.startswith("_")}
            names |= set(vars(base).get("__annotations__", {}))
    return names


def parameters(function):
    return [(p.name, p.kind) for p in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize("name", TASKS)
def test_a_task_has_all_that_is_asked_and_takes_it_by_the_same_names(name):
    kind = task_type(name)
    missing = {one for one in asked(Task) if not hasattr(kind, one)}
    assert missing <= set(kind.__dataclass_fields__)
    for one in asked(Task) - missing:
        wanted, found = getattr(Task, one, None), getattr(kind, one)
        if inspect.isfunction(wanted) and inspect.isfunction(found):
            assert parameters(found) == parameters(wanted), one


@pytest.mark.parametrize("name", TASKS)
def test_the_first_figure_is_that_of_the_scorecard(name):
    kind = task_type(name)
    assert kind.figures[0].name == kind.measures()[0].name


def test_what_a_config_leaves_auto_is_a_task():
    assert DEFAULT in TASKS


def test_a_task_is_what_its_json_says():
    task = task_type("classify")(labels=("a", "b", "c"))
    again = task_from_json(json.loads(json.dumps(task.to_json())))
    assert again == task
    assert again.num_outputs == task.num_outputs
    assert set(task.head_json().values()) == {3}


def test_the_figure_of_rows_is_the_mean_of_their_sums_or_its_root():
    assert FigureKind(name="accuracy", title="accuracy").of_mean(0.25) == 0.25
    assert FigureKind(name="rmse", title="RMSE", is_root=True).of_mean(0.25) == 0.5


@pytest.mark.parametrize("name", ["classify", "multilabel", "regress"])
def test_the_first_figure_follows_from_sums_over_rows(name):
    rng = np.random.default_rng(0)
    labels = ["1", "2", "1;2", "3", "4", "9"]
    records = [Record(number=k, label=labels[k % 6]) for k in range(60)]
    for record in records if name == "multilabel" else ():
        record.labels = tuple(record.label.split(";"))
    for record in records if name == "regress" else ():
        record.label = str(record.number % 7)
    task = task_type(name).fit("t.csv", [one for one in records if one.label != "9"])
    scores, targets = rng.normal(size=(60, task.num_outputs)), task.encode(records)
    sums = task.row_parts(scores, targets).sum(axis=0, keepdims=True)
    (figure,) = task.figure_of(sums)
    assert figure == pytest.approx(task.measure(scores, targets, records).figures[0].value)


@pytest.mark.parametrize("labels", [("c", "a", "b"), ("b", "a"), ("a", "b")])
@pytest.mark.parametrize("name", ["classify", "multilabel", "tag"])
def test_outputs_of_another_system_are_those_of_its_order(name, labels):
    records = [
        Record(number=k, label=one, labels=(one,), tokens=("t",), tags=(one,))
        for k, one in enumerate(sorted(labels))
    ]
    task, number = task_type(name).fit("t.csv", records), len(labels)
    theirs = np.random.default_rng(0).normal(size=(5, number))
    outputs = task.plain_outputs(number, labels)
    ours = np.column_stack((theirs, np.ones(5))) @ outputs.T
    by_label = {label: theirs[:, [k]] for k, label in enumerate(labels)}
    expected = np.hstack([by_label[label] for label in sorted(labels)])
    if task.num_outputs == 1:
        expected = expected[:, 1:] - expected[:, :1]
    np.testing.assert_allclose(ours, expected)


def test_a_number_of_another_system_is_in_the_unit_of_the_data():
    records = [Record(number=k, label=str(10 * k)) for k in range(5)]
    task = task_type("regress").fit("t.csv", records)
    ours = np.array([[7.0, 1.0], [-3.0, 1.0]]) @ task.plain_outputs(1, ()).T
    assert [one.value for one in task.typed_answers(ours)] == pytest.approx([7.0, -3.0])


def test_labels_are_numbered_as_by_programs_that_sort():
    assert label_names.in_class_order(["10", "9", "-1"]) == ("-1", "9", "10")
    assert label_names.in_class_order(["10", "9", "b"]) == ("10", "9", "b")
    assert label_names.in_class_order(["10", "09"]) == ("09", "10")
