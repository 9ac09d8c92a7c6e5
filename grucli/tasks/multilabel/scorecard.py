"""The scorecard of a model with any number of labels: names, meanings and groups of its metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from grucli.engine.packing import Floats, Integers
from grucli.errors import counted
from grucli.tasks.classify.scorecard import ECE, LOG_LOSS, MACRO_F1, class_columns
from grucli.tasks.confusion import Confusion
from grucli.tasks.multilabel.baseline import MICRO_F1, FixedSet
from grucli.tasks.multilabel.decision import Booleans, Decision
from grucli.tasks.multilabel.label_sets import divided
from grucli.tasks.multilabel.metrics import Evaluation, evaluate
from grucli.tasks.pictures import (
    Believed,
    LabelProbabilities,
    LabelSwaps,
    Pictures,
    RowErrors,
)
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

SAMPLES_F1 = Measure(name="samples_f1", title="samples F1")
SUBSET_ACCURACY = Measure(name="subset_accuracy", title="exact match", is_brief=True)
THRESHOLD = Measure(name="threshold", title="threshold", larger_is_better=None)
WRONG = Measure(name="wrong", title="rows with a label too many or too few", larger_is_better=False)

MEASURES = (MICRO_F1, MACRO_F1, SAMPLES_F1, SUBSET_ACCURACY, LOG_LOSS, ECE)


def scorecard(
    labels: tuple[str, ...],
    decision: Decision,
    scores: Floats,
    targets: Integers,
    unseen: Mapping[str, int],
) -> Scorecard:
    """Score answers.

    Args:
        labels: the C labels.
        decision: how each is decided.
        scores: (n, C).
        targets: (n, C + 1) as in `label_sets`.
        unseen: rows of each label that training lacks.
    """
    p, (truth, lacking) = decision.probabilities(scores), divided(targets)
    e = evaluate(p, decision.chosen(p), truth, lacking, len(unseen))
    return Scorecard(
        rows=e.rows,
        unknown=int((lacking > 0).sum()),
        figures=_figures(e),
        baseline=FixedSet.of(targets, labels),
        tables=(
            FigureTable(
                name="per_class",
                title="label",
                rows=labels,
                columns=(*class_columns(e.per_class), _thresholds(decision)),
                example="per_class.LABEL.f1",
            ),
            CountTable(
                name="unseen",
                title="unseen in training, counted as missed",
                counts=unseen,
                hint=partial(hint, known=labels),
            ),
        ),
    )


def pictures(
    labels: tuple[str, ...], decision: Decision, scores: Floats, targets: Integers
) -> Pictures:
    """Return what scores give to be drawn; the arguments are those of `scorecard`."""
    p, (truth, lacking) = decision.probabilities(scores), divided(targets)
    sets, wanted = decision.chosen(p), truth > 0
    wrong = (sets != wanted).any(axis=1) | (lacking > 0)
    return Pictures(
        errors=RowErrors(
            measure=WRONG, sizes=wrong.astype(np.float64), parts=np.ones(len(wrong), np.int64)
        ),
        believed=Believed(unit="answered label", probabilities=p[sets], right=wanted[sets])
        if sets.any()
        else None,
        labels=LabelProbabilities(labels=labels, probabilities=p, truth=wanted),
        swaps=_swaps(labels, sets, wanted),
    )


def _swaps(labels: tuple[str, ...], sets: Booleans, wanted: Booleans) -> LabelSwaps:
    """Return which labels rows lack where they have which too many."""
    missing, spare = (np.asarray(one, np.float32) for one in (wanted & ~sets, sets & ~wanted))
    counts = (missing.T @ spare).astype(np.int64)
    counts[np.diag_indices_from(counts)] = (sets & wanted).sum(axis=0)
    cells = np.flatnonzero(counts)
    confusion = Confusion(num_classes=len(labels), cells=cells, counts=counts.reshape(-1)[cells])
    table = ConfusionTable(name="swaps", labels=labels, counts=confusion)
    return LabelSwaps(table=table, rows=wanted.sum(axis=0).tolist())


def _figures(e: Evaluation) -> tuple[Figure, ...]:
    left_out = f"; {counted(e.absent, 'label')} in no row and no answer" if e.absent else ""
    return (
        Figure(measure=MICRO_F1, value=e.micro_f1, interval=e.micro_f1_interval),
        Figure(measure=MACRO_F1, value=e.macro_f1, meaning=f"each label counts the same{left_out}"),
        Figure(measure=SAMPLES_F1, value=e.samples_f1, meaning="each row counts the same"),
        Figure(
            measure=SUBSET_ACCURACY,
            value=e.subset_accuracy,
            meaning="rows with all of their labels and no other",
        ),
        Figure(measure=LOG_LOSS, value=e.log_loss, meaning="nat a label; 0.693 of coins"),
        Figure(
            measure=ECE, value=e.ece, meaning="mean gap between probability and share, as answered"
        ),
    )


def _thresholds(decision: Decision) -> FigureColumn:
    values: Sequence[float | None] = decision.thresholds
    return FigureColumn(measure=THRESHOLD, values=values)
