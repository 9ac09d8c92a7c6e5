"""The states of all layers, in the order of the data: of each step, or the last ones that are read.

A decoder reads the targets of the examples; without targets it does not run.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Batch, Examples, bounded, starts_of
from grucli.engine.packing import Floats, Integers
from grucli.engine.recurrent import of_direction
from grucli.engine.steps import Steps
from grucli.inspection.layers import Layer, layers_of
from grucli.model.dropout import Masks
from grucli.model.logits import most_rows
from grucli.model.network import Architecture
from grucli.model.runner import Runner
from grucli.values import dataclass

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class BatchStates:
    """The states of one layer and direction in a batch: N of B rows, H units.

    Attributes:
        states: (N, H) after each step.
        places: (N,) where each stands when those of all examples stand one after the other, in the
            order of the text; a decoder's in that of the targets.
        last: (B,) which of the N is that after the last step that is read of each of `rows`.
        rows: (B,) of the examples.
    """

    states: Floats
    places: Rows
    last: Integers
    rows: Rows


def state_lengths(architecture: Architecture, lengths: Rows) -> Rows:
    """Return (n,) how many states sequences of these lengths have in the encoder."""
    found: Rows = -(-lengths // max(1, architecture.convolution))
    return found


def each_batch(runner: Runner, examples: Examples) -> Iterator[dict[Layer, BatchStates]]:
    """Run all examples, and yield what each layer does with each batch; views into the tapes."""
    arch, targets = runner.model.architecture, examples.targets
    starts, layers = starts_of(state_lengths(arch, examples.lengths)), layers_of(arch)
    if runner.decoder is None or not isinstance(targets, Steps):
        layers = tuple(layer for layer in layers if not layer.is_decoder)
        for batch in bounded(examples):
            runner.encode(batch, Masks(0.0, None, runner.model.dtype))
            yield {layer: _of_encoder(runner, layer, batch, starts) for layer in layers}
        return
    for batch in bounded(examples, most_rows=most_rows(arch, examples)):
        runner.forward(batch)
        yield {
            layer: _of_decoder(runner, layer, batch, targets.starts)
            if layer.is_decoder
            else _of_encoder(runner, layer, batch, starts)
            for layer in layers
        }


def states_of(runner: Runner, examples: Examples, *, of_steps: bool) -> dict[Layer, Floats]:
    """Return of each layer the states (S, H) of all steps, or (n, H) the last ones that are read.

    Those of a decoder are of the steps of the targets; without targets it has none.
    """
    arch, targets, found = runner.model.architecture, examples.targets, dict[Layer, Floats]()
    written = targets.lengths if isinstance(targets, Steps) else examples.lengths
    for batch in each_batch(runner, examples):
        for layer, own in batch.items():
            if layer not in found:
                read = written if layer.is_decoder else state_lengths(arch, examples.lengths)
                size = int(read.sum()) if of_steps else len(read)
                found[layer] = np.empty((size, arch.hidden_size))
            if of_steps:
                found[layer][own.places] = own.states
            else:
                found[layer][own.rows] = own.states[own.last]
    return found


def _of_encoder(runner: Runner, layer: Layer, batch: Batch, starts: Rows) -> BatchStates:
    """Return what a layer has done; the states of each example begin at `starts` (n,)."""
    packing, ways = runner.packing, runner.model.architecture.num_directions
    states = of_direction(runner.tapes[layer.number]["states"], layer.way, ways)
    places: Rows = starts[batch.rows][packing.row] + packing.step
    return BatchStates(
        states=states[packing.batch_size :],
        places=places[packing.mirror] if layer.way else places,
        last=packing.last,
        rows=batch.rows,
    )


def _of_decoder(runner: Runner, layer: Layer, batch: Batch, starts: Rows) -> BatchStates:
    """Return what a decoder's layer has done; the targets of each example begin at `starts`."""
    assert runner.decoder is not None
    pairs = runner.decoder.pairs
    packing = pairs.target
    return BatchStates(
        states=runner.decoder.tapes[layer.number]["states"][packing.batch_size :],
        places=starts[batch.rows][pairs.rows] + packing.step,
        last=packing.last,
        rows=batch.rows[pairs.rows[: packing.batch_size]],
    )
