"""How much of a sequence the decision needs: measured by cutting sequences and running them.

The cut sequences pass through the whole model, so the figure holds for every direction and pooling,
which no reading of the gates alone does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples, bounded
from grucli.engine.steps import Steps
from grucli.model.logits import recurrence_logits
from grucli.model.runner import Runner
from grucli.tasks.task import Scores, Task
from grucli.values import dataclass

AGREEMENT = 0.99

Rows = npt.NDArray[np.int64]
Side = Literal["end", "start"]
SIDES: tuple[Side, ...] = ("end", "start")


@dataclass(frozen=True, kw_only=True, eq=False)
class Horizon:
    """What the steps nearest to one end of the sequences decide.

    Where each step has an answer, it is that of the middle step of each sequence, and steps are
    left out before it, or behind it.

    Attributes:
        side: "end" for the last k steps (up to it), "start" for the first k (from it on).
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


def cut(examples: Examples, keep: int, side: Side, focus: Rows) -> tuple[Examples, Rows]:
    """Return every sequence without the steps beyond `keep` on one side of a step, and its place.

    Args:
        examples: n sequences.
        keep: steps at most that are left on that side, the step itself among them.
        side: "end" to leave the last ones up to the step, "start" for the first ones from it on.
        focus: (n,) the step of each.
    """
    begin = np.maximum(0, focus - keep + 1) if side == "end" else np.zeros_like(focus)
    stop = examples.lengths if side == "end" else np.minimum(examples.lengths, focus + keep)
    lengths = stop - begin
    ends = np.cumsum(lengths)
    index = np.repeat(examples.starts + begin - (ends - lengths), lengths) + np.arange(ends[-1])
    return replace(examples, steps=examples.steps[index], lengths=lengths), focus - begin


def horizon(
    runner: Runner,
    task: Task,
    examples: Examples,
    recurrence: Scores,
    side: Side,
    known: Mapping[int, tuple[Rows, Scores]] | None = None,
) -> Horizon:
    """Measure one side.

    Args:
        runner: of the model that decides.
        task: which answers agree.
        examples: uncut.
        recurrence: (n, O) scores of the recurrence for them.
        side: where the kept steps are.
        known: of some k the rows that are longer, in any order, and the scores of the recurrence
            for them; of others they are asked for.
    """
    mix, focus = runner.model.mix, _focus(examples.lengths, side, reads_steps=task.reads_steps)
    reach = focus + 1 if side == "end" else examples.lengths - focus
    longest = np.maximum(focus + 1, examples.lengths - focus).max()  # the same on both sides
    steps, whole = grid(int(longest)), _at(mix.logits(recurrence), focus)
    agreement, distance = [], []
    disagreed = np.zeros(len(examples), bool)
    for keep in steps:
        scores = 1.0 * whole
        long = np.flatnonzero(reach > keep)
        if known is not None and keep in known:
            long, own = known[keep]
            scores[long] = mix.logits(own)
        elif long.size:
            kept, places = cut(examples.select(long), keep, side, focus[long])
            scores[long] = _at(mix.logits(recurrence_logits(runner, kept)), places)
        same = task.agree(whole, scores)
        if same.mean() < AGREEMENT:
            disagreed = ~same
        agreement.append(float(same.mean()))
        distance.append(float(task.distance(whole, scores).mean()))
    suspects = np.argsort(~disagreed, kind="stable")

    def agrees(keep: int) -> bool:
        wrong, number = 0, len(whole)
        kept, places = cut(examples, keep, side, focus)
        for batch in bounded(kept, suspects):  # these can end it early
            scores = _at(mix.logits(runner.forward(batch)), places[batch.rows])
            wrong += int((~task.agree(whole[batch.rows], scores)).sum())
            if (number - wrong) / number < AGREEMENT:
                return False
        return True

    return Horizon(
        side=side,
        steps=steps,
        agreement=tuple(agreement),
        distance=tuple(distance),
        h99=smallest(steps, agreement, agrees),
    )


def _focus(lengths: Rows, side: Side, *, reads_steps: bool) -> Rows:
    """Return the step of each sequence on one side of which others are left out.

    It is the end that is named, or the middle where each step has an answer: that of this one is
    looked at.
    """
    if reads_steps:
        return lengths // 2
    return lengths - 1 if side == "end" else np.zeros_like(lengths)


def _at(scores: Scores, places: Rows) -> Scores:
    """Return scores (n, O) as they are, or where each step has its own those of one step of each.

    They say nothing of a chain: what stands beside the step is not there.
    """
    if not isinstance(scores, Steps):
        return scores
    return Steps(values=scores.values[scores.starts + places], lengths=np.ones_like(places))


def smallest(
    steps: Sequence[int], agreement: Sequence[float], agrees: Callable[[int], bool]
) -> int:
    """Return the smallest k from which on all agree: between two grid points by bisection.

    Args:
        steps: k at which it was measured, rising.
        agreement: share of answers that agree, at each of them; at the last one all do.
        agrees: tells of another k whether enough agree.
    """
    failing = [k for k, share in enumerate(agreement) if share < AGREEMENT]
    if not failing:
        return steps[0]
    low, high = steps[failing[-1]], steps[failing[-1] + 1]
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if agrees(middle) else (middle, high)
    return high
