"""Any number of labels a sequence, out of those that training has seen.

What only training asks is imported when it is asked: predicting need not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from grucli.data import label_hints
from grucli.data.records import Record, TargetForm
from grucli.engine.packing import Floats, Integers
from grucli.engine.sparse_linear import Sparse
from grucli.errors import DataError, counted, excerpt
from grucli.notices import Notice
from grucli.tasks import label_names, unknown_labels
from grucli.tasks.classify.learning import learn_sparse
from grucli.tasks.multilabel import calibration, label_sets, learning
from grucli.tasks.multilabel.answering import SetAnswering, unseen
from grucli.tasks.multilabel.decision import Decision
from grucli.tasks.multilabel.label_sets import Bits, divided, labels_of, rows_of_each
from grucli.tasks.multilabel.learning import SigmoidLoss
from grucli.tasks.target_facts import TargetFacts
from grucli.tasks.task import FigureKind, HeldOut, LinearLayer
from grucli.tasks.thresholds import Threshold, wishes
from grucli.tasks.unfit_settings import refuse_loss
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Multilabel(SetAnswering):
    """Any number of C labels a sequence, each of which has an output.

    Attributes:
        labels: (C,) distinct, at least 1.
        decision: how each is decided.
        wishes: thresholds that were wished for, which are among those of the decision.
        judged: what held-out rows gain by the decision, for people; nothing before.
    """

    name: ClassVar[str] = "multilabel"
    noun: ClassVar[str] = "label"
    stratum_name: ClassVar[str] = "label"
    target_forms: ClassVar[tuple[TargetForm, ...]] = ("labels", "label")
    reads_steps: ClassVar[bool] = False
    writes: ClassVar[bool] = False
    has_linear_path: ClassVar[bool] = True
    objective_type: ClassVar[type[SigmoidLoss]] = SigmoidLoss
    loss_unit: ClassVar[str] = "nat"
    figures: ClassVar[tuple[FigureKind, ...]] = (
        FigureKind(name="micro_f1", title="micro-F1", high=1.0),
        FigureKind(name="macro_f1", title="macro-F1", high=1.0),
    )

    labels: tuple[str, ...]
    decision: Decision
    wishes: tuple[Threshold, ...] = ()
    judged: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def fit(cls, name: str, records: Sequence[Record]) -> Self:
        """Return the task of a file's distinct labels, sorted.

        Raises:
            DataError: there is none, or all rows have the same ones.
        """
        counts = rows_of_each(records)
        if not counts:
            raise DataError(f"{name}: no row has a label; name the column that holds them")
        if all(rows == len(records) for rows in counts.values()):
            raise DataError(
                f"{name}: all rows have the same labels ({excerpt(', '.join(sorted(counts)))}); "
                "need rows that differ"
            )
        labels = tuple(sorted(counts))
        return cls(labels=labels, decision=Decision.plain(len(labels)))

    def grown(self, name: str, records: Sequence[Record]) -> Self:
        """Return the task of these labels and of those of a file, which follow in their order."""
        others = sorted(rows_of_each(records).keys() - self.labels)
        old, new = self.decision, Decision.plain(len(others))
        return replace(
            self, labels=(*self.labels, *others), decision=old.followed_by(new), wishes=()
        )

    def outputs_from(self, other: Self) -> npt.NDArray[np.float64]:
        """Return (O, P) of a task with the first labels of this one: each keeps its output."""
        return np.eye(self.num_outputs, other.num_outputs)

    @classmethod
    def from_json(cls, meta: Mapping[str, Any]) -> Self:
        """Return the task of a model file's object with "labels" and what decides of them.

        Raises:
            KeyError, TypeError, ValueError: they are missing, or damaged.
        """
        names = meta["labels"]
        are_names = isinstance(names, list) and all(isinstance(name, str) for name in names)
        if not are_names or not names or len(set(names)) != len(names):
            raise ValueError("labels do not fit")
        wishes = tuple(map(Threshold.from_json, meta.get("wishes", [])))
        return cls(
            labels=tuple(names), decision=Decision.from_json(meta, len(names)), wishes=wishes
        )

    def to_json(self) -> dict[str, Any]:
        """Return what a model file keeps of it."""
        names = {"task": self.name, "labels": list(self.labels)}
        wishes = [one.to_json() for one in self.wishes]
        return names | self.decision.to_json() | ({"wishes": wishes} if wishes else {})

    @property
    def num_outputs(self) -> int:
        """C."""
        return len(self.labels)

    def head_json(self) -> dict[str, int]:
        """Return C, by its name in a model file."""
        return {"num_classes": len(self.labels)}

    def encode(self, records: Sequence[Record]) -> Bits:
        """Return (n, C + 1) which labels records have, as `label_sets` says."""
        return label_sets.encode(records, self.labels)

    def describe(self, records: Sequence[Record]) -> str:
        """Return the first labels, each with its rows, and how many a row has."""
        counts = rows_of_each(records)
        listed = label_names.listed_with_rows(self.labels, counts)
        without = sum(not labels_of(record) for record in records)
        bare = f", {counted(without, 'row')} without" if without else ""
        mean = counts.total() / len(records)
        return f"{counted(len(self.labels), 'label')}, {mean:.2f} a row{bare}: {listed}"

    def facts(self, records: Sequence[Record]) -> dict[str, Any]:
        """Return the rows of each label."""
        counts = rows_of_each(records)
        return {"label_rows": [counts[label] for label in self.labels]}

    def target_facts(self, records: Sequence[Record]) -> TargetFacts:
        """Return the rows of each label, and how many labels rows have."""
        return label_sets.target_facts(records)

    def named_facts(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return facts with the rows of each label beside its name."""
        return label_names.named_facts(self.labels, facts)

    def strata(self, targets: Integers) -> npt.NDArray[np.int64]:
        """Return (n,) the rarest label of each row, C without any.

        So the labels that a split would most easily miss are in each of its parts (Sechidis et al.
        2011, doi:10.1007/978-3-642-23808-6_10, who deal label by label, rarest first).
        """
        truth, _ = divided(targets)
        rows = truth.sum(axis=0, dtype=np.int64)
        rarest: npt.NDArray[np.int64] = np.where(truth > 0, rows, len(truth) + 1).argmin(axis=1)
        return np.where(truth.any(axis=1), rarest, len(self.labels))

    def can_learn_from(self, targets: Integers) -> bool:
        """Whether some label is in some rows, and not in all."""
        truth, _ = divided(targets)
        return bool((truth.any(axis=0) & ~truth.all(axis=0)).any())

    def check_known(self, name: str, records: Sequence[Record], owner: str) -> None:
        """Refuse data with labels of which none is known; the arguments are those of `Task`.

        Raises:
            DataError: none is.
        """
        if counts := rows_of_each(records):
            unknown_labels.check_known(name, counts, self.labels, owner)

    def target_warnings(
        self, name: str, records: Sequence[Record], settings: Mapping[str, Any]
    ) -> Iterator[Notice]:
        """Yield what is odd in the labels of a training file."""
        from grucli.tasks.classify import checks

        counts = rows_of_each(records)
        if all(len(labels_of(record)) <= 1 for record in records):
            yield from label_hints.list_hints(name, counts)
        yield from checks.of_names(name, counts)
        yield from checks.of_absent(name, [label for label in self.labels if not counts[label]])

    def unseen_warnings(
        self, train: Sequence[Record], name: str, valid: Sequence[Record]
    ) -> Iterator[Notice]:
        """Yield what labels the validation part of this name has that the training part lacks."""
        return unseen(name, valid, sorted(rows_of_each(train)))

    def size_warnings(self, targets: Integers) -> Iterator[Notice]:
        """Yield that rows to validate on are too few to tell settings apart."""
        from grucli.tasks.classify import checks

        valid = self.baseline(targets)
        return checks.of_resolution(valid.rows, valid.resolution, "micro-F1")

    def objective(self, settings: Mapping[str, Any]) -> SigmoidLoss:
        """Return the loss, as the config's section `training` has it.

        Raises:
            ConfigError: it names the loss of another task.
        """
        refuse_loss(settings)
        return SigmoidLoss(label_smoothing=settings["label_smoothing"])

    def known(self, targets: Integers) -> npt.NDArray[np.bool_]:
        """Return (n,) all rows: also of one that has other labels it is known which it lacks."""
        return np.ones(len(targets), bool)

    def row_losses(self, scores: Floats, targets: Integers) -> Floats:
        """Return (n,) the loss of each row [nat], summed over labels."""
        truth, _ = divided(targets)
        loss: Floats = (np.logaddexp(0.0, scores) - truth * scores).sum(axis=1)
        return loss

    def blend(self, branches: Sequence[Floats], targets: Integers) -> Floats:
        """Return (P,) factors of the scores (n, C) of P branches, with the lowest loss."""
        return learning.blend(branches, divided(targets)[0])

    def share_of_first(self, first: Floats, second: Floats) -> float:
        """Return the first branch's part of the scores of labels that are answered, in [0, 1].

        Where none is, of those of the most probable labels.
        """
        both = first + second
        chosen = self.decision.sets(both)
        chosen[np.arange(len(both)), both.argmax(axis=1)] = True
        ours, theirs = (float(np.abs(part[chosen]).sum()) for part in (first, second))
        return ours / (ours + theirs) if ours + theirs else 1.0

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
        """Learn logits of sparse features, each label against all else; arguments as in `Task`."""
        return learn_sparse(
            rows,
            divided(targets)[0],
            weights,
            num_features=num_features,
            num_classes=len(self.labels),
            rng=rng,
            start=start,
        )

    def learn_dense(
        self, rows: Floats, targets: Integers, weights: Floats, start: LinearLayer | None
    ) -> LinearLayer:
        """Learn logits of dense features (n, K) by ridge regression, each label for itself."""
        return learning.learn_dense(rows, divided(targets)[0], weights, start)

    def held_out(self, scores: Floats, targets: Integers) -> HeldOut:
        """Score rows that were not learned from."""
        from grucli.tasks.multilabel.metrics import evaluate

        p, (truth, lacking) = self.decision.probabilities(scores), divided(targets)
        found = evaluate(p, self.decision.chosen(p), truth, lacking, 0)
        figures = {"micro_f1": found.micro_f1 or 0.0, "macro_f1": found.macro_f1 or 0.0}
        return HeldOut(loss=found.log_loss * len(self.labels), figures=figures)

    def calibrated(self, scores: Floats, targets: Integers, settings: Mapping[str, Any]) -> Self:
        """Return the task with probabilities and thresholds that held-out rows speak for."""
        truth = divided(targets)[0] > 0
        fitted = calibration.fit(scores, truth)
        decided = replace(self, decision=fitted.decision)
        if wished := wishes(settings):
            found = calibration.fulfilled(wished, self.labels, fitted.decision, scores, truth)
            return replace(self, decision=found[0], wishes=found[1])
        before, after = (one.held_out(scores, targets).figures for one in (self, decided))
        gain = ", ".join(
            f"{k.title} {before[k.name]:.3f} -> {after[k.name]:.3f}" for k in self.figures
        )
        line = f"thresholds of labels fitted to {counted(len(truth), 'held-out row')}: {gain}"
        return replace(decided, judged=(line, *fitted.lines(scores, truth)))

    @property
    def calibration(self) -> tuple[str | Notice, ...]:
        """Return what thresholds gain, or what those cost that were wished for."""
        return (*self.judged, *(one.line for one in self.wishes))

    def row_factors(self, targets: Integers, settings: Mapping[str, Any]) -> Floats | None:
        """Return (n,) what multiplies the weight of each row, None for nothing.

        Raises:
            ConfigError: `class_weight` names an unknown label.
        """
        setting = settings["class_weight"]
        is_asked = setting != "none"
        return learning.row_weights(setting, self.labels, divided(targets)[0]) if is_asked else None
