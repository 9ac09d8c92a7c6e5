"""The layers of a Keras model in their order, from its `config.json`, which may hold anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from grucli.errors import excerpt
from grucli.modelfile.npz_layout import FaultError
from grucli.values import dataclass

FITS = "what fits is an Embedding or numbers, GRU or SimpleRNN layers, pooling and one Dense layer"
OWN = "keras.layers"


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer.

    Attributes:
        name: that the user gave it.
        kind: its class in Keras; that of a user has his module before it.
        config: its settings.
        inputs: names of the layers that it reads.
        number: among those of its class, from 0.
    """

    name: str
    kind: str
    config: Mapping[str, Any]
    inputs: tuple[str, ...] = ()
    number: int = 0

    def within(self, key: str) -> Layer:
        """Return the layer that this one wraps."""
        return _layer(self.config[key], self.inputs)


def layers_of(config: Mapping[str, Any]) -> list[Layer]:
    """Return the layers, each after those that it reads.

    Raises:
        FaultError: the model is of another kind, or has several inputs or outputs.
        LookupError, TypeError: it is damaged.
    """
    kind, inner = config["class_name"], config["config"]
    if kind == "Sequential":
        return _numbered(list(_one_after_another(inner["layers"])))
    if kind != "Functional":
        raise FaultError(f"the model is a {excerpt(kind)}; {FITS}")
    for key in ("input_layers", "output_layers"):
        if len(_flat(inner[key])) != 1:
            raise FaultError(f"several of {key}; {FITS}")
    layers = [_layer(each, tuple(_read_by(each))) for each in inner["layers"]]
    ((last, *_),) = _flat(inner["output_layers"])
    return _in_order(_numbered(layers), last)


def _one_after_another(layers: list[Any]) -> Iterator[Layer]:
    before: tuple[str, ...] = ()
    for each in layers:
        layer = _layer(each, before)
        before = (layer.name,)
        yield layer


def _layer(found: Mapping[str, Any], inputs: tuple[str, ...]) -> Layer:
    kind, name = str(found["class_name"]), str(found["config"]["name"])
    owner = found.get("module")
    if owner != OWN or found.get("registered_name"):
        kind = f"{owner}.{kind}"
    return Layer(name=name, kind=kind, config=dict(found["config"]), inputs=inputs)


def _flat(ends: list[Any]) -> list[list[Any]]:
    """Return [name, node, tensor] of each input or output: a single one stands without a list."""
    return [ends] if ends and isinstance(ends[0], str) else ends


def _read_by(layer: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the layers that one reads."""
    nodes = layer["inbound_nodes"]
    if len(nodes) > 1:
        raise FaultError(f"layer '{excerpt(layer['name'])}' is used several times; {FITS}")
    stack = [node["args"] for node in nodes]
    stack += [value for node in nodes for key, value in node["kwargs"].items() if key != "mask"]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack += reversed(value)
        elif isinstance(value, dict) and value["class_name"] == "__keras_tensor__":
            name, _, tensor = value["config"]["keras_history"]
            if tensor:
                raise FaultError(f"a state of layer '{excerpt(name)}' is read by itself; {FITS}")
            yield name


def _numbered(layers: list[Layer]) -> list[Layer]:
    """Return the layers, each with its number among those of its class."""
    seen, found = Counter[str](), list[Layer]()
    for layer in layers:
        found.append(replace(layer, number=seen[layer.kind]))
        seen[layer.kind] += 1
    return found


def _in_order(layers: list[Layer], last: str) -> list[Layer]:
    """Return what `last` is made of, it at the end: masks are made by layers beside these."""
    by_name = {layer.name: layer for layer in layers}
    found = dict[str, Layer]()
    entered, stack = set[str](), [last]
    while stack:
        name = stack[-1]
        missing = [each for each in by_name[name].inputs if each not in found]
        if name in found or not missing:
            found[stack.pop()] = by_name[name]
            continue
        if name in entered:  # and still incomplete, after all that it reads was asked for
            raise FaultError(f"its layers read each other in a circle; {FITS}")
        entered.add(name)
        stack += reversed(missing)
    return list(found.values())
