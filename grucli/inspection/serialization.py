"""What a Report holds as JSON has it: plain values, and null for a number that is not defined."""

from __future__ import annotations

import dataclasses
import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from grucli.modelfile.checkpoint import SavedModel, architecture_json
from grucli.tasks import reported
from grucli.tasks.scorecard import ConfusionTable, Scorecard

if TYPE_CHECKING:
    from grucli.inspection.sequences import Example  # who measures no gates needs none


def scores_json(card: Scorecard) -> dict[str, Any]:
    """Return the figures that `evaluate` has, but for which class is taken for which."""
    pairs = {table.name for table in card.tables if isinstance(table, ConfusionTable)}
    return {name: value for name, value in card.to_json().items() if name not in pairs}


def parameter_parts(saved: SavedModel) -> dict[str, int]:
    """Return the parameters of each part: "embedding", "convolutions", "layer 1", …, "head"."""
    parts: dict[str, int] = {}
    for name, array in saved.model.arrays():
        first = name.partition("_")[0]
        part = "convolutions" if first.startswith("front") else first
        if numbered := re.fullmatch(r"(layer|decoder)(\d+)", first):
            part = f"{numbered[1]} {int(numbered[2]) + 1}"
        parts[part] = parts.get(part, 0) + array.size
    return parts


def model_json(saved: SavedModel) -> dict[str, Any]:
    """Return what is in the model file, apart from weights and vocabulary."""
    encoder = saved.encoder
    architecture = architecture_json(saved.model.architecture, saved.task)
    del architecture["dtype"]  # of this process; that of training stands in the config
    reading = {"max_length": encoder.max_length, **encoder.to_json()}
    return {
        **reported(saved.task),
        "kind": encoder.kind,
        "reading": {**saved.remembered.stored(), **reading},
        "architecture": architecture,
        "parameters": {**parameter_parts(saved), "total": saved.model.num_parameters},
        "wide": _linear_json(saved),
        "card": {k: v for k, v in _without_digests(plain(saved.card)).items() if k != "moments"},
    }


def _without_digests(node: Any) -> Any:
    """Return a part of the card without digests: of what was learned from, they are of no file."""
    if isinstance(node, dict):
        return {key: _without_digests(item) for key, item in node.items() if key != "sha256"}
    return node


def _linear_json(saved: SavedModel) -> dict[str, Any] | None:
    linear = saved.model.linear
    if linear is None:
        return None
    return linear.to_json() | {
        "parameters": linear.num_parameters,
        "factors": saved.model.mix.to_json(),
    }


def example_json(one: Example) -> dict[str, Any]:
    """Return one sequence with its reasons, but for the values of a series."""
    why = one.attribution
    return {
        "name": one.name,
        "label": one.label,
        **why.explained.to_json(),
        **({} if one.answered is None else {"part": one.answered.text}),
        "margin": why.margin,
        "wide_margin": why.linear_margin,
        "steps": one.steps,
        "truncated": one.truncated,
        "known": one.known,
        "parts": [
            {
                **dataclasses.asdict(part),
                "effect": plain(why.effect[k]),
                "wide_effect": None if why.linear_effect is None else plain(why.linear_effect[k]),
                "running": float(why.running[k]),
                "leading": None if why.leading is None else why.leading[k],
            }
            for k, part in enumerate(one.parts)
        ],
        "channels": None
        if one.series is None
        else [dataclasses.asdict(channel) for channel in one.series.channels],
        "stretches": [dataclasses.asdict(stretch) for stretch in why.stretches],
        "turn": None if why.turn is None else dataclasses.asdict(why.turn),
        "gates": [trace.to_json() for trace in one.traces],
        "check": None if why.check is None else dataclasses.asdict(why.check),
    }


def plain(value: Any) -> Any:
    """Return `value` as JSON has it: arrays as lists, objects as mappings, NaN as None."""
    if dataclasses.is_dataclass(value):
        return plain(vars(value))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value
