"""Scores of many inputs in their order, of each branch of a model."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Batch, Examples, bounded
from grucli.data.encoded import Encoded
from grucli.engine.steps import Steps, shared
from grucli.model.blend import Mix
from grucli.model.network import Architecture
from grucli.model.runner import Runner
from grucli.tasks.task import Scores


@dataclass(frozen=True, kw_only=True)
class BranchLogits:
    """Logits of both branches of a model for the same inputs.

    Attributes:
        recurrence: (n, O), or the `Steps` of a head that reads each step.
        linear: the same of the linear path, None for a model without.
    """

    recurrence: Scores
    linear: Scores | None

    def blended(self, mix: Mix) -> Scores:
        """Return (n, O) the logits that decide."""
        return mix.logits(self.recurrence, self.linear)


def branch_logits(
    runner: Runner, encoded: Encoded, after: Callable[[Batch], None] | None = None
) -> BranchLogits:
    """Return the logits of both branches in the order of the inputs; `after` as below."""
    linear = runner.model.linear
    return BranchLogits(
        linear=None if linear is None else linear.logits(encoded),
        recurrence=recurrence_logits(runner, Examples.of(encoded), after),
    )


def recurrence_logits(
    runner: Runner, examples: Examples, after: Callable[[Batch], None] | None = None
) -> Scores:
    """Return (n, O) float64, the logits of the recurrence in the order of `examples`.

    Args:
        runner: of the model.
        examples: n of them.
        after: is told each batch while the runner still has its gates and states.
    """
    result = no_scores(runner.model.architecture, examples.lengths)
    if runner.chain is not None:
        chains = shared(runner.chain.astype(np.float64), len(examples))
        result = dataclasses.replace(result, chains=chains)
    for batch in bounded(examples):
        result[batch.rows] = runner.forward(batch)
        if after is not None:
            after(batch)
    return result


def no_scores(architecture: Architecture, lengths: npt.NDArray[np.int64]) -> Scores:
    """Return (n, O) float64, all zero: room for the scores of n inputs of these lengths."""
    number, outputs = len(lengths), architecture.num_outputs
    if not architecture.reads_steps:
        return np.zeros((number, outputs))
    chains = np.zeros((number, outputs + 2, outputs)) if architecture.chain else None
    return Steps(values=np.zeros((int(lengths.sum()), outputs)), lengths=lengths, chains=chains)
