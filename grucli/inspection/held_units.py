"""How near a model comes to the truth with some of its units held at a number."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grucli.data.batches import Examples
from grucli.data.encoded import Encoded
from grucli.engine.steps import Steps
from grucli.inspection.clamped import Unit, clamp_
from grucli.model.logits import recurrence_logits
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.tasks.task import Scores, Targets, Task


class HeldUnits:
    """Some inputs with known targets, answered again and again.

    All that units have nothing to do with is worked out once, and buffers are kept.
    """

    def __init__(self, saved: SavedModel, inputs: Encoded, targets: Targets) -> None:
        """Prepare to answer inputs whose targets are all known; a model that writes reads them."""
        self._saved, self._targets = saved, targets
        self.examples = Examples.of(inputs, targets if saved.task.writes else None)
        linear = saved.model.linear
        self._linear = None if linear is None else linear.logits(inputs)
        self._runner = Runner(saved.model.copy(), alike=True)

    def support(self, held: Mapping[Unit, float]) -> float:
        """Return the mean support of the targets, with each of these units held at its number."""
        model, saved = self._runner.model, self._saved
        model.params.flat[...] = saved.model.params.flat
        clamp_(model, held)
        recurrence = recurrence_logits(self._runner, self.examples)
        return mean_support(
            saved.task, saved.model.mix.logits(recurrence, self._linear), self._targets
        )


def mean_support(task: Task, scores: Scores, targets: Targets) -> float:
    """Return how much scores speak for known targets, mean over rows.

    Of `Steps` it is what their probabilities are on geometric average, of the path of a chain, too.
    """
    if not isinstance(targets, Steps):
        return float(task.support(scores, targets).mean())
    return float(np.exp(-task.row_losses(scores, targets) / targets.lengths).mean())
