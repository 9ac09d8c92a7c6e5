"""What a classifier makes of its logits: answers, scorecards, explanations.

What only scoring asks is imported when it is asked: predicting need not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.engine import losses
from grucli.engine.blend_factors import both_classes
from grucli.engine.packing import Floats, Integers
from grucli.errors import ConfigError, did_you_mean, excerpt
from grucli.notices import Notice
from grucli.tasks import label_names, unknown_labels
from grucli.tasks.answer_layer import AnswerLayer
from grucli.tasks.classify import answers, deciding, explanation
from grucli.tasks.classify.answers import Answer
from grucli.tasks.classify.explanation import LabelMargin
from grucli.tasks.columns import AnswerOptions, Columns, Mistakes

if TYPE_CHECKING:
    from grucli.tasks.classify.baseline import Majority
    from grucli.tasks.observed import Observed
    from grucli.tasks.pictures import Pictures
    from grucli.tasks.scorecard import Measure, Scorecard
    from grucli.tasks.thresholds import Threshold


class LabelAnswering:
    """The half of `Classify` that answers.

    Attributes:
        labels: (C,) the classes.
        thresholds: of some of them, in the order in which they decide.
    """

    distance_title: ClassVar[str] = "the mean change of the probabilities"

    labels: tuple[str, ...]
    thresholds: tuple[Threshold, ...]

    @property
    def levels(self) -> deciding.Levels:
        """What the thresholds ask of probabilities."""
        return deciding.levels_of(self.labels, self.thresholds)

    def plain_outputs(self, number: int, labels: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return (O, number + 1) what each output is of logits in the order of these labels."""
        chosen = label_names.plain_outputs(self.labels, labels)
        if len(self.labels) > 2:
            return chosen
        if number == 1:
            return np.array([[1.0 if tuple(labels) == self.labels else -1.0, 0.0]])
        return chosen[1:] - chosen[:1]

    @property
    def decides_by_wish(self) -> bool:
        """Whether a threshold decides that was wished for."""
        return bool(self.levels)

    @property
    def answer_layer(self) -> AnswerLayer:
        """How logits become probabilities, and which of them decide."""
        levels = [{"label": self.labels[k], "least": least} for k, least in self.levels]
        return AnswerLayer(
            output="probabilities",
            size=len(self.labels),
            link="both" if len(self.labels) == 2 else "softmax",
            fields={"labels": list(self.labels), "thresholds": levels},
        )

    def answers(self, scores: Floats, options: AnswerOptions) -> Columns:
        """Return the answers to the logits (n, O) as columns."""
        return answers.columns(self.labels, self.levels, scores, options)

    def typed_answers(self, scores: Floats) -> list[Answer]:
        """Return the answers to the logits (n, O) as objects for other programs."""
        return answers.typed_answers(self.labels, self.levels, scores)

    @classmethod
    def measures(cls) -> Sequence[Measure]:
        """Return the figures of a scorecard."""
        from grucli.tasks.classify.scorecard import MEASURES

        return MEASURES

    def measure(self, scores: Floats, targets: Integers, records: Sequence[Record]) -> Scorecard:
        """Return how well the logits (n, O) answer; the arguments are those of `Task`."""
        from grucli.tasks.classify.scorecard import scorecard

        unknown = unknown_labels.unknown_rows(records, self.labels)
        return scorecard(self.labels, self.levels, scores, targets, unknown)

    def row_parts(self, scores: Floats, targets: Integers) -> Floats:
        """Return (n, 2): whether the answer is right, and one row."""
        return np.stack((self.right(scores, targets), np.ones(len(targets))), axis=1)

    def figure_of(self, sums: Floats) -> Floats:
        """Return the accuracy."""
        accuracy: Floats = sums[:, 0] / sums[:, 1]
        return accuracy

    def pictures(self, scores: Floats, targets: Integers) -> Pictures:
        """Return what the logits (n, O) give to be drawn."""
        from grucli.tasks.classify.scorecard import pictures

        return pictures(self.labels, self.levels, scores, targets)

    def baseline(self, targets: npt.NDArray[np.int64]) -> Majority:
        """Return what the majority reaches; of -1, an unknown label, no answer is right."""
        from grucli.tasks.classify.baseline import Majority

        return Majority.of(targets)

    def has_learned(self, data: Mapping[str, Any], scores: Mapping[str, Any]) -> bool:
        """Whether validation found more than the majority reaches, unless the card is silent."""
        from grucli.tasks.classify.baseline import Majority

        accuracy: Any = scores.get("kept_accuracy", scores.get("valid_accuracy"))
        rows: Any = data.get("valid_rows") or data.get("rows")
        counts: Any = data.get("label_rows")
        try:
            return Majority(rows=rows, value=max(counts) / sum(counts)).is_passed_by(accuracy)
        except (TypeError, ValueError, ArithmeticError):
            return True

    def unknown_warnings(self, name: str, records: Sequence[Record]) -> Iterator[Notice]:
        """Yield which labels of data of this name training lacks, in one line."""
        return unknown_labels.warnings(name, records, self.labels)

    def sure(self, scores: Floats, least: float) -> npt.NDArray[np.bool_]:
        """Return (n,) which answers are at least so probable, as `predict` prints it."""
        p = losses.probabilities(scores)
        own = p[np.arange(len(p)), deciding.classes(self.levels, p)]
        found: npt.NDArray[np.bool_] = own.round(answers.DIGITS) >= least
        return found

    def calibration_error(self, scores: Floats, targets: Integers) -> float:
        """Return the mean gap between the probabilities of the answers and how many are right."""
        from grucli.tasks.class_scores import calibration_error

        p = losses.probabilities(scores)
        return calibration_error(p.max(axis=1), p.argmax(axis=1) == targets)

    def mistakes(self, scores: Floats, targets: Integers) -> Mistakes:
        """Return the wrong answers, the most confident first."""
        p = losses.probabilities(scores)
        answered = deciding.classes(self.levels, p)
        confidence = p[np.arange(len(p)), answered]
        wrong = np.flatnonzero(answered != targets)
        rows = wrong[np.argsort(-confidence[wrong], kind="stable")]
        predicted = [self.labels[k] for k in answered[rows].tolist()]
        return Mistakes(
            rows=rows, answers={"predicted": predicted, "probability": confidence[rows].tolist()}
        )

    @property
    def listed(self) -> str:
        """How many labels there are, and the first of them."""
        return label_names.listed(self.labels)

    @property
    def size(self) -> str:
        """How many labels there are."""
        return f"{len(self.labels)} labels"

    def stratum(self, record: Record) -> str | None:
        """Return the label: a sample has every label in its share."""
        return record.label

    def right(self, scores: Floats, targets: Integers) -> npt.NDArray[np.bool_]:
        """Return (n,) which answers are the true class; none of -1 is."""
        hits: npt.NDArray[np.bool_] = explanation.answers(scores, self.levels) == targets
        return hits

    def num_answers(self, scores: Floats) -> int:
        """Return how many labels are an answer."""
        return len(np.unique(explanation.answers(scores, self.levels)))

    def certainty(self, scores: Floats) -> Floats:
        """Return (n,) the margins of the answers over the runners-up [logit]."""
        ranked = np.sort(both_classes(scores), axis=1)
        margins: Floats = ranked[:, -1] - ranked[:, -2]
        return margins

    def support(self, scores: Floats, targets: Integers) -> Floats:
        """Return (n,) the probability of the true class, 0 where training lacks its label."""
        p = explanation.probabilities(scores)
        truth: Floats = np.where(targets >= 0, p[np.arange(len(p)), targets], 0.0)
        return truth

    def observed(self, targets: Integers) -> Observed:
        """Return which rows have which label."""
        from grucli.tasks.observed import OF_LABEL, Observed

        return Observed.of_classes(targets, self.labels.__getitem__, "label", OF_LABEL)

    def agree(self, scores: Floats, others: Floats) -> npt.NDArray[np.bool_]:
        """Return (n,) where the labels are the same."""
        first, second = (explanation.answers(each, self.levels) for each in (scores, others))
        same: npt.NDArray[np.bool_] = first == second
        return same

    def distance(self, scores: Floats, others: Floats) -> Floats:
        """Return (n,) the total variation between the probabilities, in [0, 1]."""
        change = explanation.probabilities(others) - explanation.probabilities(scores)
        moved: Floats = np.abs(change).sum(axis=1) / 2
        return moved

    def explained(self, scores: Floats, target: str | None) -> LabelMargin:
        """Return the margin of a label, the answer if `target` is None."""
        chosen = None if target is None else self.labels.index(target)
        return LabelMargin.of(self.labels, scores, chosen, self.levels)

    def sides(self) -> tuple[tuple[str, ...], Floats]:
        """Return the labels, and how far each logit takes one from the mean of all, or the other.

        The one logit of two labels is how far the second is before the first.
        """
        count = len(self.labels)
        pulls = np.array([[-1.0, 1.0]]) if count == 2 else np.eye(count) - 1 / count
        return self.labels, pulls

    def check_target(self, target: str) -> None:
        """Refuse what is no label.

        Raises:
            ConfigError: it is none.
        """
        check_label(target, self.labels)

    def arrays(self, scores: Floats, targets: Integers) -> dict[str, npt.NDArray[Any]]:
        """Return true classes, answers and probabilities."""
        p = explanation.probabilities(scores)
        return {
            "targets": targets,
            "predictions": deciding.classes(self.levels, p),
            "probabilities": p,
        }


def check_label(target: str, labels: Sequence[str]) -> None:
    """Refuse to explain what is none of a model's labels.

    Raises:
        ConfigError: it is none.
    """
    if target not in labels:
        listed = excerpt(", ".join(labels), 80)
        mend = did_you_mean(target, labels) or f"; the labels are {listed}"
        raise ConfigError(f"--target: the model has no label '{excerpt(target)}'{mend}")
