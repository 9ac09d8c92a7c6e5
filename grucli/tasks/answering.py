"""What a task makes of the head's outputs once a model is trained."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.engine.packing import Floats
from grucli.notices import Notice
from grucli.tasks.answer_layer import AnswerLayer
from grucli.tasks.columns import AnswerOptions, Columns, Mistakes

if TYPE_CHECKING:
    from grucli.tasks.explained import Explained
    from grucli.tasks.observed import Observed
    from grucli.tasks.pictures import Pictures
    from grucli.tasks.scorecard import Baseline, Measure, Scorecard
    from grucli.tasks.thresholds import Wish


Scores = Any  # as in `tasks.task`
Booleans = npt.NDArray[np.bool_]


class Answering(Protocol):
    """The half of a task that answers; letters and words are those of `Task`.

    Attributes:
        distance_title: what `distance` is the mean of, for people.
    """

    distance_title: ClassVar[str]

    @property
    def listed(self) -> str:
        """What can be answered, in a line."""

    @property
    def size(self) -> str:
        """How many answers there are, in two words."""

    def plain_outputs(self, number: int, labels: Sequence[str]) -> Floats:
        """Return (O, number + 1) what each output is of so many of another system, and of 1.

        Args:
            number: one for each label or, where this task has as few, O.
            labels: all of this task, in the order of those outputs; a single one speaks for the
                second of two. None where answers are numbers, in the unit of the data.
        """

    @property
    def answer_layer(self) -> AnswerLayer:
        """How scores become answers, for runtimes that know no tasks."""

    def answers(self, scores: Scores, options: AnswerOptions) -> Columns:
        """Return the answers to the scores (n, O) as columns; those of no row have all names."""

    def typed_answers(self, scores: Scores) -> Sequence[Any]:
        """Return the answers to the scores (n, O) as n objects for other programs."""

    @classmethod
    def measures(cls) -> Sequence[Measure]:
        """Return what a scorecard of the task may have at its top level."""

    def measure(self, scores: Scores, targets: Any, records: Sequence[Record]) -> Scorecard:
        """Return how well the scores (n, O) answer.

        Args:
            scores: of n inputs, at least one.
            targets: (n, ...) as `encode` gives them.
            records: n, of which they are the targets.
        """

    def row_parts(self, scores: Scores, targets: Any) -> Floats:
        """Return (n, k) what each row adds to the sums that the first figure follows from.

        Only tasks with a linear path are asked, and these sums are compared with those of others.
        """

    def figure_of(self, sums: Floats) -> Floats:
        """Return the first figure of a scorecard for each of (m, k) sums over rows."""

    def pictures(self, scores: Scores, targets: Any) -> Pictures:
        """Return what the scores (n, O) of rows with targets (n, ...) give to be drawn."""

    def baseline(self, targets: Any) -> Baseline:
        """Return what answering blindly reaches on rows with these targets (n, ...)."""

    def has_learned(self, data: Mapping[str, Any], scores: Mapping[str, Any]) -> bool:
        """Whether validation found more than blind answers reach.

        Args:
            data, scores: what the model's card says of the training data and of validation; the
                file may hold anything there. Where they say nothing, so much is granted.
        """

    def unknown_warnings(self, name: str, records: Sequence[Record]) -> Iterator[Notice]:
        """Yield which targets of data of this name training lacks."""

    def calibration_error(self, scores: Scores, targets: Any) -> float | None:
        """Return how far the probabilities of the scores (n, O) are from how often they come true.

        On average, in [0, 1], of rows with known targets (n, ...); None where answers have none.
        """

    def sure(self, scores: Scores, least: float) -> Booleans:
        """Return (n,) which answers to the scores (n, O) are at least so probable.

        Raises:
            ConfigError: answers of the task are not sure or unsure as a whole.
        """

    @property
    def calibration(self) -> Sequence[str | Notice]:
        """Return lines about what was fitted to held-out rows; a warning is of a wish unmet."""

    @property
    def decides_by_wish(self) -> bool:
        """Whether thresholds decide that were wished for: what they find, others pay for."""

    def check_wishes(self, wished: Sequence[Wish], targets: Any | None) -> None:
        """Refuse what is wished of answers with a label, before anything is learned.

        Args:
            wished: at least one wish.
            targets: (n, ...) of the rows that are held out, None without any.

        Raises:
            ConfigError: no threshold can fulfil it (`thresholds.check`, `thresholds.refuse`).
        """

    def mistakes(self, scores: Scores, targets: Any) -> Mistakes:
        """Return the wrong answers to the scores (n, O) with targets (n, ...), the worst first."""

    def stratum(self, record: Record) -> Hashable:
        """Return which records a sample takes in the same share as this one."""

    def right(self, scores: Scores, targets: Any) -> Booleans | None:
        """Return (n,) which answers to the scores (n, O) are those of the targets (n, ...).

        None where answers are near or far, but not right or wrong.
        """

    def num_answers(self, scores: Scores) -> int:
        """Return how many different answers the scores (n, O) give."""

    def certainty(self, scores: Scores) -> Floats:
        """Return (n,) how far the answers are from others."""

    def support(self, scores: Scores, targets: Any) -> Floats:
        """Return (n,) how much the scores (n, O) speak for the targets (n, ...)."""

    def observed(self, targets: Any) -> Observed:
        """Return what is known of the targets (n, ...), so that states can be held against it.

        Where a target is a single one its `truth` is what `support` says, of `Steps` the geometric
        mean of the probabilities of their steps.
        """

    def agree(self, scores: Scores, others: Scores) -> Booleans:
        """Return (n,) where two sets of scores (n, O) give the same answer."""

    def distance(self, scores: Scores, others: Scores) -> Floats:
        """Return (n,) how far the answers to two sets of scores (n, O) are apart, in [0, 1]."""

    def explained(self, scores: Scores, target: str | None) -> Explained:
        """Return what to explain of the answer to the scores (1, O).

        Args:
            scores: of one input.
            target: what else to explain than the answer, as `check_target` let it pass.
        """

    def sides(self) -> tuple[Sequence[str], Floats]:
        """Return what scores can speak for: S names, and (O, S) how much each output does for each.

        With a linear path, the product of its weights (K, O) and these says what a feature does.
        """

    def check_target(self, target: str) -> None:
        """Refuse what `explained` could not explain.

        Raises:
            ConfigError: it is nothing that the model answers.
        """

    def arrays(self, scores: Scores, targets: Any) -> dict[str, npt.NDArray[Any]]:
        """Return targets and answers as `inspect-gates --npz` has them."""
