"""The gradient of a batch as a sum over its shards, always added in the same order.

How many shards there are is a setting of the run, like the size of a batch. Who computes them is
not: a shard gives the same bits in every process. Neither is who adds them: the order is that of a
tree, of which whoever has computed all of a branch can add it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples, pack
from grucli.data.spilled import pieces, taken
from grucli.engine import augmentation, embedding
from grucli.engine.packing import Floats
from grucli.engine.params import Allocate, Parameters
from grucli.model.network import Model
from grucli.model.runner import Gradients, Runner
from grucli.model.unknown_copies import hidden
from grucli.random import AUGMENTATION, DROPOUT, generator
from grucli.tasks.task import Objective
from grucli.values import dataclass

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class ShardJob:
    """What a gradient depends on beside the weights, the examples and the rows.

    Attributes:
        objective: the loss.
        shards: S, into which each batch is dealt.
        batch_size: rows of a batch at most.
        seed: of dropout and augmentation.
        augmentation: strength of the changes to numeric sequences, as in `augmentation.changed`; 0
            for none.
    """

    objective: Objective
    shards: int
    batch_size: int
    seed: int
    augmentation: float = 0.0


@dataclass(frozen=True, kw_only=True)
class PartialSums:
    """What a step needs of some rows: sums over them.

    Attributes:
        loss: of the objective.
        right: as in `tasks.task.Loss`.
        gradients: of the loss; for whoever asked to change, overwritten by the next step.
    """

    loss: float
    right: float
    gradients: Gradients


class Shards:
    """The shards of one batch at a time, in memory that processes may share.

    Attributes:
        runner: computes them.
        rows: (batch_size,) of the batch at hand, by falling length; shard k has every Sth from k.
    """

    def __init__(
        self, model: Model, examples: Examples, job: ShardJob, allocate: Allocate = np.zeros
    ) -> None:
        """Take memory for the rows of a batch and for what each shard of it gives.

        Args:
            model: whose weights count.
            examples: to learn from; a row counts as much as its weight says.
            job: how.
            allocate: gives the same memory to every process that asks in this order.
        """
        self.runner, self._examples, self._job = Runner(model), examples, job
        self.rows: Rows = allocate((job.batch_size,), np.int64)
        number, arch = job.shards, model.architecture
        longest = _longest(examples.lengths, -(-job.batch_size // number))
        read = 1 + (2 if examples.bags is None else examples.bags.shape[1]) * bool(arch.buckets)
        most = min(int(longest.sum()) * read, len(model.table))
        self._sums = allocate((number, 3), np.float64)
        self._dense: Floats = allocate((number, model.params.flat.size), model.dtype)
        self._tokens = allocate((number, most), np.int32)
        self._vectors: Floats = allocate((number, most, model.table.shape[1]), model.dtype)
        self._params = [Parameters(arch.shapes(), model.dtype, flat) for flat in self._dense]

    def deal(self, rows: Rows) -> int:
        """Deal a batch; return how many of its shards have rows."""
        lengths = taken(self._examples.lengths, rows)
        self.rows[: len(rows)] = rows[np.argsort(-lengths, kind="stable")]
        return min(len(rows), self._job.shards)

    def compute(self, step: int, num_rows: int, shard: int) -> None:
        """Compute one shard and leave its sums where `total` finds them."""
        number = self._job.shards
        rows = self.rows[shard:num_rows:number]
        sums = self._sums_of(step * number + shard, rows, self._params[shard])
        tokens = sums.gradients.tokens
        self._sums[shard] = sums.loss, sums.right, len(tokens)
        if self.runner.model.table.size:
            self._tokens[shard, : len(tokens)] = tokens
            self._vectors[shard, : len(tokens)] = sums.gradients.rows

    def dense_of(self, shard: int) -> Parameters:
        """Return the memory for the dense gradients of a shard."""
        return self._params[shard]

    def of(self, shard: int) -> PartialSums:
        """Return the sums of a shard that has been computed."""
        loss, right, count = self._sums[shard].tolist()
        return PartialSums(
            loss=loss,
            right=right,
            gradients=Gradients(
                dense=self._params[shard],
                tokens=self._tokens[shard, : int(count)],
                rows=self._vectors[shard, : int(count)],
            ),
        )

    def whole(self, step: int, rows: Rows) -> PartialSums:
        """Return what one shard of all rows gives, without a word to other processes."""
        return self._sums_of(step, rows, self._params[0])

    def _sums_of(self, draw: int, rows: Rows, into: Parameters) -> PartialSums:
        batch, strength = pack(self._examples, rows), self._job.augmentation
        if strength:
            rng = generator(self._job.seed, AUGMENTATION, draw)
            x = augmentation.changed(batch.x, batch.packing, strength, rng)
            batch = replace(batch, x=x)
        arch = self.runner.model.architecture
        if arch.copying and arch.token_dropout:
            batch = hidden(batch, arch.token_dropout, generator(self._job.seed, AUGMENTATION, draw))
        scores = self.runner.forward(batch, generator(self._job.seed, DROPOUT, draw))
        weights = taken(self._examples.weights, batch.rows)
        loss = self._job.objective.loss(scores, batch.targets, weights)
        return PartialSums(
            loss=loss.total,
            right=loss.right,
            gradients=self.runner.backward(loss.d_scores, into),
        )


def add_(sums: PartialSums, others: PartialSums) -> PartialSums:
    """Return both together, in the memory of the first where that is possible."""
    dense, tokens, rows = sums.gradients.dense, sums.gradients.tokens, sums.gradients.rows
    dense.flat[...] += others.gradients.dense.flat
    if len(tokens) or len(others.gradients.tokens):
        tokens = np.concatenate((tokens, others.gradients.tokens))
        rows = np.concatenate((rows, others.gradients.rows))
        tokens, rows = embedding.backward(tokens, rows)
    return PartialSums(
        loss=sums.loss + others.loss,
        right=sums.right + others.right,
        gradients=Gradients(dense=dense, tokens=tokens, rows=rows),
    )


def middle_of(first: int, end: int) -> int:
    """Return where the second branch begins of a tree of the shards from `first` to before `end`.

    The first branch has a power of two of them, the largest that leaves any; there are two or more.
    """
    return first + (1 << ((end - first - 1).bit_length() - 1))


def _longest(lengths: Rows, number: int) -> Rows:
    """Return that many of the longest lengths, or all."""
    found = lengths[:0]
    for some in pieces(lengths):
        found = np.sort(np.append(found, some))[-number:]
    return found
