"""How training went, as a small picture of a few lines for a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean

from rich.cells import cell_len

from grucli.report.tables import fit, number
from grucli.tasks.task import FigureKind
from grucli.training.progress import Progress
from grucli.training.scores import EpochScores

HEIGHT, WIDEST = 5, 60  # of the picture, in characters
FEWEST = 3  # epochs that are worth a picture
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # of a braille character
_BRAILLE = 0x2800

Curve = Sequence[float]


def learning_curve(
    progress: Progress, kind: FigureKind, *, about: str, width: int, is_ascii: bool
) -> list[str]:
    """Return the figure of the rows that were learned from, and of those held out, by epoch.

    With folds it is the mean of those that got so far.

    Args:
        progress: of training, where it has ended.
        kind: of the figure.
        about: what it is a figure of, in words that follow its name; or nothing.
        width: columns of the terminal.
        is_ascii: whether no braille can be shown. It is as wide in every terminal; blocks are not.

    Returns:
        lines of at most `width` columns; none where there is too little to see.
    """
    folds = [fold.history for fold in progress.folds]
    histories = folds or [progress.history]
    learned = [_mean(scores, kind, is_held=False) for scores in _by_epoch(histories)]
    held = [_mean(scores, kind, is_held=True) for scores in _by_epoch(histories)]
    known = [value for value in (*learned, *held) if math.isfinite(value)]
    if len(learned) < FEWEST or not known or min(known) == max(known):
        return []
    ends = [number(end, has_unit=kind.has_unit) for end in (max(known), min(known))]
    margin = max(map(cell_len, ends))
    columns = min(WIDEST, width - margin - 2)
    if columns < 2 * FEWEST:
        return []
    rows = _drawn(learned, held, columns, max(known), min(known), is_ascii)
    sides = [ends[0], *[""] * (HEIGHT - 2), ends[1]]
    best = [fold.best_epoch for fold in progress.folds] or [progress.best_epoch]
    return [
        fit(_title(kind, about, len(folds), held, is_ascii), width),
        *(f"{side:>{margin}} |{row}".rstrip() for side, row in zip(sides, rows, strict=True)),
        f"{'':>{margin}} +{'-' * columns}",
        f"{'':>{margin}}  {_axis(len(learned), round(fmean(best)), columns)}",
    ]


def _title(kind: FigureKind, about: str, folds: int, held: Curve, is_ascii: bool) -> str:
    solid, dotted = ("***", "...") if is_ascii else ("⠒⠒⠒", "⠂ ⠂")
    words = f"{kind.title}{about} by epoch" + (f", mean of {folds} folds" if folds else "")
    is_judged = any(map(math.isfinite, held))
    return f"{words}: " + (f"{solid} held out  " if is_judged else "") + f"{dotted} training"


def _by_epoch(histories: Sequence[Sequence[EpochScores]]) -> list[list[EpochScores]]:
    longest = max(map(len, histories))
    return [[one[epoch] for one in histories if epoch < len(one)] for epoch in range(longest)]


def _mean(scores: Sequence[EpochScores], kind: FigureKind, *, is_held: bool) -> float:
    if not is_held:
        return fmean(one.figures[kind.name] for one in scores)
    judged = [one.valid.alone.figures[kind.name] for one in scores if one.valid is not None]
    return fmean(judged) if judged else math.nan


def _drawn(
    learned: Curve, held: Curve, columns: int, high: float, low: float, is_ascii: bool
) -> list[str]:
    """Return the lines of the picture: one curve dotted, the other one without a gap."""
    across, down = (1, 1) if is_ascii else (2, 4)
    grid = [[0] * columns for _ in range(HEIGHT)]
    for curve, every, sign in ((learned, 3, "."), (held, 1, "*")):
        before = None
        for dot in range(0, columns * across, every):
            value = _at(curve, dot / (columns * across - 1))
            if not math.isfinite(value):
                continue
            row = round((high - value) / (high - low) * (HEIGHT * down - 1))
            start = row if before is None or every > 1 else before + (row > before) - (row < before)
            for each in range(min(start, row), max(start, row) + 1):
                cell = grid[each // down]
                mark = ord(sign) if is_ascii else _DOTS[each % 4][dot % 2]
                cell[dot // across] = mark if is_ascii else cell[dot // across] | mark
            before = row
    if is_ascii:
        return ["".join(chr(mark or ord(" ")) for mark in row) for row in grid]
    return ["".join(chr(_BRAILLE + mark) if mark else " " for mark in row) for row in grid]


def _at(curve: Curve, share: float) -> float:
    """Return the value so far along a curve, between two epochs on the line between them."""
    place = share * (len(curve) - 1)
    first = min(int(place), len(curve) - 2)
    return curve[first] + (place - first) * (curve[first + 1] - curve[first])


def _axis(epochs: int, best: int, columns: int) -> str:
    """Return the numbers of the first, the best and the last epoch where they belong."""
    line = [" "] * columns
    place = round((best - 1) / (epochs - 1) * (columns - 1)) if best else 0
    for text, start in ((f"^{best}", place), ("1", 0), (str(epochs), columns - len(str(epochs)))):
        start = min(start, columns - len(text))
        if all(character == " " for character in line[max(0, start - 1) : start + len(text) + 1]):
            line[start : start + len(text)] = text
    return "".join(line).rstrip()
