"""Rules for a network whose head reads each step: each with its reason, and its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from grucli.errors import ConfigError
from grucli.preparation.defaults import Choice
from grucli.preparation.training_rules import Facts
from grucli.tasks.step_task import StepTask
from grucli.tasks.task import Task

if TYPE_CHECKING:
    from grucli.config.schema import Config


def check(config: Config, task: Task) -> None:
    """Refuse settings that such a network cannot have, or none but such a one.

    Raises:
        ConfigError: there are any.
    """
    model, problems = config.model, []
    if task.reads_steps and model.convolution:
        problems.append("model.convolution: leaves fewer steps than there are tags; delete it")
    if model.chain and not task.reads_steps:
        problems.append(
            f"model.chain: the task {task.name} has one {task.noun} a sequence; delete it"
        )
    if config.training.label_smoothing and _is_chained(config, task):
        problems.append(
            "training.label_smoothing: a chain scores whole sequences; delete it, or set "
            "model.chain to false"
        )
    if problems:
        raise ConfigError(*problems)


def _is_chained(config: Config, task: Task) -> bool:
    if config.model.chain is not None or not task.reads_steps:
        return bool(config.model.chain)
    return cast(StepTask, task).chain[0]


def choose(facts: Facts, task: StepTask) -> dict[str, Choice]:
    """Return the choices that differ from those of a head that reads what is pooled."""
    chain, why = task.chain
    values: dict[str, tuple[Any, str]] = {
        "model.pooling": ((), "the head reads each step"),
        "model.convolution": (False, "each step has a tag"),
        "model.chain": (chain, why),
    }
    return {path: Choice(value=value, reason=reason) for path, (value, reason) in values.items()}
