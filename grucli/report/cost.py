"""What `train --dry-run` says: the effective settings, the model's shapes, what a run will cost."""

from typing import Any

from grucli.config.resolve import Settings
from grucli.config.schema import KEYS
from grucli.errors import counted, excerpt
from grucli.model.network import Model
from grucli.preparation.prepare import Prepared
from grucli.report.bar import duration, measured
from grucli.training.outlook import Outlook
from grucli.training.trainer import Trainer

SCHEMA = "grucli.dry-run/1"
MEGABYTE = 1e6
LISTED_WIDTH = 100
FOUND = ("text", "label", "values", "id", "time", "delimiter")
"""What the data tell of themselves, among the settings of their section."""


def lines(trainer: Trainer, prepared: Prepared, settings: Settings, outlook: Outlook) -> list[str]:
    """Return all of it for people."""
    effective, cost = effective_settings(prepared, settings), outlook.cost
    return [
        *(
            f"{key}: {setting_text(each['value'])} ({each['origin']})"
            for key, each in effective.items()
        ),
        *(f"{name}: {_times(shape)}" for name, shape in shapes(trainer.model).items()),
        f"memory: about {_megabytes(outlook.peak_bytes)} at its peak; weights and optimizer "
        f"{_megabytes(cost.state_bytes)}, largest batch {_megabytes(cost.step_bytes)}, data "
        f"{_megabytes(cost.data_bytes)}",
        f"time: about {duration(outlook.total_s)} in all; {measured(cost.epoch_s)} an epoch of "
        f"{counted(trainer.num_batches, 'step')}, at most {counted(trainer.epochs, 'epoch')}"
        f"{_each_fold(trainer)}; timed on a few steps",
        "dry run: nothing was written",
    ]


def result(
    trainer: Trainer, prepared: Prepared, settings: Settings, outlook: Outlook
) -> dict[str, Any]:
    """Return the object that `train --dry-run --json` prints."""
    return {
        "schema": SCHEMA,
        "config": effective_settings(prepared, settings),
        "data": _data(prepared),
        "shapes": {name: list(shape) for name, shape in shapes(trainer.model).items()},
        "parameters": trainer.model.num_parameters,
        "memory_bytes": outlook.peak_bytes,
        "seconds_per_epoch": round(outlook.cost.epoch_s, 6),
        "seconds": round(outlook.total_s, 3),
    }


def effective_settings(prepared: Prepared, settings: Settings) -> dict[str, dict[str, Any]]:
    """Return the value and the origin of each setting by its dotted key.

    Columns that were found stand here, too, though a config need not name them.
    """
    seen = {f"data.{key}": getattr(prepared.remembered, key) for key in FOUND}
    config = prepared.config.model_dump(mode="json")
    found = {}
    for path in KEYS:
        key = ".".join(path)
        value = config[path[0]][path[1]] if len(path) == 2 else config[path[0]]
        reason = prepared.reasons.get(key)
        if value is None and seen.get(key):
            value, reason = seen[key], "found"
        origin = settings.origins[key] if reason is None else f"data: {reason}"
        found[key] = {"value": value, "origin": origin}
    return found


def shapes(model: Model) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array of weights by its name."""
    return {name: array.shape for name, array in model.arrays()}


def _each_fold(trainer: Trainer) -> str:
    return f" for each of {trainer.num_folds} folds and for all rows" if trainer.num_folds else ""


def _data(prepared: Prepared) -> dict[str, Any]:
    encoder = prepared.encoder
    reading = {"kind": encoder.kind, "max_length": encoder.max_length, **encoder.to_json()}
    reading.pop("seen_as", None)  # stands among the settings
    held = prepared.holdout
    return {
        "name": prepared.name,
        **({} if held is None else {"test_rows": len(held.table.records)}),
        **prepared.task.named_facts(prepared.facts),
        **reading,
        "findings": list(prepared.findings),
        "warnings": [warning.text for warning in prepared.warnings],
    }


def setting_text(value: Any) -> str:
    """Return the value of a setting nearly as a config has it."""
    if isinstance(value, bool) or value is None:
        return "none" if value is None else str(value).lower()
    if isinstance(value, list | tuple):
        return excerpt(", ".join(map(str, value)), LISTED_WIDTH) or "none"
    return str(value)


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(f"{size:,}" for size in shape)


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:,.1f} MB"
