"""How a training went from inside, as its model file tells: a few epochs of `training.moments`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from grucli.values import dataclass

Row = tuple[float, ...]
"""A figure by epoch."""

MOST_EPOCHS = 1000  # that are read of a file, which may hold anything
LARGEST = 1e30  # number that is read
REACHED = math.exp(-1)  # of the gradient at the end

_GATE = re.compile(r"gate_(\d{1,3})_(forward|backward)_(keep|reset)_(mean|low|high)")
_ARRAY = re.compile(r"(gradient|update)_([A-Za-z0-9_]{1,60})")
_REACH = re.compile(r"reach_([1-9]\d{0,8})")


@dataclass(frozen=True, kw_only=True)
class TrainingFlow:
    """What the moments of a training tell; all rows have a number an epoch.

    Attributes:
        epochs: rising, 1 for the first.
        clipped: share of the steps whose gradient was cut, in [0, 1].
        norm: mean length of the gradients of steps, before that.
        gradient: by array of weights, the length of the gradient of the mean loss.
        update: by array, the mean of |dw| / |w| over the steps.
        reach: by distance from the end [steps], rising, the size of the gradient by a state so far
            back beside that by the last one.
        gates: by "layer 1 forward keep" and so on: mean, and the shares "low" and "high" of
            (step, unit) below 0.1 and above 0.9.
    """

    epochs: tuple[int, ...]
    clipped: Row
    norm: Row
    gradient: Mapping[str, Row]
    update: Mapping[str, Row]
    reach: Mapping[int, Row]
    gates: Mapping[str, Mapping[str, Row]]

    @property
    def steps_reached(self) -> tuple[int, ...]:
        """How far back, by epoch, a gradient still has 1/e of its size at the end [steps]."""
        found = [0] * len(self.epochs)
        for distance, row in self.reach.items():
            found = [
                distance if share >= REACHED else k for k, share in zip(found, row, strict=True)
            ]
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """Return it as lists of numbers."""
        return {
            "epochs": list(self.epochs),
            "clipped": list(self.clipped),
            "norm": list(self.norm),
            "gradient": {name: list(row) for name, row in self.gradient.items()},
            "update": {name: list(row) for name, row in self.update.items()},
            "reach": {str(distance): list(row) for distance, row in self.reach.items()},
            "steps_reached": list(self.steps_reached),
            "gates": {
                name: {figure: list(row) for figure, row in figures.items()}
                for name, figures in self.gates.items()
            },
        }


def training_flow(card: Mapping[str, Any]) -> TrainingFlow | None:
    """Return what a model card tells of moments, None where it tells nothing that can be read."""
    moments = card.get("moments")
    if not isinstance(moments, list) or not 0 < len(moments) <= MOST_EPOCHS:
        return None
    if not all(isinstance(one, dict) and one.keys() == moments[0].keys() for one in moments):
        return None
    rows = {str(name): _row([one[name] for one in moments]) for name in moments[0]}
    epochs, clipped, norm = (rows.get(name) for name in ("epoch", "clipped", "norm"))
    if epochs is None or clipped is None or norm is None:
        return None
    known = {name: row for name, row in rows.items() if row is not None}
    reach = {int(found[1]): known[found[0]] for found in map(_REACH.fullmatch, known) if found}
    return TrainingFlow(
        epochs=tuple(map(int, epochs)),
        clipped=clipped,
        norm=norm,
        reach=dict(sorted(reach.items())),
        gates=_gates(known),
        **_by_array(known),
    )


def _row(values: Sequence[Any]) -> Row | None:
    """Return numbers as they are told; None where one is none, below 0 or beyond all bounds."""
    if all(type(value) in (int, float) and 0 <= value <= LARGEST for value in values):
        return tuple(map(float, values))
    return None


def _by_array(known: Mapping[str, Row]) -> dict[str, dict[str, Row]]:
    found: dict[str, dict[str, Row]] = {"gradient": {}, "update": {}}
    for match in map(_ARRAY.fullmatch, known):
        if match:
            found[match[1]][match[2]] = known[match[0]]
    return found


def _gates(known: Mapping[str, Row]) -> dict[str, dict[str, Row]]:
    found: dict[str, dict[str, Row]] = {}
    matches = [match for match in map(_GATE.fullmatch, known) if match]
    for match in sorted(matches, key=lambda one: (int(one[1]), one[2] == "backward", one[3])):
        name = f"layer {int(match[1])} {match[2]} {match[3]}"
        found.setdefault(name, {})[match[4]] = known[match[0]]
    return {name: figures for name, figures in found.items() if len(figures) == 3}
