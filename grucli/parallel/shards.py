"""The gradient of a batch as a sum over its shards, always added in the same order.

How many shards there are is a setting of the run, like the size of a batch. Who computes them is
not: a shard gives the same bits in every process, so the sum does too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples, pack
from grucli.engine import augmentation, embedding, losses
from grucli.engine.packing import Floats
from grucli.engine.params import Allocate, Parameters
from grucli.model.network import Model
from grucli.model.runner import Gradients, Runner
from grucli.random import AUGMENTATION, DROPOUT, generator

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a gradient depends on beside the weights, the examples and the rows.

    Attributes:
        shards: S, into which each batch is dealt.
        batch_size: rows of a batch at most.
        label_smoothing: as in `losses.cross_entropy`.
        seed: of dropout and augmentation.
        augmentation: strength of the changes to numeric sequences, as in `augmentation.changed`; 0
            for none.
    """

    shards: int
    batch_size: int
    label_smoothing: float
    seed: int
    augmentation: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Share:
    """What a step needs of some rows: sums over them.

    Attributes:
        loss: [nat].
        right: answers that are right.
        gradients: of the loss; for whoever asked to change, overwritten by the next step.
    """

    loss: float
    right: int
    gradients: Gradients


class Shards:
    """The shards of one batch at a time, in memory that processes may share.

    Attributes:
        runner: computes them.
        rows: (batch_size,) of the batch at hand, by falling length; shard k has every Sth from k.
    """

    def __init__(
        self, model: Model, examples: Examples, task: Task, allocate: Allocate = np.zeros
    ) -> None:
        """Take memory for the rows of a batch and for what each shard of it gives.

        Args:
            model: whose weights count.
            examples: to learn from; a row counts as much as its weight says.
            task: how.
            allocate: gives the same memory to every process that asks in this order.
        """
        self.runner, self._examples, self._task = Runner(model), examples, task
        self.rows: Rows = allocate((task.batch_size,), np.int64)
        number, arch = task.shards, model.architecture
        longest = np.sort(examples.lengths)[-(-task.batch_size // number) :]
        read = 1 + (2 if examples.bags is None else examples.bags.shape[1]) * bool(arch.buckets)
        most = min(int(longest.sum()) * read, len(model.table))
        self._sums = allocate((number, 3), np.float64)
        self._dense: Floats = allocate((number, model.params.flat.size), model.dtype)
        self._tokens = allocate((number, most), np.int32)
        self._vectors: Floats = allocate((number, most, model.table.shape[1]), model.dtype)
        self._params = [Parameters(arch.shapes(), model.dtype, flat) for flat in self._dense]

    def deal(self, rows: Rows) -> int:
        """Deal a batch; return how many of its shards have rows."""
        lengths = self._examples.lengths[rows]
        self.rows[: len(rows)] = rows[np.argsort(-lengths, kind="stable")]
        return min(len(rows), self._task.shards)

    def compute(self, step: int, num_rows: int, shard: int) -> None:
        """Compute one shard and leave its share where `total` finds it."""
        number = self._task.shards
        rows = self.rows[shard:num_rows:number]
        share = self._share(step * number + shard, rows, self._params[shard])
        tokens = share.gradients.tokens
        self._sums[shard] = share.loss, share.right, len(tokens)
        if self.runner.model.table.size:
            self._tokens[shard, : len(tokens)] = tokens
            self._vectors[shard, : len(tokens)] = share.gradients.rows

    def total(self, number: int) -> Share:
        """Return the sum of the first `number` shards, all of which have been computed."""
        dense = self._params[0]
        for other in self._dense[1:number]:
            dense.flat[...] += other
        sums = self._sums[:number].tolist()
        counts = [int(count) for _, _, count in sums]
        tokens, rows = (
            np.concatenate([array[k, :count] for k, count in enumerate(counts)])
            for array in (self._tokens, self._vectors)
        )
        if self.runner.model.table.size and number > 1:
            tokens, rows = embedding.backward(tokens, rows)
        return Share(
            loss=sum(loss for loss, _, _ in sums),
            right=int(sum(right for _, right, _ in sums)),
            gradients=Gradients(dense=dense, tokens=tokens, rows=rows),
        )

    def whole(self, step: int, rows: Rows) -> Share:
        """Return what one shard of all rows gives, without a word to other processes."""
        return self._share(step, rows, self._params[0])

    def _share(self, draw: int, rows: Rows, into: Parameters) -> Share:
        batch, strength = pack(self._examples, rows), self._task.augmentation
        if strength:
            rng = generator(self._task.seed, AUGMENTATION, draw)
            x = augmentation.changed(batch.x, batch.packing, strength, rng)
            batch = replace(batch, x=x)
        logits = self.runner.forward(batch, generator(self._task.seed, DROPOUT, draw))
        loss, d_logits = losses.cross_entropy(
            logits, batch.targets, self._examples.weights[batch.rows], self._task.label_smoothing
        )
        return Share(
            loss=loss,
            right=int(np.count_nonzero(_answers(logits) == batch.targets)),
            gradients=self.runner.backward(d_logits, into),
        )


def _answers(logits: Floats) -> npt.NDArray[np.int64]:
    answers: npt.NDArray[np.int64] = (
        (logits[:, 0] > 0).astype(np.int64) if logits.shape[1] == 1 else logits.argmax(axis=1)
    )
    return answers
