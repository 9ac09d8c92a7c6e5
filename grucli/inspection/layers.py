"""The recurrent layers of a model, each in each direction: the encoder's, then a decoder's."""

from __future__ import annotations

from grucli.model import upper_layers
from grucli.model.network import Architecture
from grucli.values import dataclass

DIRECTIONS = ("forward", "backward")
DECODER = "decoder"


def name_of(layer: int, direction: str) -> str:
    """Return a layer, counted from 0, and its direction for people, counted from 1."""
    if direction != DECODER:
        return f"layer {layer + 1} {direction}"
    return f"{DECODER} {layer + 1}" if layer else DECODER


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer in one direction.

    Attributes:
        number: 0 for the first, of the encoder as of the decoder.
        direction: "forward" or "backward", or "decoder" of that.
    """

    number: int
    direction: str

    @property
    def is_decoder(self) -> bool:
        """Whether it reads what has been written, and not the input."""
        return self.direction == DECODER

    @property
    def name(self) -> str:
        """It for people, counted from 1."""
        return name_of(self.number, self.direction)

    @property
    def way(self) -> int:
        """Which of the directions that share its arrays it is."""
        return 0 if self.is_decoder else DIRECTIONS.index(self.direction)

    def params_of(self, architecture: Architecture) -> str:
        """Return what the names of its parameters begin with; directions share them."""
        if not self.is_decoder:
            return f"layer{self.number}_"
        return f"{[DECODER, *upper_layers.names(architecture)][self.number]}_"


def layers_of(architecture: Architecture) -> tuple[Layer, ...]:
    """Return all layers of a model in all their directions, those of a decoder at last."""
    arch = architecture
    found = [
        Layer(number=number, direction=direction)
        for number in range(arch.num_layers)
        for direction in DIRECTIONS[: arch.num_directions]
    ]
    if arch.writes:
        found += [Layer(number=k, direction=DECODER) for k in range(arch.decoder_layers)]
    return tuple(found)
