"""Layers of a decoder above the one that looks: they know what all steps so far have looked at.

    u_t^0 = o_t                              what attention gives, or the states of the first layer
    u_t^k = u_t^(k-1) + h_t^k        (1)     h^k the recurrence over u^(k-1), from zero

The first layer has read the symbols before, but not what attention gave for them. Were that fed
back into it ("input feeding", Luong et al. 2015), no two steps could run at once in training; in
layers above it, they do. By the sums (1) nothing that attention gives is lost on the way.

Source: the decoder of Wu et al. 2016 (arXiv:1609.08144), sections 3.1 and 3.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grucli.engine import recurrent
from grucli.engine.packing import Floats, Packing
from grucli.engine.params import Parameters, Shape
from grucli.engine.tape import Tape
from grucli.model.dropout import Masks

if TYPE_CHECKING:
    from grucli.model.network import Architecture


def names(architecture: Architecture) -> list[str]:
    """Return what the names of the parameters of each of these layers begin with."""
    return [f"decoder{k}" for k in range(1, architecture.decoder_layers)]


def shapes(architecture: Architecture) -> dict[str, Shape]:
    """Return the shape of each parameter of such a layer."""
    units = architecture.hidden_size
    shapes: dict[str, Shape] = recurrent.CELLS[architecture.cell].shapes(units, units, 1)
    return shapes


class UpperLayers:
    """One caller's way through these layers, in buffers of its own; M steps of all targets.

    Attributes:
        tapes: one for each layer.
    """

    def __init__(self, architecture: Architecture, params: Parameters) -> None:
        """Prepare to run the layers whose arrays are among `params`."""
        self._cell, self._names = architecture.cell, [f"{n}_" for n in names(architecture)]
        self._layers = [params.within(name) for name in self._names]
        self.tapes = [Tape(params.flat.dtype) for _ in self._names]

    def forward(self, x: Floats, packing: Packing, masks: Masks) -> Floats:
        """Return (M, H) of the last layer; without any, `x` (M, H) itself.

        Args:
            x: what the first layer has seen, packed.
            packing: of the targets.
            masks: of what each layer reads.
        """
        for params, tape in zip(self._layers, self.tapes, strict=True):
            states, _ = recurrent.forward(self._cell, params, masks.apply(x), packing, tape)
            x = x + states
        return x

    def backward(self, d_x: Floats, packing: Packing, masks: Masks, grads: Parameters) -> Floats:
        """Return the gradient by `x` of the last `forward`.

        Args:
            d_x: (M, H) gradient of what it gave; used up.
            packing, masks: as given to it.
            grads: the arrays of these layers are overwritten.
        """
        each = list(zip(self._names, self._layers, self.tapes, strict=True))
        for name, params, tape in reversed(each):
            d_read = tape.take("d_read", *d_x.shape)
            recurrent.backward(
                self._cell, params, packing, tape, d_x, None, grads.within(name), d_x=d_read
            )
            d_x += masks.undo(d_read)
        return d_x
