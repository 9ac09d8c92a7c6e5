"""How every `grucli train` begins: read the data, say what was found, make the trainer."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grucli.cli.options import Common
from grucli.config.resolve import Settings
from grucli.errors import ConfigError, show_path
from grucli.modelfile import checkpoint
from grucli.preparation.prepare import Prepared, prepare
from grucli.report import training as report
from grucli.training import initial_weights, run_files
from grucli.training.trainer import Trainer


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is asked of a run beside its settings.

    Attributes:
        on_bad_row: what to do with rows that cannot be read.
        init_from: the model file to start from, None for random weights.
        max_seconds: after which training stops, None for no limit.
    """

    on_bad_row: Literal["stop", "skip"] = "stop"
    init_from: str | None = None
    max_seconds: float | None = None


def begin(
    settings: Settings, order: Order, common: Common, last: Path | None = None
) -> tuple[Prepared, Trainer]:
    """Read the data, say what was found and chosen, and make the trainer.

    Args:
        settings: what the user has set.
        order: what else is asked.
        common: says it.
        last: MODEL.last.npz if its run is resumed: what that has started from still counts.

    Raises:
        GrucliError: the data, the model to start from or the settings cannot be used.
    """
    data, dtype = settings.config.data.train, settings.config.training.dtype
    if data is None:
        raise ConfigError("no data: give a file (or - for stdin), or set data.train in the config")
    if order.init_from is not None and settings.config.model.vectors is not None:
        raise ConfigError("model.vectors: --init-from brings token vectors already; omit one")
    for line in settings.notes:
        common.note(line)
    saved = None if order.init_from is None else checkpoint.load(order.init_from, dtype)
    origin = None if saved is None else initial_weights.origin_of(saved)
    if last is not None:
        origin = initial_weights.origin_of_run(last)
    prepared = run_files.staffed(prepare(data, settings.config, order.on_bad_row, origin))
    _say(prepared, settings, common)
    model = run_files.initial(prepared)
    prepared = dataclasses.replace(prepared, vectors=None)  # the model has them now
    if saved is not None and order.init_from is not None:
        words = initial_weights.take_over(model, prepared, saved, order.init_from)
        common.note(f"starting from {show_path(order.init_from)}: {', '.join(words)}")
    trainer = run_files.start(prepared, model)
    common.note(report.model_line(model))
    return prepared, trainer


def _say(prepared: Prepared, settings: Settings, common: Common) -> None:
    for line in prepared.findings:
        common.note(line)
    for line in prepared.warnings:
        common.note(f"warning: {line}")
    for key, reason in prepared.reasons.items():
        section, name = key.split(".")
        value = getattr(getattr(prepared.config, section), name)
        common.detail(f"{key}: {value} ({reason})")
    for key, origin in settings.origins.items():
        if origin != "default":
            common.detail(f"{key}: from {origin}")
