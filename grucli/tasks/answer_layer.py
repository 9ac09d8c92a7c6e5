"""How scores become the numbers of an answer, in words that another runtime can follow."""

from __future__ import annotations

from dataclasses import field, replace
from typing import Any, Literal

from grucli.engine.packing import Floats
from grucli.values import dataclass

Link = Literal["softmax", "sigmoid", "both", "none"]


@dataclass(frozen=True, kw_only=True, eq=False)
class AnswerLayer:
    """What follows the scores (..., O) of a head.

    Attributes:
        output: what the numbers are: "probabilities", "values", "scores".
        size: how many numbers there are.
        link: what makes them of scores: a softmax; the sigmoid of each; or of one score the
            sigmoids of its negative and of itself, "both"; or nothing.
        factors, biases: (O,) what each score is multiplied by, and what is added, before that; None
            for 1 and 0.
        walls: (K + 2, K) what is added to the scores of pairs of tags, as in `engine.chain`; None
            for nothing.
        fields: what else a program needs to answer (JSON).
    """

    output: str
    size: int
    link: Link
    factors: tuple[float, ...] | None = None
    biases: tuple[float, ...] | None = None
    walls: Floats | None = None
    fields: dict[str, Any] = field(default_factory=dict)

    def chained(self, chain: Floats) -> AnswerLayer:
        """Return what follows the scores where tags depend on each other by a chain (K + 2, K).

        The path with the highest score is for the program to find.
        """
        whole = chain if self.walls is None else chain + self.walls
        fields = {**self.fields, "chain": whole.tolist()}
        return replace(self, output="scores", link="none", fields=fields)
