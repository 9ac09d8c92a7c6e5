"""Scores of tags: how many steps, sequences and chunks are right, and how sure that is.

Steps of one sequence are not independent: a sequence that is hard has many wrong tags. So intervals
take the sequence for the unit that was drawn: from the spread of its share over sequences follows
how many independent steps they are worth.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Integers
from grucli.tasks.class_scores import ClassScore
from grucli.tasks.intervals import Interval, wilson_interval
from grucli.values import dataclass

Counts = npt.NDArray[np.integer | np.floating]


@dataclass(frozen=True, kw_only=True)
class Share:
    """A share of parts of sequences.

    Attributes:
        value: in [0, 1]; None without any part.
        trials: how many independent parts they are worth, at least 1.
    """

    value: float | None
    trials: int

    @classmethod
    def of(cls, hits: Counts, parts: Counts) -> Share:
        """Return the share of (n,) hits in (n,) parts of n sequences.

        Its variance is that of a ratio of sums over independent sequences (Cochran 1977, section
        6.3); where all or none are hits there is no spread to go by, and each sequence counts once.
        """
        total, rows = int(parts.sum()), int(np.count_nonzero(parts))
        if not total:
            return cls(value=None, trials=1)
        value = float(hits.sum() / total)
        spread = float(np.sum((hits - value * parts) ** 2)) / total**2
        variance = spread * rows / max(1, rows - 1)
        trials = value * (1 - value) / variance if rows > 1 and variance else rows
        return cls(value=value, trials=int(np.clip(round(trials), 1, total)))

    @property
    def interval(self) -> Interval | None:
        """Its 95 % interval; None without a value."""
        return None if self.value is None else interval(self.value, self.trials)


def interval(value: float, trials: int) -> Interval:
    """Return the 95 % interval of a share of so many independent parts."""
    return wilson_interval(round(value * trials), trials)


@dataclass(frozen=True, kw_only=True, eq=False)
class ChunkCounts:
    """How many chunks are right in type, first and last step.

    Attributes:
        hits, true, predicted: (m,) types of right ones, true ones and answers.
        row_hits, row_parts: (n,) 2 hits, and true ones and answers, of each sequence: their ratio
            is F1.
    """

    hits: Integers
    true: Integers
    predicted: Integers
    row_hits: Counts
    row_parts: Counts

    @classmethod
    def of(cls, true: Integers, predicted: Integers, starts: Integers) -> ChunkCounts:
        """Compare (m, 3) spans, as `chunks.Marks.spans` gives them, of n sequences."""
        rows = [
            np.searchsorted(starts, spans[:, 0], side="right") - 1 for spans in (true, predicted)
        ]
        truths = set(map(tuple, true.tolist()))
        is_hit = np.array([tuple(span) in truths for span in predicted.tolist()], bool)
        of_rows = [np.bincount(own, minlength=len(starts)) for own in (*rows, rows[1][is_hit])]
        return cls(
            hits=predicted[is_hit, 2],
            true=true[:, 2],
            predicted=predicted[:, 2],
            row_hits=2 * of_rows[2],
            row_parts=of_rows[0] + of_rows[1],
        )

    @property
    def parts(self) -> int:
        """True chunks and answers, added up."""
        return int(self.row_parts.sum())

    @property
    def f1(self) -> Share:
        """The F1 of all chunks together."""
        return Share.of(self.row_hits, self.row_parts)

    @property
    def all(self) -> ClassScore:
        """How well all of them together were found."""
        return ClassScore.of(len(self.hits), len(self.true), len(self.predicted))
