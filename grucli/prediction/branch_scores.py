"""What the recurrence and the linear path of a model each say alone, and how much each decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grucli.tasks.scorecard import Scorecard


@dataclass(frozen=True, kw_only=True, eq=False)
class BranchScores:
    """The scorecards of both branches of one model on one set of rows.

    Attributes:
        recurrence, linear: each as if there were no other.
        recurrence_share: the recurrence's part of the decisions, in [0, 1].
    """

    recurrence: Scorecard
    linear: Scorecard
    recurrence_share: float

    def to_json(self) -> dict[str, Any]:
        """Return what stands beside the figures of the model."""
        parts = {"recurrence": self.recurrence, "wide": self.linear}
        return {
            "parts": {
                name: {one.measure.name: one.value for one in card.brief()}
                for name, card in parts.items()
            },
            "recurrence_share": self.recurrence_share,
        }
