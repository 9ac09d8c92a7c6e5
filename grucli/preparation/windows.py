"""Long sequences with a tag a step, cut into windows that are learned from.

Answers read whole sequences; a step of training that holds a whole document would be large, and one
of few. Windows overlap, so that what stands at the edge of one has its context in another.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from grucli.data.records import Record
from grucli.errors import counted
from grucli.preparation.defaults import Choice, unless_given
from grucli.preparation.train_valid_split import Parts

MOST_STEPS = 200  # of a window, unless all sequences have at most twice as many
OVERLAP = 0.1  # of a window


def cut(parts: Parts, setting: int | None) -> tuple[Parts, Choice]:
    """Return the parts with windows in place of long sequences to learn from, and their length.

    Args:
        parts: of records with tokens.
        setting: steps of a window at most, None where the lengths decide.
    """
    lengths = [len(record.tokens or ()) for record in parts.train]
    longest = unless_given(setting, _window(max(lengths)))
    number = sum(length > longest.value for length in lengths)
    if not number:
        return parts, longest
    found = [list(_windows(record, longest.value)) for record in parts.train]
    folds = parts.folds
    says = f"{counted(number, 'sequence')} learned in windows of {longest.value:,} steps"
    return dataclasses.replace(
        parts,
        train=[window for windows in found for window in windows],
        line=f"{parts.line}; {says}",
        folds=None if folds is None else np.repeat(folds, [len(windows) for windows in found]),
    ), longest


def _window(longest: int) -> Choice:
    if longest <= 2 * MOST_STEPS:
        return Choice(value=max(longest, 1), reason="the longest training sequence")
    return Choice(value=MOST_STEPS, reason="windows of longer sequences; answers read all")


def _windows(record: Record, size: int) -> Iterator[Record]:
    """Yield as few windows as overlap enough, at equal distances."""
    tokens, tags = record.tokens or (), record.tags or ()
    overlap = int(OVERLAP * size)
    number = max(1, -(-(len(tokens) - overlap) // (size - overlap)))
    for start in np.linspace(0, max(0, len(tokens) - size), number).astype(int).tolist():
        kept = tokens[start : start + size]
        yield dataclasses.replace(
            record, text=" ".join(kept), tokens=kept, tags=tags[start : start + size]
        )
