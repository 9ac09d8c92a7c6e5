"""What a task has to answer beside all others if its head reads the state of each step."""

from __future__ import annotations

from typing import Protocol

from grucli.tasks.task import Task


class StepTask(Task, Protocol):
    """A task whose head reads the state of each step."""

    @property
    def chain(self) -> tuple[bool, str]:
        """Whether answers to neighbouring steps are scored together if nobody says so, and why."""
