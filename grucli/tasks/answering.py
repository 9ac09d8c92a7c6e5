"""What a task makes of the head's outputs once a model is trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from grucli.data.records import Record
from grucli.engine.packing import Floats
from grucli.tasks.columns import AnswerOptions, Columns, Mistakes

if TYPE_CHECKING:
    from grucli.tasks.measure import Measure
    from grucli.tasks.scorecard import Baseline, Scorecard


class Answering(Protocol):
    """The half of a task that answers; letters and words are those of `Task`."""

    def answers(self, scores: Floats, options: AnswerOptions) -> Columns:
        """Return the answers to the scores (n, O) as columns; those of no row have all names."""

    def typed_answers(self, scores: Floats) -> Sequence[Any]:
        """Return the answers to the scores (n, O) as n objects for other programs."""

    @classmethod
    def measures(cls) -> Sequence[Measure]:
        """Return what a scorecard of the task may have at its top level."""

    def measure(self, scores: Floats, targets: Any, records: Sequence[Record]) -> Scorecard:
        """Return how well the scores (n, O) answer.

        Args:
            scores: of n inputs, at least one.
            targets: (n, ...) as `encode` gives them.
            records: n, of which they are the targets.
        """

    def baseline(self, targets: Any) -> Baseline:
        """Return what answering blindly reaches on rows with these targets (n, ...)."""

    def has_learned(self, data: Mapping[str, Any], scores: Mapping[str, Any]) -> bool:
        """Whether validation found more than blind answers reach.

        Args:
            data, scores: what the model's card says of the training data and of validation; the
                file may hold anything there. Where they say nothing, so much is granted.
        """

    def unknown_warnings(self, name: str, records: Sequence[Record]) -> Iterator[str]:
        """Yield which targets of data of this name training lacks."""

    def mistakes(self, scores: Floats, targets: Any) -> Mistakes:
        """Return the wrong answers to the scores (n, O) with targets (n, ...), the worst first."""
