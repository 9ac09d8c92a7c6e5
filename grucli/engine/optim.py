"""Optimizers that change values in place, gradient clipping, and learning-rate schedules."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grucli.engine.packing import Floats, Integers


@dataclass(frozen=True, kw_only=True)
class Adam:
    """Adam with bias correction and decoupled weight decay.

    Source: Kingma & Ba 2015 (arXiv:1412.6980), algorithm 1; Loshchilov & Hutter 2019
    (arXiv:1711.05101), algorithm 2, with the decay scaled by the learning rate.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    num_moments = 2

    def update_(
        self,
        values: Floats,
        grads: Floats,
        moments: Sequence[Floats],
        *,
        learning_rate: float,
        decay: float | Floats,
        step: int,
    ) -> None:
        """Move `values` against `grads`, both of one shape.

        Args:
            values, moments: changed in place; the two moments are zero before step 1.
            grads: overwritten.
            learning_rate: of this step.
            decay: weight decay, one number or one a value.
            step: 1 for the first.
        """
        mean, square = moments
        unbiased = math.sqrt(1 - self.beta2**step)
        scratch = (1 - self.beta1) * grads
        mean *= self.beta1
        mean += scratch
        np.multiply(grads, grads, out=grads)
        grads *= 1 - self.beta2
        square *= self.beta2
        square += grads
        np.sqrt(square, out=grads)
        grads += self.epsilon * unbiased
        np.divide(mean, grads, out=grads)
        grads *= learning_rate * unbiased / (1 - self.beta1**step)
        _decay_(values, learning_rate, decay)
        values -= grads


@dataclass(frozen=True, kw_only=True)
class Sgd:
    """Stochastic gradient descent with momentum: v = m v + g, x = x - lr v.

    Source: Sutskever et al. 2013 (ICML), in PyTorch's form, but with decoupled weight decay.
    """

    momentum: float = 0.0
    num_moments = 1

    def update_(
        self,
        values: Floats,
        grads: Floats,
        moments: Sequence[Floats],
        *,
        learning_rate: float,
        decay: float | Floats,
        step: int,
    ) -> None:
        """Move `values` against `grads`; arguments as in `Adam.update_`, with one moment."""
        (velocity,) = moments
        velocity *= self.momentum
        velocity += grads
        _decay_(values, learning_rate, decay)
        np.multiply(velocity, learning_rate, out=grads)
        values -= grads


Optimizer = Adam | Sgd


def update_rows_(
    optimizer: Optimizer,
    table: Floats,
    rows: Integers,
    grads: Floats,
    moments: Sequence[Floats],
    *,
    learning_rate: float,
    step: int,
) -> None:
    """Update just the rows of a table that had a gradient; the others stand still.

    Args:
        optimizer: whose rule is applied.
        table: (V, I) changed in place.
        rows: (U,) distinct rows.
        grads: (U, I) their gradients; overwritten.
        moments: (V, I) each, changed in place.
        learning_rate, step: as in `Adam.update_`; the step counts all steps, not a row's.
    """
    values, *parts = (array.take(rows, axis=0) for array in (table, *moments))
    optimizer.update_(values, grads, parts, learning_rate=learning_rate, decay=0.0, step=step)
    table[rows] = values
    for moment, part in zip(moments, parts, strict=True):
        moment[rows] = part


def _decay_(values: Floats, learning_rate: float, decay: float | Floats) -> None:
    if isinstance(decay, np.ndarray) or decay > 0:
        values *= 1 - learning_rate * decay


def global_norm(grads: Sequence[Floats]) -> float:
    """Return the Euclidean norm of all arrays together; infinite where squares overflow."""
    return math.sqrt(sum(float(np.vdot(g, g)) for g in grads))


def clip_(grads: Sequence[Floats], max_norm: float, number: int = 1) -> float:
    """Divide sums by their number, and scale them so that their global norm is at most `max_norm`.

    Args:
        grads: changed in place.
        max_norm: of their means, all together.
        number: how many have been summed.

    Returns:
        the norm of the means before they are scaled.

    Source: Pascanu et al. 2013 (arXiv:1211.5063), section 3.2.
    """
    norm = global_norm(grads) / number
    factor = (max_norm / norm if norm > max_norm else 1.0) / number
    if factor != 1:
        for grad in grads:
            grad *= factor
    return norm


def constant(step: int, num_steps: int, warmup_steps: int) -> float:
    """Return the factor of the learning rate at `step` (0 for the first): 1 after the warm-up."""
    return min(1.0, (step + 1) / (warmup_steps + 1))


def cosine(step: int, num_steps: int, warmup_steps: int) -> float:
    """Return the factor of the learning rate: a half cosine from 1 after the warm-up down to 0.

    Source: Loshchilov & Hutter 2017 (arXiv:1608.03983), equation 5, one cycle.
    """
    done = max(0, step - warmup_steps) / max(1, num_steps - warmup_steps)
    return constant(step, num_steps, warmup_steps) * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


SCHEDULES = {"constant": constant, "cosine": cosine, "plateau": constant}
"""Of a step; `plateau` is further cut by `plateau_cuts`."""


def plateau_cuts(losses: Sequence[float], wait: int) -> int:
    """Return how often the rate was to be cut: whenever `wait` epochs brought no lower loss.

    Args:
        losses: of each epoch so far.
        wait: epochs without a new lowest loss, counted anew after each cut.
    """
    cuts, lowest, stale = 0, math.inf, 0
    for loss in losses:
        stale = 0 if loss < lowest else stale + 1
        lowest = min(lowest, loss)  # which stays where the loss is no number
        if stale == wait:
            cuts, stale = cuts + 1, 0
    return cuts
