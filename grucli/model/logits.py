"""Scores of many inputs in their order, of each branch of a model."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Batch, Examples, bounded
from grucli.data.encoded import Encoded
from grucli.engine import losses
from grucli.engine.steps import Steps, shared
from grucli.model.blend import Mix
from grucli.model.network import Architecture
from grucli.model.runner import Runner
from grucli.tasks.task import Scores
from grucli.values import dataclass

MOST_NUMBERS = 1 << 22
"""Rows times longest target times symbols that a decoder gives at once: bounds its memory."""


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

    Of a decoder they are `Steps` (T, 2) of the steps of each target: its log-probability [nat]
    after the steps before, and 1 where no other symbol is more probable, else 0.

    Args:
        runner: of the model.
        examples: n of them.
        after: is told each batch while the runner still has its gates and states.
    """
    if runner.decoder is not None:
        return _of_targets(runner, examples)
    result = no_scores(runner.model.architecture, examples.lengths)
    if runner.chain is not None:
        chains = shared(runner.chain.astype(np.float64), len(examples))
        result = dataclasses.replace(result, chains=chains)
    for batch in bounded(examples):
        result[batch.rows] = runner.forward(batch)
        if after is not None:
            after(batch)
    return result


def _of_targets(runner: Runner, examples: Examples) -> Steps:
    """Return how probable each step of each target is, and whether it is the most probable one."""
    targets, arch = examples.targets, runner.model.architecture
    assert isinstance(targets, Steps)
    result: Steps = no_scores(arch, targets.lengths)
    for batch in bounded(examples, most_rows=most_rows(arch, examples)):
        result[batch.rows] = of_targets(runner.forward(batch), targets[batch.rows])
    return result


def of_targets(scores: Steps, targets: Steps) -> Steps:
    """Return (T, 2) as above, of the scores (T, V) that a decoder gives for steps of targets."""
    log_p = losses.log_probabilities(scores.values)
    found = np.empty((len(log_p), 2))
    found[:, 0] = log_p[np.arange(len(log_p)), targets.values]
    found[:, 1] = log_p.argmax(axis=1) == targets.values
    return Steps(values=found, lengths=targets.lengths)


def most_rows(architecture: Architecture, examples: Examples) -> int | None:
    """Return how many rows a decoder reads at once; None where none reads their targets."""
    targets = examples.targets
    if not (architecture.writes and isinstance(targets, Steps)):
        return None
    return max(1, MOST_NUMBERS // (architecture.num_outputs * int(targets.lengths.max())))


def no_scores(architecture: Architecture, lengths: npt.NDArray[np.int64]) -> Scores:
    """Return (n, O) float64, all zero: room for the scores of n inputs of these lengths.

    Of a decoder the lengths are those of targets.
    """
    number, outputs = len(lengths), 2 if architecture.writes else architecture.num_outputs
    if not (architecture.reads_steps or architecture.writes):
        return np.zeros((number, outputs))
    chains = np.zeros((number, outputs + 2, outputs)) if architecture.chain else None
    return Steps(values=np.zeros((int(lengths.sum()), outputs)), lengths=lengths, chains=chains)
