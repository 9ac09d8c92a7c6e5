"""Training as a generator: it computes and reports, and neither prints nor touches files."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples, epoch_rows
from grucli.engine import losses, optim
from grucli.engine.packing import Floats
from grucli.errors import TrainingError
from grucli.model.blend import Mix
from grucli.model.linear_path import LinearFeatures, LinearPath
from grucli.model.logits import BranchLogits, recurrence_logits
from grucli.model.network import Model
from grucli.model.runner import Runner
from grucli.modelfile.fields import built, expect
from grucli.parallel.crew import Crew
from grucli.parallel.shards import Rows, ShardJob
from grucli.random import LINEAR, SHUFFLE, generator
from grucli.tasks.metrics import Evaluation
from grucli.tasks.task import Task
from grucli.training.held_out import Judge
from grucli.training.optimizer import Updates, follow
from grucli.training.progress import (
    OWN_ENDS,
    EpochInfo,
    Fold,
    Kept,
    Progress,
    StepInfo,
    deciding_loss,
)
from grucli.training.settings import Recipe

PLATEAU_EPOCHS = 2  # without a lower loss, after which the schedule `plateau` halves the rate


class Trainer:
    """A model on its way from first weights to best weights.

    Attributes:
        progress: where training stands.
        best: the judged weights of `progress.best_epoch`: dense values, token vectors.
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
            train, valid: encoded examples; a target of -1 in `valid` always counts as wrong.
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
        self._train, self._valid = _weighted(train, recipe, task), valid
        self._recipe, self._seed, self._task = recipe, seed, task
        self._judge = Judge(labels=task.labels, keeps_linear=linear is not None and linear.always)
        job = ShardJob(
            objective=task.objective(dataclasses.asdict(recipe)),
            shards=recipe.shards,
            batch_size=min(recipe.batch_size, len(train)),
            seed=seed,
            augmentation=(recipe.augmentation or 0.0) if not model.table.size else 0.0,
        )
        self._first = model.params.flat.copy(), model.table.copy()
        every = range(0 if folds is None else int(folds.max()) + 1)
        self._held = [np.flatnonzero(folds == fold) for fold in every]
        self._fold_logits = np.zeros(
            (2, len(train) if every else 0, model.architecture.num_outputs)
        )
        self._features = linear
        self._crew = Crew(model, self._train, job)
        self._updates = Updates(model, recipe)
        self._average = None if recipe.averaging is None else Runner(model.copy())
        self.best = model.params.flat.copy(), model.table.copy()
        self._begin_stage()

    @property
    def model(self) -> Model:
        """What holds the last weights."""
        return self._crew.model

    @property
    def judged(self) -> Model:
        """What holds the weights that are validated.

        It is the model itself, or another one with their moving average (Polyak & Juditsky 1992).
        """
        return self._judged.model

    @property
    def _judged(self) -> Runner:
        return self._average or self._crew.runner

    @contextmanager
    def crew(self, workers: int) -> Iterator[Crew]:
        """Let worker processes compute shares of each batch, until the end.

        Raises:
            AccessError: they cannot be started.
        """
        with self._crew.joined(workers):
            yield self._crew

    @property
    def num_folds(self) -> int:
        """Folds, 0 to train once."""
        return len(self._held)

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
    def num_batches(self) -> int:
        """Batches of one epoch."""
        return math.ceil(len(self._rows) / self._recipe.batch_size)

    @property
    def epochs(self) -> int:
        """Epochs at most."""
        return int(self.progress.crossed.get("epochs", self._recipe.epochs))

    def batches(self, epoch: int) -> list[Rows]:
        """Return the rows of each batch of an epoch (1 for the first), in their order."""
        rng = generator(self._seed, SHUFFLE, epoch)
        lengths = self._train.lengths[self._rows]
        return [self._rows[k] for k in epoch_rows(lengths, self._recipe.batch_size, rng)]

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays which, with the weights and `progress`, make a resume exact."""
        named = {"best_dense": self.best[0], "best_table": self.best[1]}
        if self.judged is not self.model:
            named |= {"average_dense": self.judged.params.flat, "average_table": self.judged.table}
        return named | self._updates.arrays() | ({"said": self._fold_logits} if self._held else {})

    def restore(self, progress: Mapping[str, Any], arrays: Mapping[str, Floats]) -> None:
        """Go back to a saved moment; the model has its weights already.

        Raises:
            KeyError, TypeError, ValueError: the arrays or the progress are of another training.
        """
        self.progress = built(Progress, progress)
        expect(len(self.progress.folds) <= self.num_folds, "folds")
        for name, array in self.arrays().items():
            array[...] = arrays[name].reshape(array.shape)
        self._begin_stage()
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
                progress.epoch, progress.batch, progress.sums = progress.epoch + 1, 0, [0.0] * 5
            order = self.batches(progress.epoch)
            for rows in order[progress.batch :]:
                self.step(rows)
                if progress.batch < len(order):
                    yield self._step_info()
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

    @np.errstate(over="ignore", invalid="ignore")  # what is not finite is found and said below
    def step(self, rows: Rows) -> None:
        """Make one optimizer step on these rows."""
        progress, recipe = self.progress, self._recipe
        sums = self._crew.gradients(progress.step, rows)
        parts = [sums.gradients.dense.flat, sums.gradients.rows]
        for part in parts:
            part *= 1 / len(rows)
        limit = math.inf if recipe.clip_norm is None else recipe.clip_norm
        norm = optim.clip_(parts, limit)
        if not math.isfinite(sums.loss) or not math.isfinite(norm):
            raise self._diverged(f"the loss is {sums.loss:.3g} and its gradient {norm:.3g}")
        rate = self._learning_rate()
        progress.step += 1
        self._updates.apply(self.model, sums.gradients, rate, progress.step)
        if self._average is not None:
            follow(self._average.model, self.model, progress.step, recipe.averaging or 0.0)
        for k, term in enumerate((sums.loss, sums.right, len(rows), norm, norm > limit)):
            progress.sums[k] += float(term)
        progress.batch += 1

    def _diverged(self, what: str) -> TrainingError:
        progress, rate = self.progress, self._recipe.learning_rate
        return TrainingError(
            f"epoch {progress.epoch}, step {progress.step + 1}: {what}; "
            f"lower training.learning_rate ({rate:g}) or set training.clip_norm"
        )

    def _learning_rate(self) -> float:
        progress, recipe = self.progress, self._recipe
        factor = optim.SCHEDULES[recipe.schedule](
            progress.step, self.epochs * self.num_batches, recipe.warmup_steps
        )
        if recipe.schedule == "plateau":
            history = [deciding_loss(scores) for scores in progress.history]
            factor *= 0.5 ** optim.plateau_cuts(history, PLATEAU_EPOCHS)
        return recipe.learning_rate * factor

    def _step_info(self) -> StepInfo:
        progress = self.progress
        return StepInfo(
            epoch=progress.epoch,
            batch=progress.batch,
            num_batches=self.num_batches,
            loss=progress.sums[0] / progress.sums[2],
        )

    def _end_epoch(self) -> EpochInfo:
        """Judge the epoch, keep its weights if they are the best, decide how to go on."""
        progress = self.progress
        if not all(np.isfinite(array).all() for _, array in self.model.arrays()):
            raise self._diverged("the weights are not finite any more")
        loss, right, rows, norms, clipped = progress.sums
        scores = {
            "loss": loss / rows,
            "accuracy": right / rows,
            "gradient_norm": norms / progress.batch,
            "clipped": clipped / progress.batch,
        }
        if self._valid is not None:
            logits = self._held_out_logits(self._valid)
            scores |= self._judge.scores(logits, self._valid.targets)
        is_best = self._valid is None or progress.best_epoch == 0 or self._improves(scores)
        if is_best and self._valid is not None:
            scores |= self._judge.weighing(logits, self._valid.targets)
        progress.history.append(scores)
        if is_best:
            progress.best_epoch = progress.epoch
            self.best[0][...], self.best[1][...] = self.judged.params.flat, self.judged.table
        progress.stopped = progress.stopped or self._why_stop()
        return EpochInfo(
            epoch=len(progress.history),
            fold=self.fold,
            scores=scores,
            is_best=is_best,
            stopped=progress.stopped if self.is_done else None,
        )

    def _begin_stage(self) -> None:
        """Take the rows to learn from, and those to be judged on."""
        everything = np.arange(len(self._train))
        self._rows = everything
        if self._held:
            self._valid = None
        if self.fold:
            held = self._held[self.fold - 1]
            self._rows = np.delete(everything, held)
            if self._recipe.patience is not None:  # else the last epoch counts, whatever they say
                self._valid = self._train.select(held)
        self._linear: LinearPath | None = None
        self._valid_linear: Floats | None = None

    def _end_fold(self) -> None:
        """Note what the fold's best weights say of the rows that it has held out; begin anew."""
        progress, held = self.progress, self._held[self.fold - 1]
        self.judged.params.flat[...], self.judged.table[...] = self.best
        self._fold_logits[0, held] = recurrence_logits(self._judged, self._train.select(held))
        if self._features is not None:
            self._fold_logits[1, held] = self._linear_logits(held)
        done = Fold(best_epoch=progress.best_epoch, history=progress.history)
        self.progress = Progress(folds=[*progress.folds, done])
        for model in (self.model, self.judged):
            model.params.flat[...], model.table[...] = self._first
        self._updates.forget()
        if not self.fold:
            self.progress.crossed = self._crossed()
        self._begin_stage()

    def _crossed(self) -> dict[str, float]:
        """Return the scores of all rows as their folds have judged them."""
        recurrence, linear = self._fold_logits
        logits = BranchLogits(
            recurrence=recurrence, linear=None if self._features is None else linear
        )
        targets = self._train.targets
        best = [fold["best_epoch"] for fold in self.progress.folds]
        return {
            "epochs": float(round(np.mean(best))),
            **self._judge.scores(logits, targets),
            **self._judge.weighing(logits, targets),
        }

    def _why_stop(self) -> str | None:
        progress, recipe = self.progress, self._recipe
        stale = progress.epoch - progress.best_epoch
        if self._valid is not None and recipe.patience is not None and stale >= recipe.patience:
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

    def _improves(self, scores: Mapping[str, float]) -> bool:
        best = self.progress.history[self.progress.best_epoch - 1]
        return deciding_loss(scores) < deciding_loss(best)

    @property
    def linear(self) -> LinearPath | None:
        """The linear path, None without one; it is learned when it is first asked for."""
        if self._linear is None and self._features is not None:
            rng = generator(self._seed, LINEAR)
            self._linear = self._features.learn(
                self._train, self._rows, len(self._task.labels), rng
            )
        return self._linear

    def _linear_logits(self, held: Rows | None) -> Floats | None:
        """Return the linear path's logits (n, O) of training rows, or of those for validation."""
        features = self._features
        return None if features is None else features.logits(self.linear, held, self._rows)

    def _held_out_logits(self, valid: Examples) -> BranchLogits:
        """Return the logits of the rows to be judged on; those of the linear path stay."""
        if self._valid_linear is None:
            held = self._held[self.fold - 1] if self.fold else None
            self._valid_linear = self._linear_logits(held)
        recurrence = recurrence_logits(self._judged, valid)
        return BranchLogits(recurrence=recurrence, linear=self._valid_linear)

    @property
    def mix(self) -> Mix:
        """How much both paths count with the best weights."""
        scores = self.kept.scores
        if "mix_wide" in scores:
            return Mix(recurrence=scores["mix_recurrence"], linear=scores["mix_wide"])
        unjudged = self._features is not None and self._valid is None and not self._held
        return Mix(linear=1.0) if unjudged else Mix()

    def validate(self, examples: Examples) -> Evaluation:
        """Score the judged weights on `examples`, the recurrence alone."""
        p = losses.probabilities(recurrence_logits(self._judged, examples))
        return self._judge.evaluation(p, examples.targets)


def _weighted(train: Examples, recipe: Recipe, task: Task) -> Examples:
    """Return the examples with weights that are one on average, and then as the task has them."""
    weights = train.weights / train.weights.mean()
    factors = task.row_factors(train.targets, dataclasses.asdict(recipe))
    return dataclasses.replace(train, weights=weights if factors is None else weights * factors)
