"""Examples in one flat array, and the packed batches that the engine takes.

Files and users see one sequence after the other; the engine sees one step after the other. This is
the only border between the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.encoded import Encoded
from grucli.data.spilled import spilled, taken
from grucli.data.text.vocabulary import UNKNOWN
from grucli.engine.packing import Packing
from grucli.engine.steps import Steps
from grucli.files.scratch import release
from grucli.values import dataclass

MOST_ROWS = 256
MOST_STEPS = 8192  # rows times longest row of a batch: bounds the memory of its tape
POOL_BATCHES = 50  # batches drawn together and sorted by length: little waste, still well mixed


def starts_of(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return (n,) where each of n sequences begins that stand one after the other."""
    starts: npt.NDArray[np.int64] = np.cumsum(lengths)
    starts -= lengths
    return starts


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Encoded sequences, one after the other.

    Attributes:
        steps: (S,) int32 token ids, or (S, I) numeric channels; S is the sum of all lengths.
        lengths: (n,) int64, at least 1.
        targets: (n, ...) of the kind that the task has, or `engine.steps.Steps` with one a step,
            or with sequences of their own; only the task looks into them, and a decoder.
        weights: (n,) float64, how much each counts in training, above 0.
        bags: (F, G) int32, of each token id the rows of its n-grams, as in `engine.bags`; ids from
            the vocabulary's size on are of tokens that it lacks. None without such n-grams.
        copies: (V,) int32, of each token of the vocabulary the symbol of answers that a copy of it
            is; None where none are copied.
    """

    steps: npt.NDArray[Any]
    lengths: npt.NDArray[np.int64]
    targets: npt.NDArray[Any] | Steps
    weights: npt.NDArray[np.float64]
    bags: npt.NDArray[np.int32] | None = None
    copies: npt.NDArray[np.int32] | None = None

    def __len__(self) -> int:
        return len(self.lengths)

    @cached_property
    def starts(self) -> npt.NDArray[np.int64]:
        """(n,) where each sequence begins in `steps`."""
        return spilled(starts_of(self.lengths))

    @classmethod
    def of(
        cls,
        encoded: Encoded,
        targets: npt.ArrayLike | Steps | None = None,
        weights: npt.NDArray[np.float64] | None = None,
    ) -> Examples:
        """Take inputs that are encoded; if None, targets are -1, weights 1."""
        rows = len(encoded.lengths)
        if not isinstance(targets, Steps):
            targets = np.full(rows, -1) if targets is None else np.asarray(targets)
        return cls(
            steps=encoded.steps,
            lengths=encoded.lengths,
            targets=targets if isinstance(targets, Steps) else spilled(targets),
            weights=spilled(np.ones(rows) if weights is None else weights),
            bags=encoded.bags,
            copies=encoded.copies,
        )

    @property
    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """All that they hold, by field; of targets a step, those of all sequences."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        if isinstance(self.targets, Steps):
            found["targets"] = self.targets.values
        return {name: array for name, array in found.items() if array is not None}

    def num_targets(self, rows: npt.NDArray[np.integer]) -> int:
        """Return how many targets these rows have: one each, or one for each step of theirs."""
        own = self.targets
        return int(own.lengths[rows].sum()) if isinstance(own, Steps) else len(rows)

    def select(self, rows: npt.NDArray[np.integer]) -> Examples:
        """Return the examples of these rows, in this order."""
        lengths = self.lengths[rows]
        ends = np.cumsum(lengths)
        first = np.repeat(self.starts[rows] - (ends - lengths), lengths)
        index = first + np.arange(len(first))
        return Examples(
            steps=self.steps[index],
            lengths=lengths,
            targets=self.targets[rows],
            weights=self.weights[rows],
            bags=self.bags,
            copies=self.copies,
        )


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A packed batch.

    Attributes:
        x: (N,) int32 token ids or (N, I) channels, in the order of `packing`.
        packing: rows sorted by falling length.
        targets: (B, ...) of its rows.
        rows: (B,) int64, which example each row is.
        bags, copies: as in `Examples`.
    """

    x: npt.NDArray[Any]
    packing: Packing
    targets: npt.NDArray[Any] | Steps
    rows: npt.NDArray[np.int64]
    bags: npt.NDArray[np.int32] | None = None
    copies: npt.NDArray[np.int32] | None = None

    @property
    def held(self) -> npt.NDArray[np.int32]:
        """(N,) the symbol that a copy of each token is; of those beyond the vocabulary UNKNOWN."""
        assert self.copies is not None
        return self.copies[np.where(self.x < len(self.copies), self.x, UNKNOWN)]


def pack(examples: Examples, rows: npt.NDArray[np.int64]) -> Batch:
    """Return the batch of these rows, sorted by falling length (equal lengths keep their order)."""
    lengths = taken(examples.lengths, rows)
    order = np.argsort(-lengths, kind="stable")
    rows, packing = rows[order], _packing(lengths[order].tobytes())
    index = taken(examples.starts, rows)[packing.row] + packing.step
    targets = examples.targets
    batch = Batch(
        x=taken(examples.steps, index),
        packing=packing,
        targets=targets[rows] if isinstance(targets, Steps) else taken(targets, rows),
        rows=rows,
        bags=examples.bags,
        copies=examples.copies,
    )
    release()
    return batch


@lru_cache(maxsize=4)
def _packing(lengths: bytes) -> Packing:
    """Return the packing of rows of these int64 lengths: that of an earlier batch if they are its.

    Where all sequences are equally long, nearly all batches are packed alike.
    """
    return Packing(np.frombuffer(lengths, np.int64))


def bounded(
    examples: Examples,
    order: npt.NDArray[np.int64] | None = None,
    most_rows: int | None = None,
) -> Iterator[Batch]:
    """Yield all examples in batches that run in bounded memory; `Batch.rows` tells which.

    Args:
        examples: what to run.
        order: (n,) which come first; by falling length, which wastes least, if None.
        most_rows: of a batch, where that is fewer than MOST_ROWS.
    """
    rows = min(MOST_ROWS, most_rows or MOST_ROWS)
    if order is None:
        order = np.argsort(-examples.lengths, kind="stable")
    start = 0
    while start < len(order):
        longest = np.maximum.accumulate(examples.lengths[order[start : start + rows]])
        fits = np.arange(1, len(longest) + 1) * longest <= MOST_STEPS
        stop = start + max(1, int(fits.sum()))
        yield pack(examples, order[start:stop])
        start = stop


@dataclass(frozen=True, kw_only=True)
class Deal:
    """All rows dealt to batches, each row once; the batch k has `deal[k]` (B,) int64.

    Attributes:
        order: (n,) int32, the rows in stretches that become batches.
        turns: which of the stretches each batch is.
        batch_size: rows of a stretch; the last one has what is left.
    """

    order: npt.NDArray[np.int32]
    turns: npt.NDArray[np.int64]
    batch_size: int

    def __len__(self) -> int:
        return len(self.turns)

    def __getitem__(self, batch: int) -> npt.NDArray[np.int64]:
        start = int(self.turns[batch]) * self.batch_size
        return self.order[start : start + self.batch_size].astype(np.int64)


def deal(
    rows: npt.NDArray[np.int64],
    lengths: npt.NDArray[np.int64],
    batch_size: int,
    rng: np.random.Generator,
) -> Deal:
    """Deal rows to batches, similar lengths together.

    All rows are shuffled, cut into pools, sorted by length within a pool, cut into batches, and the
    batches are shuffled.

    Args:
        rows: which of the examples.
        lengths: of all examples.
        batch_size: rows of a batch.
        rng: draws both orders.
    """
    order = rows.astype(np.int32)
    release()
    rng.shuffle(order)
    pool_size = batch_size * POOL_BATCHES
    for start in range(0, len(order), pool_size):
        pool = order[start : start + pool_size]
        pool[...] = pool[np.argsort(-lengths[pool], kind="stable")]
    release()
    turns = rng.permutation(-(-len(order) // batch_size))
    return Deal(order=spilled(order), turns=turns, batch_size=batch_size)
