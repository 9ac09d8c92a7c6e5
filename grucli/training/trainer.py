"""Training as a generator: it computes and reports, and neither prints nor touches files."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import numpy.typing as npt

from grucli import activity
from grucli.data.batches import Examples, epoch_rows
from grucli.engine.packing import Floats
from grucli.errors import expect
from grucli.model.blend import Mix
from grucli.model.linear_path import LinearFeatures, LinearPath
from grucli.model.logits import BranchLogits
from grucli.model.network import Model
from grucli.parallel.crew import Crew
from grucli.parallel.shards import Rows
from grucli.random import SHUFFLE, generator
from grucli.tasks.task import Scores, Targets, Task
from grucli.training.linear_branch import LinearBranch
from grucli.training.optimizer import learning_rate
from grucli.training.progress import OWN_ENDS, EpochInfo, Fold, Kept, Progress, StepInfo, StepSums
from grucli.training.row_weights import weighted
from grucli.training.settings import Recipe
from grucli.training.stages import Stages
from grucli.training.stepper import Stepper


class Trainer:
    """A model on its way from first weights to best weights.

    Attributes:
        progress: where training stands.
        best: holds the judged weights of `progress.best_epoch`.
    """

    def __init__(
        self,
        model: Model,
        train: Examples,
        valid: Examples | None,
        recipe: Recipe,
        *,
        seed: int,
        task: Task,
        linear: LinearFeatures | None = None,
        folds: Rows | None = None,
    ) -> None:
        """Prepare to train `model` on `train`, judged on `valid` (or on nothing if None).

        Args:
            model: changed in place.
            train, valid: encoded examples; those in `valid` may have targets that are not known.
            recipe: how.
            seed: of the order of batches and of dropout.
            task: what the answers are.
            linear: what a linear path learns from, None to have none.
            folds: (n,) the fold of each training row, from 0 on; None to train once. With folds
                there is no `valid`.

        Raises:
            ConfigError: a setting of the task does not fit its targets.
        """
        self.progress = Progress()
        self._recipe, self._seed, self._task = recipe, seed, task
        self._train = weighted(train, task, dataclasses.asdict(recipe))
        self._linear = None if linear is None else LinearBranch(linear, self._train, task, seed)
        self._stages = Stages(
            task,
            self._train,
            valid,
            folds=folds,
            linear=self._linear,
            judges_folds=recipe.patience is not None,  # else the last epoch counts anyway
            architecture=model.architecture,
        )
        self._stepper = Stepper(model, self._train, recipe, task, seed)
        self.best = model.copy()

    @property
    def model(self) -> Model:
        """What holds the last weights."""
        return self._stepper.crew.model

    @property
    def judged(self) -> Model:
        """What holds the weights that are validated."""
        return self._stepper.judged.model

    @property
    def linear(self) -> LinearPath | None:
        """The linear path of the stage at hand, None without one."""
        return None if self._linear is None else self._linear.path

    def crew(self, workers: int) -> AbstractContextManager[Crew]:
        """Let worker processes compute shares of each batch, until the end.

        Raises:
            AccessError: they cannot be started.
        """
        return self._stepper.crew.joined(workers)

    @property
    def num_folds(self) -> int:
        """Folds, 0 to train once."""
        return self._stages.num_folds

    @property
    def fold(self) -> int:
        """The fold that is held out at present, 1 for the first; 0 where all rows count."""
        done = len(self.progress.folds)
        return done + 1 if done < self.num_folds else 0

    @property
    def is_done(self) -> bool:
        """Whether training has ended, and not just a fold."""
        return self.progress.stopped is not None and not self._fold_is_over

    @property
    def _fold_is_over(self) -> bool:
        return self.fold > 0 and self.progress.stopped in OWN_ENDS

    @property
    def kept(self) -> Kept:
        """What to keep of training so far."""
        return self.progress.kept(self.fold)

    @property
    def mix(self) -> Mix:
        """How much both branches count with the best weights."""
        if (valid := self.kept.valid) is not None and valid.blend is not None:
            return valid.blend.mix
        is_unjudged = self._stages.valid is None and not self.num_folds
        return Mix(linear=1.0) if self._linear is not None and is_unjudged else Mix()

    @property
    def task(self) -> Task:
        """What answers are, with what rows say of the best weights that were not learned from."""
        activity.at("calibrating")
        held = self._stages.held_out(self.best)
        if held is None or not self.kept.is_present:
            return self._task
        logits, targets = held
        known = self._task.known(targets)
        if not known.any():
            return self._task
        scores = logits.blended(self.mix)[known]
        return self._task.calibrated(scores, targets[known], dataclasses.asdict(self._recipe))

    @property
    def held_out(self) -> tuple[BranchLogits, Targets] | None:
        """As `Stages.held_out` returns it; None while only some folds have answered."""
        is_whole = self.kept.is_present and not self.kept.fold
        return self._stages.held_out(self.best) if is_whole else None

    @property
    def held_out_losses(self) -> Floats:
        """The loss of each row that is held out at present, by the best weights of the stage."""
        return self._stages.held_out_losses(self.best)

    @property
    def out_of_fold(self) -> Scores | None:
        """Scores (n, O) of all rows by weights of their folds; None before all rows are learned."""
        return None if self.kept.crossed is None else self._stages.out_of_fold(self.mix)

    @property
    def num_batches(self) -> int:
        """Batches of one epoch."""
        return math.ceil(len(self._stages.rows) / self._recipe.batch_size)

    @property
    def epochs(self) -> int:
        """Epochs at most."""
        return (self.progress.crossed or self._recipe).epochs

    def batches(self, epoch: int) -> list[Rows]:
        """Return the rows of each batch of an epoch (1 for the first), in their order."""
        rng, rows = generator(self._seed, SHUFFLE, epoch), self._stages.rows
        dealt = epoch_rows(self._train.lengths[rows], self._recipe.batch_size, rng)
        return [rows[k] for k in dealt]

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays which, with the weights and `progress`, make a resume exact."""
        named = {"best_dense": self.best.params.flat, "best_table": self.best.table}
        return named | self._stages.arrays() | self._stepper.arrays()

    def restore(self, progress: Mapping[str, Any], arrays: Mapping[str, Floats]) -> None:
        """Go back to a saved moment; the model has its weights already.

        Raises:
            KeyError, TypeError, ValueError: the arrays or the progress are of another training.
        """
        self.progress = Progress.from_json(progress, self._task)
        expect(len(self.progress.folds) <= self.num_folds, "folds")
        for name, array in self.arrays().items():
            array[...] = arrays[name].reshape(array.shape)
        self._stages.begin(self.fold)
        expect(self.progress.batch <= self.num_batches, "batch")
        if self.progress.stopped is not None:
            self._reopen()

    def run(self) -> Iterator[StepInfo | EpochInfo]:
        """Train on, yielding after each step and after each epoch, until it stops.

        Whoever iterates may stop at any yield: `progress` and `arrays` are then consistent.

        Raises:
            TrainingError: the loss or its gradient is not finite; the weights are those before.
            AccessError: a worker has failed; the step that it was to help with has not been made.
        """
        while not self.is_done:
            if self._fold_is_over:
                self._end_fold()
            progress = self.progress
            if progress.epoch == 0 or progress.batch == self.num_batches:
                progress.epoch, progress.batch, progress.sums = progress.epoch + 1, 0, StepSums()
            order = self.batches(progress.epoch)
            for rows in order[progress.batch :]:
                self.step(rows)
                if progress.batch < len(order):
                    yield progress.step_info(self.num_batches)
                if progress.stopped is not None:
                    break
            if progress.batch == len(order) or not progress.best_epoch:
                yield self._end_epoch()

    def stop(self, reason: str) -> None:
        """End `run` after the step that it last reported.

        If no epoch has ended so far, the one at hand is then judged as it is.
        """
        if not self.is_done:
            self.progress.stopped = reason

    def step(self, rows: Rows) -> None:
        """Make one optimizer step on these rows; raises as `run`."""
        self._stepper.step(self.progress, rows, self.learning_rate)

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return learning_rate(self._recipe, self.progress, self.epochs * self.num_batches)

    def _end_epoch(self) -> EpochInfo:
        """Judge the epoch, keep its weights if they are the best, decide how to go on."""
        progress = self.progress
        self._stepper.check_weights(progress)
        lowest = progress.lowest_loss
        valid = self._stages.judge(self._stepper.judged, lowest)
        scores = progress.sums.scores(progress.batch, self._task.figures[0], valid)
        progress.history.append(scores)
        is_best = valid is None or lowest is None or valid.deciding_loss < lowest
        if is_best:
            progress.best_epoch = progress.epoch
            self.best.take(self.judged)
        progress.stopped = progress.stopped or self._why_stop()
        return EpochInfo(
            epoch=len(progress.history),
            fold=self.fold,
            scores=scores,
            is_best=is_best,
            stopped=progress.stopped if self.is_done else None,
        )

    def _end_fold(self) -> None:
        """Note what the fold's best weights say of the rows that it has held out; begin anew."""
        progress = self.progress
        self.judged.take(self.best)
        self._stages.end_fold(self._stepper.judged)
        done = Fold(best_epoch=progress.best_epoch, history=progress.history)
        self.progress = Progress(folds=[*progress.folds, done])
        self._stepper.begin_anew()
        if not self.fold:
            self.progress.crossed = self._stages.cross_validated(self.progress.folds)
        self._stages.begin(self.fold)

    def _why_stop(self) -> str | None:
        progress, patience = self.progress, self._recipe.patience
        stale = progress.epoch - progress.best_epoch
        if self._stages.valid is not None and patience is not None and stale >= patience:
            return "patience"
        return "epochs" if progress.epoch >= self.epochs else None

    def _reopen(self) -> None:
        """Let a run that has stopped go on where it may now train for longer."""
        progress = self.progress
        if progress.batch == self.num_batches:
            progress.stopped = self._why_stop()
            return
        progress.stopped = None
        if progress.history and len(progress.history) == progress.epoch:  # before it had ended
            progress.history.pop()
            progress.best_epoch = 0
