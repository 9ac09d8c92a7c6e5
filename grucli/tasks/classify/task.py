"""Classification: one label a sequence, out of those that training has seen.

What only training asks is imported when it is asked: predicting need not wait for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record, TargetForm
from grucli.data.stored import column
from grucli.engine import blend_factors, losses, ridge
from grucli.engine.blend_factors import both_classes
from grucli.engine.packing import Floats, Integers
from grucli.engine.sparse_linear import Sparse
from grucli.errors import DataError, excerpt
from grucli.notices import Notice
from grucli.tasks import label_names, unknown_labels
from grucli.tasks.classify import deciding
from grucli.tasks.classify.answering import LabelAnswering
from grucli.tasks.classify.learning import CrossEntropy, class_weights, learn_sparse
from grucli.tasks.target_facts import TargetFacts
from grucli.tasks.task import FigureKind, HeldOut, LinearLayer
from grucli.tasks.unfit_settings import refuse_loss
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.tasks.thresholds import Threshold, Wish


@dataclass(frozen=True, kw_only=True)
class Classify(LabelAnswering):
    """One of C labels a sequence; two of them share one output, which speaks for the second.

    Attributes:
        labels: (C,) distinct, at least 2; the class of a label is its index.
        thresholds: of some of them, in the order in which they decide.
    """

    name: ClassVar[str] = "classify"
    noun: ClassVar[str] = "label"
    stratum_name: ClassVar[str] = "label"
    target_forms: ClassVar[tuple[TargetForm, ...]] = ("label",)
    reads_steps: ClassVar[bool] = False
    writes: ClassVar[bool] = False
    has_linear_path: ClassVar[bool] = True
    objective_type: ClassVar[type[CrossEntropy]] = CrossEntropy
    loss_unit: ClassVar[str] = "nat"
    figures: ClassVar[tuple[FigureKind, ...]] = (
        FigureKind(name="accuracy", title="accuracy", high=1.0),
        FigureKind(name="macro_f1", title="macro-F1", high=1.0),
    )

    labels: tuple[str, ...]
    thresholds: tuple[Threshold, ...] = ()

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

    def grown(self, name: str, records: Sequence[Record]) -> Self:
        """Return the task of these labels and of those of a file, which follow in their order."""
        others = _rows_of_each(records).keys() - self.labels
        return replace(self, labels=(*self.labels, *sorted(others)), thresholds=())

    def outputs_from(self, other: Self) -> npt.NDArray[np.float64]:
        """Return (O, P) of a task with the first labels of this one.

        If one output of two labels becomes three of three, the first label gets minus one half of
        it and the second one half: the difference is what tells them apart.
        """
        if self.num_outputs == other.num_outputs:
            return np.eye(self.num_outputs)
        halves = np.array([[-0.5], [0.5]])
        known = halves if other.num_outputs == 1 else np.eye(other.num_outputs)
        new = np.zeros((self.num_outputs - len(known), other.num_outputs))
        return np.concatenate((known, new))

    @classmethod
    def from_json(cls, meta: Mapping[str, Any]) -> Self:
        """Return the task of a model file's object with "labels".

        Raises:
            KeyError, TypeError, ValueError: they are missing, or no list of two distinct texts or
                more, or a threshold is damaged.
        """
        names = meta["labels"]
        are_names = isinstance(names, list) and all(isinstance(name, str) for name in names)
        if not are_names or len(names) < 2 or len(set(names)) != len(names):
            raise ValueError("labels do not fit")
        thresholds: tuple[Threshold, ...] = ()
        if "wishes" in meta:
            from grucli.tasks.thresholds import Threshold  # late: few models have any

            thresholds = tuple(map(Threshold.from_json, meta["wishes"]))
        if not all(one.wish.label in names for one in thresholds):
            raise ValueError("thresholds do not fit")
        return cls(labels=tuple(names), thresholds=thresholds)

    def to_json(self) -> dict[str, Any]:
        """Return what a model file keeps of it."""
        chosen = [one.to_json() for one in self.thresholds]
        names = {"task": self.name, "labels": list(self.labels)}
        return names | ({"wishes": chosen} if chosen else {})

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
        classes = (index.get(label or "", -1) for label in column(records, "label"))
        return np.fromiter(classes, np.int64, len(records))

    def describe(self, records: Sequence[Record]) -> str:
        """Return the first labels, each with its rows."""
        listed = label_names.listed_with_rows(self.labels, _rows_of_each(records))
        return f"{len(self.labels)} labels: {listed}"

    def facts(self, records: Sequence[Record]) -> dict[str, Any]:
        """Return the rows of each label."""
        counts = _rows_of_each(records)
        return {"label_rows": [counts[label] for label in self.labels]}

    def target_facts(self, records: Sequence[Record]) -> TargetFacts:
        """Return the rows of each label."""
        return TargetFacts(counts=(label_names.counts(_rows_of_each(records), len(records)),))

    def named_facts(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return facts with the rows of each label beside its name."""
        return label_names.named_facts(self.labels, facts)

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
        from grucli.tasks.classify import checks

        counts, is_balanced = _rows_of_each(records), settings["class_weight"] != "none"
        yield from checks.of_training(name, counts, is_balanced)
        yield from checks.of_absent(name, [label for label in self.labels if not counts[label]])

    def unseen_warnings(
        self, train: Sequence[Record], name: str, valid: Sequence[Record]
    ) -> Iterator[Notice]:
        """Yield what labels the validation part of this name has that the training part lacks."""
        return unknown_labels.warnings(name, valid, sorted(_rows_of_each(train)))

    def size_warnings(self, targets: npt.NDArray[np.int64]) -> Iterator[Notice]:
        """Yield that rows to validate on are too few to tell settings apart."""
        from grucli.tasks.classify import checks

        return checks.of_number(targets)

    def objective(self, settings: Mapping[str, Any]) -> CrossEntropy:
        """Return the loss, as the config's section `training` has it.

        Raises:
            ConfigError: it names the loss of another task.
        """
        refuse_loss(settings)
        return CrossEntropy(label_smoothing=settings["label_smoothing"])

    def known(self, targets: Integers) -> npt.NDArray[np.bool_]:
        """Return (n,) which rows have a label of these."""
        return targets >= 0

    def row_losses(self, scores: Floats, targets: Integers) -> Floats:
        """Return (n,) the loss of each row [nat], of rows with known labels."""
        loss: Floats = -losses.log_probabilities(scores)[np.arange(len(targets)), targets]
        return loss

    def blend(self, branches: Sequence[Floats], targets: Integers) -> Floats:
        """Return (P,) factors of the logits (n, O) of P branches, with the lowest loss."""
        return blend_factors.fit(branches, targets)

    def share_of_first(self, first: Floats, second: Floats) -> float:
        """Return the first branch's part of the margins of answers over runners-up, in [0, 1]."""
        ours, theirs = both_classes(first), both_classes(second)
        order = np.argsort(-(ours + theirs), axis=1, kind="stable")[:, :2]
        margins = [
            np.abs(np.subtract(*np.take_along_axis(part, order, axis=1).T)).sum()
            for part in (ours, theirs)
        ]
        total = sum(margins)
        return float(margins[0] / total) if total else 1.0

    def learn_sparse(
        self,
        rows: Sparse,
        targets: Integers,
        weights: Floats,
        *,
        num_features: int,
        rng: np.random.Generator,
        start: LinearLayer | None,
    ) -> LinearLayer:
        """Learn logits of sparse features by gradient descent; the arguments are as in `Task`."""
        return learn_sparse(
            rows,
            targets,
            weights,
            num_features=num_features,
            num_classes=len(self.labels),
            rng=rng,
            start=start,
        )

    def learn_dense(
        self, rows: Floats, targets: Integers, weights: Floats, start: LinearLayer | None
    ) -> LinearLayer:
        """Learn logits of dense features (n, K) by ridge regression, each label against others."""
        return ridge.fit(rows, targets, weights, len(self.labels), start)

    def held_out(self, scores: Floats, targets: Integers) -> HeldOut:
        """Score rows that were not learned from; of -1, an unknown label, no answer is right."""
        from grucli.tasks.classify.metrics import evaluate

        unseen = int(np.sum(targets < 0))
        other = max(self.labels, key=len) + "?"  # longer than any label, so none of them
        found = evaluate(
            losses.probabilities(scores), targets, self.labels, {other: unseen} if unseen else None
        )
        figures = {"accuracy": found.accuracy, "macro_f1": found.macro_f1}
        return HeldOut(loss=found.log_loss, figures=figures)

    def calibrated(self, scores: Floats, targets: Integers, settings: Mapping[str, Any]) -> Self:
        """Return the task with the thresholds that are wished for, if any are."""
        from grucli.tasks.thresholds import wishes

        wished = wishes(settings)
        if not wished:
            return self
        p = losses.probabilities(scores)
        return replace(self, thresholds=deciding.fitted(wished, self.labels, p, targets))

    @property
    def calibration(self) -> tuple[str | Notice, ...]:
        """Return a line for each threshold."""
        return tuple(one.line for one in self.thresholds)

    def check_wishes(self, wished: Sequence[Wish], targets: Integers | None) -> None:
        """Refuse wishes that no thresholds can fulfil; the arguments are those of `Task`."""
        deciding.check_wishes(wished, self.labels, targets)

    def row_factors(self, targets: Integers, settings: Mapping[str, Any]) -> Floats | None:
        """Return (n,) what multiplies the weight of each row, None for nothing.

        Raises:
            ConfigError: `class_weight` names an unknown label.
        """
        setting = settings["class_weight"]
        return None if setting == "none" else class_weights(setting, self.labels, targets)[targets]


def _rows_of_each(records: Sequence[Record]) -> Counter[str]:
    """Return how many records have each label."""
    return Counter(label or "" for label in column(records, "label"))
