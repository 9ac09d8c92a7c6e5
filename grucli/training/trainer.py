"""Training as a generator: it computes and reports, and neither prints nor touches files."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy.typing as npt

from grucli import activity
from grucli.data.batches import Examples
from grucli.engine.packing import Floats
from grucli.errors import expect
from grucli.model.blend import Mix
from grucli.model.joint_path import JointPath
from grucli.model.linear_path import LinearFeatures
from grucli.model.logits import BranchLogits
from grucli.model.network import Model
from grucli.parallel.crew import Crew
from grucli.parallel.ranks import Ranks
from grucli.parallel.shards import Rows
from grucli.tasks.task import Scores, Targets, Task
from grucli.training.ahead import Ahead, working_ahead
from grucli.training.board import Count
from grucli.training.joint_branch import JointBranch, JointScores
from grucli.training.progress import EpochInfo, Fold, Kept, Progress, StepInfo
from grucli.training.row_weights import weighted
from grucli.training.settings import Recipe
from grucli.training.stage_run import Lesson, StageRun


class Trainer(StageRun):
    """A run that goes from stage to stage: every fold, then all rows."""

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
        joint: JointBranch | None = None,
        folds: Rows | None = None,
        ranks: Ranks | None = None,
    ) -> None:
        """Prepare to train `model` on `train`, judged on `valid` (or on nothing if None).

        Args:
            model: changed in place.
            train, valid: encoded examples; those in `valid` may have targets that are not known.
            recipe, seed, task, linear, folds: as in `Lesson`.
            joint: counts joint n-grams once training has ended; None for none.
            ranks: that help wherever workers may; None for none.

        Raises:
            ConfigError: a setting of the task does not fit its targets.
        """
        lesson = Lesson(
            train=weighted(train, task, dataclasses.asdict(recipe)),
            valid=valid,
            recipe=recipe,
            seed=seed,
            task=task,
            linear=linear,
            folds=folds,
        )
        super().__init__(model, lesson)
        self._ranks, self._joint = ranks, joint
        self._ahead: Ahead | None = None

    def crew(self, workers: int) -> AbstractContextManager[Crew]:
        """Let worker processes compute shares of each batch, until the end.

        Raises:
            AccessError: they cannot be started.
        """
        return self._stepper.crew.joined(workers, self._ranks)

    @contextmanager
    def ahead(self, workers: int) -> Iterator[None]:
        """Let worker processes train the stages that follow, until the end.

        `run` goes through all stages in their order nevertheless, and the bytes are the same.

        Raises:
            AccessError: they cannot be started.
        """
        first, progress = self._stepper.first, self.progress
        with working_ahead(self._lesson, first, progress, workers, self._ranks) as self._ahead:
            try:
                yield
            finally:
                self._ahead = None

    def helped(self, workers: int) -> AbstractContextManager[object]:
        """Let worker processes help until the end: `ahead` if stages follow, else as a `crew`.

        Raises:
            AccessError: they cannot be started.
        """
        if self.fold and (workers or self._ranks is not None):
            return self.ahead(workers)
        return self.crew(workers if self._recipe.shards > 1 else 0)

    @property
    def num_ranks(self) -> int:
        """Processes that a launcher has started, this one included."""
        return 1 if self._ranks is None else self._ranks.size

    @property
    def counts_ahead(self) -> Mapping[int, Count]:
        """How far stages are that workers have begun, by the folds before them."""
        return {} if self._ahead is None else self._ahead.counts

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
    def joint(self) -> JointPath | None:
        """What counts beside the decoder with the best weights; nothing before training ends."""
        if self._joint is None or not self.is_done:
            return None
        return self._joint.beside(self.best, self.kept.best_epoch)

    @property
    def joint_scores(self) -> JointScores | None:
        """What joint n-grams do to held-out answers, once `joint` has been asked."""
        return None if self._joint is None else self._joint.scores(self.kept.best_epoch)

    @property
    def joint_line(self) -> str | None:
        """Whether joint n-grams count, for people, once `joint` has been asked."""
        return None if self._joint is None else self._joint.line(self.kept.best_epoch)

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

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays which, with the weights and `progress`, make a resume exact."""
        stage = self.arrays_of_stage
        del stage["dense"], stage["table"]
        return stage | self._stages.arrays()

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
            AccessError: a worker has failed; what it was to help with has not been done.
            GivenUp: somebody wants an end; all is consistent, too.
        """
        while not self.is_done:
            if self._fold_is_over:
                self._end_fold()
                yield from self._taken_over()
            for info in self.run_stage():
                yield info
                if self._ahead is not None:
                    self._ahead.tend(self.progress)

    def stop(self, reason: str) -> None:
        """End `run` after the step that it last reported.

        If no epoch has ended so far, the one at hand is then judged as it is.
        """
        if not self.is_done:
            self.progress.stopped = reason

    def _end_fold(self) -> None:
        """Note what the fold's best weights say of the rows that it has held out; begin anew."""
        progress = self.progress
        self.judged.take(self.best)
        with activity.may_be_given_up():  # what it notes is noted again then
            self._stages.end_fold(self._stepper.judged)
        done = Fold(best_epoch=progress.best_epoch, history=progress.history)
        self.begin_stage([*progress.folds, done])
        if not self.fold:
            self.progress.crossed = self._stages.cross_validated(self.progress.folds)

    def _taken_over(self) -> Iterator[EpochInfo]:
        """Go on from where a worker is with the stage that begins, if it has; yield its epochs."""
        moment = None if self._ahead is None else self._ahead.take(self.progress)
        if moment is None:
            return
        before = self.progress
        self.progress = progress = dataclasses.replace(
            moment.progress, folds=before.folds, crossed=before.crossed
        )
        for name, array in self.arrays_of_stage.items():
            array[...] = moment.arrays[name]
        self._stages.take(moment.found)
        if progress.batch == self.num_batches:
            progress.stopped = self._why_stop()  # a worker does not know how long all rows take
        ends, last = progress.stopped is not None, len(progress.history)
        for epoch in range(1, last + 1):
            yield self._info(epoch, ends_stage=ends and epoch == last)

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
