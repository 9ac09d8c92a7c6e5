"""The training of one stage, a fold or all rows: epochs of steps, each judged, until it ends."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from grucli.data.batches import Examples
from grucli.model.linear_path import LinearFeatures, LinearPath
from grucli.model.network import Model
from grucli.parallel.shards import Rows
from grucli.tasks.task import Task
from grucli.training.linear_branch import LinearBranch
from grucli.training.optimizer import learning_rate
from grucli.training.order import Order
from grucli.training.progress import OWN_ENDS, EpochInfo, Progress, StepInfo, StepSums
from grucli.training.row_weights import weighted
from grucli.training.settings import Recipe
from grucli.training.stages import Stages
from grucli.training.stepper import Stepper


class StageRun:
    """A model on its way from first weights to the best ones of a stage.

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
        self._recipe, self._task = recipe, task
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
        self._order = Order(train.lengths, recipe.batch_size, recipe.epoch_rows, seed)
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
    def num_batches(self) -> int:
        """Batches of one epoch."""
        return self._order.num_batches(self._stages.rows)

    @property
    def epochs(self) -> int:
        """Epochs at most."""
        return (self.progress.crossed or self._recipe).epochs

    def batches(self, epoch: int) -> list[Rows]:
        """Return the rows of each batch of an epoch (1 for the first), in their order."""
        return self._order.batches(self._stages.rows, epoch)

    def run_stage(self) -> Iterator[StepInfo | EpochInfo]:
        """Train on, as `Trainer.run`, until the stage ends."""
        progress = self.progress
        while progress.stopped is None:
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

    def step(self, rows: Rows) -> None:
        """Make one optimizer step on these rows; raises as `Trainer.run`."""
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

    def _why_stop(self) -> str | None:
        progress, patience = self.progress, self._recipe.patience
        stale = progress.epoch - progress.best_epoch
        if self._stages.valid is not None and patience is not None and stale >= patience:
            return "patience"
        return "epochs" if progress.epoch >= self.epochs else None
