"""Parts of windows of longer sequences: no step is in two parts.

Windows that are neighbours are nearly alike, and may have steps in common. Where there are many
sequences, each stays whole; else they are divided in time, and windows over a border are left out.
"""

from collections.abc import Hashable, Sequence
from itertools import takewhile

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.data.splits import MOST_BLOCKS, Codes, Rows
from grucli.data.stored import column
from grucli.values import dataclass

MANY_SEQUENCES = 10
_LEAST_BLOCK = 4
"""Windows of a block, for each that is lost at its border."""
_LARGE = 0.05
"""Of all windows: a class that is as frequent must be on both sides."""


@dataclass(frozen=True, kw_only=True)
class Windows:
    """Where n windows stand.

    Attributes:
        sequences: (n,) of which sequence each is, counted from 0.
        firsts, lasts: (n,) their first and last steps in it.
    """

    sequences: Rows
    firsts: Rows
    lasts: Rows

    @classmethod
    def of(cls, records: Sequence[Record]) -> "Windows | None":
        """Return where records stand; None unless all of them are windows."""
        windows = column(records, "window")
        found = list(takewhile(lambda window: window is not None, windows))
        if not found or len(found) < len(records):
            return None
        codes: dict[str, int] = {}
        return cls(
            sequences=np.array([codes.setdefault(w.sequence, len(codes)) for w in found]),
            firsts=np.array([window.first for window in found]),
            lasts=np.array([window.last for window in found]),
        )

    @property
    def are_many(self) -> bool:
        """Whether there are sequences enough to divide these, and none of them."""
        return int(self.sequences.max()) + 1 >= MANY_SEQUENCES

    def later(self, share: float, strata: Codes) -> tuple[Rows, Rows] | None:
        """Return the rows that are earlier, and the last `share` of each sequence in time.

        None if there are many sequences, or a class of some size is on one side alone.

        Args:
            share: of the windows, 0 <= share < 1.
            strata: (n,) their classes.
        """
        if self.are_many:
            return None
        held = [rows[len(rows) - round(share * len(rows)) :] for rows in self._in_time()]
        later = np.sort(np.concatenate(held))
        earlier = np.setdiff1d(np.arange(len(self.firsts)), later)
        classes, counts = np.unique(strata, return_counts=True)
        large = classes[counts >= _LARGE * len(self.firsts)]
        sides = [set(strata[rows].tolist()) for rows in (earlier, later)]
        return (earlier, later) if all(side.issuperset(large.tolist()) for side in sides) else None

    def groups(self, strata: Codes) -> list[Hashable]:
        """Return what keeps windows together: their sequence, or blocks of time of few of these.

        A block ends where the class changes once it has its share, and in any case at twice of it.

        Args:
            strata: (n,) classes of the windows.
        """
        groups: list[Hashable] = self.sequences.tolist()
        if self.are_many:
            return groups
        block = -1
        for rows in self._in_time():
            shared = int((self.firsts[rows] <= self.lasts[rows[0]]).sum()) - 1
            least = max(1, len(self.firsts) // MOST_BLOCKS, _LEAST_BLOCK * shared)
            size, before = least, -1  # the first begins a block
            for row in rows.tolist():
                if (size >= least and strata[row] != before) or size >= 2 * least:
                    block, size = block + 1, 0
                groups[row], before = block, strata[row]
                size += 1
        return groups

    def at_borders(self, parts: Rows) -> npt.NDArray[np.bool_]:
        """Return (n,) which windows have a step in common with a later one of another part.

        Without these the parts have no step in common.

        Args:
            parts: (n,) the part of each window.
        """
        found = np.zeros(len(parts), bool)
        for rows in self._in_time():
            other: int | None = None  # the first step of the next window in another part
            following: int | None = None
            for row in rows[::-1].tolist():
                if following is not None and parts[following] != parts[row]:
                    other = int(self.firsts[following])
                found[row] = other is not None and other <= self.lasts[row]
                following = row
        return found

    def _in_time(self) -> list[Rows]:
        """Return the rows of each sequence as they follow each other."""
        order = np.lexsort((self.firsts, self.sequences))
        return np.split(order, np.cumsum(np.bincount(self.sequences))[:-1])
