"""How far answers are from the truth: split conformal prediction.

Residuals of n rows that were not learned from are as likely to be the largest ones as that of a new
row is. So the ceil((n + 1) p)-th smallest of them is not exceeded by a new one with a probability
of at least p, whatever the model and however the errors are distributed.

Source: Lei et al. 2018, doi:10.1080/01621459.2017.1307116, Theorem 2.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from grucli.engine.packing import Floats
from grucli.errors import expect
from grucli.values import dataclass

LEVELS = (50, 80, 90, 95, 99)  # percent
LEVEL = 90


@dataclass(frozen=True, kw_only=True)
class PredictionInterval:
    """Half the width of intervals around answers, in the unit of the targets.

    Attributes:
        rows: n, from which it is known.
        sizes: level [percent] -> half the width; only levels that so few rows can tell.
    """

    rows: int
    sizes: dict[int, float]

    @classmethod
    def of(cls, errors: Floats) -> Self | None:
        """Return those of (n,) errors of rows that were not learned from; None of too few."""
        residuals = np.sort(np.abs(errors))
        n = len(residuals)
        ranks = {level: -(-(n + 1) * level // 100) for level in LEVELS}
        sizes = {
            level: float(residuals[rank - 1]) for level, rank in ranks.items() if 0 < rank <= n
        }
        return cls(rows=n, sizes=sizes) if LEVEL in sizes else None

    @property
    def size(self) -> float:
        """Half the width at the usual level."""
        return self.sizes[LEVEL]

    def to_json(self) -> dict[str, Any]:
        """Return what a model file keeps."""
        return {"rows": self.rows, "sizes": {str(k): size for k, size in self.sizes.items()}}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """Return what `to_json` has described.

        Raises:
            KeyError, TypeError, ValueError: it is damaged.
        """
        sizes = {int(level): size for level, size in fields["sizes"].items()}
        are_sizes = all(type(size) is float and 0 <= size < np.inf for size in sizes.values())
        expect(are_sizes and LEVEL in sizes and type(fields["rows"]) is int, "interval")
        return cls(rows=fields["rows"], sizes=sizes)
