"""The second direction of each layer as work for another process.

The two directions of a layer do not need each other until both are done. Each gives the same bits
in every process, so no number depends on who computes it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

import numpy as np

from grucli.data.batches import Examples
from grucli.engine import recurrent
from grucli.engine.inputs import Inputs
from grucli.engine.packing import Floats, Packing
from grucli.engine.params import Allocate, Parameters
from grucli.engine.tape import Tape
from grucli.model import Model
from grucli.shards import Task

FORWARD, BACKWARD = 0, 1


class Worker(Protocol):
    """Another process, which has `Directions` in the same memory."""

    def send(self, *what: int) -> None:
        """Let it `Directions.compute`."""

    def wait(self) -> None:
        """Return once it has done all that it was sent."""


class Directions:
    """The second directions of a bidirectional model, in memory that processes share.

    Attributes:
        gradients: of the dense parameters; the first directions' have to go there, too.
    """

    def __init__(self, model: Model, examples: Examples, task: Task, allocate: Allocate) -> None:
        """Take memory for what second directions read and what they give.

        Args:
            model: whose weights and tapes count.
            examples: to learn from.
            task: how.
            allocate: gives the same memory to every process that asks in this order.
        """
        arch, dtype = model.architecture, model.dtype
        most_rows = task.batch_size
        most_steps = int(np.sort(examples.lengths)[-most_rows:].sum())
        flat = allocate(model.params.flat.shape, dtype)
        self.gradients = Parameters(arch.shapes(), dtype, flat)
        self._cell = recurrent.CELLS[arch.cell]
        self._lengths = allocate((most_rows,), np.int64)
        self._index = allocate((arch.num_layers, most_steps), np.int64)
        self._tapes = model.tapes
        self._params, self._grads = (
            [
                recurrent.of_direction(every.within(f"layer{layer}_"), 1)
                for layer in range(arch.num_layers)
            ]
            for every in (model.params, self.gradients)
        )
        self._buffers = [
            (owner, name, allocate((size,), dtype))
            for tape, params in zip(self._tapes, self._params, strict=True)
            for owner, name, size in _sizes(params, tape, most_rows, most_steps)
        ]
        self._packing: Packing

    def compute(self, turn: int, layer: int, count: int) -> None:
        """Run the second direction of a layer: what a worker does.

        Args:
            turn: FORWARD or BACKWARD.
            layer: 0 for the first.
            count: FORWARD: rows to be read; BACKWARD: above 0 if their gradient is asked for.
        """
        self._lend()
        tape, params = self._tapes[layer], self._params[layer]
        width = params["weight_ih"].shape[1]
        if turn == FORWARD:
            self._packing = Packing(self._lengths[self._lengths > 0])
            tape.take("rows", count, width + 1)
        packing, second = self._packing, tape.part(1)
        x = Inputs(rows=tape["rows"], index=self._index[layer, : packing.size])
        if turn == FORWARD:
            self._cell.forward(params, x, packing, second)
            return
        d_states = second.take("d_states", packing.size, params["weight_hh"].shape[1])
        d_x = second.take("d_x", packing.size, width) if count else None
        self._cell.backward(params, x, packing, second, d_states, self._grads[layer], d_x)

    @contextmanager
    def by(self, worker: Worker) -> Iterator[list[Second]]:
        """Let a worker run the second directions until the end; yield that of each layer."""
        self._lend()
        seconds = [Second(worker, layer, self._note) for layer in range(len(self._tapes))]
        for tape, second in zip(self._tapes, seconds, strict=True):
            tape.helper = second
        try:
            yield seconds
        finally:
            for tape in self._tapes:
                tape.helper = None

    def _lend(self) -> None:
        """Let the tapes stand in the shared memory; a larger batch may have taken its own."""
        for tape, name, flat in self._buffers:
            tape.lend(name, flat)

    def _note(self, layer: int, x: Inputs, packing: Packing) -> None:
        """Write down what `compute` reads beside the tapes."""
        self._lengths[: packing.batch_size] = packing.lengths
        self._lengths[packing.batch_size :] = 0
        self._index[layer, : packing.size] = x.index


class Second:
    """The second direction of one layer, in a worker: a `Helper` for its tape.

    Attributes:
        saved_s: time that it has saved [s], below 0 if it would have been quicker without.
    """

    def __init__(
        self, worker: Worker, layer: int, note: Callable[[int, Inputs, Packing], None]
    ) -> None:
        self._worker, self._layer, self._note = worker, layer, note
        self.saved_s = 0.0

    def forward(self, x: Inputs, packing: Packing) -> None:
        """Begin to run forward."""
        self._begin()
        self._note(self._layer, x, packing)
        self._worker.send(FORWARD, self._layer, len(x.rows))

    def backward(self, d_x: Floats | None) -> None:
        """Begin to run backward."""
        self._begin()
        self._worker.send(BACKWARD, self._layer, int(d_x is not None))

    def wait(self) -> None:
        """Return once it is done."""
        own_s = time.thread_time() - self._used_s
        self._worker.wait()
        self.saved_s += 2 * own_s - (time.perf_counter() - self._began_s)

    def _begin(self) -> None:
        self._began_s, self._used_s = time.perf_counter(), time.thread_time()


def _sizes(
    params: Mapping[str, Floats], tape: Tape, rows: int, steps: int
) -> list[tuple[Tape, str, int]]:
    """Return the buffers that both processes use: the tape, the name, and how many values."""
    hidden, width = params["weight_hh"].shape[1], params["weight_ih"].shape[1]
    second = tape.part(1)
    return [
        (tape, "rows", steps * (width + 1)),
        (second, "states", (rows + steps) * hidden),
        (second, "d_states", steps * hidden),
        (second, "d_h0", rows * hidden),
        (second, "d_x", steps * width),
    ]
