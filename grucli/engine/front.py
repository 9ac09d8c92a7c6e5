"""Two short convolutions before the recurrence, and what they find as features.

The recurrence reads what they make of a sequence; their mean and maximum stand beside its own
states in front of the head.

Source: Elsayed et al. 2018 (arXiv:1812.07683), with both branches in a row: the stride of the
second convolution leaves the recurrence fewer steps.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grucli.engine import convolution, pooling
from grucli.engine.convolution import View
from grucli.engine.packing import Floats, Packing
from grucli.engine.params import Shape
from grucli.engine.tape import Tape

WIDTHS = (7, 5)
FILTERS = 64
POOLINGS = ("mean", "max")
NUM_FEATURES = FILTERS * len(POOLINGS)

Arrays = Mapping[str, Floats]


def shapes(input_size: int) -> dict[str, Shape]:
    """Return the shape of each parameter; the name begins with the number of its convolution."""
    sizes = (input_size, *(FILTERS for _ in WIDTHS))
    return {
        f"{layer}_{name}": shape
        for layer, (size, width) in enumerate(zip(sizes, WIDTHS, strict=False))
        for name, shape in convolution.shapes(size, FILTERS, width).items()
    }


def initialise_(params: Arrays, rng: np.random.Generator) -> None:
    """Draw the first values of the arrays named by `shapes`."""
    for own in _by_layer(params):
        convolution.initialise_(own, rng)


class Front:
    """Both convolutions of one batch at a time.

    Attributes:
        tapes: one for each.
    """

    def __init__(self, stride: int, dtype: np.dtype[np.floating], tile: int = 1) -> None:
        """Let the second convolution stand at every `stride` steps; `tile` is that of the tapes."""
        self.tapes = [Tape(dtype, tile) for _ in WIDTHS]
        self._strides = (1, stride)
        self._views: list[View] = []
        self._memory: pooling.Memory = {}

    def forward(self, params: Arrays, x: Floats, packing: Packing) -> tuple[Floats, Floats]:
        """Run both over a batch.

        Args:
            params: the arrays named by `shapes`.
            x: (N, I) packed inputs.
            packing: their order.

        Returns:
            outputs (M, FILTERS), a view into a tape, in the order of `packing`; and features
            (B, NUM_FEATURES).
        """
        self._views = []
        for own, width, stride, tape in zip(
            _by_layer(params), WIDTHS, self._strides, self.tapes, strict=True
        ):
            self._views.append(convolution.view(packing, width, stride))
            x = convolution.forward(own, x, self._views[-1], tape)
            packing = self.packing
        features, self._memory = pooling.forward(POOLINGS, {}, x, x, packing)
        return x, features

    @property
    def packing(self) -> Packing:
        """The order of the last outputs."""
        return self._views[-1].packing

    def backward(
        self,
        params: Arrays,
        d_outputs: Floats,
        d_features: Floats,
        grads: Arrays,
        d_x: Floats | None,
    ) -> None:
        """Propagate gradients back through the last `forward`, which is used up.

        Args:
            params: as given to `forward`.
            d_outputs: (M, FILTERS) gradient of the outputs; overwritten.
            d_features: (B, NUM_FEATURES) gradient of the features.
            grads: the arrays named by `shapes`; overwritten.
            d_x: (N, I) overwritten by the gradient of the inputs; None to omit it.
        """
        outputs = self.tapes[-1]["outputs"]
        d_pooled, _ = pooling.backward(
            POOLINGS, {}, outputs, self.packing, self._memory, d_features, {}
        )
        assert d_pooled is not None  # both poolings look at every output
        d_outputs += d_pooled
        own, own_grads = _by_layer(params), _by_layer(grads)
        d_between = self.tapes[0].take("d_outputs", *self.tapes[0]["outputs"].shape)
        for layer, d_y, d_below in ((1, d_outputs, d_between), (0, d_between, d_x)):
            convolution.backward(
                own[layer], self._views[layer], self.tapes[layer], d_y, own_grads[layer], d_below
            )


def _by_layer(arrays: Arrays) -> list[dict[str, Floats]]:
    return [
        {name[2:]: array for name, array in arrays.items() if name.startswith(f"{layer}_")}
        for layer in range(len(WIDTHS))
    ]
