"""The linear path of numeric sequences: what the shares of many kernels say of a sequence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples, starts_of
from grucli.data.encoded import Encoded
from grucli.data.series.kernels import Kernels
from grucli.engine import ridge
from grucli.engine.packing import Floats
from grucli.engine.products import TILE
from grucli.model.linear_path import through
from grucli.tasks.task import LinearLayer, Task
from grucli.values import dataclass

ROWS_TOGETHER = 128  # series whose shares are held at a time


@dataclass(frozen=True, kw_only=True)
class KernelPath:
    """Kernels and what was learned of the share above each of their thresholds.

    Attributes:
        kernels: with K thresholds.
        weight: (K, O) float32.
        bias: (O,) float32.
    """

    reads_on: ClassVar[bool] = False  # kernels read the steps that the recurrence reads

    kernels: Kernels
    weight: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    @property
    def layer(self) -> LinearLayer:
        """Weight and bias."""
        return self.weight, self.bias

    def of_layer(self, layer: LinearLayer) -> KernelPath:
        """Return the path of the same features with another weight and bias."""
        weight, bias = layer
        return replace(self, weight=weight, bias=bias)

    def through(self, outputs: Floats) -> KernelPath:
        """Return the path whose outputs are these, (O, P), of its P."""
        return self.of_layer(through(self.layer, outputs))

    @property
    def num_parameters(self) -> int:
        """Numbers that were learned."""
        return self.weight.size + self.bias.size

    def __str__(self) -> str:
        return str(self.kernels)

    def to_json(self) -> dict[str, Any]:
        """Return how many thresholds there are, and of which dilations."""
        return {"thresholds": len(self.kernels), "dilations": self.kernels.dilations.tolist()}

    def logits(self, encoded: Encoded) -> npt.NDArray[np.float64]:
        """Return logits (n, O) of series, at least one; no bit of one depends on another."""
        assert encoded.channels is not None  # a model file with kernels has an encoder of series
        return self.of_series(encoded.channels, encoded.lengths, TILE)

    def of_series(
        self, steps: npt.NDArray[np.float32], lengths: npt.NDArray[np.int64], tile: int = 1
    ) -> npt.NDArray[np.float64]:
        """Return (n, O) of encoded series (S, I), one after the other; n is at least 1."""
        starts, found = starts_of(lengths), []
        for first in range(0, len(lengths), ROWS_TOGETHER):
            own = lengths[first : first + ROWS_TOGETHER]
            some = steps[starts[first] : starts[first] + own.sum()]
            found.append(self.of_rows(self.kernels.features(some, own), tile))
        return np.concatenate(found)

    def of_rows(self, shares: npt.NDArray[np.float32], tile: int = 1) -> npt.NDArray[np.float64]:
        """Return (n, O) of what the kernels give, (n, K); `tile` of products."""
        return ridge.forward(self.weight, self.bias, shares, tile)


@dataclass(frozen=True, kw_only=True)
class KernelFeatures:
    """What a linear path learns from, and is judged on.

    Attributes:
        kernels: with K thresholds.
        train: (n, K) float32, the rows to learn from.
        valid: encoded series to judge, None if there are none: their steps (S, I) float32, one
            series after the other, and how many each has, (m,) int64. There may be so many that
            their shares would fill the memory.
        always: whether it counts even where it does not pay.
        start: what is known of the kernels already; None for nothing.
    """

    kernels: Kernels
    train: npt.NDArray[np.float32]
    valid: tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]] | None
    always: bool
    start: KernelPath | None = None

    @property
    def nbytes(self) -> int:
        """Memory of what it holds."""
        return sum(array.nbytes for array in (self.train, *(self.valid or ())))

    @property
    def content(self) -> list[npt.NDArray[np.float32]]:
        """Nothing: the shares are those of the examples' steps."""
        return []

    def __str__(self) -> str:
        return f"kernels: {self.kernels}"

    def learn(
        self, train: Examples, rows: npt.NDArray[np.int64], task: Task, rng: np.random.Generator
    ) -> KernelPath:
        """Learn from some rows of the training examples; nothing is drawn."""
        layer = task.learn_dense(
            self.train[rows],
            train.targets[rows],
            train.weights[rows],
            None if self.start is None else self.start.layer,
        )
        return self.path(layer)

    def path(self, layer: LinearLayer) -> KernelPath:
        """Return the path of these kernels that was learned elsewhere."""
        weight, bias = layer
        return KernelPath(kernels=self.kernels, weight=weight, bias=bias)

    def logits(
        self, path: KernelPath, held: npt.NDArray[np.int64] | None, learned: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64] | None:
        """Return its logits of some rows of `train`, or of `valid`; None if there are none."""
        if held is not None:
            return path.of_rows(self.train[held])
        return None if self.valid is None else path.of_series(*self.valid)
