"""How much of a sequence the decision needs: measured by cutting sequences and running them.

The cut sequences pass through the whole model, so the figure holds for every direction and pooling,
which no reading of the gates alone does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from grucli.data.batches import Examples, bounded
from grucli.engine.packing import Floats
from grucli.model.logits import recurrence_logits
from grucli.model.runner import Runner
from grucli.tasks.task import Task

AGREEMENT = 0.99

Side = Literal["end", "start"]
SIDES: tuple[Side, ...] = ("end", "start")


@dataclass(frozen=True, kw_only=True, eq=False)
class Horizon:
    """What the steps nearest to one end of the sequences decide.

    Attributes:
        side: "end" for the last k steps, "start" for the first k.
        steps: k at which it was measured, rising; the last is the longest length.
        agreement: share of sequences whose answer from k steps alone agrees with that from all.
        distance: mean distance of the two answers, in [0, 1].
        h99: smallest k from which on at least 99 % agree at every measured k.
    """

    side: Side
    steps: tuple[int, ...]
    agreement: tuple[float, ...]
    distance: tuple[float, ...]
    h99: int


def grid(longest: int) -> tuple[int, ...]:
    """Return 1, 2, 3, 5, 8, 13, … below `longest`, and `longest`."""
    steps, following = [1], 2
    while following < longest:
        steps.append(following)
        following += steps[-2]
    return tuple(steps) if longest == 1 else (*steps, longest)


def cut(examples: Examples, keep: int, side: Side) -> Examples:
    """Return every sequence without the steps that are farther than `keep` from its `side`."""
    lengths = np.minimum(examples.lengths, keep)
    ends = np.cumsum(lengths)
    starts = examples.starts + (examples.lengths - lengths if side == "end" else 0)
    index = np.repeat(starts - (ends - lengths), lengths) + np.arange(ends[-1])
    return replace(examples, steps=examples.steps[index], lengths=lengths)


def horizon(
    runner: Runner, task: Task, examples: Examples, recurrence: Floats, side: Side
) -> Horizon:
    """Measure one side.

    Args:
        runner: of the model that decides.
        task: which answers agree.
        examples: uncut.
        recurrence: (n, O) scores of the recurrence for them.
        side: where the kept steps are.
    """
    mix = runner.model.mix
    steps, whole = grid(int(examples.lengths.max())), mix.logits(recurrence)
    agreement, distance = [], []
    disagreed = np.zeros(len(examples), bool)
    for keep in steps:
        scores = whole.copy()
        long = np.flatnonzero(examples.lengths > keep)
        if long.size:
            kept = cut(examples.select(long), keep, side)
            scores[long] = mix.logits(recurrence_logits(runner, kept))
        same = task.agree(whole, scores)
        if same.mean() < AGREEMENT:
            disagreed = ~same
        agreement.append(float(same.mean()))
        distance.append(float(task.distance(whole, scores).mean()))
    suspects = np.argsort(~disagreed, kind="stable")

    def agrees(keep: int) -> bool:
        wrong, number = 0, len(whole)
        for batch in bounded(cut(examples, keep, side), suspects):  # these can end it early
            scores = mix.logits(runner.forward(batch))
            wrong += int((~task.agree(whole[batch.rows], scores)).sum())
            if (number - wrong) / number < AGREEMENT:
                return False
        return True

    return Horizon(
        side=side,
        steps=steps,
        agreement=tuple(agreement),
        distance=tuple(distance),
        h99=_smallest(steps, agreement, agrees),
    )


def _smallest(
    steps: Sequence[int], agreement: Sequence[float], agrees: Callable[[int], bool]
) -> int:
    """Return the smallest k from which on all agree: between two grid points by bisection."""
    failing = [k for k, share in enumerate(agreement) if share < AGREEMENT]
    if not failing:
        return steps[0]
    low, high = steps[failing[-1]], steps[failing[-1] + 1]
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if agrees(middle) else (middle, high)
    return high
