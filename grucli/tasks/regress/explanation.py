"""What is explained of a number: how far it is above or below the mean of the targets."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from grucli.engine.packing import Floats
from grucli.tasks.columns import quantity
from grucli.tasks.explained import linear_gradient
from grucli.values import dataclass

FAINT_SHARE = 0.02  # of a standard deviation


@dataclass(frozen=True, kw_only=True)
class NumberMargin:
    """The difference of an answer from the mean, in the unit of the targets.

    Attributes:
        value: the answer to the whole sequence.
        mean, scale: mean and standard deviation of the targets.
        low, high: the least and the greatest of them.
        decimals: digits behind the point that are shown.
    """

    value: float
    mean: float
    scale: float
    low: float
    high: float
    decimals: int

    step: ClassVar[None] = None
    level_kind: ClassVar[str] = "the answer's place between the least and the greatest target"

    @property
    def faint(self) -> float:
        """A fiftieth of a standard deviation."""
        return FAINT_SHARE * self.scale

    @property
    def legend(self) -> str:
        """What marks mean."""
        return (
            "▲ raises the answer, ▼ lowers it: by what it changes when the part is deleted; "
            f"· by less than {self.faint:.2g}"
        )

    @property
    def subject(self) -> str:
        """Of what the margin is the difference."""
        return f"above the mean {quantity(self.mean, self.decimals)} by"

    @property
    def sides(self) -> tuple[str, str]:
        """What a part does that raises the margin, and one that lowers it."""
        return "raises the answer", "lowers the answer"

    @property
    def level_name(self) -> str:
        """What the level is."""
        ends = (f"{end:.4g}" for end in (self.low, self.high))
        return f"place from {' to '.join(ends)}"

    @property
    def answer(self) -> str:
        """The answer."""
        return quantity(self.value, self.decimals)

    def margin(self, scores: Floats) -> Floats:
        """Return (n,) the answers less the mean."""
        difference: Floats = self.scale * scores[:, 0]
        return difference

    def d_margin(self, scores: Floats) -> Floats:
        """Return (n, O) the gradient of each margin."""
        return linear_gradient(self.margin, scores)

    def level(self, scores: Floats) -> Floats:
        """Return (n,) where the answers lie between the least and the greatest target."""
        place: Floats = (self.mean - self.low + self.margin(scores)) / (self.high - self.low)
        return np.clip(place, 0, 1)

    def leading(self, scores: Floats) -> None:
        """Return nothing: numbers have no names."""

    def outcome(self, scores: Floats) -> None:
        """Return nothing: numbers have no names."""

    def to_json(self) -> dict[str, Any]:
        """Return the answer and what it is compared with."""
        return {"predicted": float(self.answer), "mean": self.mean}
