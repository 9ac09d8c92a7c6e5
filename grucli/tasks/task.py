"""What every task has to answer, so that no one else need know which one it is.

Letters: n rows, B rows of a batch, O outputs of the head. Targets are an array with an entry a row,
of whatever kind the task has; only the task looks into it. Scores are the head's outputs (n, O), or
where it reads each step the `Steps` of n sequences, (T, O) each; targets are `Steps` then, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record, TargetForm
from grucli.engine.packing import Floats, Integers
from grucli.engine.sparse_linear import Sparse
from grucli.notices import Notice
from grucli.tasks.answering import Answering
from grucli.tasks.target_facts import Told
from grucli.values import dataclass

Targets = Any
Scores = Any
LinearLayer = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]
"""Weight (K, O) of each feature for each output, and bias (O,)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Loss:
    """What a step needs of some rows: sums over them, never means.

    Attributes:
        total: of the rows' losses [nat, or what the task's loss is in].
        right: sum over rows of what the first of the task's figures is the mean of, or the root of
            the mean: e.g. the number of right answers.
        d_scores: gradient of the total by the scores, of their form and dtype.
    """

    total: float
    right: float
    d_scores: Scores


@dataclass(frozen=True, kw_only=True)
class FigureKind:
    """A number by which people see how good a model is.

    Attributes:
        name: in JSON.
        title: for people.
        low, high: its range.
        is_root: whether it is the square root of the mean of what `Loss.right` sums.
        has_unit: as in `scorecard.Measure`.
    """

    name: str
    title: str
    low: float = 0.0
    high: float = math.inf
    is_root: bool = False
    has_unit: bool = False

    def of_mean(self, mean: float) -> float:
        """Return the figure of rows, from the mean of what `Loss.right` sums over them."""
        return math.sqrt(mean) if self.is_root else mean


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """The scores of rows that were not learned from.

    Attributes:
        loss: by which models are compared; smaller is better.
        figures: of the kinds of the task, by name.
    """

    loss: float
    figures: Mapping[str, float]


class Objective(Protocol):
    """What a step makes smaller: other processes get it pickled."""

    def loss(self, scores: Scores, targets: Targets, weights: Floats) -> Loss:
        """Return the loss of a batch.

        Args:
            scores: (B, O).
            targets: (B, ...) of its rows.
            weights: (B,) how much each row counts.
        """


class Task(Answering, Told, Protocol):
    """One kind of answer to a sequence, with what is known of it once it was fitted to targets.

    Attributes:
        name: as in `task:` of a config and in model files.
        noun: what people call one target, "label".
        stratum_name: what people call the rows that `strata` holds together, "label".
        figures: what people see of training, the first one also of the rows that are learned from.
        target_forms: what data it learns from hold beside an input; where the task is left to the
            data, that whose first form they have is taken.
        reads_steps: whether the head reads the state of each step, and not what is pooled of them.
        writes: whether answers are sequences of their own, which a decoder writes; then targets are
            `Steps` of them, scores of held-out rows say how probable each step of the targets is
            (`model.logits`), and `drafts.Drafts` stand in the place of scores to answer.
        has_linear_path: whether a linear path can be learned beside the recurrence.
        objective_type: class of what `objective` returns.
        loss_unit: what losses are in, "nat".
    """

    name: ClassVar[str]
    noun: ClassVar[str]
    stratum_name: ClassVar[str]
    figures: ClassVar[tuple[FigureKind, ...]]
    target_forms: ClassVar[tuple[TargetForm, ...]]
    reads_steps: ClassVar[bool]
    writes: ClassVar[bool]
    has_linear_path: ClassVar[bool]
    objective_type: ClassVar[type[Any]]
    loss_unit: ClassVar[str]

    @classmethod
    def fit(cls, name: str, records: Sequence[Record]) -> Self:
        """Return the task of a training file.

        Args:
            name: of the file, for people.
            records: all of it, each with a target.

        Raises:
            DataError: nothing can be learned from these targets.
        """

    def grown(self, name: str, records: Sequence[Record]) -> Self:
        """Return the task of a training file that can answer all that this one can, too.

        What this one has in order and scale stays so, and all that is new follows: grown again by
        the same records, it is the same. Nothing in it is left that was fitted to scores.

        Args:
            name, records: as for `fit`.

        Raises:
            DataError: nothing can be learned from these targets.
        """

    def outputs_from(self, other: Self) -> Floats:
        """Return (O, P) what each output is of the P outputs of a task that this one grew from.

        With these sums as scores the answers are those of the other task, but for what is new. A
        row of zeros is of an output that the other one lacks.
        """

    @classmethod
    def from_json(cls, meta: Mapping[str, Any]) -> Self:
        """Return the task that `to_json` has described.

        Raises:
            KeyError, TypeError, ValueError: `meta` is damaged.
        """

    def to_json(self) -> dict[str, Any]:
        """Return what a model file keeps of it, its name under "task"."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of all that can be answered, none where answers are numbers or texts."""

    @property
    def num_outputs(self) -> int:
        """O, numbers that the head gives for a sequence."""

    def head_json(self) -> dict[str, int]:
        """Return the fields of a model file's architecture that say how wide the head is."""

    def encode(self, records: Sequence[Record]) -> Targets:
        """Return (n, ...) the target of each record, and a mark where it is unknown or missing."""

    def describe(self, records: Sequence[Record]) -> str:
        """Return the targets of a training file in a line."""

    def facts(self, records: Sequence[Record]) -> dict[str, Any]:
        """Return what a model's card keeps of the targets of its training file (JSON)."""

    def named_facts(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return facts of a training file as a report has them, those of its targets with names."""

    def strata(self, targets: Targets) -> Integers:
        """Return (n,) to which stratum each row belongs: parts of a split have as much of each."""

    def can_learn_from(self, targets: Targets) -> bool:
        """Whether these targets differ enough to learn from."""

    def check_known(self, name: str, records: Sequence[Record], owner: str) -> None:
        """Refuse data of which no target is known: every score of it would be of no use.

        Args:
            name: of the data.
            records: each with a target.
            owner: whose targets this task was fitted to, "the model" or "the training file".

        Raises:
            DataError: none is known.
        """

    def target_warnings(
        self, name: str, records: Sequence[Record], settings: Mapping[str, Any]
    ) -> Iterator[Notice]:
        """Yield what is odd in the targets of a training file; `settings` as for `objective`."""

    def unseen_warnings(
        self, train: Sequence[Record], name: str, valid: Sequence[Record]
    ) -> Iterator[Notice]:
        """Yield what targets the validation part of this name has that the training part lacks."""

    def size_warnings(self, targets: Targets) -> Iterator[Notice]:
        """Yield that rows to validate on are too few to tell settings apart."""

    def objective(self, settings: Mapping[str, Any]) -> Objective:
        """Return the loss, as the config's section `training` has it."""

    def known(self, targets: Targets) -> npt.NDArray[np.bool_]:
        """Return (n,) which rows have a target that can be answered."""

    def row_losses(self, scores: Scores, targets: Targets) -> Floats:
        """Return (n,) the loss of each row, of rows with known targets."""

    def blend(self, branches: Sequence[Scores], targets: Targets) -> Floats:
        """Return (P,) factors of the scores (n, O) of P branches whose sum loses least.

        Known targets alone; no factor is below 0, and the first one is above it. P is 1 for a model
        without a linear path: then the factor is what makes its probabilities come true.
        """

    def share_of_first(self, first: Scores, second: Scores) -> float:
        """Return how much of the answers is the first branch's, in [0, 1].

        Args:
            first, second: (n, O) scores of at least one row; their sum decides.
        """

    def learn_sparse(
        self,
        rows: Sparse,
        targets: Targets,
        weights: Floats,
        *,
        num_features: int,
        rng: np.random.Generator,
        start: LinearLayer | None,
    ) -> LinearLayer:
        """Learn scores of features of which a row has few.

        Args:
            rows: n of them, n at least 1.
            targets: (n, ...), all known.
            weights: (n,) how much each row counts, 1 on average.
            num_features: K.
            rng: draws what is drawn.
            start: what is known already, to which is added what it lacks; None for nothing.
        """

    def learn_dense(
        self, rows: Floats, targets: Targets, weights: Floats, start: LinearLayer | None
    ) -> LinearLayer:
        """Learn scores of features (n, K) that every row has; the others are as above."""

    def held_out(self, scores: Scores, targets: Targets) -> HeldOut:
        """Score rows that were not learned from, those of unknown targets too."""

    def calibrated(self, scores: Scores, targets: Targets, settings: Mapping[str, Any]) -> Self:
        """Return the task with what is fitted to rows that were not learned from, `self` for none.

        Args:
            scores: (n, O) by which these rows are answered, at least one.
            targets: (n, ...), all known.
            settings: the config's section `training`.

        Raises:
            ConfigError: a setting does not fit the targets.
        """

    def row_factors(self, targets: Targets, settings: Mapping[str, Any]) -> Floats | None:
        """Return (n,) what multiplies the weight of each row, None for nothing.

        Args:
            targets: (n, ...) of the rows to learn from.
            settings: the config's section `training`.

        Raises:
            ConfigError: a setting does not fit the targets.
        """
