"""Every task answers all that is asked of a task, in the way that others rely on.

Covers: tasks/task.
"""

import inspect
import json

import pytest

from grucli.tasks import DEFAULT, TASKS, task_from_json, task_type
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
