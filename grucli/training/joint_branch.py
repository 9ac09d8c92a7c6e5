"""Joint n-grams beside a decoder, once training has ended: learned, and judged with its answers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from grucli import activity
from grucli.data.batches import Examples
from grucli.engine.beam import Found
from grucli.engine.steps import Steps
from grucli.model.joint_path import JointPath, fit_factors, log_p
from grucli.model.runner import Runner
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.model.network import Model
    from grucli.tasks.task import Task
    from grucli.tasks.writing_task import WritingTask

JUDGED = 2000  # held-out rows, whose answers are searched for


@dataclass(frozen=True, kw_only=True)
class JointScores:
    """What joint n-grams do to the answers to held-out rows.

    Attributes:
        rows: that were answered.
        before, after: the share of them whose first answer is right.
        error: standard error of the difference.
        is_counted: whether they count in the model.
    """

    rows: int
    before: float
    after: float
    error: float
    is_counted: bool

    def to_json(self) -> dict[str, Any]:
        """Return them as reports name them."""
        return {
            "chosen": self.is_counted,
            "rows": self.rows,
            "exact_match_before": self.before,
            "exact_match": self.after,
            "error": self.error,
        }

    def __str__(self) -> str:
        """Say whether they count, and why."""
        change = f"exact match {self.before:.3f} -> {self.after:.3f} on {self.rows:,} held-out rows"
        if self.is_counted:
            return f"counted; {change}"
        return f"left out; with them {change} (standard error {self.error:.3f})"


class JointBranch:
    """What is counted once, and judged with the answers of a network."""

    def __init__(self, train: Examples, held: Examples | None, task: Task, always: bool) -> None:
        """Prepare to count.

        Args:
            train: rows to learn from.
            held: rows that are held out of that, None without any.
            task: one that writes.
            always: whether joint n-grams count even where they do not pay.
        """
        self._train, self._held, self._always = train, held, always
        self._task = cast("WritingTask", task)
        self._found: dict[int, tuple[JointPath | None, JointScores | None]] = {}

    def beside(self, model: Model, epoch: int) -> JointPath | None:
        """Return what counts beside the weights of an epoch, None for nothing."""
        if epoch not in self._found:
            self._found[epoch] = self._judged(model)
        path, scores = self._found[epoch]
        return path if self._always or (scores is not None and scores.is_counted) else None

    def scores(self, epoch: int) -> JointScores | None:
        """Return what was found of the weights of an epoch; None if nobody has asked."""
        return self._found.get(epoch, (None, None))[1]

    def line(self, epoch: int) -> str | None:
        """Return whether they count beside the weights of an epoch; None if nobody has asked."""
        if epoch not in self._found:
            return None
        path, scores = self._found[epoch]
        if path is None:
            return "joint n-grams: left out; no target can be cut along its input"
        return f"joint n-grams: {'counted' if scores is None else scores}"

    def learned(self) -> JointPath | None:
        """Return what is counted, with factors that nothing is known of; None for nothing."""
        from grucli.model.writing import sources_of  # late: with it comes all that writes

        activity.at("counting joint n-grams")
        return JointPath.learn(sources_of(self._train), _without_ends(self._train.targets))

    def _judged(self, model: Model) -> tuple[JointPath | None, JointScores | None]:
        """Return what is counted, with the factors and the scores that held-out rows tell."""
        from grucli.model.writing import proposed, sources_of  # late, too

        path = self.learned()
        if path is None or self._held is None:
            return path, None
        activity.at("judging joint n-grams")
        held = self._held.select(np.arange(0, len(self._held), -(-len(self._held) // JUDGED)))
        limits = self._task.limits(held.lengths)
        width = self._task.beam
        found = proposed(Runner(model), held, path, width=width, longest=limits)
        truths = [tuple(own.tolist()) for own in _without_ends(held.targets).per_sequence()]
        factors = _factors(path, sources_of(held), found, truths)
        before = after = _right(found, truths)
        if factors is not None:
            path = path.weighed(factors)
            after = _right(path.reweighed(sources_of(held), found), truths)
        gain, error = (after - before).mean(), (after - before).std() / math.sqrt(len(held))
        return path, JointScores(
            rows=len(held),
            before=float(before.mean()),
            after=float(after.mean()),
            error=float(error),
            is_counted=self._always or (factors is not None and bool(gain > error)),
        )


def _factors(
    path: JointPath,
    sources: Steps,
    found: list[list[Found]],
    truths: list[tuple[int, ...]],
) -> tuple[float, float] | None:
    """Return the factors that rows tell whose right answer is among several that were found."""
    each = zip(found, path.costs(sources, found), truths, strict=True)
    rows = [
        (np.stack((log_p(own), -costs), axis=1), [one.symbols for one in own].index(truth))
        for own, costs, truth in each
        if len(own) > 1 and truth in [one.symbols for one in own]
    ]
    if not rows:
        return None
    values = np.full((len(rows), max(len(own) for own, _ in rows), 2), -np.inf)
    for row, (own, _) in enumerate(rows):
        values[row, : len(own)] = own
    return fit_factors(values, np.array([right for _, right in rows]))


def _right(found: list[list[Found]], truths: list[tuple[int, ...]]) -> Any:
    """Return (n,) 1 where the first answer is the truth, else 0."""
    pairs = zip(found, truths, strict=True)
    return np.array([float(own[0].symbols == truth) for own, truth in pairs])


def _without_ends(targets: Any) -> Steps:
    """Return the symbols of targets but for the end of each."""
    inner = np.ones(len(targets.values), bool)
    inner[targets.starts + targets.lengths - 1] = False
    return Steps(values=targets.values[inner], lengths=targets.lengths - 1)
