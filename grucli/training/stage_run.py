"""The training of one stage, a fold or all rows: epochs of steps, each judged, until it ends."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from grucli.data.batches import Examples
from grucli.engine.packing import Floats
from grucli.model.linear_path import LinearFeatures, LinearPath
from grucli.model.network import Model
from grucli.parallel.shards import Rows
from grucli.tasks.task import Task
from grucli.training.linear_branch import LinearBranch
from grucli.training.moments import Probe
from grucli.training.optimizer import learning_rate
from grucli.training.order import Order
from grucli.training.progress import OWN_ENDS, EpochInfo, Fold, Progress, StepInfo, StepSums
from grucli.training.settings import Recipe
from grucli.training.stages import Found, Stages
from grucli.training.stepper import Stepper
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """What all stages learn.

    Attributes:
        train, valid: encoded examples, the weights of `train` as they count; with folds there is
            no `valid`.
        recipe: how.
        seed: of the order of batches and of dropout.
        task: what the answers are.
        linear: what a linear path learns from, None to have none.
        folds: (n,) the fold of each training row, from 0 on; None to train once.
    """

    train: Examples
    valid: Examples | None
    recipe: Recipe
    seed: int
    task: Task
    linear: LinearFeatures | None
    folds: Rows | None

    @property
    def num_folds(self) -> int:
        """Folds, 0 to train once."""
        return 0 if self.folds is None else int(self.folds.max()) + 1


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A moment of a stage: all that is needed to go on from there elsewhere.

    Attributes:
        progress: that of the stage alone counts.
        arrays: of `StageRun.arrays_of_stage`, by name.
        found: what would take time to find again.
    """

    progress: Progress
    arrays: dict[str, Floats]
    found: Found


class StageRun:
    """A model on its way from first weights to the best ones of a stage.

    Attributes:
        progress: where training stands.
        best: holds the judged weights of `progress.best_epoch`.
    """

    def __init__(self, model: Model, lesson: Lesson) -> None:
        """Prepare to train `model`, which is changed in place."""
        self.progress = Progress()
        self._lesson, self._recipe = lesson, lesson.recipe
        self._task, self._train = lesson.task, lesson.train
        self._linear: LinearBranch | None = None
        if lesson.linear is not None:
            self._linear = LinearBranch(lesson.linear, lesson.train, lesson.task, lesson.seed)
        self._stages = Stages(
            lesson.task,
            lesson.train,
            lesson.valid,
            folds=lesson.folds,
            linear=self._linear,
            judges_folds=self._recipe.patience is not None,  # else the last epoch counts anyway
            architecture=model.architecture,
        )
        rows, most = self._recipe.batch_size, self._recipe.epoch_rows
        self._order = Order(lesson.train.lengths, rows, most, lesson.seed)
        self._stepper = Stepper(model, lesson.train, lesson.recipe, lesson.task, lesson.seed)
        self._probe: Probe | None = None
        if lesson.recipe.moments:
            objective = lesson.task.objective(dataclasses.asdict(lesson.recipe))
            self._probe = Probe(lesson.train, objective)
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
        return self._lesson.num_folds

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

    def begin_stage(self, folds: list[Fold]) -> None:
        """Begin the stage that follows these folds, from the first weights."""
        self.progress = Progress(folds=folds)
        self._stepper.begin_anew()
        self._stages.begin(self.fold)

    def learn_linear(self) -> None:
        """Learn what the end of the stage wants to know of the linear path, if there is one."""
        self._stages.learn_linear()

    @property
    def moment(self) -> Moment:
        """Where the stage stands; its arrays go on changing."""
        return Moment(progress=self.progress, arrays=self.arrays_of_stage, found=self._stages.found)

    @property
    def arrays_of_stage(self) -> dict[str, Floats]:
        """All that a step changes, and the best weights."""
        best = {"best_dense": self.best.params.flat, "best_table": self.best.table}
        return {"dense": self.model.params.flat, "table": self.model.table, **best} | (
            self._stepper.arrays()
        )

    def run_stage(self) -> Iterator[StepInfo | EpochInfo]:
        """Train on, as `Trainer.run`, until the stage ends."""
        progress = self.progress
        if not self.epochs:
            progress.stopped = "epochs"
        while progress.stopped is None:
            if len(progress.history) == progress.epoch:  # else it is at hand, or not judged yet
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
        valid = self._stages.judge(self._stepper.judged, progress.lowest_loss)
        scores = progress.sums.scores(progress.batch, self._task.figures[0], valid)
        updates = self._stepper.update_ratios(progress.batch)
        if self._probe is not None and updates is not None:
            moments = self._probe.look(self.judged, updates)
            scores = dataclasses.replace(scores, moments=moments)
        progress.history.append(scores)
        if scores.was_best:
            progress.best_epoch = progress.epoch
            self.best.take(self.judged)
        progress.stopped = progress.stopped or self._why_stop()
        return self._info(len(progress.history), ends_stage=progress.stopped is not None)

    def _info(self, epoch: int, *, ends_stage: bool) -> EpochInfo:
        """Return what to report of an epoch that has been judged."""
        scores = self.progress.history[epoch - 1]
        return EpochInfo(
            epoch=epoch,
            fold=self.fold,
            scores=scores,
            is_best=scores.was_best,
            ends_stage=ends_stage,
            stopped=self.progress.stopped if ends_stage and self.is_done else None,
        )

    def _why_stop(self) -> str | None:
        progress, patience = self.progress, self._recipe.patience
        stale = progress.epoch - progress.best_epoch
        if self._stages.valid is not None and patience is not None and stale >= patience:
            return "patience"
        return "epochs" if progress.epoch >= self.epochs else None
