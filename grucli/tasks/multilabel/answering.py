"""What a model with any number of labels makes of its scores: answers, scorecards, explanations.

What only scoring asks is imported when it is asked: predicting need not wait for it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.engine.packing import Floats, Integers
from grucli.errors import ConfigError
from grucli.notices import Notice
from grucli.tasks import label_names, unknown_labels
from grucli.tasks.answer_layer import AnswerLayer
from grucli.tasks.classify.answering import check_label
from grucli.tasks.columns import AnswerOptions, Columns, Lists, Mistakes
from grucli.tasks.multilabel import answers
from grucli.tasks.multilabel.answers import LabelSet
from grucli.tasks.multilabel.decision import Booleans, Decision, set_probability
from grucli.tasks.multilabel.explanation import LabelScore
from grucli.tasks.multilabel.label_sets import divided, labels_of, rows_of_each, separator_for
from grucli.tasks.thresholds import Threshold, Wish, check

if TYPE_CHECKING:
    from grucli.tasks.multilabel.baseline import FixedSet
    from grucli.tasks.observed import Observed
    from grucli.tasks.pictures import Pictures
    from grucli.tasks.scorecard import Measure, Scorecard


class SetAnswering:
    """The half of `Multilabel` that answers.

    Attributes:
        labels: (C,) all that can be answered.
        decision: how each is decided.
        wishes: thresholds that were wished for, which are among those of the decision.
    """

    distance_title: ClassVar[str] = "the mean of the largest change of a probability"

    labels: tuple[str, ...]
    decision: Decision
    wishes: tuple[Threshold, ...]

    def plain_outputs(self, number: int, labels: Sequence[str]) -> Floats:
        """Return (C, number + 1) what each output is of logits in the order of these labels."""
        return label_names.plain_outputs(self.labels, labels)

    @property
    def answer_layer(self) -> AnswerLayer:
        """How scores become probabilities, and from which on labels are answered."""
        return AnswerLayer(
            output="probabilities",
            size=len(self.labels),
            link="sigmoid",
            factors=self.decision.factors,
            biases=self.decision.biases,
            fields={"labels": list(self.labels), "thresholds": list(self.decision.thresholds)},
        )

    def answers(self, scores: Floats, options: AnswerOptions) -> Columns:
        """Return the answers to the scores (n, C) as columns."""
        return answers.columns(self.labels, self.decision, scores, options)

    def typed_answers(self, scores: Floats) -> list[LabelSet]:
        """Return the answers to the scores (n, C) as objects for other programs."""
        return answers.typed_answers(self.labels, self.decision, scores)

    @classmethod
    def measures(cls) -> Sequence[Measure]:
        """Return the figures of a scorecard."""
        from grucli.tasks.multilabel.scorecard import MEASURES

        return MEASURES

    def measure(self, scores: Floats, targets: Integers, records: Sequence[Record]) -> Scorecard:
        """Return how well the scores (n, C) answer; the arguments are those of `Task`."""
        from grucli.tasks.multilabel.scorecard import scorecard

        return scorecard(self.labels, self.decision, scores, targets, self._unknown(records))

    def pictures(self, scores: Floats, targets: Integers) -> Pictures:
        """Return what the scores (n, C) give to be drawn."""
        from grucli.tasks.multilabel.scorecard import pictures

        return pictures(self.labels, self.decision, scores, targets)

    @property
    def decides_by_wish(self) -> bool:
        """Whether a threshold decides that was wished for."""
        return any(one.least is not None for one in self.wishes)

    def check_wishes(self, wished: Sequence[Wish], targets: Integers | None) -> None:
        """Refuse wishes that no thresholds can fulfil; the arguments are those of `Task`."""
        rows = None
        if targets is not None:
            counts = divided(targets)[0].sum(axis=0, dtype=np.int64).tolist()
            rows = dict(zip(self.labels, counts, strict=True))
        check(wished, self.labels, rows)

    def sure(self, scores: Floats, least: float) -> Booleans:
        """Refuse: each label of an answer has its own probability."""
        raise ConfigError("--min-prob: each label of an answer has its own probability; omit it")

    def calibration_error(self, scores: Floats, targets: Integers) -> None:
        """Return None: no factor of all scores makes them true, but one of each label does."""

    def row_parts(self, scores: Floats, targets: Integers) -> Floats:
        """Return (n, 2): labels answered rightly, and labels that are there or answered."""
        sets, (truth, lacking) = self.decision.sets(scores), divided(targets)
        hits = (sets & (truth > 0)).sum(axis=1)
        either = sets.sum(axis=1) + truth.sum(axis=1, dtype=np.int64) + lacking
        return np.stack((hits, either), axis=1).astype(np.float64)

    def figure_of(self, sums: Floats) -> Floats:
        """Return micro-F1, 0 where there is no label at all."""
        f1: Floats = 2 * sums[:, 0] / np.maximum(sums[:, 1], 1.0)
        return f1

    def baseline(self, targets: Integers) -> FixedSet:
        """Return what the best set that is the same for all rows reaches."""
        from grucli.tasks.multilabel.baseline import FixedSet

        return FixedSet.of(targets, self.labels)

    def has_learned(self, data: Mapping[str, Any], scores: Mapping[str, Any]) -> bool:
        """Whether validation found more than a fixed set reaches, unless the card is silent."""
        from grucli.tasks.multilabel.baseline import FixedSet

        value: Any = scores.get("kept_micro_f1", scores.get("valid_micro_f1"))
        try:
            rows = data["rows"] + data["valid_rows"]
            fixed = FixedSet.of_counts(np.array(data["label_rows"]), rows, 0, self.labels)
            judged = FixedSet(rows=data["valid_rows"] or rows, value=fixed.value, size=fixed.size)
            return judged.is_passed_by(value)
        except (TypeError, ValueError, KeyError, IndexError, ArithmeticError):
            return True

    def unknown_warnings(self, name: str, records: Sequence[Record]) -> Iterator[Notice]:
        """Yield which labels of data of this name training lacks, in one line."""
        return unseen(name, records, self.labels)

    def mistakes(self, scores: Floats, targets: Integers) -> Mistakes:
        """Return the answers with a label too many or too few, the least probable truth first."""
        p, (truth, _) = self.decision.probabilities(scores), divided(targets)
        wrong = np.flatnonzero(~self.right(scores, targets))
        rows = wrong[np.argsort(set_probability(p[wrong], truth[wrong] > 0), kind="stable")]
        sets = self.decision.chosen(p[rows])
        between = separator_for(self.labels, None)
        named = list(answers.names_of(self.labels, sets))
        whole = set_probability(p[rows], sets).tolist()
        return Mistakes(
            rows=rows,
            answers={"predicted": list(map(between.join, named)), "probability": whole},
            fields={"predicted": Lists(values=named), "probability": whole},
            separator=between,
        )

    @property
    def listed(self) -> str:
        """How many labels there are, and the first of them."""
        return label_names.listed(self.labels)

    @property
    def size(self) -> str:
        """How many labels there are."""
        return f"{len(self.labels)} labels"

    def stratum(self, record: Record) -> Hashable:
        """Return the first label: a sample has every such label in its share."""
        return next(iter(labels_of(record)), None)

    def right(self, scores: Floats, targets: Integers) -> Booleans:
        """Return (n,) which answers have all labels of the row and no other."""
        truth, lacking = divided(targets)
        equal: Booleans = (self.decision.sets(scores) == (truth > 0)).all(axis=1)
        equal &= lacking == 0
        return equal

    def num_answers(self, scores: Floats) -> int:
        """Return how many sets are an answer."""
        return len(np.unique(self.decision.sets(scores), axis=0))

    def certainty(self, scores: Floats) -> Floats:
        """Return (n,) how far the probability nearest to its threshold is from it."""
        gaps = np.abs(self.decision.probabilities(scores) - np.array(self.decision.thresholds))
        nearest: Floats = gaps.min(axis=1)
        return nearest

    def support(self, scores: Floats, targets: Integers) -> Floats:
        """Return (n,) the probability of the true set, 0 where training lacks a label of it."""
        truth, lacking = divided(targets)
        p = set_probability(self.decision.probabilities(scores), truth > 0)
        p[lacking > 0] = 0.0
        return p

    def observed(self, targets: Integers) -> Observed:
        """Return which rows have which labels."""
        from grucli.tasks.observed import OF_SET, Observed

        return Observed.of_sets(divided(targets)[0] > 0, self.labels, OF_SET)

    def agree(self, scores: Floats, others: Floats) -> Booleans:
        """Return (n,) where the sets are the same."""
        same: Booleans = (self.decision.sets(scores) == self.decision.sets(others)).all(axis=1)
        return same

    def distance(self, scores: Floats, others: Floats) -> Floats:
        """Return (n,) the largest change of a label's probability, in [0, 1]."""
        p, q = map(self.decision.probabilities, (scores, others))
        moved: Floats = np.abs(p - q).max(axis=1)
        return moved

    def explained(self, scores: Floats, target: str | None) -> LabelScore:
        """Return the score of a label, the most probable one if `target` is None."""
        chosen = None if target is None else self.labels.index(target)
        return LabelScore.of(self.labels, self.decision, scores, chosen)

    def sides(self) -> tuple[tuple[str, ...], Floats]:
        """Return the labels, each of which has a logit of its own."""
        return self.labels, np.eye(len(self.labels))

    def check_target(self, target: str) -> None:
        """Refuse what is no label.

        Raises:
            ConfigError: it is none.
        """
        check_label(target, self.labels)

    def arrays(self, scores: Floats, targets: Integers) -> dict[str, npt.NDArray[Any]]:
        """Return true labels, answers and probabilities, (n, C) each."""
        p, (truth, _) = self.decision.probabilities(scores), divided(targets)
        return {
            "targets": truth > 0,
            "predictions": self.decision.chosen(p),
            "probabilities": p,
        }

    def _unknown(self, records: Sequence[Record]) -> dict[str, int]:
        counts = rows_of_each(records)
        return {label: counts[label] for label in counts if label not in set(self.labels)}


def unseen(name: str, records: Sequence[Record], known: Sequence[str]) -> Iterator[Notice]:
    """Yield which labels of data of this name are not known, in one line."""
    names = set(known)
    unknown = {k: rows for k, rows in rows_of_each(records).items() if k not in names}
    if unknown:
        yield unknown_labels.notice(name, unknown, known, "missed")
