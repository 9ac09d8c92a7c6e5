"""What a task makes of the head's outputs once a model is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from grucli.engine.packing import Floats
from grucli.tasks.columns import AnswerOptions, Columns, Mistakes


class Answering(Protocol):
    """The half of a task that answers; letters and words are those of `Task`."""

    def answers(self, scores: Floats, options: AnswerOptions) -> Columns:
        """Return the answers to the scores (n, O) as columns; those of no row have all names."""

    def typed_answers(self, scores: Floats) -> Sequence[Any]:
        """Return the answers to the scores (n, O) as n objects for other programs."""

    def mistakes(self, scores: Floats, targets: Any) -> Mistakes:
        """Return the wrong answers to the scores (n, O) with targets (n, ...), the worst first."""
