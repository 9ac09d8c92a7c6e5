"""Which classes are taken for which: of C x C counts, those that are not zero."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grucli.engine.packing import Integers
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True, eq=False)
class Confusion:
    """The confusion matrix (C, C), a row for each true class, a column for each answer.

    Thousands of classes make millions of cells, of which n rows of data can fill n at most. So only
    filled cells are kept; who iterates or takes an index gets one row of C counts after the other.

    Attributes:
        num_classes: C.
        cells: (k,) int64, truth * C + answer, rising.
        counts: (k,) int64, above 0.
    """

    num_classes: int
    cells: Integers
    counts: Integers

    @classmethod
    def of(cls, truths: Integers, answers: Integers, num_classes: int) -> Confusion:
        """Count the pairs of (n,) true classes and (n,) answers."""
        cells, counts = np.unique(truths * num_classes + answers, return_counts=True)
        return cls(num_classes=num_classes, cells=cells, counts=counts)

    def __len__(self) -> int:
        return self.num_classes

    def __getitem__(self, truth: int) -> list[int]:
        if not 0 <= truth < self.num_classes:
            raise IndexError(f"no class {truth}")
        first = truth * self.num_classes
        low, high = np.searchsorted(self.cells, (first, first + self.num_classes))
        row = np.zeros(self.num_classes, np.int64)
        row[self.cells[low:high] - first] = self.counts[low:high]
        return row.tolist()

    def __iter__(self) -> Iterator[list[int]]:
        return map(self.__getitem__, range(self.num_classes))

    def filled(self) -> Iterator[tuple[int, int, int]]:
        """Yield truth, answer and count of each pair that occurs, in the order of the matrix."""
        truths, answers = np.divmod(self.cells, self.num_classes)
        return zip(truths.tolist(), answers.tolist(), self.counts.tolist(), strict=True)

    def totals(self) -> list[int]:
        """Return how many rows each true class has in it."""
        truths = self.cells // self.num_classes
        totals = np.bincount(truths, weights=self.counts, minlength=self.num_classes)
        return [round(total) for total in totals.tolist()]

    def wrong(self) -> list[tuple[int, int, int]]:
        """Return truth, answer and count of each pair that differs, the most frequent first."""
        differ = [(t, a, count) for t, a, count in self.filled() if t != a]
        return sorted(differ, key=lambda pair: -pair[2])
