"""All settings but the linear path, once the training part is encoded."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from grucli.model.network import Architecture
from grucli.preparation import step_rules, training_rules, writing_rules
from grucli.preparation.defaults import Choice, Settled
from grucli.preparation.encoders import AS_IN_ORIGIN, Fitted, Origin
from grucli.preparation.train_valid_split import Parts
from grucli.preparation.training_rules import Facts
from grucli.tasks.step_task import StepTask
from grucli.tasks.task import Task
from grucli.tasks.writing_task import WritingTask

OF_WRITING = "model.copying", "model.attention"
NEVER_AUTO = "model.cell", "model.num_layers", "model.decoder_layers"
"""What has a default of its own, and is as in the origin where nobody has set it."""


def settle(
    settled: Settled,
    task: Task,
    parts: Parts,
    fitted: Fitted,
    *,
    origin: Origin | None,
    vector_size: int | None,
) -> Settled:
    """Fill all settings that are still `auto`.

    Args:
        settled: what was set so far.
        task: fitted to the training file.
        parts: with their choices.
        fitted: with its choices.
        origin: whose weights have to fit, None for random ones.
        vector_size: numbers of a pretrained token vector, None without any.

    Raises:
        ConfigError: a setting of the network does not fit the task.
    """
    encoder = fitted.encoder
    facts = Facts(
        kind="series" if encoder.vocabulary is None else "text",
        rows=len(parts.train),
        lengths=np.minimum(fitted.steps, encoder.max_length),
    )
    choices = parts.choices | fitted.choices
    choices |= training_rules.choose(facts, settled.config.training.optimizer)
    choices |= training_rules.label_smoothing(task)
    step_rules.check(settled.config, task)
    if task.writes:
        writing_rules.check(facts, settled.config)
        targets = task.encode(parts.train)
        writing = cast(WritingTask, task)
        choices |= writing_rules.choose(facts, settled.config, fitted, writing, targets)
    elif task.reads_steps:
        choices |= step_rules.choose(facts, cast(StepTask, task))
    else:
        choices["model.chain"] = Choice(value=False, reason="one answer a sequence")
    if not task.writes:
        for key in OF_WRITING:
            choices[key] = Choice(value=False, reason="answers are not written")
    if origin is not None:
        as_there = _as_in(origin.architecture)
        choices |= as_there
        settled = settled.laid_under({key: as_there[key] for key in NEVER_AUTO if key in as_there})
    if vector_size is not None:
        reason = "as in the file of model.vectors"
        choices["model.embedding_size"] = Choice(value=vector_size, reason=reason)
    settled = settled.filled(choices)
    return settled.filled(training_rules.follow(facts, settled.config))


def _as_in(architecture: Architecture) -> dict[str, Choice]:
    """Return the choices that let the weights of a model fit."""
    values: dict[str, Any] = {
        "cell": architecture.cell,
        "num_layers": architecture.num_layers,
        "hidden_size": architecture.hidden_size,
        "bidirectional": architecture.bidirectional,
        "pooling": architecture.pooling,
        "convolution": architecture.convolution or False,
    }
    if architecture.reads_steps:
        values["chain"] = architecture.chain
    if architecture.writes:
        names = "copying", "attention", "decoder_layers"
        values |= {name: getattr(architecture, name) for name in names}
    if architecture.vocabulary_size:
        values["embedding_size"] = architecture.input_size
    return {
        f"model.{key}": Choice(value=value, reason=AS_IN_ORIGIN) for key, value in values.items()
    }
