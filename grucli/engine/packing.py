"""Packing: the places of steps of sequences of unequal lengths in one array without padding."""

import itertools
from collections.abc import Iterator
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Integers = npt.NDArray[np.integer]
Step = tuple[slice, slice, slice, slice, slice]
"""The packed rows of a step; its states before and after it, where B initial ones stand before N
others; and the packed rows and states before it once more, counted in rows of one direction."""

MOST_STEPS_HELD = 512
"""Views of more steps than these would take memory that their calls are not worth."""


class Packing:
    """The order of a packed batch: step by step, each step with the rows that still run.

    Attributes:
        lengths: (B,) int64, steps of each row, at least 1, non-increasing.
        active: (T,) int64, rows that run at each step, non-increasing, active[0] == B.
        offsets: (T + 1,) int64, packed rows of step t are offsets[t] to offsets[t + 1].
        num_directions: 1, and 2 of `both_ways`.
    """

    def __init__(self, lengths: Integers) -> None:
        """Lay out rows of these lengths.

        Raises:
            ValueError: there is no row, a length below 1, or a longer row after a shorter one.
        """
        if lengths.size == 0 or lengths[-1] < 1 or np.any(np.diff(lengths) > 0):
            raise ValueError("lengths must be at least 1 and sorted by falling length")
        self.lengths = lengths.astype(np.int64)
        steps = np.arange(self.lengths[0])
        self.active = np.searchsorted(-self.lengths, -steps, side="left")
        self.offsets = np.concatenate(([0], np.cumsum(self.active)))
        self.num_directions = 1

    @cached_property
    def both_ways(self) -> "Packing":
        """Two rows for each of these, one after the other: a sequence as it is read either way.

        Rows 2 k and 2 k + 1 are as long as row k, so that both directions run in one loop.
        """
        both = Packing.__new__(Packing)
        both.lengths, both.active = np.repeat(self.lengths, 2), 2 * self.active
        both.offsets, both.num_directions = 2 * self.offsets, 2
        return both

    @property
    def batch_size(self) -> int:
        """B."""
        return len(self.lengths)

    @property
    def num_steps(self) -> int:
        """T, the length of the longest row."""
        return len(self.active)

    @property
    def size(self) -> int:
        """N, the number of packed rows."""
        return int(self.offsets[-1])

    @cached_property
    def slices(self) -> list[slice]:
        """The packed rows of each of the T steps."""
        bounds = self.offsets.tolist()
        return [slice(start, stop) for start, stop in itertools.pairwise(bounds)]

    @cached_property
    def steps(self) -> list[Step]:
        """Where the rows of each of the T steps stand."""
        B, D, first, found = self.batch_size, self.num_directions, 0, []
        for at in self.slices:
            before = slice(first, first + at.stop - at.start)
            first = B + at.start
            after = slice(first, B + at.stop)
            way, before_way = at, before
            if D == 2:
                way = slice(at.start // D, at.stop // D)
                before_way = slice(before.start // D, before.stop // D)
            found.append((at, before, after, way, before_way))
        return found

    @cached_property
    def shape(self) -> bytes | None:
        """The same for batches whose rows stand alike, None for long ones, of which few do."""
        if self.num_steps > MOST_STEPS_HELD:
            return None
        return self.active.tobytes() + bytes([self.num_directions])

    def blocks(self, most_rows: int) -> list[tuple[list[Step], slice]]:
        """Return runs of steps: the rows of each step, and the packed rows of all of them together.

        They are at most `most_rows` where a step allows it: what is computed block by block stays
        in the processor's cache until it is used.
        """
        bounds = self.offsets.tolist()
        starts = [0]
        for step in range(1, self.num_steps):
            if bounds[step + 1] - bounds[starts[-1]] > most_rows:
                starts.append(step)
        return [
            (self.steps[start:stop], slice(bounds[start], bounds[stop]))
            for start, stop in itertools.pairwise([*starts, self.num_steps])
        ]

    @cached_property
    def step(self) -> Integers:
        """(N,) step of each packed row."""
        return np.repeat(np.arange(self.num_steps), self.active)

    @cached_property
    def row(self) -> Integers:
        """(N,) batch row of each packed row."""
        return np.arange(self.size) - self.offsets[self.step]

    @cached_property
    def place(self) -> Integers:
        """(N,) where each packed row stands when one sequence stands after the other."""
        starts: Integers = np.cumsum(self.lengths) - self.lengths
        return starts[self.row] + self.step

    @cached_property
    def last(self) -> Integers:
        """(B,) packed row of each row's last step."""
        index: Integers = self.offsets[self.lengths - 1] + np.arange(self.batch_size)
        return index

    @cached_property
    def mirror(self) -> Integers:
        """(N,) packed row of the same sequence's step counted from its own end.

        Taking `x[mirror]` twice gives `x` back.
        """
        mirrored: Integers = self.offsets[self.lengths[self.row] - 1 - self.step] + self.row
        return mirrored

    @cached_property
    def turned(self) -> Integers:
        """(2 N,) the row of `both_ways` at which the other steps of its sequence come.

        Of each pair the first row is itself and the second that of `mirror`, so that taking
        `rows[turned]` turns the second direction's order of time into the first's, and back.
        """
        turned = np.arange(2 * self.size).reshape(-1, 2)
        turned[:, 1] = 2 * self.mirror + 1
        return turned.reshape(-1)

    @cached_property
    def previous(self) -> slice | Integers:
        """Where the state before each packed row stands among B initial states and N states.

        A slice when all lengths are equal: then the states before need no copy.
        """
        if self.lengths[0] == self.lengths[-1]:
            return slice(0, self.size)
        before = np.concatenate((np.zeros(1, np.int64), self.batch_size + self.offsets[:-2]))
        index: Integers = before[self.step] + self.row
        return index


def slices(sizes: Integers, most: int) -> Iterator[slice]:
    """Yield rows after rows: as many as have at most `most` together, or one that has more.

    Args:
        sizes: (n,) of each row, at least 0.
        most: of the rows that are yielded together.
    """
    ends, first = np.cumsum(sizes), 0
    while first < len(ends):
        before = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + most, side="right")))
        yield slice(first, last)
        first = last
