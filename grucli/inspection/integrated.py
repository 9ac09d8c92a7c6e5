"""Integrated gradients: the margin shared out among steps along the way from a baseline.

The shares add up to what the whole way changes, but for the error of the midpoint rule: it is
measured, and the points are doubled until it is small.

Source: Sundararajan, Taly, Yan 2017 (arXiv:1703.01365).
"""

from __future__ import annotations

import numpy as np

from grucli.engine.packing import Floats
from grucli.inspection.path_model import PathModel
from grucli.inspection.scored import Scored
from grucli.values import dataclass

FIRST_POINTS, MOST_POINTS = 32, 512
LARGEST_ERROR = 0.01


@dataclass(frozen=True, kw_only=True, eq=False)
class Integrated:
    """The margin of one sequence, shared out.

    Attributes:
        effect: (T,) of each step, in the unit of the margin.
        gap: margin of the sequence less that of the baseline.
        error: how far the effects miss the gap, as a share of it, or of what is faint if that is
            more.
        points: on the way at which gradients were taken.
    """

    effect: Floats
    gap: float
    error: float
    points: int

    @property
    def is_reached(self) -> bool:
        """Whether the effects add up to within one hundredth."""
        return self.error < LARGEST_ERROR


def integrate(path: PathModel, explained: Scored) -> Integrated:
    """Share out the recurrence's part of a margin.

    Args:
        path: the recurrence with the steps of the sequence.
        explained: what of the answer is explained.
    """
    whole, nothing = path.along(np.array([1.0, 0.0]), explained.margin).tolist()
    gap, points = whole - nothing, FIRST_POINTS
    while True:
        shares = (np.arange(points) + 0.5) / points
        effect = path.steps - path.baseline
        effect = (effect * path.gradients(shares, explained.d_margin)).sum(axis=1)
        error = abs(float(effect.sum()) - gap) / max(abs(gap), explained.faint)
        if error < LARGEST_ERROR or points >= MOST_POINTS:
            return Integrated(effect=effect, gap=gap, error=error, points=points)
        points *= 2
