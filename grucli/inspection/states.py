"""How alike the states of two models are, layer by layer, on the same sequences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples, bounded
from grucli.data.encoded import Encoded
from grucli.engine.packing import Floats, slices
from grucli.engine.recurrent import of_direction
from grucli.inspection import similarity
from grucli.inspection.health import DIRECTIONS
from grucli.inspection.similarity import CrossMoments, UnitMatch
from grucli.model.dropout import Masks
from grucli.model.network import Architecture
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel

STEPS_TOGETHER = 1 << 14


@dataclass(frozen=True, kw_only=True)
class LayerLikeness:
    """The states of one layer and direction that both models have.

    Attributes:
        name: "layer 1 forward".
        cka: linear centred kernel alignment of the states, in [0, 1]; None where they never vary.
        units: which unit is which.
    """

    name: str
    cka: float | None
    units: tuple[UnitMatch, ...]

    @property
    def matched(self) -> float | None:
        """Median |correlation| of the units that were matched."""
        return float(np.median([abs(one.correlation) for one in self.units]))


def layers_alike(
    models: tuple[SavedModel, SavedModel], encoded: tuple[Encoded, Encoded], *, same_start: bool
) -> tuple[tuple[LayerLikeness, ...], bool]:
    """Return how alike the states are, and whether those of all steps could be compared."""
    first, second = (one.model.architecture for one in models)
    lengths = _state_lengths(first, encoded[0].lengths), _state_lengths(second, encoded[1].lengths)
    of_steps = np.array_equal(*lengths)
    places = [
        (layer, direction)
        for layer in range(min(first.num_layers, second.num_layers))
        for direction in range(min(first.num_directions, second.num_directions))
    ]
    sums = [CrossMoments(first.hidden_size, second.hidden_size) for _ in places]
    examples = [Examples.of(one) for one in encoded]
    runners = [Runner(one.model, alike=True) for one in models]
    for some in slices(np.maximum(*lengths), STEPS_TOGETHER):
        rows = np.arange(len(lengths[0]))[some]
        both = [
            list(states_of(runner, own.select(rows), of_steps=of_steps))
            for runner, own in zip(runners, examples, strict=True)
        ]
        for place, own in zip(places, sums, strict=True):
            x, y = (dict(found)[place] for found in both)
            own.add(x, y)
    return tuple(
        LayerLikeness(
            name=f"layer {layer + 1} {DIRECTIONS[direction]}",
            cka=own.cka(),
            units=similarity.match(own.correlation(), same_start=same_start),
        )
        for (layer, direction), own in zip(places, sums, strict=True)
    ), of_steps


def _state_lengths(
    architecture: Architecture, lengths: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return how many states each sequence has."""
    found: npt.NDArray[np.int64] = -(-lengths // max(1, architecture.convolution))
    return found


def states_of(
    runner: Runner, examples: Examples, *, of_steps: bool
) -> Iterator[tuple[tuple[int, int], Floats]]:
    """Yield layer and direction, and its states: of each step in order, or the last ones read."""
    arch = runner.model.architecture
    lengths = _state_lengths(arch, examples.lengths)
    ends = np.cumsum(lengths)
    size = int(ends[-1]) if of_steps else len(lengths)
    found = {
        (layer, direction): np.empty((size, arch.hidden_size))
        for layer in range(arch.num_layers)
        for direction in range(arch.num_directions)
    }
    for batch in bounded(examples):
        runner.encode(batch, Masks(0.0, None, runner.model.dtype))
        packing = runner.packing
        rows = (ends - lengths)[batch.rows][packing.row] + packing.step
        for (layer, direction), array in found.items():
            states = of_direction(runner.tapes[layer]["states"], direction, arch.num_directions)
            states = states[packing.batch_size :]
            if of_steps:
                array[rows[packing.mirror] if direction else rows] = states
            else:
                array[batch.rows] = states[packing.last]
    yield from found.items()
