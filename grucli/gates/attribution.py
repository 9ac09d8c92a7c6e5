"""Why this decision: what each part of one sequence does, found by leaving it out.

Deletion is the default because it was the most faithful of the cheap methods on tasks whose
relevant tokens are known; what adds up exactly (the evidence each step writes) was not.

Source: the checks are those of DeYoung et al. 2020 (ERASER, arXiv:1911.03429).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples
from grucli.engine import losses
from grucli.engine.packing import Floats
from grucli.gates.forward import logits
from grucli.model import Model
from grucli.random import RANDOM_ORDER, generator

TOP_SHARE = 0.2  # of the parts, deleted or kept in the check
RANDOM_DRAWS = 20

Steps = npt.NDArray[Any]
Span = tuple[int, int]


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
        wide_margin: what the wide path adds to it; None for a model without.
        effect: (P,) how much the margin falls without each part; NaN if nothing is left then.
        running: (P, C) probabilities after each part, the sequence read that far.
        check: None for a sequence of one part.
    """

    probabilities: Floats
    target: int
    other: int
    margin: float
    wide_margin: float | None
    effect: Floats
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
    model: Model,
    steps: Steps,
    parts: Sequence[Span],
    *,
    target: int | None,
    seed: int,
    nothing: Steps | None,
    wide: Floats | None = None,
    bags: Steps | None = None,
) -> Attribution:
    """Run the model on every prefix, without every part, and on the sequences of the check.

    What the wide path adds stays as it is with the whole sequence: the parts are the recurrence's.

    Args:
        model: what decides.
        steps: (T,) token ids or (T, I) channels.
        parts: spans that divide the steps.
        target: the class to speak of; the predicted one if None.
        seed: of the random parts.
        nothing: what the model reads where no step is left; None if it cannot read that.
        wide: (C,) logits of the wide path for the whole sequence, None for a model without.
        bags: as in `Examples`.
    """
    number = len(parts)
    added = np.zeros(model.architecture.num_classes) if wide is None else model.mix.wide * wide
    prefixes = [steps[:stop] for _, stop in parts]
    rest = [np.concatenate((steps[:start], steps[stop:])) for start, stop in parts]
    if number == 1:
        rest = [] if nothing is None else [nothing]
    result = _logits(model, prefixes + rest, bags, added)
    running, without = result[:number], result[number:]
    whole = running[-1]
    order = np.argsort(-whole, kind="stable")
    chosen = int(order[0]) if target is None else target
    other = int(order[1] if order[0] == chosen else order[0])
    margin = float(whole[chosen] - whole[other])
    effect = np.full(number, np.nan)
    effect[: len(without)] = margin - (without[:, chosen] - without[:, other])
    return Attribution(
        probabilities=losses.probabilities(whole[None])[0],
        target=chosen,
        other=other,
        margin=margin,
        wide_margin=None if wide is None else float(added[chosen] - added[other]),
        effect=effect,
        running=losses.probabilities(running),
        check=_check(model, steps, parts, bags, added, effect, chosen, seed)
        if number > 1
        else None,
    )


def _logits(model: Model, sequences: Sequence[Steps], bags: Steps | None, added: Floats) -> Floats:
    """Return (n, C) logits of sequences to which the wide path adds the same (C,)."""
    return logits(model, Examples.join(sequences, bags=bags)) + added


def _check(
    model: Model,
    steps: Steps,
    parts: Sequence[Span],
    bags: Steps | None,
    added: Floats,
    effect: Floats,
    target: int,
    seed: int,
) -> Check:
    """Delete, and keep, the parts with the greatest effect; then random ones."""
    number = len(parts)
    top = max(1, round(TOP_SHARE * number))
    rng = generator(seed, RANDOM_ORDER)
    choices = [np.argsort(-effect, kind="stable")[:top]]
    choices += [rng.permutation(number)[:top] for _ in range(RANDOM_DRAWS)]
    variants = [steps]
    for choice in choices:
        chosen = np.zeros(len(steps), bool)
        for index in choice:
            chosen[slice(*parts[index])] = True
        variants += [steps[~chosen], steps[chosen]]
    p = losses.probabilities(_logits(model, variants, bags, added))[:, target]
    drops = (p[0] - p[1:]).reshape(-1, 2)
    chance = drops[1:].mean(axis=0)
    return Check(
        parts=top,
        comprehensiveness=float(drops[0, 0]),
        sufficiency=float(drops[0, 1]),
        random_comprehensiveness=float(chance[0]),
        random_sufficiency=float(chance[1]),
    )
