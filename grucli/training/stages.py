"""The stages of a training: one for each fold that is held out, and a last one of all rows."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli import activity
from grucli.data.batches import Examples
from grucli.data.spilled import spilled
from grucli.engine.packing import Floats
from grucli.engine.steps import Steps
from grucli.model.blend import (
    Mix,
    calibrated,
    calibrated_loss,
    calibration_errors,
    recurrence_share,
    weigh,
)
from grucli.model.logits import BranchLogits, no_scores, recurrence_logits
from grucli.model.network import Architecture, Model
from grucli.model.runner import Runner
from grucli.parallel.shards import Rows
from grucli.tasks.task import Scores, Targets, Task
from grucli.training.linear_branch import Learned, LinearBranch
from grucli.training.progress import CrossValidation, Fold
from grucli.training.scores import BlendScores, LinearScores, ValidScores
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found in a stage beside weights.

    Attributes:
        judged: what its best weights say of the rows that judge; None before they have.
        linear: what was learned of the linear path.
    """

    judged: BranchLogits | None
    linear: Learned


class Stages:
    """Which rows the stage at hand learns from, and what those that are held out say.

    Attributes:
        rows: (m,) training rows to learn from.
        valid: rows to judge each epoch by; None where the last epoch counts.
        fold_logits: (2, n, O) of the recurrence and of the linear path, of each training row by the
            weights that have not learned from it; zero before its fold is done. Of a head that
            reads steps the recurrence's `Steps` alone. None without folds.
    """

    def __init__(
        self,
        task: Task,
        train: Examples,
        valid: Examples | None,
        *,
        folds: Rows | None,
        linear: LinearBranch | None,
        judges_folds: bool,
        architecture: Architecture,
    ) -> None:
        """Begin the first stage.

        Args:
            task: what the answers are.
            train, valid: encoded examples; there is no `valid` with folds.
            folds: (n,) the fold of each training row, from 0 on; None for a single stage.
            linear: the linear path, None for none.
            judges_folds: whether a fold's epochs are judged by the rows that it holds out.
            architecture: of the model.
        """
        self._task, self._train, self._linear = task, train, linear
        self._judges_folds = judges_folds
        self.valid = valid
        every = range(0 if folds is None else int(folds.max()) + 1)
        self._judged: BranchLogits | None = None  # of `valid`, by the best weights of the stage
        self._held = [np.flatnonzero(folds == fold) for fold in every]
        self.fold_logits: Floats | Steps | None = None
        if self._held and isinstance(train.targets, Steps):
            self.fold_logits = no_scores(architecture, train.targets.lengths)
        elif self._held:
            self.fold_logits = np.zeros((2, len(train), task.num_outputs))
        self.begin(min(1, self.num_folds))

    @property
    def num_folds(self) -> int:
        """Folds, 0 for a single stage."""
        return len(self._held)

    def begin(self, fold: int) -> None:
        """Hold out a fold, 1 for the first; 0 to learn from all rows."""
        self.rows, self._now, self._judged = spilled(np.arange(len(self._train))), None, None
        if self._held:
            self.valid = None
        if fold:
            self._now = held = self._held[fold - 1]
            self.rows = np.delete(self.rows, held)
            if self._judges_folds:
                self.valid = self._train.select(held)
        if self._linear is not None:
            self._linear.begin(self.rows)

    def judge(self, runner: Runner, lowest: float | None) -> ValidScores | None:
        """Return the scores of an epoch, of both branches too if it is the best so far.

        Args:
            runner: of its weights.
            lowest: deciding loss of the best epoch before, None for the first; any other is better
                than one that is no number.

        Returns:
            None where there is nothing to judge by.

        Raises:
            GivenUp: somebody wants an end.
        """
        if self.valid is None:
            return None
        with activity.may_be_given_up():
            logits = self._logits(runner, self.valid)
            scores = self._alone(logits, self.valid.targets)
            is_best = lowest is None or math.isnan(lowest) or scores.deciding_loss < lowest
            if is_best:
                scores = self._blended(scores, logits, self.valid)
        if is_best:
            self._judged = logits
        return scores

    def held_out(self, best: Model) -> tuple[BranchLogits, Targets] | None:
        """Return what is said of rows that were not learned from, and their targets.

        They are all rows once every fold has judged its own, before that those by which the epochs
        of the stage are judged; None without any.

        Args:
            best: has the best weights of the stage.
        """
        if self.fold_logits is not None and self._now is None:
            return self._said(), self._train.targets
        if self.valid is None:  # a fold may be held out all the same, where the last epoch counts
            held = None if self._now is None else self._train.select(self._now)
            return None if held is None else (self._logits(Runner(best), held), held.targets)
        if self._judged is None:  # by a process before this one
            self._judged = self._logits(Runner(best), self.valid)
        return self._judged, self.valid.targets

    def held_out_losses(self, best: Model) -> Floats:
        """Return the loss of each of these rows whose target is known, by both branches; see above.

        None of them without any.
        """
        held = self.held_out(best)
        if held is None:
            return np.zeros(0)
        logits, targets = held
        known = self._task.known(targets)
        if not known.any():
            return np.zeros(0)
        if self._linear is None or logits.linear is None:
            mix = calibrated(self._task, logits.recurrence, targets)
        else:
            weighed = weigh(self._task, logits.recurrence, logits.linear, targets)
            mix = weighed.counted(always=self._linear.always)
        return self._task.row_losses(logits.blended(mix)[known], targets[known])

    def end_fold(self, runner: Runner) -> None:
        """Note what the best weights of a fold say of the rows that it has held out."""
        if self._now is None:
            raise ValueError("no fold is held out")
        said, judged = self._said(), self._judged
        if judged is None:  # nothing was judged here
            judged = BranchLogits(
                recurrence=recurrence_logits(runner, self._train.select(self._now)), linear=None
            )
        said.recurrence[self._now] = judged.recurrence
        if self._linear is not None and said.linear is not None:
            said.linear[self._now] = self._linear.logits(self._now)

    def learn_linear(self) -> None:
        """Learn what the end of the stage wants to know of the linear path."""
        if self._linear is not None and self._now is None:
            _ = self._linear.path
        elif self._linear is not None:
            self._linear.logits(self._now)

    @property
    def found(self) -> Found:
        """What would take time to find again in this stage."""
        learned = Learned() if self._linear is None else self._linear.learned
        return Found(judged=self._judged, linear=learned)

    def take(self, found: Found) -> None:
        """Know what was found in this stage elsewhere."""
        self._judged = found.judged
        if self._linear is not None:
            self._linear.take(found.linear)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return what the folds have said so far, which an exact resume needs."""
        said = self.fold_logits
        if not isinstance(said, Steps):
            return {} if said is None else {"said": said}
        chains = {} if said.chains is None else {"said_chains": said.chains}
        return {"said": said.values, **chains}

    def cross_validated(self, folds: Sequence[Fold]) -> CrossValidation:
        """Return the scores of all rows as their folds, all of which are done, have judged them."""
        logits = self._said()
        scores = self._alone(logits, self._train.targets)
        return CrossValidation(
            epochs=round(np.mean([fold.best_epoch for fold in folds])),
            valid=self._blended(scores, logits, self._train),
        )

    def out_of_fold(self, mix: Mix) -> Scores:
        """Return the scores (n, O) of all rows, of each by its fold, all of which are done."""
        return self._said().blended(mix)

    def _logits(self, runner: Runner, held: Examples) -> BranchLogits:
        """Return what is said of the rows that the stage holds out."""
        linear = None if self._linear is None else self._linear.logits(self._now)
        return BranchLogits(recurrence=recurrence_logits(runner, held), linear=linear)

    def _said(self) -> BranchLogits:
        """Return what the folds have said of all rows."""
        if self.fold_logits is None:
            raise ValueError("there are no folds")
        if isinstance(self.fold_logits, Steps):
            return BranchLogits(recurrence=self.fold_logits, linear=None)
        recurrence, linear = self.fold_logits
        return BranchLogits(recurrence=recurrence, linear=linear if self._linear else None)

    def _alone(self, logits: BranchLogits, targets: Targets) -> ValidScores:
        """Return the scores of the recurrence alone, of rows that it has not learned from."""
        loss = None
        if logits.linear is not None:  # only then a factor is found for what the recurrence says
            loss = calibrated_loss(self._task, logits.recurrence, targets)
        alone = self._task.held_out(logits.recurrence, targets)
        return ValidScores(alone=alone, calibrated_loss=loss)

    def _blended(
        self, scores: ValidScores, logits: BranchLogits, examples: Examples
    ) -> ValidScores:
        """Return the scores with those of what is kept, and how much each branch counts in it."""
        task, targets, linear = self._task, examples.targets, logits.linear
        if self._linear is None or linear is None:
            mix, found = calibrated(task, logits.recurrence, targets), None
        else:
            weighed = weigh(task, logits.recurrence, linear, targets)
            mix = weighed.counted(always=self._linear.always)
            share = recurrence_share(task, mix, logits.recurrence, linear)
            found = LinearScores(gain=weighed.gain, error=weighed.error, recurrence_share=share)
        blend = BlendScores(
            mix=mix,
            linear=found,
            kept=task.held_out(logits.blended(mix), targets),
            calibration=calibration_errors(task, mix, logits.recurrence, linear, targets),
        )
        return dataclasses.replace(scores, blend=blend)
