"""Rules for a network whose head reads each step: each with its reason, and its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from grucli.errors import ConfigError
from grucli.preparation.defaults import Choice
from grucli.preparation.training_rules import Facts, smooths
from grucli.tasks.step_task import StepTask
from grucli.tasks.task import Task

if TYPE_CHECKING:
    from grucli.config.schema import Config


MANY_STEPS = 1 << 18
"""Of all training sequences together: from there on few epochs tell. On a million tokens of Brown's
training part the fourth is the best one by the loss of held-out sentences, and later ones bring
less than a thousandth of accuracy."""
SHORT_PATIENCE = 2
EMBEDDING_SIZE, TOKEN_DROPOUT = 128, 0.2
"""Instead of 64 and 0.1 they lower the cross-validated loss of two training files, 240 lines of
ingredients and 600 sentences of Brown, by 8 and by 4 %."""


def check(config: Config, task: Task) -> None:
    """Refuse settings that such a network cannot have, or none but such a one.

    Raises:
        ConfigError: there are any.
    """
    model, problems = config.model, []
    if (task.reads_steps or task.writes) and model.convolution:
        problems.append(f"model.convolution: the task {task.name} reads each step; delete it")
    if (task.reads_steps or task.writes) and model.pooling:
        problems.append(f"model.pooling: the task {task.name} reads each step; delete it")
    if not task.writes:
        asked = {key: getattr(model, key) for key in ("copying", "attention")}
        asked["decoder_layers"] = model.decoder_layers > 1
        problems += [
            f"model.{key}: the task {task.name} does not write texts; delete it"
            for key, is_asked in asked.items()
            if is_asked
        ]
    if model.chain and not task.reads_steps:
        problems.append(f"model.chain: the task {task.name} does not answer each step; delete it")
    if config.training.label_smoothing and not smooths(task):
        problems.append(
            f"training.label_smoothing: the task {task.name} has no labels to smooth; delete it"
        )
    elif config.training.label_smoothing and _is_chained(config, task):
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
        "model.embedding_size": (EMBEDDING_SIZE, "a word and its spelling"),
        "model.token_dropout": (TOKEN_DROPOUT, "teaches to go by the spelling and by neighbours"),
        "model.pooling": ((), "the head reads each step"),
        "model.convolution": (False, "each step has a tag"),
        "model.chain": (chain, why),
    }
    number = int(facts.lengths.sum())
    if number >= MANY_STEPS:
        values["training.patience"] = SHORT_PATIENCE, f"{number:,} steps an epoch"
    return {path: Choice(value=value, reason=reason) for path, (value, reason) in values.items()}
