"""A `.keras` file: which layers there are, in which order, and which weights are whose.

Weights lie by the class of their layer and its number among those of its class, whatever users call
it: layers/gru/cell, layers/gru_1/cell, layers/bidirectional/forward_layer/cell, layers/dense.
Columns of a GRU are z | r | n.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from grucli.engine.cells import CellName
from grucli.errors import CheckpointError, excerpt
from grucli.files.whole_files import read_bytes, sha256
from grucli.modelfile.archive import MAX_BYTES
from grucli.modelfile.exchange.foreign import (
    Activation,
    Direction,
    ForeignModel,
    in_our_order,
    layer_of,
)
from grucli.modelfile.exchange.keras_archive import KerasArchive, opened
from grucli.modelfile.exchange.keras_layers import FITS, Layer, layers_of
from grucli.modelfile.npz_layout import FaultError
from grucli.values import dataclass

PLACES = {
    "Bidirectional": "bidirectional",
    "Dense": "dense",
    "Embedding": "embedding",
    "GRU": "gru",
    "SimpleRNN": "simple_rnn",
    "TimeDistributed": "time_distributed",
}
"""Where the weights of a class lie."""
RECURRENT = "GRU", "SimpleRNN"
UNCHANGED = (
    "InputLayer",
    "Masking",
    "Dropout",
    "SpatialDropout1D",
    "GaussianDropout",
    "GaussianNoise",
)
"""What changes nothing of a row that has no padding, once a model is trained."""
POOLINGS = {"GlobalAveragePooling1D": "mean", "GlobalMaxPooling1D": "max"}
ACTIVATIONS: Mapping[str, Activation] = {"softmax": "softmax", "sigmoid": "sigmoid", "linear": ""}
REASONS = {
    "LSTM": "grucli has none; train a GRU",
    "Lambda": "it holds Python code, which is never run; use layers of Keras instead",
    "RNN": "its cell is of its own; use GRU or SimpleRNN",
}
NO_MASK = (
    "it has no mask: Keras reads padding as steps, too; answers here are those of rows without any"
)


@dataclass(frozen=True, kw_only=True)
class _Flow:
    """What a layer gives.

    Attributes:
        stage: "input", "states" of each step, "pooled" ones, or "scores".
        depth: recurrent layers behind it.
        pooling: as in `ForeignModel`.
    """

    stage: str = "input"
    depth: int = 0
    pooling: tuple[str, ...] = ()


def read(path: str | Path) -> ForeignModel:
    """Read a file.

    Raises:
        AccessError: it is missing or unreadable, or the package that reads it is.
        CheckpointError: it is too large.
        FaultError: it is damaged, or no model that fits.
    """
    data = read_bytes(path, MAX_BYTES, CheckpointError)
    with opened(data) as archive:
        return _Reader(archive).model(sha256(data))


class _Reader:
    """Goes from layer to layer, and keeps what has weights."""

    def __init__(self, archive: KerasArchive) -> None:
        self._archive = archive
        self._recurrent: list[tuple[CellName, dict[str, Any]]] = []
        self._embedding: Any = None
        self._head: Any = None
        self._activation: Activation = ""
        self._is_masked = False

    def model(self, digest: str) -> ForeignModel:
        """Return what the file holds, of this digest."""
        flows, flow = dict[str, _Flow](), _Flow()
        for layer in layers_of(self._archive.config):
            place = f"layers/{PLACES.get(layer.kind)}" + (
                f"_{layer.number}" if layer.number else ""
            )
            flow = self._through(layer, place, [flows[name] for name in layer.inputs])
            flows[layer.name] = flow
        if flow.stage != "scores" or self._head is None or not self._recurrent:
            raise FaultError(f"it ends without a Dense layer over states; {FITS}")
        cells = {cell for cell, _ in self._recurrent}
        if len(cells) > 1:
            raise FaultError(f"layers of different cells ({', '.join(sorted(cells))}); {FITS}")
        weight, bias = self._head
        return ForeignModel(
            cell=self._recurrent[0][0],
            layers=[arrays for _, arrays in self._recurrent],
            embedding=self._embedding,
            head_weight=weight,
            head_bias=bias,
            activation=self._activation,
            pooling=flow.pooling,
            reads_steps=not flow.pooling,
            notes=() if self._is_masked else (NO_MASK,),
            sha256=digest,
        )

    def _through(self, layer: Layer, place: str, before: list[_Flow]) -> _Flow:
        """Return what a layer makes of what comes before it; keep its weights."""
        kind, config = layer.kind, layer.config
        self._is_masked |= kind == "Masking" or bool(config.get("mask_zero"))
        if kind == "Concatenate":
            return self._joined(layer, before)
        flow = before[0] if before else _Flow()
        if kind in UNCHANGED and len(before) <= 1:
            return flow
        if len(before) > 1:
            raise _unfit(layer)
        if kind == "Embedding" and flow == _Flow() and self._embedding is None:
            (self._embedding,) = self._archive.arrays(place, 1)
            return flow
        if kind in (*RECURRENT, "Bidirectional") and flow.depth == len(self._recurrent):
            return self._recurrence(layer, place, flow)
        if kind in POOLINGS and flow.stage == "states":
            _expect(layer, data_format="channels_last", keepdims=False)
            return _Flow(stage="pooled", depth=flow.depth, pooling=(POOLINGS[kind],))
        if kind in ("Dense", "TimeDistributed") and flow.stage in ("states", "pooled"):
            return self._dense(layer, place, flow)
        if kind in ("Activation", "Softmax") and flow.stage == "scores" and not self._activation:
            return self._activated(layer, config.get("activation", "softmax"), flow)
        raise _unfit(layer)

    def _joined(self, layer: Layer, before: list[_Flow]) -> _Flow:
        """Return several poolings of the same states side by side."""
        _expect(layer, axis=(-1, 1))
        pooling = tuple(kind for flow in before for kind in flow.pooling)
        is_same = {(flow.stage, flow.depth) for flow in before} == {("pooled", before[0].depth)}
        if not is_same or len(set(pooling)) != len(pooling):
            raise _unfit(layer)
        return _Flow(stage="pooled", depth=before[0].depth, pooling=pooling)

    def _recurrence(self, layer: Layer, place: str, flow: _Flow) -> _Flow:
        if flow.stage not in ("input", "states"):
            raise _unfit(layer)
        inner, parts = layer, [place]
        if layer.kind == "Bidirectional":
            _expect(layer, merge_mode="concat")
            inner, backward = layer.within("layer"), layer.within("backward_layer")
            _expect(backward, go_backwards=True)
            same = ("activation", "recurrent_activation", "reset_after", "use_bias", "units")
            _expect(backward, **{key: inner.config.get(key) for key in same})
            if backward.kind != inner.kind or inner.kind not in RECURRENT:
                raise _unfit(inner)
            parts = [f"{place}/forward_layer", f"{place}/backward_layer"]
        cell = _cell(inner)
        directions = [self._direction(inner, cell, f"{part}/cell") for part in parts]
        self._recurrent.append((cell, layer_of(cell, directions)))
        depth = len(self._recurrent)
        if inner.config.get("return_sequences"):
            return _Flow(stage="states", depth=depth)
        return _Flow(stage="pooled", depth=depth, pooling=("last",))

    def _direction(self, layer: Layer, cell: CellName, place: str) -> Direction:
        has_bias = bool(layer.config.get("use_bias"))
        kernel, recurrent, *biases = self._archive.arrays(place, 2 + has_bias)
        both = [kernel.T, recurrent.T]
        rows = list(biases[0]) if has_bias and cell == "gru" else biases
        if cell != "rnn":
            both, rows = ([in_our_order(part, "zrn") for part in some] for some in (both, rows))
        return Direction(both[0], both[1], *[*rows, None, None][:2])

    def _dense(self, layer: Layer, place: str, flow: _Flow) -> _Flow:
        if self._head is not None:
            raise FaultError(f"{_named(layer)} is a second Dense layer; {FITS}")
        inner = layer
        if layer.kind == "TimeDistributed":
            inner, place = layer.within("layer"), f"{place}/layer"
            if inner.kind != "Dense" or flow.stage != "states":
                raise _unfit(inner)
        has_bias = bool(inner.config.get("use_bias"))
        kernel, *biases = self._archive.arrays(place, 1 + has_bias)
        self._head = kernel.T, biases[0] if has_bias else np.zeros(kernel.shape[-1], np.float32)
        scores = _Flow(stage="scores", depth=flow.depth, pooling=flow.pooling)
        return self._activated(inner, inner.config.get("activation", "linear"), scores)

    def _activated(self, layer: Layer, activation: Any, flow: _Flow) -> _Flow:
        if activation not in ACTIVATIONS:
            raise FaultError(
                f"{_named(layer)} has the activation {excerpt(activation)}; the last layer is "
                "softmax, sigmoid or linear"
            )
        self._activation = ACTIVATIONS[activation]
        return flow


def _cell(layer: Layer) -> CellName:
    """Return the cell of a recurrent layer."""
    usual = {"activation": "tanh", "stateful": False, "return_state": False}
    if layer.kind == "GRU":
        usual["recurrent_activation"] = "sigmoid"
    _expect(layer, **usual)
    if layer.config.get("go_backwards"):
        raise FaultError(f"{_named(layer)} reads backwards alone; wrap it in Bidirectional")
    if layer.kind == "SimpleRNN":
        return "rnn"
    return "gru" if layer.config.get("reset_after") else "gru_before"


def _expect(layer: Layer, **wanted: Any) -> None:
    """Refuse a layer with another setting; a tuple has all that are allowed."""
    for key, value in wanted.items():
        found = layer.config.get(key)
        allowed = value if isinstance(value, tuple) else (value,)
        if found not in allowed:
            listed = " or ".join(map(str, allowed))
            raise FaultError(
                f"{_named(layer)} has {key} {excerpt(found)}, where only {listed} fits; train it so"
            )


def _unfit(layer: Layer) -> FaultError:
    reason = REASONS.get(layer.kind, FITS)
    return FaultError(f"{_named(layer)} has no counterpart here: {reason}")


def _named(layer: Layer) -> str:
    return f"layer '{excerpt(layer.name)}' ({excerpt(layer.kind)})"
