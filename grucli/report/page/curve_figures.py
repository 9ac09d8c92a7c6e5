"""Learning curves: losses and figures by epoch, the learning rate, and gradients."""

from __future__ import annotations

from collections.abc import Sequence

from grucli.report.page.line_key import line_key
from grucli.report.page.markup import Markup
from grucli.report.page.plot import Axis, Scale, curves, folded, plot, upright
from grucli.report.tables import number, percent
from grucli.tasks.task import FigureKind
from grucli.training.learning_curve import StageCurve

LEARNED, HELD = "line", "line o"
MOST_LISTED = 200  # epochs in a table: the last ones, where there are more

Line = tuple[Sequence[float | None], str, str]
"""A number an epoch, None where there is none; its class, and its meaning."""


def loss_curve(stage: StageCurve, unit: str) -> Markup:
    """Draw the losses of rows that were learned from and held out."""
    lines: list[Line] = [([one.loss for one in stage.history], LEARNED, "learned from")]
    if stage.history[0].valid is not None:
        lines.append(([one.deciding_loss for one in stage.history], HELD, "held out"))
    return _by_epoch(stage, f"loss{f' [{unit}]' if unit else ''}", lines)


def figure_curve(stage: StageCurve, kind: FigureKind) -> Markup:
    """Draw the figure that people go by, of the same rows."""
    lines: list[Line] = [
        ([one.figures[kind.name] for one in stage.history], LEARNED, "learned from")
    ]
    if stage.history[0].valid is not None:
        held = [
            None if one.valid is None else one.valid.alone.figures[kind.name]
            for one in stage.history
        ]
        lines.append((held, HELD, "held out"))
    return _by_epoch(stage, kind.title, lines)


def gradient_curve(stage: StageCurve, limit: float | None) -> Markup:
    """Draw the mean length of gradients before they are cut, and where they are."""
    lines: list[Line] = [([one.gradient_norm for one in stage.history], LEARNED, "mean length")]
    if limit is not None:
        lines.append(([limit] * len(stage.history), HELD, f"cut above {limit:g}"))
    return _by_epoch(stage, "gradient", lines, percent_cut=limit is not None)


def rate_curve(stage: StageCurve) -> Markup:
    """Draw the learning rate of the steps."""
    values = [rate for _, rate in stage.rates]
    across, up = _epochs(stage, first=0), Scale.over(0, max(values))
    points = [(place / len(stage.history), up.place(rate)) for place, rate in stage.rates]
    words = f"{values[0]:.4g} at the first step, {values[-1]:.4g} at the last"
    return plot(
        f"{stage_name(stage)}: learning rate",
        words,
        across,
        up.axis("learning rate"),
        curves((points, LEARNED)),
        caption=words,
    )


def stage_name(stage: StageCurve) -> str:
    """Return what a stage is called: rows that judge are not learned from."""
    if stage.fold:
        return f"Fold {stage.fold}"
    return "All rows" if stage.history[0].valid is None else "Training"


def _by_epoch(
    stage: StageCurve, what: str, lines: Sequence[Line], *, percent_cut: bool = False
) -> Markup:
    """Draw lines with a point an epoch, and where the best one is."""
    known = [value for values, _, _ in lines for value in values if value is not None]
    scale, count = Scale.over(min(known), max(known)), len(stage.history)
    drawn = [
        ([(_place(k, count), scale.place(v)) for k, v in enumerate(values) if v is not None], kind)
        for values, kind, _ in lines
    ]
    if count == 1:  # a line needs two points
        drawn = [([(0.35, y), (0.65, y)], kind) for ((_, y),), kind in drawn]
    best = _place(stage.best_epoch - 1, count)
    said = [
        f"{meaning} {_shown(values[0])} to {_shown(values[-1])}, at the best epoch "
        f"{_shown(values[stage.best_epoch - 1])}"
        for values, _, meaning in lines
    ]
    return plot(
        f"{stage_name(stage)}: {what}",
        f"{what} over {count} epochs, the best {stage.best_epoch}: {'; '.join(said)}",
        _epochs(stage, first=1),
        scale.axis(what),
        curves(*drawn),
        upright(best, "since", f"best {stage.best_epoch}", before=best > 0.5),
        caption=line_key(*((kind, meaning) for _, kind, meaning in lines)),
        numbers=_numbers(stage, lines, percent_cut=percent_cut),
    )


def _numbers(stage: StageCurve, lines: Sequence[Line], *, percent_cut: bool) -> Markup:
    first = max(0, len(stage.history) - MOST_LISTED)
    heading = ["epoch", *(meaning for _, _, meaning in lines)] + ["cut"] * percent_cut
    rows = [
        [
            str(k + 1),
            *(_shown(values[k]) for values, _, _ in lines),
            *([percent(stage.history[k].clipped, 0)] if percent_cut else []),
        ]
        for k in range(first, len(stage.history))
    ]
    return folded("numbers", heading, rows, "r" * len(heading))


def _epochs(stage: StageCurve, first: int) -> Axis:
    """Return the axis of epochs, from `first` to the last one."""
    last = len(stage.history)
    step = max(1, -(-(last - first) // 6))
    ticks = [
        (_place(k - 1, last) if first else k / last, str(k)) for k in range(last, first - 1, -step)
    ]
    return Axis(name="epoch" if first else "epochs done", ticks=ticks[::-1])


def _place(k: int, count: int) -> float:
    """Return where epoch k of so many is, from 0 on."""
    return k / (count - 1) if count > 1 else 0.5


def _shown(value: float | None) -> str:
    return number(value, has_unit=True)
