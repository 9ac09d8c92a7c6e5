"""The scorecard of a classifier: names, meanings and groups of its metrics."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from grucli.engine import losses
from grucli.engine.packing import Floats, Integers
from grucli.tasks.class_scores import ClassScore, columns
from grucli.tasks.classify.baseline import ACCURACY, Majority
from grucli.tasks.classify.deciding import Levels, classes
from grucli.tasks.classify.metrics import Evaluation, evaluate
from grucli.tasks.pictures import Believed, LabelProbabilities, Pictures, RowErrors
from grucli.tasks.scorecard import (
    ConfusionTable,
    CountTable,
    Figure,
    FigureColumn,
    FigureTable,
    Measure,
    Scorecard,
)
from grucli.tasks.unknown_labels import hint

MACRO_F1 = Measure(name="macro_f1", title="macro F1", is_brief=True)
WEIGHTED_F1 = Measure(name="weighted_f1", title="weighted F1")
LOG_LOSS = Measure(name="log_loss", title="log-loss", larger_is_better=False, is_brief=True)
ECE = Measure(name="ece", title="calibration error", larger_is_better=False)
ROC_AUC = Measure(name="roc_auc", title="ROC AUC", undefined="one of the two labels has no rows")
PR_AUC = Measure(name="pr_auc", title="PR AUC", undefined="the second label has no rows")
PRECISION = Measure(
    name="precision", title="precision", undefined="no row is answered with this label"
)
RECALL = Measure(name="recall", title="recall", undefined="no row has this label")
F1 = Measure(name="f1", title="F1", undefined="no row has this label or is answered with it")
ROWS = Measure(name="rows", title="rows", larger_is_better=None)
PREDICTED = Measure(name="predicted", title="predicted", larger_is_better=None)
WRONG = Measure(name="wrong", title="wrong answers", larger_is_better=False)

MEASURES = (ACCURACY, MACRO_F1, WEIGHTED_F1, LOG_LOSS, ECE, ROC_AUC, PR_AUC)


def scorecard(
    labels: tuple[str, ...],
    levels: Levels,
    scores: Floats,
    targets: Integers,
    unseen: Mapping[str, int],
) -> Scorecard:
    """Score logits.

    Args:
        labels: the C classes.
        levels: thresholds of some of them.
        scores: (n, O) logits.
        targets: (n,) true classes, -1 where training lacks the label.
        unseen: rows of each label that training lacks.
    """
    p = losses.probabilities(scores)
    e = evaluate(p, targets, labels, unseen, answers=classes(levels, p))
    guess = f"nat; {math.log(len(labels)):.3f} if all classes were equally likely"
    return Scorecard(
        rows=e.rows,
        unknown=sum(unseen.values()),
        figures=(
            Figure(measure=ACCURACY, value=e.accuracy, interval=e.accuracy_interval),
            Figure(measure=MACRO_F1, value=e.macro_f1, meaning="each class counts the same"),
            Figure(measure=WEIGHTED_F1, value=e.weighted_f1, meaning="each row counts the same"),
            Figure(measure=LOG_LOSS, value=e.log_loss, meaning=guess),
            Figure(measure=ECE, value=e.ece, meaning="mean gap between probability and accuracy"),
        ),
        baseline=Majority(rows=e.rows, value=e.baseline, subject=e.baseline_label),
        further=_of_two(e),
        tables=(
            _per_class(e),
            ConfusionTable(name="confusion", labels=labels, counts=e.confusion),
            CountTable(
                name="unseen",
                title="unseen in training, counted as wrong",
                counts=e.unseen,
                hint=partial(hint, known=labels),
            ),
        ),
    )


def pictures(
    labels: tuple[str, ...], levels: Levels, scores: Floats, targets: Integers
) -> Pictures:
    """Return what logits give to be drawn; the arguments are those of `scorecard`."""
    p, n = losses.probabilities(scores), len(targets)
    answered = classes(levels, p)
    return Pictures(
        errors=RowErrors(
            measure=WRONG,
            sizes=(answered != targets).astype(np.float64),
            parts=np.ones(n, np.int64),
        ),
        believed=Believed(
            unit="answer", probabilities=p[np.arange(n), answered], right=answered == targets
        ),
        labels=LabelProbabilities(
            labels=labels, probabilities=p, truth=targets[:, None] == np.arange(len(labels))
        ),
    )


def _of_two(e: Evaluation) -> tuple[Figure, ...]:
    """Return what is measured where there are two classes."""
    if len(e.labels) != 2:
        return ()
    return (
        Figure(measure=ROC_AUC, value=e.roc_auc, meaning="of", subject=e.labels[1]),
        Figure(measure=PR_AUC, value=e.pr_auc, meaning="of", subject=e.labels[1]),
    )


def _per_class(e: Evaluation) -> FigureTable:
    return FigureTable(
        name="per_class",
        title="class",
        rows=e.labels,
        columns=class_columns(tuple(e.per_class.values())),
        example="per_class.LABEL.f1",
    )


def class_columns(scores: Sequence[ClassScore]) -> tuple[FigureColumn, ...]:
    """Return the columns of a table with a row for each class."""
    return columns(scores, (PRECISION, RECALL, F1, ROWS, PREDICTED))
