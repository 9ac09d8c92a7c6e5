"""The ranks that compute shards of a batch: what they tell each other of weights and of sums.

The first one alone has the weights that count. Before each step it sends the rows of the batch, the
dense weights, and those rows of the table that have changed, so the others cannot drift away. Each
rank has neighbouring shards, adds what it can of the tree, and the rest goes up the tree from rank
to rank.
"""

from __future__ import annotations

from bisect import bisect_right
from contextlib import AbstractContextManager, nullcontext

import numpy as np

from grucli.engine.packing import Integers
from grucli.model.network import Model
from grucli.model.runner import Gradients
from grucli.parallel.ranks import Ranks
from grucli.parallel.shards import PartialSums, Rows, Shards, add_, middle_of


class ShardRanks:
    """The ranks as one of them sees them; one alone if there are no others."""

    def __init__(self, ranks: Ranks | None) -> None:
        """Take the ranks; all of them have the same model, but for its weights."""
        self._ranks = ranks
        self._rank, self._size = (0, 1) if ranks is None else (ranks.rank, ranks.size)
        self._changed: Integers | None = None  # rows of the table since the last step; None for all

    def talking(self) -> AbstractContextManager[None]:
        """Tell of a step inside, and add what it gives."""
        return nullcontext() if self._ranks is None else self._ranks.talking()

    def own(self, number: int) -> range:
        """Return which of so many shards this rank computes; the first rank has the first one."""
        bounds = self._bounds(number)
        return range(bounds[self._rank], bounds[self._rank + 1])

    def tell(self, step: int, rows: Rows, model: Model) -> None:
        """Say what the next batch is, and by which weights; to be called by the first rank."""
        if self._ranks is None:
            return
        changed, table = self._changed, model.table
        number = -1 if changed is None else len(changed)
        self._ranks.share(np.array([step, len(rows), number]))
        self._ranks.share(rows, model.params.flat)
        if changed is None:
            self._ranks.share(table)
        elif number:
            self._ranks.share(changed, table[changed])

    def hear(self, model: Model) -> tuple[int, Rows] | None:
        """Return the step and the rows that the first rank tells, None at the end; take weights."""
        if self._ranks is None:
            return None
        head = np.zeros(3, np.int64)
        self._ranks.share(head)
        step, num_rows, number = head.tolist()
        if not num_rows:
            return None
        rows = np.empty(num_rows, np.int64)
        self._ranks.share(rows, model.params.flat)
        if number < 0:
            self._ranks.share(model.table)
        elif number:
            changed = np.empty(number, np.int32)
            values = np.empty((number, model.table.shape[1]), model.dtype)
            self._ranks.share(changed, values)
            model.table[changed] = values
        return step, rows

    def total(self, shards: Shards, number: int) -> PartialSums | None:
        """Return the sum of so many shards, each of which a rank has computed; to the first rank.

        Raises:
            AccessError: another rank is gone.
        """
        bounds = self._bounds(number)

        def sum_of(first: int, end: int) -> PartialSums | None:
            owner = bisect_right(bounds, first) - 1
            if end - first == 1:
                return shards.of(first) if owner == self._rank else None
            middle = middle_of(first, end)
            sums, others = sum_of(first, middle), sum_of(middle, end)
            other = bisect_right(bounds, middle) - 1
            if others is not None and owner != other:
                self._send(owner, others)
            elif sums is not None and owner != other:
                others = self._receive(other, shards, middle)
            return None if sums is None or others is None else add_(sums, others)

        found = sum_of(0, number)
        if found is not None:
            self._changed = found.gradients.tokens  # as whoever asks for a gradient applies it
        return found

    def forget(self) -> None:
        """Count on none of the weights that the others have."""
        self._changed = None

    def end(self) -> None:
        """Let the others do something else; to be called by the first rank."""
        if self._ranks is not None and not self._ranks.is_torn:
            self._ranks.share(np.zeros(3, np.int64))

    def _bounds(self, number: int) -> list[int]:
        """Return where the shards of each rank begin, and the end."""
        return [-(-number * rank // self._size) for rank in range(self._size + 1)]

    def _send(self, rank: int, sums: PartialSums) -> None:
        assert self._ranks is not None
        dense, tokens, rows = sums.gradients.dense, sums.gradients.tokens, sums.gradients.rows
        head = np.array([sums.loss, sums.right, len(tokens)], np.float64)
        self._ranks.send(rank, head, dense.flat, tokens, rows)

    def _receive(self, rank: int, shards: Shards, shard: int) -> PartialSums:
        """Return what another rank sends, in the memory of a shard that is not computed here."""
        assert self._ranks is not None
        head, dense = np.empty(3, np.float64), shards.dense_of(shard)
        self._ranks.receive(rank, head, dense.flat)
        loss, right, number = head.tolist()
        table = shards.runner.model.table
        tokens = np.empty(int(number), np.int32)
        rows = np.empty((int(number), table.shape[1]), table.dtype)
        self._ranks.receive(rank, tokens, rows)
        gradients = Gradients(dense=dense, tokens=tokens, rows=rows)
        return PartialSums(loss=loss, right=right, gradients=gradients)
