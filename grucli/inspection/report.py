"""The one Report: everything that was measured, before any formatting.

Its JSON is `{"schema", "meta", "data", "verdicts"}`; a number that is not defined is null.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from grucli import __version__
from grucli.engine.recurrent import CELLS
from grucli.inspection.alignment import Alignment
from grucli.inspection.audit import Audit
from grucli.inspection.health import LayerHealth
from grucli.inspection.memory import Horizon
from grucli.inspection.ngram_weights import NgramWeights
from grucli.inspection.sequences import Example
from grucli.inspection.serialization import example_json, model_json, plain, scores_json
from grucli.inspection.training_flow import TrainingFlow
from grucli.inspection.units import Units, Unmeasured
from grucli.modelfile.checkpoint import SavedModel
from grucli.tasks.scorecard import Scorecard
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.inspection.comparison import Comparison  # it holds another report

SCHEMA = "grucli.gates/1"
CONVENTION = "h = write*candidate + keep*h, write = 1 - keep; keep = z"
OF_RESET = ", reset = r"

Level = Literal["note", "warning"]


@dataclass(frozen=True)
class InspectionSettings:
    """How it is looked at.

    Attributes:
        sample: sequences at most.
        seed: of the sample and of random parts.
        saturation: below the first and above the second a gate counts as saturated.
        audit: whether it is tested if reasons are to be believed.
    """

    sample: int
    seed: int
    saturation: tuple[float, float]
    audit: bool = False


@dataclass(frozen=True, kw_only=True)
class Branches:
    """What the recurrence and the linear path each do in a sample.

    Attributes:
        recurrence_share: the recurrence's part of the margins, in [0, 1].
        recurrence_right, linear_right: correct decisions of either alone.
        recurrence_level: the figure that counts most, of the recurrence alone; None where no target
            is known.
        is_above_blind: whether that is better than blind answers by more than chance explains; None
            where nobody can tell.
    """

    recurrence_share: float
    recurrence_right: int | None
    linear_right: int | None
    recurrence_level: float | None = None
    is_above_blind: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Input:
    """The data that was looked at.

    Attributes:
        name: of the file.
        rows: readable rows in it; `skipped` could not be read.
        sequences: rows in the sample; `labelled` of them have a label; of texts these are distinct
            inputs.
        steps: of the sample; `median_length`, `long_length` (95th percentile) and `longest` are
            of its sequences.
        stratified: whether each stratum of the task has its share of the sample.
        right: correct decisions among the labelled sequences; None where none is right or wrong.
        answers: distinct decisions.
        sha256: of the file; None if it is a pipe.
        branches: None for a model without a linear path.
    """

    name: str
    rows: int
    skipped: int
    sequences: int
    labelled: int
    steps: int
    median_length: float
    long_length: float
    longest: int
    stratified: bool
    right: int | None
    answers: int
    sha256: str | None
    branches: Branches | None = None

    @property
    def accuracy(self) -> float | None:
        """Share of right decisions; None without labels."""
        return self.share(self.right)

    def share(self, right: int | None) -> float | None:
        """Return so many right decisions as a share of the labelled sequences."""
        return right / self.labelled if self.labelled and right is not None else None


@dataclass(frozen=True, kw_only=True)
class Picked:
    """Sequences that were chosen by what the model answers.

    Attributes:
        pick: "wrong" or "uncertain".
        shown: sequences that are explained.
        found: those that are so. Where answers are near or far, but not right or wrong, and for
            "uncertain", these are all that have a place in the order.
        is_order: whether that is so: then `shown` are the farthest off, or the least certain.
    """

    pick: str
    shown: int
    found: int
    is_order: bool


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A sentence drawn from a figure by a fixed rule.

    Attributes:
        id: of the rule, such as "gates.dead_units".
        level: "note" or "warning".
        text: for people.
        figure: name of what is judged.
        value: of it.
        threshold: beyond which the rule holds.
    """

    id: str
    level: Level
    text: str
    figure: str
    value: float
    threshold: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Report:
    """What is known of a model, and of its behaviour on data if there was some.

    Attributes:
        path: of the model file.
        saved: the model.
        settings: how it was looked at.
        card: how good the answers to the sample are; None without known targets.
        input: None without data, and so with `health` () and `horizons` ().
        health: of each layer and direction.
        horizons: from the end and from the start.
        examples: single sequences.
        picked: how those of them were chosen that nobody named.
        alignments: what answers that are written look at, instead of `examples`.
        ngrams: those that weigh most; None for a model without n-grams.
        training: how that went from inside; None where nobody asked for moments of it.
        verdicts: by rule, in a fixed order.
        audit: of the reasons; None where nobody asked for it, or no sequence has parts enough.
        units: what each knows and does, or why that is not known; None without an audit.
        comparison: with a second model; None without one.
    """

    path: str
    saved: SavedModel
    settings: InspectionSettings
    input: Input | None = None
    card: Scorecard | None = None
    health: tuple[LayerHealth, ...] = ()
    horizons: tuple[Horizon, ...] = ()
    examples: tuple[Example, ...] = ()
    picked: tuple[Picked, ...] = ()
    alignments: tuple[Alignment, ...] = ()
    ngrams: NgramWeights | None = None
    training: TrainingFlow | None = None
    verdicts: tuple[Verdict, ...] = ()
    audit: Audit | None = None
    units: Units | Unmeasured | None = None
    comparison: Comparison | None = None

    @property
    def is_of_whole(self) -> bool:
        """Whether it is about a model, or what that does with data, and not just single texts."""
        return self.input is not None or not (self.examples or self.alignments)

    @property
    def convention(self) -> str:
        """What the names of the gates mean."""
        gates = CELLS[self.saved.model.architecture.cell].GATES
        if not gates:
            return "h = tanh(inputs + states before); there are no gates"
        return CONVENTION + OF_RESET if "reset" in gates else CONVENTION

    def to_json(self) -> dict[str, Any]:
        """Return the object of the schema `grucli.gates/1`, without NaN."""
        aligned = [one.to_json() for one in self.alignments]
        further = {
            "training": self.training,
            "audit": self.audit,
            "units": self.units,
            "compare": self.comparison,
        }
        return {
            "schema": SCHEMA,
            "meta": {
                "grucli": __version__,
                "numpy": np.__version__,
                "convention": self.convention,
                "model": self.path,
                "sha256": self.saved.sha256,
                "settings": dataclasses.asdict(self.settings),
                "input": self._input_json(),
            },
            "data": {
                "model": model_json(self.saved),
                "gates": [plain(vars(part)) for part in self.health],
                "scores": None if self.card is None else scores_json(self.card),
                "memory": [plain(vars(horizon)) for horizon in self.horizons],
                "examples": [example_json(one) for one in self.examples],
                "picked": [dataclasses.asdict(one) for one in self.picked],
                "ngrams": None if self.ngrams is None else self.ngrams.to_json(),
                **({"alignments": aligned} if self.saved.task.writes else {}),
                **{name: one.to_json() for name, one in further.items() if one is not None},
            },
            "verdicts": [dataclasses.asdict(verdict) for verdict in self.verdicts],
        }

    def _input_json(self) -> dict[str, Any] | None:
        data = self.input
        if data is None:
            return None
        fields = {**dataclasses.asdict(data), "accuracy": data.accuracy}
        del fields["branches"]
        if data.branches is None:
            return fields
        return fields | {
            "recurrence_share": data.branches.recurrence_share,
            "parts": {
                name: {"right": right, "accuracy": data.share(right)}
                for name, right in (
                    ("recurrence", data.branches.recurrence_right),
                    ("wide", data.branches.linear_right),
                )
            },
        }
