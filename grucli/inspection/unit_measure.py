"""Measuring what each unit knows, and what it does.

Where that would take too long, fewer sequences are asked, and then fewer units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from grucli.data.batches import Examples
from grucli.data.records import Record
from grucli.engine.packing import Floats
from grucli.engine.steps import Steps
from grucli.inspection.clamped import Unit, units_of
from grucli.inspection.held_units import HeldUnits
from grucli.inspection.layers import Layer
from grucli.inspection.states import each_batch
from grucli.inspection.told import Told, blind, told
from grucli.inspection.units import Units, UnitUse, Unmeasured
from grucli.model.network import Model
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.random import RANDOM_ORDER, generator
from grucli.tasks.observed import Observed
from grucli.tasks.task import Targets

GROUP_SHARE = 0.25  # of all units that tell something, which are held together
GROUP_DRAWS = 10
MOST_STEPS = 1 << 20  # that all units together may take
MOST_OBSERVED = 1 << 12
LEAST_ROWS, LEAST_UNITS = 32, 8


def measure_units(saved: SavedModel, records: Sequence[Record], seed: int) -> Units | Unmeasured:
    """Measure what each unit knows and does.

    Args:
        saved: a model in float64.
        records: of a sample.
        seed: of permutations and random units.
    """
    noun, rows = saved.task.noun, _known(saved, records)
    if len(rows) < 2:
        return Unmeasured(reason=f"that takes at least two sequences with known {noun}s")
    targets = saved.task.encode(rows)
    observed = saved.task.observed(targets)
    if not observed.differ:
        return Unmeasured(reason=f"all {observed.noun}s of the sample are the same")
    observed = observed.thinned(MOST_OBSERVED)
    held = HeldUnits(saved, saved.encoder.encode(rows), targets)
    means, states = _states(saved.model, held.examples, observed, targets)
    rng = generator(seed, RANDOM_ORDER, 2)
    found = told(np.concatenate(list(states.values()), axis=1), observed, rng)
    telling = [unit for unit in units_of(saved.model) if unit.layer in states]
    places = {unit: k for k, unit in enumerate(telling)}
    best = [telling[k] for k in np.argsort(-found.encoded, kind="stable").tolist()]
    asked = _asked(saved.model, best, len(rows), _steps(saved, rows))
    groups = _groups(best, telling, rng)
    at_means = [
        {one: float(means[one.layer][one.number]) for one in units}
        for units in ([], *([unit] for unit in asked), *groups)
    ]
    whole, *supports = held.support(at_means).tolist()
    lost = [whole - support for support in supports]
    return Units(
        sequences=len(rows),
        noun=observed.noun,
        observations=len(observed.rows),
        of_steps=isinstance(targets, Steps),
        truth=observed.truth,
        whole=abs(whole),
        blind=blind(observed),
        chance=found.chance,
        uses=tuple(
            _use(unit, own, places.get(unit), found, observed)
            for unit, own in zip(asked, lost, strict=False)
        ),
        group=len(groups[0]),
        lost_encoded=lost[len(asked)],
        lost_random=float(np.mean(lost[len(asked) + 1 :])),
    )


def _use(unit: Unit, lost: float, place: int | None, found: Told, observed: Observed) -> UnitUse:
    """Return what a unit knows and does; `place` is where it stands in `found`, if it does."""
    if place is None:
        return UnitUse(unit=unit, encoded=None, answer=None, rises=None, lost=lost)
    return UnitUse(
        unit=unit,
        encoded=float(found.encoded[place]),
        answer=observed.names[found.answer[place]] if observed.names else None,
        rises=bool(found.rises[place]),
        lost=lost,
    )


def _groups(
    best: Sequence[Unit], telling: Sequence[Unit], rng: np.random.Generator
) -> list[list[Unit]]:
    """Return the units that are held together: those that encode most, then random ones as often.

    Args:
        best: the units that encode something, the most first.
        telling: the same in their own order.
        rng: draws.
    """
    size = max(1, round(GROUP_SHARE * len(telling)))
    draws = [rng.permutation(len(telling))[:size].tolist() for _ in range(GROUP_DRAWS)]
    return [list(best[:size]), *([telling[k] for k in draw] for draw in draws)]


def _asked(model: Model, best: Sequence[Unit], rows: int, steps: int) -> list[Unit]:
    """Return the units of which it is asked whether they are used, as many as time allows.

    Args:
        model: that has them.
        best: those that encode something, the most first.
        rows, steps: of the sequences.
    """
    every = list(units_of(model))
    most = max(LEAST_UNITS, MOST_STEPS * rows // (steps * max(LEAST_ROWS, rows)))
    if most >= len(every):
        return every
    known = set(best)
    others = [unit for unit in every if unit not in known]
    spread = np.linspace(0, len(others), min(most // 2, len(others)), endpoint=False).astype(int)
    chosen = {others[k] for k in spread.tolist()}
    chosen |= set(best[: most - len(chosen)])
    return [unit for unit in every if unit in chosen]


def _known(saved: SavedModel, records: Sequence[Record]) -> list[Record]:
    """Return records with known targets, evenly spread, so few that all units can be held."""
    labelled = [record for record in records if record.has_target]
    if labelled:
        targets = saved.task.encode(labelled)
        known = saved.task.known(targets)
        if isinstance(targets, Steps):  # of a path with an unknown step nothing is probable
            known = np.array([own.min() >= 0 for own in targets.per_sequence()])
        labelled = [record for record, knows in zip(labelled, known, strict=True) if knows]
    if not labelled:
        return []
    units = sum(1 for _ in units_of(saved.model))
    most = max(LEAST_ROWS, MOST_STEPS * len(labelled) // (_steps(saved, labelled) * units))
    places = np.unique(np.linspace(0, len(labelled) - 1, min(most, len(labelled))).astype(int))
    return [labelled[place] for place in places.tolist()]


def _steps(saved: SavedModel, records: Sequence[Record]) -> int:
    """Return how many steps of records are read, by a decoder as well."""
    steps = int(saved.encoder.encode(records).lengths.sum())
    return steps + (int(saved.task.encode(records).lengths.sum()) if saved.task.writes else 0)


def _states(
    model: Model, examples: Examples, observed: Observed, targets: Targets
) -> tuple[dict[Layer, Floats], dict[Layer, Floats]]:
    """Return (H,) the mean of each unit over all steps, and (m, H) the states at m observations.

    The latter are of the layers that stand beside what is observed: the decoder's, if there is one.
    """
    of_steps = isinstance(targets, Steps)
    size = (len(observed.places), model.architecture.hidden_size)
    at = np.full(len(targets.values) if of_steps else len(targets), -1)
    at[observed.places] = np.arange(len(observed.places))
    sums, counts, found = dict[Layer, Floats](), Counter[Layer](), dict[Layer, Floats]()
    for batch in each_batch(Runner(model, alike=True), examples):
        for layer, own in batch.items():
            total = own.states.sum(axis=0, dtype=np.float64)
            sums[layer] = sums[layer] + total if layer in sums else total
            counts[layer] += len(own.states)
            if layer.is_decoder == model.architecture.writes:
                states, places = own.states, own.places
                if not of_steps:
                    states, places = states[own.last], own.rows
                asked = at[places] >= 0
                kept = found.setdefault(layer, np.empty(size))
                kept[at[places[asked]]] = states[asked]
    return {layer: total / counts[layer] for layer, total in sums.items()}, found
