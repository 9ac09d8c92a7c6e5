"""Optimizer steps: a gradient, cut where it is too long, what it does to the weights."""

from __future__ import annotations

import dataclasses
import math
from contextlib import AbstractContextManager, nullcontext

import numpy as np

from grucli.data.batches import Examples
from grucli.engine import optim
from grucli.engine.packing import Floats
from grucli.errors import TrainingError
from grucli.model.network import Model
from grucli.model.runner import Gradients, Runner
from grucli.parallel.crew import Crew
from grucli.parallel.shards import Rows, ShardJob
from grucli.tasks.task import Task
from grucli.training.moments import UpdateRatios
from grucli.training.optimizer import Updates, move_average_
from grucli.training.progress import Progress
from grucli.training.settings import Recipe


class Stepper:
    """A model, and all that a step changes.

    Attributes:
        crew: computes gradients of the model that holds the last weights.
        first: holds the weights that each stage begins with.
    """

    def __init__(
        self, model: Model, train: Examples, recipe: Recipe, task: Task, seed: int
    ) -> None:
        """Prepare to train `model`; the arguments are those of `Trainer`."""
        job = ShardJob(
            objective=task.objective(dataclasses.asdict(recipe)),
            shards=recipe.shards,
            batch_size=min(recipe.batch_size, len(train)),
            seed=seed,
            augmentation=(recipe.augmentation or 0.0) if not model.table.size else 0.0,
        )
        self._recipe, self._train = recipe, train
        self.crew = Crew(model, train, job)
        self._updates = Updates(model, recipe)
        self._ratios = UpdateRatios(model) if recipe.moments else None
        self._average = None if recipe.averaging is None else Runner(model.copy())
        self.first = model.copy()

    @property
    def judged(self) -> Runner:
        """Runs the weights that are validated.

        They are the model's own, or their moving average (Polyak & Juditsky 1992).
        """
        return self._average or self.crew.runner

    def arrays(self) -> dict[str, Floats]:
        """Return the arrays which, with the weights, make a resume exact."""
        named, model = self._updates.arrays(), self.judged.model
        if self._average is not None:
            named |= {"average_dense": model.params.flat, "average_table": model.table}
        if self._ratios is not None:
            named["update_ratios"] = self._ratios.sums
        return named

    def update_ratios(self, steps: int) -> Floats | None:
        """Return the mean ratios of the steps of an epoch so far; None if nobody asks for them."""
        return None if self._ratios is None else self._ratios.sums / steps

    def begin_anew(self) -> None:
        """Go back to the first weights, as if there had been no step."""
        for model in (self.crew.model, self.judged.model):
            model.take(self.first)
        self._updates.forget()
        self.crew.forget()
        if self._ratios is not None:
            self._ratios.sums.fill(0)

    @np.errstate(over="ignore", invalid="ignore")  # what is not finite is found and said below
    def step(self, progress: Progress, rows: Rows, learning_rate: float) -> None:
        """Make one step on these rows, and count it.

        Raises:
            TrainingError: the loss or its gradient is not finite; nothing has changed.
            AccessError: a worker has failed; nothing has changed.
        """
        sums = self.crew.gradients(progress.step, rows)
        parts = [sums.gradients.dense.flat, sums.gradients.rows]
        number = self._train.num_targets(rows)
        limit = math.inf if self._recipe.clip_norm is None else self._recipe.clip_norm
        norm = optim.clip_(parts, limit, number)
        if not math.isfinite(sums.loss) or not math.isfinite(norm):
            raise self._diverged(
                progress, f"the loss is {sums.loss:.3g} and its gradient {norm:.3g}"
            )
        progress.step += 1
        with self._watched(sums.gradients, is_first=not progress.batch):
            self._updates.apply(self.crew.model, sums.gradients, learning_rate, progress.step)
        if self._average is not None:
            decay = self._recipe.averaging or 0.0
            move_average_(self._average.model, self.crew.model, progress.step, decay)
        progress.sums.add(sums.loss, sums.right, number, norm, norm > limit)
        progress.batch += 1

    def check_weights(self, progress: Progress) -> None:
        """Refuse weights that are not finite.

        Raises:
            TrainingError: there are any.
        """
        if not all(np.isfinite(array).all() for _, array in self.crew.model.arrays()):
            raise self._diverged(progress, "the weights are not finite any more")

    def _watched(self, gradients: Gradients, *, is_first: bool) -> AbstractContextManager[None]:
        if self._ratios is None:
            return nullcontext()
        return self._ratios.watched(self.crew.model, gradients, is_first=is_first)

    def _diverged(self, progress: Progress, what: str) -> TrainingError:
        return TrainingError(
            f"epoch {progress.epoch}, step {progress.step + 1}: {what}; lower "
            f"training.learning_rate ({self._recipe.learning_rate:g}) or set training.clip_norm"
        )
