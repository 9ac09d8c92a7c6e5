"""A classifier of another system: plain arrays in our order, which no data have named yet.

Letters: I numbers of a step, H units, D directions, F pooled features, P outputs, V token ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Literal, NamedTuple

import numpy as np

from grucli.engine.cells import CellName
from grucli.engine.packing import Floats
from grucli.errors import counted
from grucli.modelfile.checkpoint import MAX_LAYERS
from grucli.modelfile.exchange.onnx_names import Names
from grucli.modelfile.npz_layout import FaultError
from grucli.tasks.task import Task
from grucli.values import dataclass

Activation = Literal["softmax", "sigmoid", ""]

LARGEST = 4096  # units, or numbers of a token vector, as in a config
GATES = {"gru": 3, "gru_before": 3, "rnn": 1}
LSTM_GATES = 4


class Direction(NamedTuple):
    """The weights of one direction of a layer, blocks r | z | n where there are gates.

    Attributes:
        weight_ih: (G * H, I).
        weight_hh: (G * H, H).
        bias_ih, bias_hh: (G * H,), None for zeros.
    """

    weight_ih: Floats
    weight_hh: Floats
    bias_ih: Floats | None
    bias_hh: Floats | None


@dataclass(frozen=True, kw_only=True, eq=False)
class ForeignDecoder:
    """What writes answers, without attention, from the last state of the encoder as it is.

    Attributes:
        symbols: (P, I) the vector of each output, as the decoder reads it.
        layer: the arrays (1, ...) of its recurrence, named as the cell names them.
        task: what its answers are.
        texts: (P,) of the outputs; that which is no symbol of the task ends an answer.
        begin: the output whose vector is read first.
    """

    symbols: Floats
    layer: Mapping[str, Floats]
    task: Task
    texts: tuple[str, ...]
    begin: int


@dataclass(frozen=True, kw_only=True, eq=False)
class ForeignModel:
    """What a file of another system holds.

    Attributes:
        cell: a name of `recurrent.CELLS`.
        layers: the arrays (D, ...) of each recurrent layer, named as the cell names them.
        embedding: (V, I) a vector for each token id, None where steps are numbers.
        head_weight: (P, F).
        head_bias: (P,).
        activation: what makes answers of its outputs, "" where the file does not say.
        pooling: names of `pooling.POOLINGS`, None where the file does not say.
        reads_steps: whether the head reads each step; None where the file does not say.
        decoder: None for a classifier.
        names: those that the file has for what it reads and answers.
        notes: what is to be known of it, one line each, for people.
        sha256: of the file.
    """

    cell: CellName
    layers: Sequence[Mapping[str, Floats]]
    embedding: Floats | None
    head_weight: Floats
    head_bias: Floats
    activation: Activation
    pooling: tuple[str, ...] | None
    reads_steps: bool | None
    decoder: ForeignDecoder | None = None
    names: Names = field(default_factory=Names)
    notes: tuple[str, ...] = ()
    sha256: str = ""

    @property
    def input_size(self) -> int:
        """I of the first layer."""
        return int(self.layers[0]["weight_ih"].shape[2])

    @property
    def hidden_size(self) -> int:
        """H."""
        return int(self.layers[0]["weight_hh"].shape[2])

    @property
    def num_directions(self) -> int:
        """D."""
        return len(self.layers[0]["bias"])

    @property
    def num_outputs(self) -> int:
        """P."""
        return len(self.head_weight)

    @property
    def task(self) -> str | None:
        """The task that its answers are of, None where the file does not say."""
        if self.names.task is not None or not self.activation:
            return self.names.task
        if self.reads_steps:
            return "tag"
        return "multilabel" if self.activation == "sigmoid" and self.num_outputs > 1 else "classify"

    def check(self) -> None:
        """Refuse what does not fit together, or is too large.

        Raises:
            FaultError: it does not, or is.
        """
        width = self.num_directions * self.hidden_size
        if not 1 <= len(self.layers) <= MAX_LAYERS:
            raise FaultError(f"has {counted(len(self.layers), 'layer')}; at most {MAX_LAYERS} fit")
        if max(self.hidden_size, 1 if self.embedding is None else self.input_size) > LARGEST:
            raise FaultError(f"has layers of more than {LARGEST:,} numbers; a smaller one fits")
        read = self.input_size if self.embedding is None else self.embedding.shape[1]
        for number, layer in enumerate(self.layers):
            reads, has = layer["weight_ih"].shape[2], layer["weight_hh"].shape[2]
            if (reads, has, len(layer["bias"])) != (read, self.hidden_size, self.num_directions):
                raise FaultError(
                    f"layer {number + 1} reads {reads:,} numbers and has {has:,} units a direction,"
                    f" where {read:,} come and the first has {self.hidden_size:,}; only layers of "
                    "one size and as many directions fit"
                )
            read = width
        features = self.head_weight.shape[1]
        if features % width or self.head_bias.shape != (self.num_outputs,):
            raise FaultError(
                f"the head reads {features:,} numbers, the recurrence gives {width:,} a step; only "
                "pooled states fit before one linear layer"
            )
        if any(array.dtype.kind != "f" for array in self._arrays()):
            raise FaultError("a weight is of another type than float16, 32 or 64; save it as one")
        if not all(np.isfinite(array).all() for array in self._arrays()):
            raise FaultError("a weight is not finite; save another epoch")

    def _arrays(self) -> Iterator[Floats]:
        for layer in self.layers:
            yield from layer.values()
        yield from (self.head_weight, self.head_bias)
        if self.embedding is not None:
            yield self.embedding
        if self.decoder is not None:
            yield from (self.decoder.symbols, *self.decoder.layer.values())


def layer_of(cell: CellName, directions: Sequence[Direction]) -> dict[str, Floats]:
    """Return the arrays (D, ...) of a layer as the cell names them.

    Raises:
        FaultError: shapes do not fit together.
    """
    ways = [_of_direction(cell, one) for one in directions]
    if any(way[name].shape != ways[0][name].shape for way in ways for name in way):
        raise FaultError("both directions of a layer differ in size; only equal ones fit")
    return {name: np.stack([way[name] for way in ways]) for name in ways[0]}


def in_our_order(blocks: Floats, order: str) -> Floats:
    """Return (3 H, ...) blocks r | z | n of an array that has them in another order, "zrn"."""
    if len(blocks) % 3:
        raise FaultError(f"{len(blocks):,} rows are no three gates; save the model again")
    by_gate = dict(zip(order, np.split(blocks, 3), strict=True))
    return np.concatenate([by_gate[gate] for gate in "rzn"])


def _of_direction(cell: CellName, given: Direction) -> dict[str, Floats]:
    if given.weight_ih.ndim != 2 or given.weight_hh.ndim != 2:
        raise FaultError("recurrent weights are no matrices; save the model again")
    rows, units = given.weight_hh.shape
    if not units or rows != GATES[cell] * units or len(given.weight_ih) != rows:
        raise FaultError(
            f"recurrent weights of {len(given.weight_ih):,} and {rows:,} rows do not fit "
            f"{counted(units, 'unit')}; save the model again"
        )
    biases = [np.zeros(rows) if bias is None else bias for bias in (given.bias_ih, given.bias_hh)]
    if any(bias.shape != (rows,) for bias in biases):
        raise FaultError(f"a bias has other than {rows:,} numbers; save the model again")
    own, recurrent = (bias.astype(np.float64) for bias in biases)
    arrays: dict[str, Floats] = {"weight_ih": given.weight_ih, "weight_hh": given.weight_hh}
    if cell == "gru":  # what the reset gate scales has a bias of its own
        arrays["bias_hn"] = recurrent[2 * units :].copy()
        recurrent[2 * units :] = 0
    return {**arrays, "bias": own + recurrent}
