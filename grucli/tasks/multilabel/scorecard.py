"""The scorecard of a model with any number of labels: names, meanings and groups of its metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from grucli.engine.packing import Floats, Integers
from grucli.errors import counted
from grucli.tasks.classify.scorecard import ECE, LOG_LOSS, MACRO_F1, class_columns
from grucli.tasks.multilabel.baseline import MICRO_F1, FixedSet
from grucli.tasks.multilabel.decision import Decision
from grucli.tasks.multilabel.label_sets import divided
from grucli.tasks.multilabel.metrics import Evaluation, evaluate
from grucli.tasks.scorecard import (
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
