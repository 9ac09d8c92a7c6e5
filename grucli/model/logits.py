"""Logits of many inputs in their order, of each branch of a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Batch, Examples, bounded
from grucli.data.encoded import Encoded
from grucli.engine.packing import Floats
from grucli.model.blend import Mix
from grucli.model.runner import Runner


@dataclass(frozen=True, kw_only=True)
class BranchLogits:
    """Logits of both branches of a model for the same inputs.

    Attributes:
        recurrence: (n, O).
        linear: (n, O) of the linear path, None for a model without.
    """

    recurrence: Floats
    linear: Floats | None

    def blended(self, mix: Mix) -> Floats:
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
) -> npt.NDArray[np.float64]:
    """Return (n, O) the logits of the recurrence in the order of `examples`.

    Args:
        runner: of the model.
        examples: n of them.
        after: is told each batch while the runner still has its gates and states.
    """
    result = np.empty((len(examples), runner.model.architecture.num_outputs))
    for batch in bounded(examples):
        result[batch.rows] = runner.forward(batch)
        if after is not None:
            after(batch)
    return result
