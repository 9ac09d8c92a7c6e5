"""A copy of a model's weights, to go back to."""

from __future__ import annotations

from dataclasses import dataclass

from grucli.engine.packing import Floats
from grucli.model.network import Model


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightCopy:
    """Weights as they were at some moment.

    Attributes:
        dense: as `Model.params.flat`.
        table: as `Model.table`.
    """

    dense: Floats
    table: Floats

    @classmethod
    def of(cls, model: Model) -> WeightCopy:
        """Copy the weights of a model."""
        return cls(dense=model.params.flat.copy(), table=model.table.copy())

    def take(self, model: Model) -> None:
        """Become the weights of a model."""
        self.dense[...], self.table[...] = model.params.flat, model.table

    def give(self, model: Model) -> None:
        """Make these the weights of a model."""
        model.params.flat[...], model.table[...] = self.dense, self.table
