"""What is explained of one answer: a number that parts of the input raise or lower."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Protocol

import numpy as np

from grucli.engine.packing import Floats


class Explained(Protocol):
    """What `inspect-gates` measures the effects of parts on, for one sequence.

    Attributes:
        faint: effects nearer to 0 say nothing, in the unit of the margin.
        legend: what marks of effects mean.
        sides: what a part does that raises the margin, and one that lowers it, for people:
            "for 'a'", "for 'b'".
        subject: what the margin is, for people: "margin of 'a' over 'b'".
        level_kind: what the level is of any such answer, for people: "the probability".
        level_name: what it is of this one: "p('a')".
    """

    faint: float
    legend: str
    level_kind: ClassVar[str]

    @property
    def subject(self) -> str:
        """As above."""

    @property
    def sides(self) -> tuple[str, str]:
        """As above."""

    @property
    def level_name(self) -> str:
        """As above."""

    @property
    def answer(self) -> str:
        """The answer to the whole sequence, and how sure it is."""

    @property
    def step(self) -> int | None:
        """Which step it is the answer of, from 0; None where it is that of the whole sequence."""

    def margin(self, scores: Floats) -> Floats:
        """Return (n,) what parts have an effect on.

        Of scores (n, O) it is a linear function, so that the margins of both branches of a model
        add up to that of both; of `Steps`, which no linear path gives, it need not be.
        """

    def d_margin(self, scores: Any) -> Any:
        """Return the gradient of each margin by the scores, of their form."""

    def level(self, scores: Floats) -> Floats:
        """Return (n,) in [0, 1], what is followed while the sequence is read."""

    def leading(self, scores: Floats) -> Sequence[str] | None:
        """Return the n answers to the scores by name; None where answers have none."""

    def outcome(self, scores: Floats) -> Sequence[str] | None:
        """Return what each of n answers makes of what is explained; None where it has no name.

        It is the answer, or of several labels at once the one that is explained: nothing where an
        answer lacks it.
        """

    def to_json(self) -> dict[str, Any]:
        """Return the answer and what is explained of it."""


def linear_gradient(margin: Callable[[Floats], Floats], scores: Floats) -> Floats:
    """Return (n, O) the gradient of a margin that is a linear function of the scores (n, O)."""
    number, outputs = scores.shape
    weights = margin(np.eye(outputs)) - margin(np.zeros((1, outputs)))
    return np.tile(weights, (number, 1))
