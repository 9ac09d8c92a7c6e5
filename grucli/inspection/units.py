"""Which units know the answer, and which of them the model uses: two different things.

A unit is encoded where its last state tells rows with one answer from all others; it is used where
holding it at its mean costs right answers. In a trained network nearly every unit tells the answer,
and hardly one of them alone is needed.

Source: Antverg & Belinkov 2021 (arXiv:2110.07483).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples
from grucli.data.encoded import Encoded
from grucli.data.records import Record
from grucli.engine.packing import Floats
from grucli.inspection.clamped import Unit, clamp_, units_of
from grucli.inspection.faithfulness import rank_correlation, ranks
from grucli.inspection.states import states_of
from grucli.model.logits import recurrence_logits
from grucli.model.network import Model
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.random import RANDOM_ORDER, generator
from grucli.tasks.task import Targets

PERMUTATIONS = 100
CHANCE = 0.95  # of permutations that a unit's figure must pass
GROUP_SHARE = 0.25  # of all units, which are held together
GROUP_DRAWS = 10
MOST_STEPS = 1 << 20  # that all units together may take
LEAST_ROWS = 32


@dataclass(frozen=True, kw_only=True)
class UnitUse:
    """What one unit knows and does.

    Attributes:
        unit: which.
        encoded: area under the curve of its last state for the answer that it tells best, at
            least 0.5.
        lost: mean drop in the support of the true answer with the unit held at its mean.
    """

    unit: Unit
    encoded: float
    lost: float


@dataclass(frozen=True, kw_only=True)
class Units:
    """All units of a model on labelled sequences.

    Attributes:
        sequences: on which it was measured.
        chance: what 95 % of permutations stay below: the largest `encoded` of all units.
        uses: of each unit, or where that would take too long of those that are most encoded.
        group: units that are held together in what follows.
        lost_encoded, lost_random: drop with so many held that are most encoded, and on average with
            as many random ones.
    """

    sequences: int
    chance: float
    uses: tuple[UnitUse, ...]
    group: int
    lost_encoded: float
    lost_random: float

    @property
    def agreement(self) -> float | None:
        """Rank correlation of what is encoded and what is used."""
        each = ([one.encoded for one in self.uses], [one.lost for one in self.uses])
        return rank_correlation(*map(np.array, each))

    @property
    def above_chance(self) -> int:
        """Units whose last state tells an answer by more than chance."""
        return sum(one.encoded > self.chance for one in self.uses)

    def to_json(self) -> dict[str, Any]:
        """Return all of it."""
        return {
            "sequences": self.sequences,
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
                    "lost": one.lost,
                }
                for one in self.uses
            ],
        }


def measure_units(saved: SavedModel, records: Sequence[Record], seed: int) -> Units | None:
    """Measure what each unit knows and does.

    Args:
        saved: a model in float64.
        records: of a sample.
        seed: of permutations and random units.

    Returns:
        None where fewer than two answers are known, or they are not answers to whole sequences.
    """
    if saved.task.reads_steps or saved.task.writes:
        return None
    rows = _known(saved, records)
    if len(rows) < 2:
        return None
    targets = saved.task.encode(rows)
    strata = saved.task.strata(targets)
    if len(np.unique(strata)) < 2:
        return None
    units = list(units_of(saved.model))
    inputs = saved.encoder.encode(rows)
    mean, last = _states(saved.model, inputs)
    rng = generator(seed, RANDOM_ORDER, 2)
    encoded, chance = _encoded(last, strata, rng)
    steps = int(inputs.lengths.sum())
    most = max(8, MOST_STEPS * len(rows) // (steps * max(LEAST_ROWS, len(rows))))
    order = np.argsort(-encoded, kind="stable")
    support = _Support(saved, inputs, targets)
    whole = support.holding({})

    def lost(held: npt.NDArray[np.int64]) -> float:
        return whole - support.holding({units[k]: float(mean[k]) for k in held.tolist()})

    group = max(1, round(GROUP_SHARE * len(units)))
    draws = [lost(rng.permutation(len(units))[:group]) for _ in range(GROUP_DRAWS)]
    return Units(
        sequences=len(rows),
        chance=chance,
        uses=tuple(
            UnitUse(unit=units[k], encoded=float(encoded[k]), lost=lost(np.array([k])))
            for k in sorted(order[:most].tolist())
        ),
        group=group,
        lost_encoded=lost(order[:group]),
        lost_random=float(np.mean(draws)),
    )


def areas(states: Floats, classes: npt.NDArray[np.bool_]) -> Floats:
    """Return (U, C) areas under the curve of each unit for each class, ties counting half.

    Args:
        states: (n, U).
        classes: (n, C) which rows have which class, none of them all or none.
    """
    return _areas_of(_ranked(states), classes)


def _ranked(states: Floats) -> Floats:
    """Return (U, n) the rank of each row, by the states of each unit."""
    return np.stack([ranks(column) for column in states.T])


def _areas_of(ranked: Floats, classes: npt.NDArray[np.bool_]) -> Floats:
    inside = classes.sum(axis=0)
    above: Floats = ranked @ classes - inside * (inside + 1) / 2
    found: Floats = above / (inside * (ranked.shape[1] - inside))
    return found


def _encoded(
    last: Floats, strata: npt.NDArray[np.integer], rng: np.random.Generator
) -> tuple[Floats, float]:
    """Return (U,) the best area of each unit, on either side, and what chance reaches."""
    classes, ranked = strata[:, None] == np.unique(strata), _ranked(last)
    found = 0.5 + np.abs(_areas_of(ranked, classes) - 0.5).max(axis=1)
    by_chance = [
        np.abs(_areas_of(ranked, rng.permutation(classes)) - 0.5).max() for _ in range(PERMUTATIONS)
    ]
    return found, 0.5 + float(np.quantile(by_chance, CHANCE))


def _known(saved: SavedModel, records: Sequence[Record]) -> list[Record]:
    """Return records with known targets, evenly spread, so few that all units can be held."""
    labelled = [record for record in records if record.has_target]
    if labelled:
        known = saved.task.known(saved.task.encode(labelled))
        labelled = [record for record, knows in zip(labelled, known, strict=True) if knows]
    if not labelled:
        return []
    steps = int(saved.encoder.encode(labelled).lengths.sum())
    arch = saved.model.architecture
    units = arch.num_layers * arch.num_directions * arch.hidden_size
    most = max(LEAST_ROWS, MOST_STEPS * len(labelled) // (steps * units))
    places = np.unique(np.linspace(0, len(labelled) - 1, min(most, len(labelled))).astype(int))
    return [labelled[place] for place in places.tolist()]


def _states(model: Model, inputs: Encoded) -> tuple[Floats, Floats]:
    """Return (U,) the mean of each unit over all steps, and (n, U) its last state."""
    examples = Examples.of(inputs)
    both = [
        states_of(Runner(model, alike=True), examples, of_steps=of_steps)
        for of_steps in (True, False)
    ]
    means = [own.mean(axis=0) for own in both[0].values()]
    return np.concatenate(means), np.concatenate(list(both[1].values()), axis=1)


class _Support:
    """How much the true answers to some inputs are supported, with some units held.

    All that units have nothing to do with is worked out once, and buffers are kept.
    """

    def __init__(self, saved: SavedModel, inputs: Encoded, targets: Targets) -> None:
        self._saved, self._targets, self._examples = saved, targets, Examples.of(inputs)
        linear = saved.model.linear
        self._linear = None if linear is None else linear.logits(inputs)
        self._runner = Runner(saved.model.copy(), alike=True)

    def holding(self, held: dict[Unit, float]) -> float:
        """Return the mean support, with each of these units held at its number."""
        model, saved = self._runner.model, self._saved
        model.params.flat[...] = saved.model.params.flat
        clamp_(model, held)
        recurrence = recurrence_logits(self._runner, self._examples)
        scores = saved.model.mix.logits(recurrence, self._linear)
        return float(saved.task.support(scores, self._targets).mean())
