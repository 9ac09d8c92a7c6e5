"""Sequences of unequal lengths, one after the other: what a head that reads each step gives.

A row is a sequence, so that whoever selects rows of an array selects sequences here in the same
words: `len`, `[rows]`, `[rows] = others`, a factor, a sum.

Letters: n sequences of T[i] steps, S the sum of all T; K tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Integers


@dataclass(frozen=True, kw_only=True, eq=False)
class Steps:
    """N sequences.

    Attributes:
        values: (S, ...), e.g. scores (S, K) or tags (S,).
        lengths: (n,) int64, at least 1; 0 only for an input that has no step to answer.
        chains: (n, K + 2, K), for each sequence what it scores that tag j follows tag i (row i of
            the first K), that it begins with j, and that it ends with j; None where tags do not
            depend on each other.
    """

    __array_ufunc__ = None  # a NumPy number leaves `number * steps` to this class

    values: npt.NDArray[Any]
    lengths: npt.NDArray[np.int64]
    chains: npt.NDArray[Any] | None = None

    def __len__(self) -> int:
        return len(self.lengths)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle chains that all sequences share once."""
        chains, number = self.chains, None
        if chains is not None and _are_shared(chains):
            chains, number = chains[:1].copy(), len(chains)
        return _unpickled, (self.values, self.lengths, chains, number)

    @cached_property
    def starts(self) -> npt.NDArray[np.int64]:
        """(n,) where each sequence begins in `values`."""
        starts: npt.NDArray[np.int64] = np.cumsum(self.lengths) - self.lengths
        return starts

    def places(self, rows: Integers | slice) -> npt.NDArray[np.int64]:
        """Return where the steps of some sequences, or of those that a mask names, stand."""
        lengths, starts = self.lengths[rows], self.starts[rows]
        before = np.cumsum(lengths) - lengths
        found: npt.NDArray[np.int64] = np.repeat(starts - before, lengths)
        return found + np.arange(len(found))

    def __getitem__(self, rows: Integers | slice) -> Steps:
        """Return some sequences, in the order in which they are named."""
        lengths, chains = self.lengths[rows], self.chains
        if chains is not None:
            chains = shared(chains, len(lengths)) if _are_shared(chains) else chains[rows]
        return Steps(values=self.values[self.places(rows)], lengths=lengths, chains=chains)

    def __setitem__(self, rows: Integers | slice, others: Steps) -> None:
        """Write others of the same lengths over some sequences; chains that all share stay.

        Raises:
            ValueError: they are of other lengths.
        """
        if not np.array_equal(self.lengths[rows], others.lengths):
            raise ValueError("sequences of other lengths")
        self.values[self.places(rows)] = others.values
        if self.chains is not None and not _are_shared(self.chains):
            self.chains[rows] = others.chains

    def __rmul__(self, factor: float) -> Steps:
        """Return all scores times a number."""
        chains = self.chains
        if chains is not None:
            of_each = not _are_shared(chains)
            chains = factor * chains if of_each else shared(factor * chains[:1], len(self))
        return Steps(values=factor * self.values, lengths=self.lengths, chains=chains)

    __mul__ = __rmul__

    def __add__(self, other: Steps) -> Steps:
        """Return the sums of the scores of two sets of the same sequences."""
        chains = None
        if self.chains is not None and other.chains is not None:
            chains = self.chains + other.chains
        return Steps(values=self.values + other.values, lengths=self.lengths, chains=chains)

    def emptied(self, rows: npt.NDArray[np.bool_]) -> Steps:
        """Return as many sequences, those that (n,) a mask names without a step."""
        return Steps(
            values=self.values[np.repeat(~rows, self.lengths)],
            lengths=np.where(rows, 0, self.lengths),
            chains=self.chains,
        )

    def per_sequence(self) -> list[npt.NDArray[Any]]:
        """Return the values of each sequence, (T, ...)."""
        bounds = zip(self.starts.tolist(), self.lengths.tolist(), strict=True)
        return [self.values[start : start + length] for start, length in bounds]


def shared(chains: npt.NDArray[Any], number: int) -> npt.NDArray[Any]:
    """Return (number, K + 2, K), a view: for each sequence the same one of `chains`.

    Args:
        chains: (K + 2, K), or any number of the same ones; none of them only where `number` is 0.
        number: of sequences.
    """
    return np.broadcast_to(chains[:1] if chains.ndim == 3 else chains, (number, *chains.shape[-2:]))


def joined(parts: Sequence[Any]) -> Any:
    """Return the rows of all parts, at least one, one part after the other: arrays, or `Steps`."""
    if not isinstance(parts[0], Steps):
        return np.concatenate(parts)
    chains = [part.chains for part in parts]
    return Steps(
        values=np.concatenate([part.values for part in parts]),
        lengths=np.concatenate([part.lengths for part in parts]),
        chains=None if chains[0] is None else np.concatenate(chains),
    )


def _unpickled(
    values: npt.NDArray[Any],
    lengths: npt.NDArray[np.int64],
    chains: npt.NDArray[Any] | None,
    number: int | None,
) -> Steps:
    if chains is not None and number is not None:
        chains = shared(chains, number)
    return Steps(values=values, lengths=lengths, chains=chains)


def _are_shared(chains: npt.NDArray[Any]) -> bool:
    return chains.strides[0] == 0
