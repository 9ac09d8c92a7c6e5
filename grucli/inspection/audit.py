"""Three methods on the same sequences, and whether what they say is to be believed.

Parts are left out, or replaced where they stand; or the margin is shared out by integrated
gradients, and what n-grams add to it by themselves, for that is a sum already.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grucli.data.records import Record
from grucli.engine.packing import Floats
from grucli.inspection.faithfulness import (
    LEAST_PARTS,
    SHARES,
    Curve,
    Faithfulness,
    faithfulness,
    mean_curve,
)
from grucli.inspection.integrated import Integrated, integrate
from grucli.inspection.questions import Masks, of_answer, of_text
from grucli.inspection.sequences import Asked, asked
from grucli.modelfile.checkpoint import SavedModel
from grucli.tasks.intervals import Interval, normal_interval
from grucli.values import dataclass

LEFT_OUT, REPLACED, INTEGRATED = METHODS = ("left out", "replaced", "integrated")
AUDITED = 24  # sequences of a sample, evenly spread
MOST_STEPS = 1 << 22  # that all of them may take
TIMES_READ = 250  # about how often a sequence is read beside twice for each part


@dataclass(frozen=True, kw_only=True, eq=False)
class SequenceAudit:
    """What three methods say of one sequence.

    Attributes:
        name: as of an example.
        effects: (P,) of each method.
        integrated: of the steps, with what is missing to their sum.
        faithfulness: of the methods.
        level_kind: what they move, for people: "the probability".
        share: of the margin, in [0, 1], that it is about; 1 but beside kernels.
    """

    name: str
    effects: Mapping[str, Floats]
    integrated: Integrated
    faithfulness: Faithfulness
    level_kind: str
    share: float = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Audit:
    """What three methods say of some sequences, at least one.

    Attributes:
        sequences: of the sample, and those that are explained.
        explained: how many of them stand first that are explained in the report.
        noun: what an answer of a sequence is: "answer", "tag" of one of its steps, "text".
    """

    sequences: tuple[SequenceAudit, ...]
    explained: int
    noun: str = "answer"

    @property
    def agreement(self) -> dict[str, float | None]:
        """Median rank correlation of each pair of methods; None where none has one."""
        found: dict[str, float | None] = {}
        for pair in self.sequences[0].faithfulness.agreement:
            each = [one.faithfulness.agreement[pair] for one in self.sequences]
            defined = [value for value in each if value is not None]
            found[pair] = float(np.median(defined)) if defined else None
        return found

    @property
    def curves(self) -> dict[str, Curve]:
        """Mean curve of each method."""
        each = [one.faithfulness.curves for one in self.sequences]
        return {name: mean_curve([own[name] for own in each]) for name in METHODS}

    @property
    def chance(self) -> Curve:
        """Mean curve of random orders."""
        return mean_curve([one.faithfulness.chance for one in self.sequences])

    def ahead(self, method: str) -> tuple[float, Interval]:
        """Return how much more than chance a method moves the level, with its 95 % interval."""
        each = np.array(
            [
                one.faithfulness.curves[method].ahead_of(one.faithfulness.chance)
                for one in self.sequences
            ]
        )
        number, mean = len(each), float(each.mean())
        error = float(each.std(ddof=1)) / math.sqrt(number) if number > 1 else math.inf
        return mean, normal_interval(mean, error)

    @property
    def reached(self) -> int:
        """Sequences whose integrated gradients add up to within one hundredth."""
        return sum(one.integrated.is_reached for one in self.sequences)

    @property
    def worst_error(self) -> float:
        """The largest of their errors."""
        return max(one.integrated.error for one in self.sequences)

    @property
    def share(self) -> float:
        """Of the margins, in [0, 1], what the audit is about."""
        return float(np.mean([one.share for one in self.sequences]))

    def to_json(self) -> dict[str, Any]:
        """Return the figures of all, then of each explained sequence."""
        methods = {}
        for name, curve in self.curves.items():
            mean, interval = self.ahead(name)
            ends = [end if math.isfinite(end) else None for end in interval]
            methods[name] = {**_curve_json(curve), "ahead": mean, "interval": ends}
        return {
            "sequences": len(self.sequences),
            "of": self.noun,
            "share": self.share,
            "agreement": self.agreement,
            "shares": list(SHARES),
            "methods": methods,
            "random": _curve_json(self.chance),
            "completeness": {"reached": self.reached, "worst": self.worst_error},
            "examples": [_sequence_json(one) for one in self.sequences[: self.explained]],
        }


def audit(
    saved: SavedModel,
    explained: Sequence[tuple[str, Record]],
    sample: Sequence[Record],
    target: str | None,
    seed: int,
) -> Audit | None:
    """Audit the sequences that are explained, and some of a sample; each counts once.

    Args:
        saved: the model, in float64.
        explained: names and records.
        sample: records.
        target: what is explained of the former; None for their answers.
        seed: of random orders.

    Returns:
        None where every sequence has fewer than LEAST_PARTS parts.
    """
    found = [_of_record(saved, record, name, target, seed) for name, record in explained]
    shown, left = [one for one in found if one is not None], MOST_STEPS
    others, names = list[SequenceAudit](), {name for name, _ in explained}
    for k in np.unique(np.linspace(0, len(sample) - 1, AUDITED).astype(int)) if sample else []:
        record = sample[int(k)]
        if f"#{record.number}" in names:
            continue
        left -= _steps_read(asked(saved, record))
        one = _of_record(saved, record, f"#{record.number}", None, seed) if left > 0 else None
        others += [] if one is None else [one]
    every = (*shown, *others)
    noun = "text" if saved.task.writes else "tag" if saved.task.reads_steps else "answer"
    return Audit(sequences=every, explained=len(shown), noun=noun) if every else None


def audit_sequence(
    saved: SavedModel, found: Asked, name: str, target: str | None, seed: int
) -> SequenceAudit:
    """Return what three methods say of a sequence of at least LEAST_PARTS parts."""
    one = of_text(saved, found) if saved.task.writes else of_answer(saved, found, target)
    explained, number = one.explained, len(found.windows)
    each = np.concatenate((np.ones((1, number), bool), ~np.eye(number, dtype=bool)))
    integrated = integrate(one.path, explained)
    effects = {
        LEFT_OUT: _effects(one.left_out(each, explained.margin)),
        REPLACED: _effects(one.replaced(each, explained.margin)),
        INTEGRATED: _of_parts((integrated.effect, one.linear), found),
    }

    def without(masks: Masks) -> Floats:
        return one.left_out(masks, explained.level)

    def replaced(masks: Masks) -> Floats:
        return one.replaced(masks, explained.level)

    tested = {LEFT_OUT: replaced, REPLACED: without, INTEGRATED: without}
    level = float(without(each[:1])[0])
    return SequenceAudit(
        name=name,
        effects=effects,
        integrated=integrated,
        faithfulness=faithfulness(effects, tested, level, seed),
        level_kind=explained.level_kind,
        share=one.share,
    )


def _of_record(
    saved: SavedModel, record: Record, name: str, target: str | None, seed: int
) -> SequenceAudit | None:
    found = asked(saved, record)
    if len(found.windows) < LEAST_PARTS:
        return None
    return audit_sequence(saved, found, name, target, seed)


def _steps_read(found: Asked) -> int:
    return len(found.parts) * (2 * len(found.windows) + TIMES_READ)


def _effects(margins: Floats) -> Floats:
    """Return (P,) what the margin loses, of that of the whole and those without each part."""
    effects: Floats = margins[0] - margins[1:]
    return effects


def _of_parts(effects: Sequence[Floats | None], found: Asked) -> Floats:
    """Return (P,) sums over parts of what steps have; those that are not read have nothing."""
    of_steps = np.zeros(found.windows[-1][1])
    for own in effects:
        if own is not None:
            of_steps[: len(own)] += own[: len(of_steps)]
    sums: Floats = np.add.reduceat(of_steps, [start for start, _ in found.windows])
    return sums


def _curve_json(curve: Curve) -> dict[str, Any]:
    return {
        "comprehensiveness": curve.comprehensiveness.tolist(),
        "sufficiency": curve.sufficiency.tolist(),
    }


def _sequence_json(one: SequenceAudit) -> dict[str, Any]:
    found = one.faithfulness
    return {
        "name": one.name,
        "effects": {name: own.tolist() for name, own in one.effects.items()},
        "agreement": dict(found.agreement),
        "ahead": {name: own.ahead_of(found.chance) for name, own in found.curves.items()},
        "completeness": {"error": one.integrated.error, "points": one.integrated.points},
    }
