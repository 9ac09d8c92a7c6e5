"""Why this decision: what each part of one sequence does, found by leaving it out.

The whole model is asked again without the part, so nothing of the decision is left unexplained.
Deletion is the default because it was the most faithful of the cheap methods on tasks whose
relevant tokens are known; what adds up exactly (the evidence each step writes) was not.

Source: the checks are those of DeYoung et al. 2020 (ERASER, arXiv:1911.03429).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats
from grucli.random import RANDOM_ORDER, generator
from grucli.tasks.explained import Explained
from grucli.tasks.task import Scores
from grucli.values import dataclass

TOP_SHARE = 0.2  # of the parts, deleted or kept in the check
RANDOM_DRAWS = 20
STRETCHES = 12  # of a sequence of twice as many parts at least
MOST_LEFT_OUT = 10  # parts without which another answer is looked for

Span = tuple[int, int]
StepMask = npt.NDArray[np.bool_]
"""(T,) which steps of a sequence are left."""
Run = Callable[[Sequence[StepMask]], tuple[Scores, Scores | None]]
"""Returns what the model gives for n remains of a sequence: scores (n, O), and which of them the
linear path adds, None where there is none."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """Whether the effects point at what the model uses: the top 20 % of the parts, and chance.

    Attributes:
        parts: how many are the top 20 %.
        comprehensiveness: drop in the level without them; high is faithful.
        sufficiency: drop with nothing but them; low is faithful.
        random_comprehensiveness, random_sufficiency: the means over random parts, as many.
    """

    parts: int
    comprehensiveness: float
    sufficiency: float
    random_comprehensiveness: float
    random_sufficiency: float


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Several parts beside each other, which are left out together.

    Attributes:
        start, stop: its steps, counted from 0.
        effect: how much the margin falls without it.
    """

    start: int
    stop: int
    effect: float


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What would change the answer: leaving out what speaks most for it, one part after the other.

    Attributes:
        spans: the fewest whose absence gives another answer, the strongest first; all that were
            left out, where none does. They are stretches of a sequence that has some, else parts.
        answer: what it says of what is explained without them: a label, or nothing where that is
            none of several any more.
        is_another: than that to the whole.
        level: without them.
    """

    spans: tuple[Span, ...]
    answer: str
    is_another: bool
    level: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Attribution:
    """What the parts of one sequence do for its answer.

    Attributes:
        explained: what of the answer is explained.
        margin: that number, of the whole sequence.
        linear_margin: what the linear path adds to it; None for a model without.
        effect: (P,) how much the margin falls without each part; NaN if nothing is left then.
        linear_effect: (P,) how much of it is the linear path's; None for a model without.
        stretches: of a series, where steps beside each other say the same, so that each alone does
            little; none of texts, and of a short one.
        running: (P,) the level after each part, the sequence read that far.
        leading: (P,) the answer after each part; None where answers have no names.
        turn: None where answers have no names, or no part speaks for this one.
        check: None for a sequence of one part.
    """

    explained: Explained
    margin: float
    linear_margin: float | None
    effect: Floats
    linear_effect: Floats | None
    stretches: tuple[Stretch, ...]
    running: Floats
    leading: Sequence[str] | None
    turn: Turn | None
    check: Check | None

    @property
    def level(self) -> float:
        """The level of the whole sequence."""
        return float(self.running[-1])


def spans(length: int, most: int, stride: int = 1) -> tuple[Span, ...]:
    """Divide `length` steps into windows of equal size (the last may be shorter), at most `most`.

    With at most `most` steps each is a part of its own. A stride is never divided: without one of
    its steps, the model would see all that follow from another place.
    """
    size = -(-length // most)
    size = -(-size // stride) * stride
    return tuple((start, min(start + size, length)) for start in range(0, length, size))


def explain(
    run: Run,
    parts: Sequence[Span],
    explained_of: Callable[[Scores], Explained],
    *,
    seed: int,
    with_nothing: bool,
) -> Attribution:
    """Run every prefix, all without each part, and the remains of the check.

    Args:
        run: the model on remains.
        parts: spans that divide all steps, at least one.
        explained_of: what to explain of the answer with scores (1, O).
        seed: of the random parts.
        with_nothing: whether the model can answer where no step is left.
    """
    number, length = len(parts), parts[-1][1]
    spread = np.repeat(np.arange(number), [stop - start for start, stop in parts])
    remains = [np.arange(length) < stop for _, stop in parts]
    if number > 1 or with_nothing:
        remains += [spread != part for part in range(number)]
    scores, linear = run(remains)
    explained = explained_of(scores[number - 1 : number])
    margin, effect = _effect(explained.margin(scores), number)
    linear_margin, linear_effect = None, None
    if linear is not None:
        linear_margin, linear_effect = _effect(explained.margin(linear), number)

    def level(remains: Sequence[StepMask]) -> Floats:
        return explained.level(run(remains)[0])

    stretches = () if with_nothing else _stretches(run, explained, spread, margin)
    pieces = [((one.start, one.stop), one.effect) for one in stretches]
    strongest = _strongest(pieces or list(zip(parts, effect.tolist(), strict=True)), with_nothing)
    whole, turn = explained.outcome(scores[number - 1 : number]), None
    if whole is not None and strongest:
        turn = _turn(run, explained, strongest, length, whole[0])
    return Attribution(
        explained=explained,
        margin=margin,
        linear_margin=linear_margin,
        effect=effect,
        linear_effect=linear_effect,
        stretches=stretches,
        running=explained.level(scores[:number]),
        leading=explained.leading(scores[:number]),
        turn=turn,
        check=_check(level, spread, effect, seed) if number > 1 else None,
    )


def _effect(margins: Floats, number: int) -> tuple[float, Floats]:
    """Return the margin of the whole, and what it loses without each of so many parts."""
    margin, without = float(margins[number - 1]), margins[number:]
    effect = np.full(number, np.nan)
    effect[: len(without)] = margin - without
    return margin, effect


def _stretches(
    run: Run, explained: Explained, spread: npt.NDArray[np.int64], margin: float
) -> tuple[Stretch, ...]:
    """Leave out each of some stretches of about as many parts; (T,) `spread` is each step's."""
    number = int(spread[-1]) + 1
    if number < 2 * STRETCHES:
        return ()
    of_step = (spread * STRETCHES) // number
    scores, _ = run([of_step != stretch for stretch in range(STRETCHES)])
    effects = (margin - explained.margin(scores)).tolist()
    bounds = np.searchsorted(of_step, range(STRETCHES + 1)).tolist()
    return tuple(
        Stretch(start=start, stop=stop, effect=effect)
        for start, stop, effect in zip(bounds, bounds[1:], effects, strict=False)
    )


def _strongest(pieces: Sequence[tuple[Span, float]], with_nothing: bool) -> list[Span]:
    """Return the spans that raise the margin, the strongest first, so many that steps are left."""
    most = min(len(pieces) if with_nothing else len(pieces) - 1, MOST_LEFT_OUT)
    found = sorted((piece for piece in pieces if piece[1] > 0), key=lambda piece: -piece[1])
    return [span for span, _ in found[:most]]


def _turn(run: Run, explained: Explained, spans: Sequence[Span], length: int, answer: str) -> Turn:
    """Leave out one span, two, … up to the first that gives another answer."""
    kept, remains = np.ones(length, bool), []
    for start, stop in spans:
        kept[start:stop] = False
        remains.append(kept.copy())
    without, _ = run(remains)
    answers = explained.outcome(without)
    assert answers is not None  # they have names
    number = len(spans)
    last = next((k for k in range(number) if answers[k] != answer), number - 1)
    return Turn(
        spans=tuple(spans[: last + 1]),
        answer=answers[last],
        is_another=answers[last] != answer,
        level=float(explained.level(without)[last]),
    )


def _check(
    level: Callable[[Sequence[StepMask]], Floats],
    spread: npt.NDArray[np.int64],
    effect: Floats,
    seed: int,
) -> Check:
    """Delete, and keep, the parts with the greatest effect; then random ones.

    Args:
        level: of remains.
        spread: (T,) the part of each step.
        effect: (P,) of each part.
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
    levels = level(remains)
    drops = (levels[0] - levels[1:]).reshape(-1, 2)
    chance = drops[1:].mean(axis=0)
    return Check(
        parts=top,
        comprehensiveness=float(drops[0, 0]),
        sufficiency=float(drops[0, 1]),
        random_comprehensiveness=float(chance[0]),
        random_sufficiency=float(chance[1]),
    )
