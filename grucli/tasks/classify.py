"""Classification: one label a sequence, out of those that training has seen.

What only training or scoring asks is imported when it is asked: predicting need not wait for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.engine import blend_factors, ridge
from grucli.engine.packing import Floats, Integers
from grucli.engine.sparse_linear import Sparse
from grucli.errors import DataError, excerpt
from grucli.notices import Notice
from grucli.tasks import label_answers, label_explanation, label_learning, unknown_labels
from grucli.tasks.columns import AnswerOptions, Columns, Mistakes
from grucli.tasks.label_answers import Answer
from grucli.tasks.label_explanation import LabelMargin
from grucli.tasks.label_learning import CrossEntropy, class_weights
from grucli.tasks.task import FigureKind, HeldOut, LinearLayer

if TYPE_CHECKING:
    from grucli.tasks.baseline import Majority
    from grucli.tasks.measure import Measure
    from grucli.tasks.scorecard import Scorecard

LISTED_LABELS, LABEL_WIDTH = 12, 24


@dataclass(frozen=True, kw_only=True)
class Classify:
    """One of C labels a sequence; two of them share one output, which speaks for the second.

    Attributes:
        labels: (C,) distinct, at least 2; the class of a label is its index.
    """

    name: ClassVar[str] = label_learning.TASK
    noun: ClassVar[str] = "label"
    distance_title: ClassVar[str] = "the mean change of the probabilities"
    has_linear_path: ClassVar[bool] = True
    objective_type: ClassVar[type[CrossEntropy]] = CrossEntropy

    figures: ClassVar[tuple[FigureKind, ...]] = (
        FigureKind(name="accuracy", title="accuracy", high=1.0),
        FigureKind(name="macro_f1", title="macro-F1", high=1.0),
    )

    labels: tuple[str, ...]

    @classmethod
    def fit(cls, name: str, records: Sequence[Record]) -> Self:
        """Return the task of a file's distinct labels, sorted.

        Raises:
            DataError: there are fewer than two.
        """
        labels = tuple(sorted(_rows_of_each(records)))
        if len(labels) < 2:
            raise DataError(f"{name}: has one class ({excerpt(labels[0])}); need two")
        return cls(labels=labels)

    @classmethod
    def from_json(cls, meta: Mapping[str, Any]) -> Self:
        """Return the task of a model file's object with "labels".

        Raises:
            KeyError, ValueError: they are missing, or no list of two distinct texts or more.
        """
        names = meta["labels"]
        are_names = isinstance(names, list) and all(isinstance(name, str) for name in names)
        if not are_names or len(names) < 2 or len(set(names)) != len(names):
            raise ValueError("labels do not fit")
        return cls(labels=tuple(names))

    def to_json(self) -> dict[str, Any]:
        """Return what a model file keeps of it."""
        return {"task": self.name, "labels": list(self.labels)}

    @property
    def num_outputs(self) -> int:
        """O: 1 for two classes, else C."""
        return 1 if len(self.labels) == 2 else len(self.labels)

    def head_json(self) -> dict[str, int]:
        """Return C, by its name in a model file."""
        return {"num_classes": len(self.labels)}

    def encode(self, records: Sequence[Record]) -> npt.NDArray[np.int64]:
        """Return (n,) the class of each record, -1 for a label that is not among `labels`."""
        index = {label: k for k, label in enumerate(self.labels)}
        return np.array([index.get(record.label or "", -1) for record in records], np.int64)

    def describe(self, records: Sequence[Record]) -> str:
        """Return the first labels, each with its rows."""
        counts, names = _rows_of_each(records), self.labels
        listed = ", ".join(f"{excerpt(name)} {counts[name]:,}" for name in names[:LISTED_LABELS])
        more = f", and {len(names) - LISTED_LABELS} more" if len(names) > LISTED_LABELS else ""
        return f"{len(names)} labels: {listed}{more}"

    def facts(self, records: Sequence[Record]) -> dict[str, Any]:
        """Return the rows of each label."""
        counts = _rows_of_each(records)
        return {"label_rows": [counts[label] for label in self.labels]}

    def named_facts(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return facts with the rows of each label beside its name."""
        others = {name: value for name, value in facts.items() if name != "label_rows"}
        return {**others, "labels": dict(zip(self.labels, facts["label_rows"], strict=True))}

    def strata(self, targets: Integers) -> Integers:
        """Return the classes: each part of a split has its share of every one."""
        return targets

    def can_learn_from(self, targets: Integers) -> bool:
        """Whether there are two classes or more."""
        return len(np.unique(targets)) > 1

    def check_known(self, name: str, records: Sequence[Record], owner: str) -> None:
        """Refuse data of which no row has one of the labels; the arguments are those of `Task`.

        Raises:
            DataError: none has.
        """
        unknown_labels.check_known(name, _rows_of_each(records), self.labels, owner)

    def target_warnings(
        self, name: str, records: Sequence[Record], settings: Mapping[str, Any]
    ) -> Iterator[Notice]:
        """Yield what is odd in the labels of a training file."""
        from grucli.tasks import label_checks

        is_balanced = settings["class_weight"] != "none"
        return label_checks.of_training(name, _rows_of_each(records), is_balanced)

    def unseen_warnings(
        self, train: Sequence[Record], name: str, valid: Sequence[Record]
    ) -> Iterator[Notice]:
        """Yield what labels the validation part of this name has that the training part lacks."""
        from grucli.tasks import label_checks

        return label_checks.unseen(train, name, valid)

    def size_warnings(self, targets: npt.NDArray[np.int64]) -> Iterator[Notice]:
        """Yield that rows to validate on are too few to tell settings apart."""
        from grucli.tasks import label_checks

        return label_checks.of_number(targets)

    def objective(self, settings: Mapping[str, Any]) -> CrossEntropy:
        """Return the loss, as the config's section `training` has it."""
        return CrossEntropy(label_smoothing=settings["label_smoothing"])

    def known(self, targets: Integers) -> npt.NDArray[np.bool_]:
        """Return (n,) which rows have a label of these."""
        return targets >= 0

    def row_losses(self, scores: Floats, targets: Integers) -> Floats:
        """Return (n,) the loss of each row [nat], of rows with known labels."""
        return label_learning.row_losses(scores, targets)

    def blend(self, branches: Floats, targets: Integers) -> Floats:
        """Return (P,) factors of the logits (P, n, O) of P branches, with the lowest loss."""
        return blend_factors.fit(branches, targets)

    def share_of_first(self, first: Floats, second: Floats) -> float:
        """Return the first branch's part of the margins, in [0, 1]."""
        return label_learning.share_of_first(first, second)

    def learn_sparse(
        self,
        rows: Sparse,
        targets: Integers,
        weights: Floats,
        *,
        num_features: int,
        rng: np.random.Generator,
    ) -> LinearLayer:
        """Learn logits of sparse features by gradient descent; the arguments are as in `Task`."""
        return label_learning.learn_sparse(
            rows,
            targets,
            weights,
            num_features=num_features,
            num_classes=len(self.labels),
            rng=rng,
        )

    def learn_dense(self, rows: Floats, targets: Integers, weights: Floats) -> LinearLayer:
        """Learn logits of dense features (n, K) by ridge regression, each label against others."""
        return ridge.fit(rows, targets, weights, len(self.labels))

    def held_out(self, scores: Floats, targets: Integers) -> HeldOut:
        """Score rows that were not learned from."""
        return label_learning.held_out(self.labels, scores, targets)

    def row_factors(self, targets: Integers, settings: Mapping[str, Any]) -> Floats | None:
        """Return (n,) what multiplies the weight of each row, None for nothing.

        Raises:
            ConfigError: `class_weight` names an unknown label.
        """
        setting = settings["class_weight"]
        return None if setting == "none" else class_weights(setting, self.labels, targets)[targets]

    def answers(self, scores: Floats, options: AnswerOptions) -> Columns:
        """Return the answers to the logits (n, O) as columns."""
        return label_answers.columns(self.labels, scores, options)

    def typed_answers(self, scores: Floats) -> list[Answer]:
        """Return the answers to the logits (n, O) as objects for other programs."""
        return label_answers.typed_answers(self.labels, scores)

    @classmethod
    def measures(cls) -> Sequence[Measure]:
        """Return the figures of a scorecard."""
        from grucli.tasks.label_scorecard import MEASURES

        return MEASURES

    def measure(self, scores: Floats, targets: Integers, records: Sequence[Record]) -> Scorecard:
        """Return how well the logits (n, O) answer; the arguments are those of `Task`."""
        from grucli.tasks.label_scorecard import scorecard

        return scorecard(self.labels, scores, targets, self._unknown(records))

    def baseline(self, targets: npt.NDArray[np.int64]) -> Majority:
        """Return what the majority reaches; of -1, an unknown label, no answer is right."""
        from grucli.tasks.baseline import Majority

        return Majority.of(targets)

    def has_learned(self, data: Mapping[str, Any], scores: Mapping[str, Any]) -> bool:
        """Whether validation found more than the majority reaches, unless the card is silent."""
        from grucli.tasks.baseline import Majority

        return Majority.is_passed_in(data, scores)

    def unknown_warnings(self, name: str, records: Sequence[Record]) -> Iterator[Notice]:
        """Yield which labels of data of this name training lacks, in one line."""
        if unknown := self._unknown(records):
            yield unknown_labels.unseen_labels(name, unknown, self.labels)

    def _unknown(self, records: Sequence[Record]) -> Counter[str]:
        """Return the rows of each label that is not among `labels`."""
        known = {None, *self.labels}
        return Counter(record.label or "" for record in records if record.label not in known)

    def mistakes(self, scores: Floats, targets: Integers) -> Mistakes:
        """Return the wrong answers, the most confident first."""
        return label_answers.mistakes(self.labels, scores, targets)

    @property
    def listed(self) -> str:
        """How many labels there are, and the first of them."""
        shown = ", ".join(excerpt(label, LABEL_WIDTH) for label in self.labels[:LISTED_LABELS])
        more = len(self.labels) - LISTED_LABELS
        return f"{self.size}: {shown}{f' and {more} more' if more > 0 else ''}"

    @property
    def size(self) -> str:
        """How many labels there are."""
        return f"{len(self.labels)} labels"

    def right(self, scores: Floats, targets: Integers) -> npt.NDArray[np.bool_]:
        """Return (n,) whose highest logit is that of the true class; none of -1 is."""
        hits: npt.NDArray[np.bool_] = label_explanation.answers(scores) == targets
        return hits

    def num_answers(self, scores: Floats) -> int:
        """Return how many labels are an answer."""
        return len(np.unique(label_explanation.answers(scores)))

    def certainty(self, scores: Floats) -> Floats:
        """Return (n,) the margins of the answers over the runners-up [logit]."""
        return label_explanation.certainty(scores)

    def support(self, scores: Floats, targets: Integers) -> Floats:
        """Return (n,) the probability of the true class, 0 where training lacks its label."""
        return label_explanation.support(scores, targets)

    def agree(self, scores: Floats, others: Floats) -> npt.NDArray[np.bool_]:
        """Return (n,) where the labels are the same."""
        first, second = map(label_explanation.answers, (scores, others))
        same: npt.NDArray[np.bool_] = first == second
        return same

    def distance(self, scores: Floats, others: Floats) -> Floats:
        """Return (n,) the total variation between the probabilities, in [0, 1]."""
        return label_explanation.distance(scores, others)

    def explained(self, scores: Floats, target: str | None) -> LabelMargin:
        """Return the margin of a label, the answer if `target` is None."""
        chosen = None if target is None else self.labels.index(target)
        return LabelMargin.of(self.labels, scores, chosen)

    def check_target(self, target: str) -> None:
        """Refuse what is no label.

        Raises:
            ConfigError: it is none.
        """
        label_explanation.check_label(self.labels, target)

    def arrays(self, scores: Floats, targets: Integers) -> dict[str, npt.NDArray[Any]]:
        """Return true classes, answers and probabilities."""
        return label_explanation.arrays(scores, targets)


def _rows_of_each(records: Sequence[Record]) -> Counter[str]:
    """Return how many records have each label."""
    return Counter(record.label or "" for record in records)
