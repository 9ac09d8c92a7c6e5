"""The scorecard of numbers: names, meanings and groups of its metrics."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grucli.engine.packing import Floats
from grucli.tasks.intervals import Interval, wilson_interval
from grucli.tasks.pictures import NumberPairs, Pictures, RowErrors
from grucli.tasks.regress.baseline import RMSE, Mean
from grucli.tasks.regress.metrics import evaluate, mean_size_interval
from grucli.tasks.regress.prediction_interval import LEVEL, PredictionInterval
from grucli.tasks.scorecard import Figure, FigureColumn, FigureTable, Measure, Scorecard

EQUAL = "all targets are equal"
MAE = Measure(name="mae", title="MAE", larger_is_better=False, is_brief=True, has_unit=True)
MEDIAN_MAE = Measure(
    name="baseline_mae", title="median's MAE", larger_is_better=False, has_unit=True
)
R2 = Measure(name="r2", title="R2", undefined=EQUAL)
SPEARMAN = Measure(
    name="spearman",
    title="Spearman",
    undefined="all targets or all answers are equal",
    is_brief=True,
)
NO_INTERVAL = "no rows were held out of training, or too few, to tell intervals"
COVERAGE = Measure(name="coverage", title="coverage", undefined=NO_INTERVAL)
INTERVAL = Measure(name="interval", title="interval", larger_is_better=None, undefined=NO_INTERVAL)
INTERVAL_SIZE = Measure(
    name="interval_size",
    title="interval size",
    larger_is_better=False,
    undefined=NO_INTERVAL,
    has_unit=True,
)
ROUNDED = Measure(name="rounded_accuracy", title="right if rounded")
WITHIN_ONE = Measure(name="within_one", title="within 1")
ROWS = Measure(name="rows", title="rows", larger_is_better=None)
MEAN_ERROR = Measure(name="mean_error", title="mean error", larger_is_better=None, has_unit=True)

MEASURES = (
    *(RMSE, MAE, R2, SPEARMAN, MEDIAN_MAE, COVERAGE, INTERVAL, INTERVAL_SIZE),
    *(ROUNDED, WITHIN_ONE),
)
RANGES = 4


def scorecard(
    answers: Floats,
    targets: Floats,
    interval: PredictionInterval | None,
    levels: tuple[int, int] | None,
    shown: Callable[[float], str],
) -> Scorecard:
    """Score answers.

    Args:
        answers, targets: (n,) in the unit of the targets.
        interval: of the answers; None where it is not known.
        levels: the least and the greatest target, where all are a few whole numbers; else None.
        shown: gives a number as it is answered.
    """
    e, n = evaluate(answers, targets), len(targets)
    baseline = Mean(rows=n, value=e.spread, error=e.rmse_error, subject=shown(e.mean))
    return Scorecard(
        rows=n,
        unknown=0,
        figures=(
            Figure(measure=RMSE, value=e.rmse, interval=baseline.interval(e.rmse)),
            Figure(measure=MAE, value=e.mae, interval=e.mae_interval),
            Figure(measure=R2, value=e.r2, interval=e.r2_interval),
            Figure(measure=SPEARMAN, value=e.spearman, interval=e.spearman_interval),
            Figure(measure=MEDIAN_MAE, value=e.median_mae, meaning="MAE of the median of the rows"),
            *_of_interval(answers - targets, interval),
        ),
        baseline=baseline,
        further=() if levels is None else _of_levels(answers, targets, levels),
        tables=(_by_target(answers, targets, levels, shown),),
    )


def pictures(answers: Floats, targets: Floats, interval: PredictionInterval | None) -> Pictures:
    """Return what answers give to be drawn; the arguments are those of `scorecard`."""
    return Pictures(
        errors=RowErrors(
            measure=MAE, sizes=np.abs(answers - targets), parts=np.ones(len(targets), np.int64)
        ),
        numbers=NumberPairs(
            truths=targets,
            answers=answers,
            half_width=None if interval is None else interval.size,
            level=LEVEL / 100,
        ),
    )


def _of_interval(errors: Floats, interval: PredictionInterval | None) -> tuple[Figure, ...]:
    """Return how often the interval holds the truth."""
    if interval is None:
        return (Figure(measure=COVERAGE, value=None, meaning=NO_INTERVAL),)
    inside, n = int(np.sum(np.abs(errors) <= interval.size)), len(errors)
    return (
        Figure(measure=COVERAGE, value=inside / n, interval=wilson_interval(inside, n)),
        Figure(measure=INTERVAL, value=LEVEL / 100, meaning="share of truths it is made to hold"),
        Figure(measure=INTERVAL_SIZE, value=interval.size, meaning="to either side of an answer"),
    )


def _of_levels(answers: Floats, targets: Floats, levels: tuple[int, int]) -> tuple[Figure, ...]:
    """Return how often an answer is right once it is rounded, and how often it is next to that."""
    steps, n = np.abs(np.rint(answers).clip(*levels) - targets), len(targets)
    found = []
    for measure, most in ((ROUNDED, 0), (WITHIN_ONE, 1)):
        count = int(np.sum(steps <= most))
        found.append(Figure(measure=measure, value=count / n, interval=wilson_interval(count, n)))
    return tuple(found)


def _by_target(
    answers: Floats,
    targets: Floats,
    levels: tuple[int, int] | None,
    shown: Callable[[float], str],
) -> FigureTable:
    """Return the errors of rows with small and with large targets."""
    if levels is None:
        edges = np.unique(np.quantile(targets, np.arange(1, RANGES) / RANGES))
        parts = np.searchsorted(edges, targets)
    else:
        parts = targets.astype(np.int64)
    name = shown if levels is None else "{:.0f}".format
    intervals = list[Interval | None]()
    names, rows, sizes, means = [], list[float | None](), list[float | None](), list[float | None]()
    for part in np.unique(parts):
        own, errors = targets[parts == part], (answers - targets)[parts == part]
        low, high = (name(float(end)) for end in (own.min(), own.max()))
        names.append(low if low == high else f"{low} to {high}")
        rows.append(len(own))
        sizes.append(float(np.abs(errors).mean()))
        intervals.append(mean_size_interval(np.abs(errors)))
        means.append(float(errors.mean()))
    return FigureTable(
        name="by_target",
        title="target",
        rows=names,
        columns=(
            FigureColumn(measure=ROWS, values=rows),
            FigureColumn(measure=MAE, values=sizes, intervals=intervals),
            FigureColumn(measure=MEAN_ERROR, values=means),
        ),
        example=f"by_target.{names[0]}.mae",
    )
