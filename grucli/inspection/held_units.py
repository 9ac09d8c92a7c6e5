"""How near a model comes to the truth with some of its units held at a number.

What stands before such units stays as it is, and so does the other direction of their layer: only
what comes behind them is worked out again, batch by batch.

Letters: n sequences, of a batch B with N packed steps; D directions, H units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grucli.data.batches import Batch, Examples, bounded
from grucli.data.encoded import Encoded
from grucli.engine import recurrent
from grucli.engine.packing import Floats, Integers
from grucli.engine.steps import Steps
from grucli.engine.tape import Tape
from grucli.inspection.clamped import Unit, clamp_
from grucli.inspection.layers import Layer
from grucli.model.dropout import Masks
from grucli.model.logits import most_rows, of_targets
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.tasks.task import Scores, Targets, Task

Held = Mapping[Unit, float]
"""The number of each unit that is held."""


class HeldUnits:
    """Some inputs with known targets, answered again and again."""

    def __init__(self, saved: SavedModel, inputs: Encoded, targets: Targets) -> None:
        """Prepare to answer inputs whose targets are all known; a model that writes reads them."""
        self._saved, self._targets = saved, targets
        self.examples = Examples.of(inputs, targets if saved.task.writes else None)
        linear = saved.model.linear
        self._linear = None if linear is None else linear.logits(inputs)
        self._runner = Runner(saved.model.copy(), alike=True)

    def support(self, held: Sequence[Held]) -> Floats:
        """Return how much answers speak for the targets, mean over rows, with each of these held.

        Of `Steps` it is the geometric mean of their probabilities, of a chain that of the path.
        """
        sums, task, mix = np.zeros(len(held)), self._saved.task, self._saved.model.mix
        arch = self._saved.model.architecture
        for batch in bounded(self.examples, most_rows=most_rows(arch, self.examples)):
            again, targets = _Again(self._saved, self._runner, batch), self._targets[batch.rows]
            linear = None if self._linear is None else self._linear[batch.rows]
            for place, own in enumerate(held):
                scores = again.scores(own)
                if arch.writes:
                    scores = of_targets(scores, targets)
                sums[place] += _support(task, mix.logits(scores, linear), targets)
        return sums / len(self.examples)


class _Again:
    """One batch, of which it is known what each layer does while nothing is held."""

    def __init__(self, saved: SavedModel, runner: Runner, batch: Batch) -> None:
        """Run a batch; the runner's model has the weights of the saved one, which stay."""
        self._given, self._arch = saved.model.params, saved.model.architecture
        self._runner, self._batch = runner, batch
        self._masks = Masks(0.0, None, runner.model.dtype)
        runner.encode(batch, self._masks)
        self._tape = Tape(runner.model.dtype, runner.tile)
        x, index = runner.tapes[0]["rows"][0, :, :-1].copy(), runner.index
        self._layers = list[tuple[Floats, Integers | None, Floats, Floats]]()
        for layer in range(len(runner.tapes)):
            outputs, final = (each.copy() for each in self._layer(layer, x, index))
            self._layers.append((x, index, outputs, final))
            x, index = outputs, None

    def scores(self, held: Held) -> Scores:
        """Return the scores with some units held."""
        model, layers = self._runner.model, {unit.layer for unit in held}
        clamp_(model, held)
        *_, outputs, final = self._layers[-1]
        encoders = [layer for layer in layers if not layer.is_decoder]
        if encoders:
            outputs, final = self._encoded(encoders)
        scores = self._runner.answer(self._batch, outputs, final, self._masks)
        for layer in layers:
            name = layer.params_of(self._arch)
            own, given = (each.within(name) for each in (model.params, self._given))
            for key, array in own.items():
                array[...] = given[key]
        return scores

    def _encoded(self, held: Sequence[Layer]) -> tuple[Floats, Floats]:
        """Return what the encoder gives, where some of its layers have other weights now."""
        first = min(layer.number for layer in held)
        x, index, *_ = self._layers[first]
        outputs, final = self._one_way(held[0]) if len(held) == 1 else self._layer(first, x, index)
        for layer in range(first + 1, len(self._layers)):
            outputs, final = self._layer(layer, outputs, None)
        return outputs, final

    def _layer(self, layer: int, x: Floats, index: Integers | None) -> tuple[Floats, Floats]:
        """Return what a layer gives in all its directions, as `recurrent.forward` does."""
        arch, packing, tape = self._arch, self._runner.packing, self._runner.tapes[layer]
        params = arch.by_layer(self._runner.model.params)[layer]
        return recurrent.forward(arch.cell, params, x, packing, tape, index=index)

    def _one_way(self, layer: Layer) -> tuple[Floats, Floats]:
        """Return the same, where one of two directions has other weights now."""
        arch, way, packing = self._arch, layer.way, self._runner.packing
        x, index, *given = self._layers[layer.number]
        params = arch.by_layer(self._runner.model.params)[layer.number]
        own = {name: array[way : way + 1] for name, array in params.items()}
        if way:
            index = packing.mirror if index is None else index[packing.mirror]
        found = recurrent.forward(arch.cell, own, x, packing, self._tape, index=index)
        outputs, final = (each.copy() for each in given)
        units = slice(way * arch.hidden_size, (way + 1) * arch.hidden_size)
        outputs[:, units] = found[0][packing.mirror] if way else found[0]
        final[:, units] = found[1]
        return outputs, final


def _support(task: Task, scores: Any, targets: Targets) -> float:
    """Return how much scores speak for known targets, summed over rows."""
    if not isinstance(targets, Steps):
        return float(task.support(scores, targets).sum())
    return float(np.exp(-task.row_losses(scores, targets) / targets.lengths).sum())
