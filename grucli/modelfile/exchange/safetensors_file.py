"""Weights in a `.safetensors` file, called as PyTorch's `state_dict` calls them.

    gru.weight_ih_l0  gru.weight_hh_l0  gru.bias_ih_l0  gru.bias_hh_l0  (_l1 …, each with _reverse)
    embedding.weight  fc.weight  fc.bias

The names before the last dot are the user's. A file has arrays alone: how states are pooled, and
which activation follows, it does not say.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from grucli.engine.cells import CellName
from grucli.engine.packing import Floats
from grucli.errors import CheckpointError, excerpt
from grucli.files.whole_files import read_bytes, sha256
from grucli.modelfile.archive import MAX_BYTES, MAX_JSON_BYTES
from grucli.modelfile.bounded_json import is_bounded
from grucli.modelfile.exchange.extras import module
from grucli.modelfile.exchange.foreign import (
    GATES,
    LSTM_GATES,
    Direction,
    ForeignModel,
    layer_of,
)
from grucli.modelfile.npz_layout import FaultError

Arrays = Mapping[str, Floats]

MOST_LEVELS = 8  # of the JSON
_LENGTH = 8  # bytes, of the number before it
_PART = re.compile(r"((?:.*\.)?)(weight_ih|weight_hh|bias_ih|bias_hh)_l(\d{1,3})(_reverse)?")
_ONE_HEAD = "only an embedding, one recurrence and one linear layer fit"
_NAMES = (
    "no recurrent weights: PyTorch calls them gru.weight_ih_l0, gru.weight_hh_l0, …; rename yours"
)


def read(path: str | Path) -> ForeignModel:
    """Read a file.

    Raises:
        AccessError: it is missing or unreadable, or the package that reads it is.
        CheckpointError: it is too large.
        FaultError: it is damaged, or no model that fits.
    """
    package = module("safetensors.numpy", "safetensors")
    data = read_bytes(path, MAX_BYTES, CheckpointError)
    arrays = _arrays(package, data)
    recurrent, others = _divided(arrays)
    cell, layers = _layers(recurrent)
    directions, _, units = layers[0]["weight_hh"].shape
    embedding, weight, bias = _embedding_and_head(
        others, layers[0]["weight_ih"].shape[2], directions * units
    )
    notes = ("nn.RNN is taken to be that with tanh",) if cell == "rnn" else ()
    return ForeignModel(
        cell=cell,
        layers=layers,
        embedding=embedding,
        head_weight=weight,
        head_bias=bias,
        activation="",
        pooling=None,
        reads_steps=None,
        notes=notes,
        sha256=sha256(data),
    )


def _arrays(package: Any, data: bytes) -> Arrays:
    """Return all arrays; the package checks that they lie in the file, each in its place."""
    size = int.from_bytes(data[:_LENGTH], "little")  # of the JSON after it
    most = {"max_bytes": MAX_JSON_BYTES, "max_depth": MOST_LEVELS}
    if size > MAX_JSON_BYTES or not is_bounded(data[_LENGTH : _LENGTH + size], **most):
        raise FaultError(f"damaged, or of another type (a header of {size:,} bytes); save it again")
    try:
        found = package.load(data)
    except Exception as fault:  # its own error, KeyError of a type that NumPy lacks, ...
        raise FaultError(f"damaged, or of another type ({excerpt(fault)}); save it again") from None
    for name, array in found.items():
        if array.dtype.kind != "f":
            raise FaultError(f"{excerpt(name)} holds {array.dtype}, no floats; save it as float32")
    return dict(found)


def _divided(arrays: Arrays) -> tuple[dict[tuple[int, bool], dict[str, Floats]], dict[str, Floats]]:
    """Return the parts of each layer and direction, and all else.

    Raises:
        FaultError: there is no recurrence, or there are several.
    """
    recurrent: dict[tuple[int, bool], dict[str, Floats]] = defaultdict(dict)
    others, owners = dict[str, Floats](), set[str]()
    for name, array in arrays.items():
        match = _PART.fullmatch(name)
        if match is None:
            others[name] = array
            continue
        owners.add(match[1])
        recurrent[int(match[3]), bool(match[4])][match[2]] = array
    if not recurrent:
        if any("dense_h." in name for name in arrays):
            raise FaultError(
                "no recurrent weights of PyTorch's names: those of Flax's nnx.GRUCell have no bias "
                "of the recurrent candidate (b_hn); save them as gru.weight_ih_l0, … with zeros"
            )
        raise FaultError(_NAMES)
    if len(owners) > 1:
        listed = excerpt(", ".join(sorted(owner.rstrip(".") for owner in owners)))
        raise FaultError(f"several recurrences ({listed}); {_ONE_HEAD}")
    return dict(recurrent), others


def _layers(
    recurrent: Mapping[tuple[int, bool], Mapping[str, Floats]],
) -> tuple[CellName, list[dict[str, Floats]]]:
    numbers = sorted({number for number, _ in recurrent})
    is_two_way = any(reverse for _, reverse in recurrent)
    wanted = {(number, way) for number in numbers for way in (False, True)[: 1 + is_two_way]}
    if numbers != list(range(len(numbers))) or wanted != recurrent.keys():
        raise FaultError("a layer or a direction is missing; save the whole module")
    for parts in recurrent.values():
        if not {"weight_ih", "weight_hh"} <= parts.keys():
            raise FaultError("recurrent weights are missing; save the whole module")
    first = recurrent[0, False]["weight_hh"]
    cell = _cell(first)
    ways = (False, True)[: 1 + is_two_way]
    return cell, [
        layer_of(cell, [_direction(recurrent[number, way]) for way in ways]) for number in numbers
    ]


def _cell(weight_hh: Floats) -> CellName:
    """Return the cell by the number of its gates."""
    if weight_hh.ndim == 2 and weight_hh.shape[1]:
        rows, units = weight_hh.shape
        if rows == LSTM_GATES * units:
            raise FaultError("holds an LSTM, which has no counterpart here; train a GRU")
        if rows == GATES["gru"] * units:
            return "gru"
        if rows == units:
            return "rnn"
    raise FaultError(f"recurrent weights of shape {weight_hh.shape} are those of no known cell")


def _direction(parts: Mapping[str, Floats]) -> Direction:
    return Direction(
        parts["weight_ih"], parts["weight_hh"], parts.get("bias_ih"), parts.get("bias_hh")
    )


def _embedding_and_head(
    others: Mapping[str, Floats], input_size: int, width: int
) -> tuple[Floats | None, Floats, Floats]:
    """Return the token vectors, if there are any, and weight and bias of the linear layer.

    A matrix with a bias is the linear layer; without one, its width or its name tells.
    """
    left = dict(others)
    matrices = [name for name, array in left.items() if _is_weight(name, array)]
    heads = [name for name in matrices if name.removesuffix("weight") + "bias" in left]
    if not heads:
        heads = [name for name in matrices if left[name].shape[1] % width == 0]
        heads = [name for name in heads if "emb" not in name.lower()] or heads
    if len(heads) != 1:
        raise FaultError(f"{_listed(heads or left)} for one linear layer; {_ONE_HEAD}")
    weight = left.pop(heads[0])
    bias = left.pop(heads[0].removesuffix("weight") + "bias", np.zeros(len(weight), np.float32))
    embedding = None
    if len(left) == 1:
        ((name, array),) = left.items()
        if _is_weight(name, array) and array.shape[1] == input_size:
            embedding, left = array, {}
    if left:
        raise FaultError(f"{_listed(left)} left over; {_ONE_HEAD}")
    return embedding, weight, bias


def _is_weight(name: str, array: Floats) -> bool:
    return name.rpartition(".")[2] == "weight" and array.ndim == 2 and array.size > 0


def _listed(names: Mapping[str, Floats] | list[str]) -> str:
    return excerpt(", ".join(sorted(names)) or "nothing")
