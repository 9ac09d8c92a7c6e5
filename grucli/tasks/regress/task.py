"""Regression: one number a sequence, in the unit of the file it was learned from.

What only training asks is imported when it is asked: predicting need not wait for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record, TargetForm
from grucli.engine.packing import Floats, Integers
from grucli.engine.sparse_linear import Sparse
from grucli.errors import counted, expect
from grucli.notices import Notice
from grucli.tasks.columns import quantity
from grucli.tasks.regress import learning, targets
from grucli.tasks.regress.answering import NumberAnswering
from grucli.tasks.regress.learning import NumberLoss
from grucli.tasks.regress.prediction_interval import LEVEL, PredictionInterval
from grucli.tasks.target_facts import TargetFacts
from grucli.tasks.task import FigureKind, HeldOut, LinearLayer
from grucli.values import dataclass

MOST_LEVELS = 11  # distinct whole numbers that are grades: 0 to 10
STRATA, LEAST_OF_STRATUM = 10, 20  # ranges of targets at most, and rows of each
LEAST_RESOLUTION = 0.1  # of an error: coarser, and most changes of a setting do not show


@dataclass(frozen=True, kw_only=True)
class Regress(NumberAnswering):
    """One number a sequence; the head gives it less `mean`, in units of `scale`.

    Attributes:
        mean, scale: mean and standard deviation of the targets.
        low, high: the least and the greatest of them.
        levels: both, where all targets are a few whole numbers, such as grades; else None.
        interval: around an answer; None before it is known.
    """

    name: ClassVar[str] = "regress"
    noun: ClassVar[str] = "target"
    stratum_name: ClassVar[str] = "range of targets"
    target_forms: ClassVar[tuple[TargetForm, ...]] = ("number", "label")
    reads_steps: ClassVar[bool] = False
    writes: ClassVar[bool] = False
    has_linear_path: ClassVar[bool] = True
    objective_type: ClassVar[type[NumberLoss]] = NumberLoss
    loss_unit: ClassVar[str] = ""
    figures: ClassVar[tuple[FigureKind, ...]] = (
        FigureKind(name="rmse", title="RMSE", is_root=True, has_unit=True),
        FigureKind(name="r2", title="R2", low=-math.inf, high=1.0),
        FigureKind(name="spearman", title="Spearman", low=-1.0, high=1.0),
    )

    mean: float
    scale: float
    low: float
    high: float
    levels: tuple[int, int] | None
    interval: PredictionInterval | None = field(default=None, compare=False)

    @classmethod
    def fit(cls, name: str, records: Sequence[Record]) -> Self:
        """Return the task of a file's targets.

        Raises:
            DataError: all are equal.
        """
        found = targets.values(records)
        mean, scale = targets.spread(name, found)
        low, high = float(found.min()), float(found.max())
        return cls(mean=mean, scale=scale, low=low, high=high, levels=_levels(found))

    def grown(self, name: str, records: Sequence[Record]) -> Self:
        """Return the task in the same unit, its targets and those of a file together."""
        found = np.append(targets.values(records), (self.low, self.high))
        return replace(
            self,
            low=float(found.min()),
            high=float(found.max()),
            levels=_levels(found) if self.levels else None,
            interval=None,
        )

    def outputs_from(self, other: Self) -> Floats:
        """Return that the number is the other task's."""
        return np.eye(1)

    @classmethod
    def from_json(cls, meta: Mapping[str, Any]) -> Self:
        """Return the task of a model file's object with "numbers".

        Raises:
            KeyError, TypeError, ValueError: it is damaged.
        """
        found = meta["numbers"]
        sizes = [found[name] for name in ("mean", "scale", "low", "high")]
        expect(all(type(size) is float and math.isfinite(size) for size in sizes), "numbers")
        mean, scale, low, high = sizes
        expect(scale > 0 and low < high and type(found["levels"]) is bool, "numbers")
        interval = found["interval"]
        return cls(
            mean=mean,
            scale=scale,
            low=low,
            high=high,
            levels=(int(low), int(high)) if found["levels"] else None,
            interval=None if interval is None else PredictionInterval.from_json(interval),
        )

    def to_json(self) -> dict[str, Any]:
        """Return what a model file keeps of it."""
        return {
            "task": self.name,
            "numbers": {
                "mean": self.mean,
                "scale": self.scale,
                "low": self.low,
                "high": self.high,
                "levels": self.levels is not None,
                "interval": None if self.interval is None else self.interval.to_json(),
            },
        }

    @property
    def labels(self) -> tuple[str, ...]:
        """None: answers have no names."""
        return ()

    @property
    def num_outputs(self) -> int:
        """O: 1."""
        return 1

    def head_json(self) -> dict[str, int]:
        """Return O."""
        return {"num_outputs": self.num_outputs}

    def encode(self, records: Sequence[Record]) -> Floats:
        """Return (n,) the target of each record in its unit, NaN where it has none."""
        return targets.values(records)

    def describe(self, records: Sequence[Record]) -> str:
        """Return where the targets lie."""
        mean, scale = (quantity(size, self.decimals) for size in (self.mean, self.scale))
        return f"targets: {self.listed}, mean {mean}, standard deviation {scale}"

    def facts(self, records: Sequence[Record]) -> dict[str, Any]:
        """Return where the targets lie."""
        found = targets.values(records)
        return {
            "target_mean": float(found.mean()),
            "target_low": float(found.min()),
            "target_high": float(found.max()),
        }

    def target_facts(self, records: Sequence[Record]) -> TargetFacts:
        """Return where the targets lie."""
        return targets.target_facts(records)

    def named_facts(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return the facts as they are."""
        return dict(facts)

    def strata(self, targets: Floats) -> Integers:
        """Return (n,) in which range each target lies, of ranges with about as many rows."""
        number = int(np.clip(len(targets) // LEAST_OF_STRATUM, 1, STRATA))
        edges = np.unique(np.quantile(targets, np.arange(1, number) / number))
        ranges: Integers = np.searchsorted(edges, targets)
        return ranges

    def can_learn_from(self, targets: Floats) -> bool:
        """Whether two targets differ."""
        return len(np.unique(targets)) > 1

    def check_known(self, name: str, records: Sequence[Record], owner: str) -> None:
        """Refuse nothing: what is no number has been refused as it was read."""

    def target_warnings(
        self, name: str, records: Sequence[Record], settings: Mapping[str, Any]
    ) -> Iterator[Notice]:
        """Yield nothing."""
        yield from ()

    def unseen_warnings(
        self, train: Sequence[Record], name: str, valid: Sequence[Record]
    ) -> Iterator[Notice]:
        """Yield nothing: a number may be one that the training part lacks."""
        yield from ()

    def size_warnings(self, targets: Floats) -> Iterator[Notice]:
        """Yield that rows to validate on are too few to tell settings apart."""
        low, high = self.baseline(targets).interval(1.0)
        half = (high - low) / 2
        if half > LEAST_RESOLUTION:
            yield Notice(
                "data.small_validation",
                f"validation: {counted(len(targets), 'row')} only: a difference in RMSE of less "
                f"than about {100 * half:.0f} % may be luck; compare settings on more rows",
            )

    def objective(self, settings: Mapping[str, Any]) -> NumberLoss:
        """Return the loss, as the config's section `training` has it."""
        delta = learning.delta_of(settings)
        return NumberLoss(mean=self.mean, scale=self.scale, delta=delta)

    def known(self, targets: Floats) -> npt.NDArray[np.bool_]:
        """Return (n,) which rows have a target."""
        return ~np.isnan(targets)

    def row_losses(self, scores: Floats, targets: Floats) -> Floats:
        """Return (n,) half the squared error of each row [squared standard deviations]."""
        loss: Floats = (scores[:, 0] - self._scaled(targets)) ** 2 / 2
        return loss

    def blend(self, branches: Sequence[Floats], targets: Floats) -> Floats:
        """Return (P,) factors of the scores (n, 1) of P branches, with the least error."""
        return learning.factors(np.stack(branches)[:, :, 0], self._scaled(targets))

    def share_of_first(self, first: Floats, second: Floats) -> float:
        """Return the first branch's part of the distance of answers from the mean, in [0, 1]."""
        ours, theirs = (float(np.abs(part).sum()) for part in (first, second))
        return ours / (ours + theirs) if ours + theirs else 1.0

    def learn_sparse(
        self,
        rows: Sparse,
        targets: Floats,
        weights: Floats,
        *,
        num_features: int,
        rng: np.random.Generator,
        start: LinearLayer | None,
    ) -> LinearLayer:
        """Learn numbers of sparse features by ridge regression; the arguments are as in `Task`."""
        return learning.learn_sparse(
            rows, self._scaled(targets), weights, num_features=num_features, rng=rng, start=start
        )

    def learn_dense(
        self, rows: Floats, targets: Floats, weights: Floats, start: LinearLayer | None
    ) -> LinearLayer:
        """Learn numbers of dense features (n, K) by ridge regression."""
        return learning.learn_dense(rows, self._scaled(targets), weights, start)

    def held_out(self, scores: Floats, targets: Floats) -> HeldOut:
        """Score rows that were not learned from, those that have a target."""
        from grucli.tasks.regress.metrics import evaluate

        known = self.known(targets)
        scores, targets = scores[known], targets[known]
        found = evaluate(self.values(scores), targets)
        figures = {"rmse": found.rmse, "r2": found.r2 or 0.0, "spearman": found.spearman or 0.0}
        return HeldOut(loss=float(self.row_losses(scores, targets).mean()), figures=figures)

    def calibrated(self, scores: Floats, targets: Floats, settings: Mapping[str, Any]) -> Self:
        """Return the task with the interval that the errors of these rows tell."""
        errors = self.values(scores) - targets
        return replace(self, interval=PredictionInterval.of(errors))

    @property
    def calibration(self) -> tuple[str, ...]:
        """Return how wide the interval is."""
        if self.interval is None:
            return ()
        size, rows = quantity(self.interval.size, self.decimals), self.interval.rows
        return (
            f"interval: {LEVEL} % of answers are within {size} of the truth (from "
            f"{counted(rows, 'row')} that were not learned from)",
        )

    def row_factors(self, targets: Floats, settings: Mapping[str, Any]) -> None:
        """Return nothing: rows count by their weights alone.

        Raises:
            ConfigError: there are class weights.
        """
        learning.check_settings(settings)

    def _scaled(self, targets: Floats) -> Floats:
        """Return (n,) targets less their mean, in standard deviations."""
        return (targets - self.mean) / self.scale


def _levels(found: Floats) -> tuple[int, int] | None:
    """Return the least and the greatest of (n,) targets that are a few whole numbers, else None."""
    distinct = np.unique(found)
    if len(distinct) > MOST_LEVELS or (distinct != np.rint(distinct)).any():
        return None
    return int(distinct[0]), int(distinct[-1])
