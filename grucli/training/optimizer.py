"""What a gradient does to the weights, and to their average."""

from __future__ import annotations

import numpy as np

from grucli.engine import optim
from grucli.engine.packing import Floats
from grucli.model.network import Model
from grucli.model.runner import Gradients
from grucli.training.progress import Progress
from grucli.training.settings import Recipe

PLATEAU_EPOCHS = 2  # without a lower loss, after which the schedule `plateau` halves the rate
AVERAGE_EVERY = 4  # steps: often enough for any decay of use, and cheap for a large vocabulary
AVERAGE_BLOCK = 1 << 16  # values at a time: they stay in the cache


class Updates:
    """An optimizer with its moments of the dense values and of the table."""

    def __init__(self, model: Model, recipe: Recipe) -> None:
        """Prepare to update a model as the recipe says."""
        self._optimizer: optim.Optimizer = optim.Adam()
        if recipe.optimizer == "sgd":
            self._optimizer = optim.Sgd(momentum=recipe.momentum or 0.0)
        number = self._optimizer.num_moments
        self._dense = [np.zeros_like(model.params.flat) for _ in range(number)]
        self._table = [np.zeros_like(model.table) for _ in range(number)]
        self._decay = _decay_of(model, recipe.weight_decay)

    def apply(self, model: Model, grads: Gradients, learning_rate: float, step: int) -> None:
        """Make step `step` (1 for the first): all dense values, the rows of the table that count.

        Args:
            model: its weights are changed.
            grads: of one batch.
            learning_rate: above 0.
            step: how many there have been, this one included.
        """
        self._optimizer.update_(
            model.params.flat,
            grads.dense.flat,
            self._dense,
            learning_rate=learning_rate,
            decay=self._decay,
            step=step,
        )
        if grads.tokens.size:
            optim.update_rows_(
                self._optimizer,
                model.table,
                grads.tokens,
                grads.rows,
                self._table,
                learning_rate=learning_rate,
                step=step,
            )

    def arrays(self) -> dict[str, Floats]:
        """Return the moments by name, which an exact resume needs."""
        dense = {f"dense_moment{k}": moment for k, moment in enumerate(self._dense)}
        return dense | {f"table_moment{k}": moment for k, moment in enumerate(self._table)}

    def forget(self) -> None:
        """Begin anew, as if there had been no step."""
        for moment in (*self._dense, *self._table):
            moment.fill(0)


def learning_rate(recipe: Recipe, progress: Progress, num_steps: int) -> float:
    """Return the learning rate of the next step, of `num_steps` in all."""
    factor = optim.SCHEDULES[recipe.schedule](progress.step, num_steps, recipe.warmup_steps)
    if recipe.schedule == "plateau":
        losses = [scores.deciding_loss for scores in progress.history]
        factor *= 0.5 ** optim.plateau_cuts(losses, PLATEAU_EPOCHS)
    return recipe.learning_rate * factor


def move_average_(average: Model, model: Model, step: int, decay: float) -> None:
    """Move an average of weights towards them: every few steps, by what that many would.

    Args:
        average: its weights are changed; soon it forgets the first ones.
        model: what is averaged.
        step: how many there have been.
        decay: a step, below 1.
    """
    if step % AVERAGE_EVERY:
        return
    share = 1 - min(decay, step / (step + 10)) ** AVERAGE_EVERY
    for ours, theirs in (
        (average.params.flat, model.params.flat),
        (average.table.reshape(-1), model.table.reshape(-1)),
    ):
        for start in range(0, len(ours), AVERAGE_BLOCK):
            block = slice(start, start + AVERAGE_BLOCK)
            towards = theirs[block] - ours[block]
            towards *= share
            ours[block] += towards


def _decay_of(model: Model, weight_decay: float) -> float | Floats:
    """Return the decay of each dense value: weight matrices decay, biases do not."""
    if weight_decay == 0:
        return 0.0
    decay = type(model.params)({name: a.shape for name, a in model.params.items()}, model.dtype)
    for name, array in decay.items():
        array[...] = weight_decay if "weight" in name else 0.0
    return decay.flat
