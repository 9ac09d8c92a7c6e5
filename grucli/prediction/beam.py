"""How widely a model that writes searches for its answers, as a command asks for it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, cast

from grucli.errors import ConfigError
from grucli.modelfile.checkpoint import SavedModel
from grucli.tasks import MOST_BEAM
from grucli.tasks.columns import AnswerOptions
from grucli.tasks.task import Task

if TYPE_CHECKING:
    from grucli.tasks.writing_task import WritingTask


def with_beam(
    saved: SavedModel, beam: int | None, asked: AnswerOptions | None = None
) -> SavedModel:
    """Return a model that follows up so many sequences while it writes one.

    Args:
        saved: the model.
        beam: how many; None for as many as are usual, and at least as many as are answered.
        asked: of answers.

    Raises:
        ConfigError: the model does not write, fewer are followed up than are answered, or more
            are to be answered than may be followed up.
    """
    number = None if asked is None else asked.top_k
    if not saved.task.writes:
        if beam is not None:
            raise ConfigError("--beam: the model does not write texts; omit it")
        return saved
    if number is not None and number > MOST_BEAM:
        raise ConfigError(f"--top-k: must be at most {MOST_BEAM} of texts, got {number}")
    task = cast("WritingTask", saved.task)
    if beam is not None and beam < (number or 1):
        raise ConfigError(f"--top-k: {number} texts, but --beam follows up {beam}; raise --beam")
    searching = task.searching(beam or max(task.beam, number or 1))
    return dataclasses.replace(saved, task=cast(Task, searching))
