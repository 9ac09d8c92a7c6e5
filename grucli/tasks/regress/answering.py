"""What a model of numbers makes of its scores: answers, scorecards, explanations.

What only scoring asks is imported when it is asked: predicting need not wait for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.engine.packing import Floats
from grucli.errors import ConfigError, excerpt
from grucli.notices import Notice
from grucli.tasks.answer_layer import AnswerLayer
from grucli.tasks.columns import AnswerOptions, Columns, Mistakes, Quantities, quantity
from grucli.tasks.regress import answers
from grucli.tasks.regress.answers import NumberAnswer
from grucli.tasks.regress.explanation import NumberMargin
from grucli.tasks.regress.prediction_interval import PredictionInterval
from grucli.tasks.thresholds import Wish, refuse

if TYPE_CHECKING:
    from grucli.tasks.observed import Observed
    from grucli.tasks.pictures import Pictures
    from grucli.tasks.regress.baseline import Mean
    from grucli.tasks.scorecard import Measure, Scorecard

SAME = 0.1  # standard deviations: answers that are no farther apart are alike
TOLD = 3  # digits of a standard deviation, behind its first


class NumberAnswering:
    """The half of `Regress` that answers; its attributes are described there."""

    distance_title: ClassVar[str] = "the mean change in standard deviations, at most 1 each"

    mean: float
    scale: float
    low: float
    high: float
    levels: tuple[int, int] | None
    interval: PredictionInterval | None

    @property
    def decimals(self) -> int:
        """Digits behind the point of an answer: a thousandth of the standard deviation shows."""
        return max(0, TOLD - math.floor(math.log10(self.scale)))

    @property
    def half_width(self) -> float | None:
        """Half the width of the interval around an answer."""
        return None if self.interval is None else self.interval.size

    def values(self, scores: Floats) -> Floats:
        """Return (n,) answers to the scores (n, 1), in the unit of the targets."""
        values: Floats = self.mean + self.scale * scores[:, 0].astype(np.float64)
        return values

    def shown(self, value: float) -> str:
        """Return a number as it is answered."""
        return quantity(value, self.decimals)

    def target(self, value: float) -> str:
        """Return a target as text: a grade is whole."""
        return f"{value:.0f}" if self.levels else self.shown(value)

    def plain_outputs(self, number: int, labels: Sequence[str]) -> Floats:
        """Return (1, 2) what the output is of a number in the unit of the data, and of 1."""
        return np.array([[1.0, -self.mean]]) / self.scale

    @property
    def answer_layer(self) -> AnswerLayer:
        """How a score becomes a number in the unit of the targets."""
        return AnswerLayer(
            output="values",
            size=1,
            link="none",
            factors=(self.scale,),
            biases=(self.mean,),
            fields={"half_width": self.half_width},
        )

    def answers(self, scores: Floats, options: AnswerOptions) -> Columns:
        """Return the answers to the scores (n, 1) as columns."""
        return answers.columns(self.values(scores), self.half_width, self.decimals, options)

    def typed_answers(self, scores: Floats) -> list[NumberAnswer]:
        """Return the answers to the scores (n, 1) as objects for other programs."""
        return answers.typed_answers(self.values(scores), self.half_width)

    @classmethod
    def measures(cls) -> Sequence[Measure]:
        """Return the figures of a scorecard."""
        from grucli.tasks.regress.scorecard import MEASURES

        return MEASURES

    def measure(self, scores: Floats, targets: Floats, records: Sequence[Record]) -> Scorecard:
        """Return how well the scores (n, 1) answer; the arguments are those of `Task`."""
        from grucli.tasks.regress.scorecard import scorecard

        return scorecard(self.values(scores), targets, self.interval, self.levels, self.shown)

    def row_parts(self, scores: Floats, targets: Floats) -> Floats:
        """Return (n, 2): the squared error, and one row."""
        squares = (self.values(scores) - targets) ** 2
        return np.stack((squares, np.ones(len(squares))), axis=1)

    def figure_of(self, sums: Floats) -> Floats:
        """Return the RMSE."""
        rmse: Floats = np.sqrt(sums[:, 0] / sums[:, 1])
        return rmse

    def pictures(self, scores: Floats, targets: Floats) -> Pictures:
        """Return what the scores (n, 1) give to be drawn."""
        from grucli.tasks.regress.scorecard import pictures

        return pictures(self.values(scores), targets, self.interval)

    def baseline(self, targets: Floats) -> Mean:
        """Return what answering the mean of (n,) targets reaches."""
        from grucli.tasks.regress.baseline import Mean

        return Mean.of(targets)

    def has_learned(self, data: Mapping[str, Any], scores: Mapping[str, Any]) -> bool:
        """Whether validation found more than the mean reaches, unless the card is silent."""
        from grucli.tasks.regress.baseline import Mean
        from grucli.tasks.regress.metrics import NORMAL_RMSE

        rmse: Any = scores.get("kept_rmse", scores.get("valid_rmse"))
        rows: Any = data.get("valid_rows") or data.get("rows")
        try:
            error = NORMAL_RMSE / math.sqrt(rows)
            return Mean(rows=rows, value=self.scale, error=error).is_passed_by(rmse)
        except (TypeError, ValueError, ArithmeticError):
            return True

    def unknown_warnings(self, name: str, records: Sequence[Record]) -> Iterator[Notice]:
        """Yield nothing: a number may be one that training lacks."""
        yield from ()

    def sure(self, scores: Floats, least: float) -> npt.NDArray[np.bool_]:
        """Refuse: numbers have no probability."""
        raise ConfigError("--min-prob: numbers have no probability; omit it")

    def calibration_error(self, scores: Floats, targets: Floats) -> None:
        """Return nothing: numbers have no probabilities."""

    @property
    def decides_by_wish(self) -> bool:
        """Never: numbers have no thresholds."""
        return False

    def check_wishes(self, wished: Sequence[Wish], targets: Floats | None) -> None:
        """Refuse any: numbers have no labels; the arguments are those of `Task`."""
        refuse(wished, "regress")

    def mistakes(self, scores: Floats, targets: Floats) -> Mistakes:
        """Return all answers, the farthest off first."""
        values = self.values(scores)
        errors = values - targets
        rows = np.argsort(-np.abs(errors), kind="stable")
        columns = {"predicted": values[rows], "error": errors[rows]}
        return Mistakes(
            rows=rows,
            answers={
                name: Quantities(values=column, decimals=self.decimals)
                for name, column in columns.items()
            },
        )

    @property
    def listed(self) -> str:
        """From where to where the targets of training reach."""
        return f"numbers from {self.target(self.low)} to {self.target(self.high)}"

    @property
    def size(self) -> str:
        """How many numbers an answer has."""
        return "1 number"

    def stratum(self, record: Record) -> None:
        """Return the same for all records: a sample is drawn from the whole."""

    def right(self, scores: Floats, targets: Floats) -> None:
        """Return nothing: numbers are near or far."""

    def num_answers(self, scores: Floats) -> int:
        """Return how many answers differ as they are shown."""
        return len(set(map(self.shown, self.values(scores).tolist())))

    def certainty(self, scores: Floats) -> Floats:
        """Return (n,) how far the answers are from the mean [standard deviations]."""
        size: Floats = np.abs(scores[:, 0])
        return size

    def support(self, scores: Floats, targets: Floats) -> Floats:
        """Return (n,) how near the answers are to the targets, at most 0."""
        nearness: Floats = -np.abs(self.values(scores) - targets)
        return nearness

    def observed(self, targets: Floats) -> Observed:
        """Return the numbers that are known."""
        from grucli.tasks.observed import OF_NUMBER, Observed

        return Observed.of_numbers(targets, OF_NUMBER)

    def agree(self, scores: Floats, others: Floats) -> npt.NDArray[np.bool_]:
        """Return (n,) where answers are no more than a tenth of a standard deviation apart."""
        same: npt.NDArray[np.bool_] = np.abs(scores - others)[:, 0] <= SAME
        return same

    def distance(self, scores: Floats, others: Floats) -> Floats:
        """Return (n,) how far answers are apart [standard deviations], at most 1."""
        apart: Floats = np.minimum(np.abs(scores - others)[:, 0], 1.0)
        return apart

    def explained(self, scores: Floats, target: str | None) -> NumberMargin:
        """Return the difference of the answer from the mean."""
        return NumberMargin(
            value=float(self.values(scores)[0]),
            mean=self.mean,
            scale=self.scale,
            low=self.low,
            high=self.high,
            decimals=self.decimals,
        )

    def sides(self) -> tuple[tuple[str, ...], Floats]:
        """Return that the score raises the answer or lowers it, in the unit of the targets."""
        return ("higher", "lower"), np.array([[self.scale, -self.scale]])

    def check_target(self, target: str) -> None:
        """Refuse any.

        Raises:
            ConfigError: always: there is nothing to explain but the answer.
        """
        raise ConfigError(
            f"--target: the model answers with one number, not with '{excerpt(target)}'; omit it"
        )

    def arrays(self, scores: Floats, targets: Floats) -> dict[str, npt.NDArray[Any]]:
        """Return targets and answers."""
        return {"targets": targets, "predictions": self.values(scores)}
