"""The part of a task that has no linear path beside the recurrence: what nobody may ask of it."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn


class NoLinearPath:
    """Refuses what `Task` says of linear paths; `has_linear_path` tells that nobody is to ask.

    Each method raises ValueError.
    """

    has_linear_path: ClassVar[bool] = False

    def share_of_first(self, first: Any, second: Any) -> NoReturn:
        """Refuse."""
        raise ValueError("there is no linear path")

    def sides(self) -> NoReturn:
        """Refuse."""
        raise ValueError("there is no linear path")

    def row_parts(self, scores: Any, targets: Any) -> NoReturn:
        """Refuse: there is nothing to compare with."""
        self.share_of_first(scores, scores)

    def figure_of(self, sums: Any) -> NoReturn:
        """Refuse."""
        self.share_of_first(sums, sums)

    def learn_sparse(
        self, rows: Any, targets: Any, weights: Any, *, num_features: int, rng: Any, start: Any
    ) -> NoReturn:
        """Refuse."""
        self.share_of_first(rows, rows)

    def learn_dense(self, rows: Any, targets: Any, weights: Any, start: Any) -> NoReturn:
        """Refuse."""
        self.share_of_first(rows, rows)
