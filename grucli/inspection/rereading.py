"""Written answers, read again: how probable each of their symbols is after those before it.

So all of them are compared symbol by symbol, whatever is done to the input.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples, bounded
from grucli.data.encoded import Encoded
from grucli.engine import losses
from grucli.engine.beam import END
from grucli.engine.packing import Floats
from grucli.engine.steps import Steps
from grucli.model.logits import most_rows
from grucli.model.runner import Runner
from grucli.tasks.drafts import Drafts
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """What a model says of the symbols of n answers, M of them together, one answer after another.

    Attributes:
        lengths: (n,) symbols of each answer, its end included.
        best: (M,) the most probable symbol after those before.
        log_p: (M,) log-probability of that of the answer [nat].
    """

    lengths: npt.NDArray[np.int64]
    best: npt.NDArray[np.int64]
    log_p: Floats

    @property
    def probabilities(self) -> Floats:
        """(M,) of the answers' symbols."""
        return np.exp(self.log_p)


def with_answers(encoded: Encoded, drafts: Drafts) -> Examples:
    """Return n inputs with the best of their drafts as targets, an end behind each.

    An answer that was cut has one, too: its decoder has asked for it last.
    """
    symbols = [[*draft.symbols, END] for draft in drafts.best]
    lengths = np.array([len(own) for own in symbols], np.int64)
    values = np.array([symbol for own in symbols for symbol in own], np.int64)
    return Examples.of(encoded, Steps(values=values, lengths=lengths))


def reread(
    runner: Runner, examples: Examples, after: Callable[[npt.NDArray[np.int64]], None] | None = None
) -> Reading:
    """Read answers again.

    Args:
        runner: of a model that writes.
        examples: n inputs, with answers as targets.
        after: is told the rows of each batch while the runner still has its gates and states.
    """
    targets = examples.targets
    assert isinstance(targets, Steps)
    best, log_p = np.empty(len(targets.values), np.int64), np.empty(len(targets.values))
    most = most_rows(runner.model.architecture, examples)
    for batch in bounded(examples, most_rows=most):
        found = losses.log_probabilities(runner.forward(batch).values)
        places, own = targets.places(batch.rows), targets[batch.rows].values
        best[places] = found.argmax(axis=1)
        log_p[places] = found[np.arange(len(found)), own]
        if after is not None:
            after(batch.rows)
    return Reading(lengths=targets.lengths, best=best, log_p=log_p)
