"""What an answer is and how it is scored: one module or room a task, which nothing else names.

Here: `task` and `answering` are what every task has to do, and beside them what any of them may
use: scorecards, columns, scores of classes, thresholds, intervals; each other room is a task.
Not here: how scores come about (model), or how they look (report).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grucli.data.records import TargetForm
    from grucli.tasks.scorecard import Measure
    from grucli.tasks.task import Task

TASKS = {
    "classify": "grucli.tasks.classify.task:Classify",
    "multilabel": "grucli.tasks.multilabel.task:Multilabel",
    "regress": "grucli.tasks.regress.task:Regress",
    "tag": "grucli.tasks.tag.task:Tag",
    "generate": "grucli.tasks.generate.task:Generate",
}
"""Each task by its name, and where its class is: whoever lists names need not wait for NumPy."""

WORDS = "words"
"""The key of words, of which a task may keep tens of thousands."""

MOST_BEAM = 256
"""Texts that may be followed up while one is written, and so answered."""

DEFAULT = "classify"
"""The task of a config that leaves it `auto`, where data hold what no other begins with."""


def task_type(name: str) -> type[Task]:
    """Import the class of a task.

    Raises:
        KeyError: there is no such task.
    """
    module, attribute = TASKS[name].split(":")
    found: type[Task] = getattr(import_module(module), attribute)
    return found


def task_for(targets: TargetForm) -> str:
    """Return the name of the task for data that hold this, where nobody has named one."""
    found = (name for name in TASKS if task_type(name).target_forms[0] == targets)
    return next(found, DEFAULT)


def targets_of(task: str) -> TargetForm | None:
    """Return what the data of a task hold first of all; None where it is `auto`."""
    return None if task == "auto" else task_type(task).target_forms[0]


def task_from_json(meta: Mapping[str, Any]) -> Task:
    """Return the task of a model file.

    Args:
        meta: the object that has what `Task.to_json` gave, among other things.

    Raises:
        KeyError, TypeError, ValueError: it holds no task, or a damaged one.
    """
    return task_type(meta["task"]).from_json(meta)


def reported(task: Task) -> dict[str, Any]:
    """Return what reports have of a task: all that a model file keeps, but for its words."""
    return {name: value for name, value in task.to_json().items() if name != WORDS}


def measures() -> tuple[Measure, ...]:
    """Return what any task measures; a name means the same in all of them."""
    return tuple(one for name in TASKS for one in task_type(name).measures())
