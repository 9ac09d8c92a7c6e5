"""Long sequences with a tag a step, cut into windows that are learned from.

Answers read whole sequences; a step of training that holds a whole document would be large, and one
of few. Windows overlap, so that what stands at the edge of one has its context in another.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.data.stored import Records
from grucli.engine.steps import Steps
from grucli.errors import counted
from grucli.preparation.defaults import Choice, unless_given
from grucli.preparation.train_valid_split import Parts

MOST_STEPS = 200  # of a window, unless all sequences have at most twice as many
OVERLAP = 0.1  # of a window

Folds = npt.NDArray[np.int64]


def cut(parts: Parts, setting: int | None) -> tuple[Parts, Choice]:
    """Return the parts with windows in place of long sequences to learn from, and their length.

    Args:
        parts: of records with tokens.
        setting: steps of a window at most, None where the lengths decide.
    """
    lengths = [len(tokens or ()) for tokens in parts.train.column("tokens")]
    longest = unless_given(setting, _window(max(lengths)))
    number = sum(length > longest.value for length in lengths)
    if not number:
        return parts, longest
    found = np.array([_number(length, longest.value) for length in lengths])
    windows = (one for record in parts.train for one in _windows(record, longest.value))
    folds = parts.folds
    says = f"{counted(number, 'sequence')} learned in windows of {longest.value:,} steps"
    return dataclasses.replace(
        parts,
        train=Records.of(windows),
        line=f"{parts.line}; {says}",
        folds=None if folds is None else np.repeat(folds, found),
    ), longest


def _window(longest: int) -> Choice:
    if longest <= 2 * MOST_STEPS:
        return Choice(value=max(longest, 1), reason="the longest training sequence")
    return Choice(value=MOST_STEPS, reason="windows of longer sequences; answers read all")


def _number(length: int, size: int) -> int:
    """Return how many windows of a size a sequence has."""
    overlap = int(OVERLAP * size)
    return max(1, -(-(length - overlap) // (size - overlap)))


def _windows(record: Record, size: int) -> Iterator[Record]:
    """Yield as few windows as overlap enough, at equal distances."""
    tokens, tags = record.tokens or (), record.tags or ()
    starts = np.linspace(0, max(0, len(tokens) - size), _number(len(tokens), size))
    for start in starts.astype(int).tolist():
        kept = tokens[start : start + size]
        yield dataclasses.replace(
            record, text=" ".join(kept), tokens=kept, tags=tags[start : start + size], start=start
        )


def joined(
    windows: Sequence[Record], scores: Steps, folds: Folds
) -> tuple[list[Record], Steps, Folds]:
    """Return the sequences that were cut, whole again, with the scores and the fold of each.

    Of what two windows share, each gives the half that is further from its edge. A chain is that of
    the fold, which all windows of a sequence have in common.

    Args:
        windows: n in their order, whole sequences among them.
        scores: theirs.
        folds: (n,) by which fold each was held out.
    """
    starts = np.array([window.start for window in windows])
    ends = starts + scores.lengths
    is_last = np.append(starts[1:] == 0, True)
    bounds = (starts[1:] + ends[:-1]) // 2
    stops = np.where(is_last, ends, np.append(bounds, 0)) - starts
    begins = np.where(starts == 0, 0, np.insert(bounds, 0, 0) - starts)
    step = np.arange(len(scores.values)) - np.repeat(scores.starts, scores.lengths)
    is_kept = (step >= np.repeat(begins, scores.lengths)) & (
        step < np.repeat(stops, scores.lengths)
    )
    firsts = np.flatnonzero(starts == 0)
    whole = Steps(
        values=scores.values[is_kept],
        lengths=np.add.reduceat(stops - begins, firsts),
        chains=None if scores.chains is None else scores.chains[firsts],
    )
    spans = [slice(*span) for span in zip(begins.tolist(), stops.tolist(), strict=True)]
    groups = np.split(np.arange(len(windows)), firsts[1:])
    return [_joined(windows, spans, group.tolist()) for group in groups], whole, folds[firsts]


def _joined(windows: Sequence[Record], spans: Sequence[slice], rows: Sequence[int]) -> Record:
    tokens = tuple(chain.from_iterable((windows[k].tokens or ())[spans[k]] for k in rows))
    tags = tuple(chain.from_iterable((windows[k].tags or ())[spans[k]] for k in rows))
    first = windows[rows[0]]
    return dataclasses.replace(first, text=" ".join(tokens), tokens=tokens, tags=tags)
