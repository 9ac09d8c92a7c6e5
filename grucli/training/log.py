"""The log of a run: one JSON object an epoch, a line each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from grucli.errors import AccessError, show_path
from grucli.training.progress import EpochInfo, Progress
from grucli.training.scores import EpochScores

MOST_LINE = 1 << 16  # characters that are read of the first line


def line(info: EpochInfo) -> str:
    """Return a JSON object: number and scores of an epoch, whether it was the best so far."""
    return _entry(info.epoch, info.fold, info.scores, info.is_best)


def lines(progress: Progress, fold: int) -> list[str]:
    """Return what `line` has given for each epoch so far; `fold` is at hand, 0 for none."""
    folds = [(number, fold.history) for number, fold in enumerate(progress.folds, 1)]
    entries = []
    for number, history in [*folds, (fold, progress.history)]:
        for epoch, scores in enumerate(history, 1):
            entries.append(_entry(epoch, number, scores, scores.was_best))
    return entries


def check_own(path: Path, progress: Progress, fold: int) -> None:
    """Refuse to go on in a file that is no log of this run: it would be replaced.

    Raises:
        AccessError: its first line is not that of the run.
    """
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            first = file.readline(MOST_LINE)
    except OSError:
        return  # there is none; what else is wrong with it is found when it is written
    if first and not _is_epoch(first, lines(progress, fold)):
        raise AccessError(f"{show_path(path)}: is no log of this run; name another file for --log")


def _is_epoch(first: str, entries: Sequence[str]) -> bool:
    """Tell whether this is the first of the entries; of none, whether it could be."""
    try:
        entry = json.loads(first)
    except ValueError:
        return False
    if entries:
        return bool(entry == json.loads(entries[0]))
    return isinstance(entry, dict) and "epoch" in entry


def _entry(epoch: int, fold: int, scores: EpochScores, is_best: bool) -> str:
    number = {"fold": fold} if fold else {}
    return json.dumps({**number, "epoch": epoch, **scores.to_json(), "best": is_best})
