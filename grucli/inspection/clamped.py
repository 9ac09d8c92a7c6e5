"""A model with some units held at a number: what is lost then is what they did.

The weights of such a unit are changed so that its gate always takes the new value, and the new
value is always the number; nothing of the engine has to know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from grucli.engine.packing import Floats
from grucli.engine.recurrent import CELLS
from grucli.inspection.layers import Layer, layers_of
from grucli.model.network import Model
from grucli.values import dataclass

SHUT = -60.0  # whose sigmoid keeps nothing
NEAREST_TO_ONE = 1 - 1e-12


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One unit of a layer and direction, counted from 0."""

    layer: Layer
    number: int

    @property
    def name(self) -> str:
        """It for people, its layer counted from 1."""
        return f"{self.layer.name} unit {self.number}"


def clamped(model: Model, values: Mapping[Unit, float]) -> Model:
    """Return a model in which the state of each of these units is a number at every step.

    Args:
        model: with its weights in float64.
        values: the number of each, within (-1, 1) where states come out of a tanh.
    """
    held = model.copy()
    held.linear, held.mix = model.linear, model.mix
    clamp_(held, values)
    return held


def clamp_(model: Model, values: Mapping[Unit, float]) -> None:
    """Let the state of each of these units be a number at every step; arguments as above."""
    cell = CELLS[model.architecture.cell]
    for unit, value in values.items():
        params = model.params.within(unit.layer.params_of(model.architecture))
        if cell.HAS_TANH:
            value = float(np.arctanh(np.clip(value, -NEAREST_TO_ONE, NEAREST_TO_ONE)))
        biases = {"keep": SHUT, "candidate": value, "state": value}
        for block, name in enumerate(cell.BLOCKS):
            if name in biases:
                row = block * model.architecture.hidden_size + unit.number
                _hold(params, unit.layer.way, row, biases[name])
        if "bias_hn" in params:
            params["bias_hn"][unit.layer.way, unit.number] = 0


def units_of(model: Model) -> Iterable[Unit]:
    """Yield all units, in the order of `layers_of`."""
    for layer in layers_of(model.architecture):
        for number in range(model.architecture.hidden_size):
            yield Unit(layer=layer, number=number)


def _hold(params: Mapping[str, Floats], direction: int, row: int, bias: float) -> None:
    """Let a row of a layer's products be nothing but a bias."""
    for name in params.keys() & {"weight_ih", "weight_hh"}:
        params[name][direction, row] = 0
    params["bias"][direction, row] = bias
