"""How alike the states of two models are, layer by layer, on the same sequences."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples
from grucli.data.encoded import Encoded
from grucli.engine.packing import slices
from grucli.engine.steps import Steps
from grucli.inspection import similarity
from grucli.inspection.layers import layers_of
from grucli.inspection.similarity import CrossMoments, UnitMatch
from grucli.inspection.states import state_lengths, states_of
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.values import dataclass

STEPS_TOGETHER = 1 << 14


@dataclass(frozen=True, kw_only=True)
class LayerLikeness:
    """The states of one layer and direction that both models have.

    Attributes:
        name: "layer 1 forward", "decoder".
        of_steps: whether states are those of all steps; else, where the models read other steps,
            the last ones of each sequence.
        cka: linear centred kernel alignment of the states, in [0, 1]; None where they never vary.
        units: which unit is which.
    """

    name: str
    of_steps: bool
    cka: float | None
    units: tuple[UnitMatch, ...]

    @property
    def matched(self) -> float | None:
        """Median |correlation| of the units that were matched."""
        return float(np.median([abs(one.correlation) for one in self.units]))


def layers_alike(
    models: tuple[SavedModel, SavedModel],
    encoded: tuple[Encoded, Encoded],
    read: tuple[Steps, Steps] | None,
    *,
    same_start: bool,
) -> tuple[LayerLikeness, ...]:
    """Return how alike the states are in all layers that both have.

    Args:
        models: both.
        encoded: the same n sequences, as each reads them.
        read: of models that write, n texts that their decoders read.
        same_start: whether both began to learn with the same weights.
    """
    architectures = [one.model.architecture for one in models]
    own = layers_of(architectures[1])
    layers = [layer for layer in layers_of(architectures[0]) if layer in own]
    first, second = (one.hidden_size for one in architectures)
    sums = {layer: CrossMoments(first, second) for layer in layers}
    examples = [
        Examples.of(one, None if read is None else text)
        for one, text in zip(encoded, read or (None, None), strict=True)
    ]
    alike = _read_alike(models, examples)
    runners = [Runner(one.model, alike=True) for one in models]
    lengths = np.maximum(*(_steps_of(one) for one in examples))
    for some in slices(lengths, STEPS_TOGETHER):
        rows = np.arange(len(lengths))[some]
        both = [(runner, one.select(rows)) for runner, one in zip(runners, examples, strict=True)]
        for of_steps in set(alike.values()):
            x, y = (states_of(*each, of_steps=of_steps) for each in both)
            for layer in layers:
                if alike[layer.is_decoder] == of_steps:
                    sums[layer].add(x[layer], y[layer])
    return tuple(
        LayerLikeness(
            name=layer.name,
            of_steps=alike[layer.is_decoder],
            cka=found.cka(),
            units=similarity.match(found.correlation(), same_start=same_start),
        )
        for layer, found in sums.items()
    )


def _read_alike(
    models: tuple[SavedModel, SavedModel], examples: list[Examples]
) -> dict[bool, bool]:
    """Return whether both models have as many states of each sequence: encoders, and decoders."""
    first, second = (
        state_lengths(one.model.architecture, own.lengths)
        for one, own in zip(models, examples, strict=True)
    )
    texts = [own.targets.lengths for own in examples if isinstance(own.targets, Steps)]
    of_texts = {True: np.array_equal(texts[0], texts[1])} if texts else {}
    return {False: np.array_equal(first, second), **of_texts}


def _steps_of(examples: Examples) -> npt.NDArray[np.int64]:
    """Return (n,) how many steps of each sequence are read, by a decoder as well."""
    targets = examples.targets
    return examples.lengths + (targets.lengths if isinstance(targets, Steps) else 0)
