"""Why this decision: what each part of one sequence does, found by leaving it out.

The whole model is asked again without the part, so nothing of the decision is left unexplained.
Deletion is the default because it was the most faithful of the cheap methods on tasks whose
relevant tokens are known; what adds up exactly (the evidence each step writes) was not.

Source: the checks are those of DeYoung et al. 2020 (ERASER, arXiv:1911.03429).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grucli.engine import losses
from grucli.engine.packing import Floats
from grucli.random import RANDOM_ORDER, generator

TOP_SHARE = 0.2  # of the parts, deleted or kept in the check
RANDOM_DRAWS = 20

Span = tuple[int, int]
Kept = npt.NDArray[np.bool_]
"""(T,) which steps of a sequence are left."""
Answer = Callable[[Sequence[Kept]], tuple[Floats, Floats | None]]
"""Returns what the model says of n remains of a sequence: logits (n, C), and which of them the
linear path adds, None where there is none."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """Whether the effects point at what the model uses: the top 20 % of the parts, and chance.

    Attributes:
        parts: how many are the top 20 %.
        comprehensiveness: drop in the probability of the class without them; high is faithful.
        sufficiency: drop with nothing but them; low is faithful.
        random_comprehensiveness, random_sufficiency: the means over random parts, as many.
    """

    parts: int
    comprehensiveness: float
    sufficiency: float
    random_comprehensiveness: float
    random_sufficiency: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Attribution:
    """What the parts of one sequence do for one class.

    Attributes:
        probabilities: (C,) of the whole sequence.
        target, other: the classes between which the margin is: predicted and runner-up, or the
            target and the best other.
        margin: logit of `target` less that of `other`.
        linear_margin: what the linear path adds to it; None for a model without.
        effect: (P,) how much the margin falls without each part; NaN if nothing is left then.
        linear_effect: (P,) how much of it is the linear path's; None for a model without.
        running: (P, C) probabilities after each part, the sequence read that far.
        check: None for a sequence of one part.
    """

    probabilities: Floats
    target: int
    other: int
    margin: float
    linear_margin: float | None
    effect: Floats
    linear_effect: Floats | None
    running: Floats
    check: Check | None


def spans(length: int, most: int, stride: int = 1) -> tuple[Span, ...]:
    """Divide `length` steps into windows of equal size (the last may be shorter), at most `most`.

    With at most `most` steps each is a part of its own. A stride is never divided: without one of
    its steps, the model would see all that follow from another place.
    """
    size = -(-length // most)
    size = -(-size // stride) * stride
    return tuple((start, min(start + size, length)) for start in range(0, length, size))


def explain(
    answer: Answer, parts: Sequence[Span], *, target: int | None, seed: int, with_nothing: bool
) -> Attribution:
    """Ask about every prefix, about all without each part, and about the remains of the check.

    Args:
        answer: what the model says of remains.
        parts: spans that divide all steps, at least one.
        target: the class to speak of; the predicted one if None.
        seed: of the random parts.
        with_nothing: whether the model can answer where no step is left.
    """
    number, length = len(parts), parts[-1][1]
    spread = np.repeat(np.arange(number), [stop - start for start, stop in parts])
    remains = [np.arange(length) < stop for _, stop in parts]
    if number > 1 or with_nothing:
        remains += [spread != part for part in range(number)]
    logits, linear = answer(remains)
    whole = logits[number - 1]
    order = np.argsort(-whole, kind="stable")
    chosen = int(order[0]) if target is None else target
    other = int(order[1] if order[0] == chosen else order[0])
    margin, effect = _effect(logits[:, chosen] - logits[:, other], number)
    linear_margin, linear_effect = None, None
    if linear is not None:
        linear_margin, linear_effect = _effect(linear[:, chosen] - linear[:, other], number)
    return Attribution(
        probabilities=losses.probabilities(whole[None])[0],
        target=chosen,
        other=other,
        margin=margin,
        linear_margin=linear_margin,
        effect=effect,
        linear_effect=linear_effect,
        running=losses.probabilities(logits[:number]),
        check=_check(answer, spread, effect, chosen, seed) if number > 1 else None,
    )


def _effect(margins: Floats, number: int) -> tuple[float, Floats]:
    """Return the margin of the whole, and what it loses without each of so many parts."""
    margin, without = float(margins[number - 1]), margins[number:]
    effect = np.full(number, np.nan)
    effect[: len(without)] = margin - without
    return margin, effect


def _check(
    answer: Answer, spread: npt.NDArray[np.int64], effect: Floats, target: int, seed: int
) -> Check:
    """Delete, and keep, the parts with the greatest effect; then random ones.

    Args:
        answer: what the model says of remains.
        spread: (T,) the part of each step.
        effect: (P,) of each part.
        target: the class to speak of.
        seed: of the random parts.
    """
    number = len(effect)
    top = max(1, round(TOP_SHARE * number))
    rng = generator(seed, RANDOM_ORDER)
    choices = [np.argsort(-effect, kind="stable")[:top]]
    choices += [rng.permutation(number)[:top] for _ in range(RANDOM_DRAWS)]
    remains = [np.ones(len(spread), bool)]
    for choice in choices:
        chosen = np.isin(spread, choice)
        remains += [~chosen, chosen]
    p = losses.probabilities(answer(remains)[0])[:, target]
    drops = (p[0] - p[1:]).reshape(-1, 2)
    chance = drops[1:].mean(axis=0)
    return Check(
        parts=top,
        comprehensiveness=float(drops[0, 0]),
        sufficiency=float(drops[0, 1]),
        random_comprehensiveness=float(chance[0]),
        random_sufficiency=float(chance[1]),
    )
