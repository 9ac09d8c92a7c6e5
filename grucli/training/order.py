"""Which rows each batch has: pass after pass over all of them, cut into epochs."""

from __future__ import annotations

import math

from grucli.data.batches import Deal, deal
from grucli.parallel.shards import Rows
from grucli.random import SHUFFLE, generator


def num_batches(rows: int, batch_size: int, epoch_rows: int | None) -> int:
    """Return the batches of an epoch.

    Args:
        rows: of a pass.
        batch_size: of them.
        epoch_rows: at most of an epoch, to the next whole batch; None for all.
    """
    return math.ceil(min(rows, epoch_rows or rows) / batch_size)


class Order:
    """The batches of each epoch, from its number alone.

    Where a pass has more rows than an epoch, the next epoch goes on behind the last batch, and a
    pass that is used up is followed by another in a new order.
    """

    def __init__(self, lengths: Rows, batch_size: int, epoch_rows: int | None, seed: int) -> None:
        """Prepare to order rows.

        Args:
            lengths: (n,) steps of all rows, of which a stage has some.
            batch_size, epoch_rows: as for `num_batches`.
            seed: of all orders.
        """
        self._lengths, self._batch_size, self._epoch_rows = lengths, batch_size, epoch_rows
        self._seed = seed
        self._dealt: tuple[Rows, int, Deal] | None = None  # rows, the pass over them, its batches

    def num_batches(self, rows: Rows) -> int:
        """Return the batches of an epoch of a stage that has these rows."""
        return num_batches(len(rows), self._batch_size, self._epoch_rows)

    def batches(self, rows: Rows, epoch: int) -> list[Rows]:
        """Return the rows of each batch of an epoch, 1 for the first, in their order."""
        number, found = self.num_batches(rows), []
        for k in range((epoch - 1) * number, epoch * number):
            turn, batch = divmod(k, math.ceil(len(rows) / self._batch_size))
            found.append(self._deal(rows, turn + 1)[batch])
        return found

    def _deal(self, rows: Rows, turn: int) -> Deal:
        """Return the batches of a pass, 1 for the first; the last one is kept."""
        kept = self._dealt
        if kept is None or kept[0] is not rows or kept[1] != turn:
            rng = generator(self._seed, SHUFFLE, turn)
            self._dealt = kept = rows, turn, deal(rows, self._lengths, self._batch_size, rng)
        return kept[2]
