"""Which units know the answer, and which of them the model uses: two different things.

A unit is encoded where its states tell answers apart; it is used where holding it at its mean costs
answers. In a trained network nearly every unit tells the answer, and hardly one of them alone is
needed. Of a model that writes, units of the decoder tell the symbol that is written next; those of
the encoder stand beside no symbol, and so it is asked only whether they are used.

Source: Antverg & Belinkov 2021 (arXiv:2110.07483).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grucli.inspection.clamped import Unit
from grucli.inspection.faithfulness import rank_correlation
from grucli.tasks.observed import Truth
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class UnitUse:
    """What one unit knows and does.

    Attributes:
        unit: which.
        encoded: how well its states tell the answer that they tell best: area under the curve, at
            least 0.5, or rank correlation of numbers, at least 0; None of an encoder's unit in a
            model that writes.
        answer: that answer; None where it is a number, or `encoded` is None.
        rises: whether its states are higher with that answer, or with larger numbers.
        lost: how much the truth loses with the unit held at its mean, mean over sequences.
    """

    unit: Unit
    encoded: float | None
    answer: str | None
    rises: bool | None
    lost: float


@dataclass(frozen=True, kw_only=True)
class Units:
    """All units of a model on sequences with known targets.

    Attributes:
        sequences: on which it was measured.
        noun: what states tell, "label", "tag", "symbol", "number"; of each step, or of a whole
            sequence by the last state.
        observations: states that tell something; as many as sequences where these are the last.
        of_steps: whether states are those of steps.
        truth: what `lost` is lost of.
        whole: the same where no unit is held, mean over sequences.
        blind: what is encoded where nothing is: 0.5, or 0 of numbers.
        chance: what 95 % of permutations stay below: the largest `encoded` of all units.
        uses: of each unit, or where that would take too long of those that are most encoded, and of
            some that encode nothing.
        group: units that are held together in what follows.
        lost_encoded, lost_random: lost with so many held that are most encoded, and on average with
            as many random ones of those that encode something.
    """

    sequences: int
    noun: str
    observations: int
    of_steps: bool
    truth: Truth
    whole: float
    blind: float
    chance: float
    uses: tuple[UnitUse, ...]
    group: int
    lost_encoded: float
    lost_random: float

    @property
    def telling(self) -> tuple[UnitUse, ...]:
        """Those units whose states are held against targets."""
        return tuple(one for one in self.uses if one.encoded is not None)

    @property
    def agreement(self) -> float | None:
        """Rank correlation of what is encoded and what is used."""
        each = ([one.encoded for one in self.telling], [one.lost for one in self.telling])
        return rank_correlation(*map(np.array, each))

    @property
    def above_chance(self) -> int:
        """Units whose states tell an answer by more than chance."""
        return sum((one.encoded or 0) > self.chance for one in self.telling)

    def to_json(self) -> dict[str, Any]:
        """Return all of it."""
        return {
            "sequences": self.sequences,
            "of": self.noun,
            "observations": self.observations,
            "measure": "area" if self.blind else "rank_correlation",
            "truth": self.truth.name,
            "whole": self.whole,
            "chance": self.chance,
            "above_chance": self.above_chance,
            "agreement": self.agreement,
            "group": self.group,
            "lost_encoded": self.lost_encoded,
            "lost_random": self.lost_random,
            "units": [
                {
                    "layer": one.unit.layer.number,
                    "direction": one.unit.layer.direction,
                    "unit": one.unit.number,
                    "encoded": one.encoded,
                    "tells": one.answer,
                    "rises": one.rises,
                    "lost": one.lost,
                }
                for one in self.uses
            ],
        }


@dataclass(frozen=True, kw_only=True)
class Unmeasured:
    """Why units were asked for, but could not be measured: `reason` is for people."""

    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return the reason."""
        return {"unmeasured": self.reason}
