"""A line an epoch and a line a fold: what training says while it goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len

from grucli.errors import counted
from grucli.preparation.prepare import Prepared
from grucli.report.chance import span
from grucli.report.tables import number
from grucli.tasks.scorecard import Baseline
from grucli.tasks.task import FigureKind
from grucli.training.progress import EpochInfo, Progress
from grucli.training.scores import EpochScores

Part = tuple[int, str]
"""A part of a line; where there is no room for all, those with the highest numbers go first."""


def yardstick(prepared: Prepared, fold: int) -> Baseline | None:
    """Return what validation accuracy is measured with, None without validation.

    Args:
        prepared: the data.
        fold: that is held out, 1 for the first; 0 for all of them together.
    """
    if prepared.folds is not None:
        targets = prepared.train.targets
        return prepared.task.baseline(targets[prepared.folds == fold - 1] if fold else targets)
    return None if prepared.valid is None else prepared.task.baseline(prepared.valid.targets)


def figure(kind: FigureKind, figures: Mapping[str, float]) -> str:
    """Return a figure with its name."""
    return f"{kind.title} {number(figures[kind.name], has_unit=kind.has_unit)}"


def epoch_line(
    info: EpochInfo, prepared: Prepared, *, skipped: Sequence[int] = (), width: int | None = None
) -> str:
    """Return the scores of an epoch.

    Args:
        info: of the epoch.
        prepared: what is learned from.
        skipped: epochs before it that have no line.
        width: columns of the terminal, None for no limit.
    """
    scores, kind = info.scores, prepared.task.figures[0]
    learned = figure(kind, scores.figures)
    parts = [(0, stage(info.fold, prepared)), (0, f"epoch {info.epoch:>3}")]
    parts += [(4, f"loss {scores.loss:.4f}"), (5 if scores.valid else 1, learned)]
    if scores.valid is not None:
        parts += [(2, f"valid loss {scores.deciding_loss:.4f}")]
        parts += _judged(scores, info.fold, prepared)
        parts += [(1, "best")] if info.is_best else []
    parts += [(3, f"{_spanned(skipped)} not shown")] if skipped else []
    return fitted(parts, width)


def stage_line(
    fold: int,
    history: Sequence[EpochScores],
    best_epoch: int,
    ended_by: str | None,
    prepared: Prepared,
    width: int | None = None,
) -> str:
    """Return what came of a fold, or of training on all rows after the folds.

    Args:
        fold: that was held out, 1 for the first; 0 for all rows.
        history: the scores of its epochs, at least one.
        best_epoch: of them.
        ended_by: why there were no more; None if it was cut short.
        prepared, width: as for `epoch_line`.
    """
    scores, kind = history[best_epoch - 1], prepared.task.figures[0]
    name, ended = stage(fold, prepared), ended_by or "cut short"
    if scores.valid is None:
        parts = [(0, name), (0, counted(best_epoch, "epoch")), (2, f"loss {scores.loss:.4f}")]
        return fitted([*parts, (1, figure(kind, scores.figures))], width)
    parts = [(0, f"{name}  best epoch {best_epoch} of {len(history)}"), (2, f"({ended})")]
    parts += [*_judged(scores, fold, prepared), (4, f"loss {scores.deciding_loss:.4f}")]
    return fitted(parts, width)


def step_words(progress: Progress, prepared: Prepared, num_folds: int, epochs: int) -> str:
    """Return what is trained at present: "fold 2 of 3, epoch 12, loss 0.0499".

    Args:
        progress: of training; a step at least is done.
        prepared: what is learned from.
        num_folds: of the run, 0 for none.
        epochs: at most.
    """
    fold = len(progress.folds) + 1
    words = [f"epoch {progress.epoch} of {epochs}"]
    if num_folds:
        is_fold = fold <= num_folds
        words = [f"fold {fold} of {num_folds}" if is_fold else stage(0, prepared)]
        words += [f"epoch {progress.epoch}" + ("" if is_fold else f" of {epochs}")]
    if progress.sums.rows:
        words.append(f"loss {progress.sums.loss / progress.sums.rows:.4f}")
    return ", ".join(words)


def stage(fold: int, prepared: Prepared) -> str:
    """Return what is held out at present; nothing where there is a single stage."""
    if prepared.folds is None:
        return ""
    return f"fold {fold}" if fold else "all rows"


def fitted(parts: Sequence[Part], width: int | None) -> str:
    """Return the parts that are not empty in a line of at most so many columns, if that can be."""
    kept = [part for part in parts if part[1]]
    while True:
        line = "  ".join(text for _, text in kept).replace("  (", " (")
        least = max(rank for rank, _ in kept)
        if width is None or cell_len(line) <= width or not least:
            return line
        kept = [part for part in kept if part[0] != least]


def _judged(scores: EpochScores, fold: int, prepared: Prepared) -> list[Part]:
    """Return what rows say that were held out; nothing where there are none."""
    valid, kind = yardstick(prepared, fold), prepared.task.figures[0]
    if valid is None or scores.valid is None:
        return []
    value, inside = span(scores.valid.alone.figures[kind.name], valid).split(" ", 1)
    return [(1, f"{kind.title} {value}"), (3, inside)]


def _spanned(epochs: Sequence[int]) -> str:
    """Return epochs that follow each other: "epochs 2 to 5"."""
    first, last = epochs[0], epochs[-1]
    return f"epoch {first}" if first == last else f"epochs {first} to {last}"
