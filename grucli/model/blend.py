"""How much each branch counts in a decision, and what that does to probabilities."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grucli.engine.packing import Floats
from grucli.engine.steps import joined
from grucli.tasks.task import Scores, Targets, Task
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Mix:
    """Factors of the logits of both branches.

    Attributes:
        recurrence: of the recurrence's, above 0.
        linear: of the linear path's, 0 where it does not count.
    """

    recurrence: float = 1.0
    linear: float = 0.0

    def to_json(self) -> dict[str, float]:
        """Return both as model files and reports name them."""
        return {"recurrence": self.recurrence, "wide": self.linear}

    def logits(self, recurrence: Scores, linear: Scores | None = None) -> Scores:
        """Return the logits that decide, of the form of both; `linear` None for a model without."""
        own = self.recurrence * recurrence
        return own if linear is None else own + self.linear * linear


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """What weighing found on rows that neither path has learned from.

    Attributes:
        mix: the factors with the lowest loss.
        alone: the factor of the recurrence with the lowest loss without the linear path.
        gain: by how much the linear path lowers the mean loss [nat a row].
        error: standard error of the gain.
    """

    mix: Mix
    alone: Mix
    gain: float
    error: float

    @property
    def pays(self) -> bool:
        """Whether the gain is more than chance would give: more than its standard error."""
        return self.gain > self.error

    def counted(self, *, always: bool) -> Mix:
        """Return the factors that count: those of both where the linear path pays, or `always`."""
        return self.mix if always or self.pays else self.alone


def weigh(task: Task, recurrence: Floats, linear: Floats, targets: Targets) -> Weighed:
    """Find the factors of both branches, and whether the linear path pays.

    Args:
        task: what the answers are.
        recurrence, linear: (n, O) scores of both branches for held-out rows.
        targets: (n, ...); unknown ones do not count, and fewer than two others tell nothing.
    """
    known = task.known(targets)
    recurrence, linear, targets = recurrence[known], linear[known], targets[known]
    if len(targets) < 2:
        return Weighed(mix=Mix(linear=1.0), alone=Mix(), gain=0.0, error=0.0)
    both = task.blend((recurrence, linear), targets)
    alone = task.blend((recurrence,), targets) if both[1] else both  # to the last digit
    mix, without = Mix(recurrence=float(both[0]), linear=float(both[1])), float(alone[0])
    before = task.row_losses(without * recurrence, targets)
    gains = before - task.row_losses(mix.logits(recurrence, linear), targets)
    error = float(gains.std(ddof=1) / math.sqrt(len(gains)))
    return Weighed(mix=mix, alone=Mix(recurrence=without), gain=float(gains.mean()), error=error)


def calibrated(task: Task, recurrence: Scores, targets: Targets) -> Mix:
    """Return the factor of the scores (n, O) of a recurrence alone, for held-out rows.

    It counts if factors of some of them lower the loss of the others, too. Rows of unknown targets
    do not count, and fewer than two others tell nothing.
    """
    known = task.known(targets)
    if known.sum() < 2:
        return Mix()
    recurrence, targets = recurrence[known], targets[known]
    scores, same = _crossed(task, [recurrence], targets)
    if task.row_losses(scores, same).mean() >= task.row_losses(recurrence, targets).mean():
        return Mix()
    return Mix(recurrence=float(task.blend((recurrence,), targets)[0]))


@dataclass(frozen=True, kw_only=True)
class CalibrationErrors:
    """How far probabilities are from how often they come true, on held-out rows.

    Attributes:
        before: of the branches as they were learned.
        after: of what factors make of them which were found on other rows: those of every second
            row answer for the rows between, and the other way round; as before where none count.
    """

    before: float
    after: float


def calibration_errors(
    task: Task, mix: Mix, recurrence: Scores, linear: Scores | None, targets: Targets
) -> CalibrationErrors | None:
    """Return what factors do to the probabilities; None without probabilities, or with few rows.

    Args:
        task: what the answers are.
        mix: says which branches count.
        recurrence, linear: (n, O) scores of both, None for a model without a linear path.
        targets: (n, ...); unknown ones do not count.
    """
    known = task.known(targets)
    if known.sum() < 2:
        return None
    both = (recurrence,) if linear is None or not mix.linear else (recurrence, linear)
    branches, targets = [branch[known] for branch in both], targets[known]
    before = task.calibration_error(sum(branches[1:], branches[0]), targets)
    if before is None or mix == Mix():
        return None if before is None else CalibrationErrors(before=before, after=before)
    after = task.calibration_error(*_crossed(task, branches, targets))
    return None if after is None else CalibrationErrors(before=before, after=after)


def _crossed(task: Task, branches: Sequence[Scores], targets: Targets) -> tuple[Scores, Targets]:
    """Return the sum of branches, each times a factor of other rows, and the targets alike.

    Factors of every second row are for the rows between, and the other way round.
    """
    even, odd, scores = slice(0, None, 2), slice(1, None, 2), []
    for own, others in ((even, odd), (odd, even)):
        factors = task.blend([branch[others] for branch in branches], targets[others])
        parts = [float(f) * branch[own] for f, branch in zip(factors, branches, strict=True)]
        scores.append(sum(parts[1:], parts[0]))
    return joined(scores), joined([targets[even], targets[odd]])


def calibrated_loss(task: Task, recurrence: Floats, targets: Targets) -> float:
    """Return the mean loss of scores (n, O) times the best factor for them.

    It does not punish a model for being too sure of itself, which a factor mends (Guo et al. 2017,
    arXiv:1706.04599). Rows of unknown targets do not count.
    """
    known = task.known(targets)
    recurrence, targets = recurrence[known], targets[known]
    if not len(targets):
        return 0.0
    factor = task.blend((recurrence,), targets)[0]
    return float(task.row_losses(factor * recurrence, targets).mean())


def recurrence_share(task: Task, mix: Mix, recurrence: Floats, linear: Floats) -> float:
    """Return the recurrence's part of the answers, in [0, 1].

    Args:
        task: what the answers are.
        mix: the factors.
        recurrence, linear: (n, O) scores of both branches, of at least one row.
    """
    return task.share_of_first(mix.recurrence * recurrence, mix.linear * linear)
