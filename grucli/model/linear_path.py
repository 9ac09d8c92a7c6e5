"""What stands beside the recurrence: a linear layer over features of a whole sequence.

Texts have n-grams (`ngram_path`), numeric sequences the answers of fixed kernels (`kernel_path`).
"""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples
from grucli.data.encoded import Encoded
from grucli.engine.packing import Floats
from grucli.tasks.task import LinearLayer, Task

NAMES = {"token": "n-grams", "step": "kernels"}
"""What people call the features of sequences, by the unit of these."""


class LinearPath(Protocol):
    """What was learned of each feature; its text says which there are.

    Attributes:
        reads_on: whether it reads beyond the last step that the recurrence keeps.
    """

    reads_on: ClassVar[bool]

    @property
    def layer(self) -> LinearLayer:
        """Weight (K, O) and bias (O,)."""

    def of_layer(self, layer: LinearLayer) -> LinearPath:
        """Return the path of the same features with another weight and bias."""

    def through(self, outputs: Floats) -> LinearPath:
        """Return the path whose outputs are these, (O, P), of its P."""

    @property
    def num_parameters(self) -> int:
        """Numbers that were learned."""

    def to_json(self) -> dict[str, Any]:
        """Return which features there are, for reports."""

    def logits(self, encoded: Encoded) -> npt.NDArray[np.float64]:
        """Return (n, O) in the order of the inputs, of which there is at least one."""


class LinearFeatures(Protocol):
    """What a linear path learns from, and is judged on; its text says which features there are."""

    @property
    def always(self) -> bool:
        """Whether it counts even where it does not pay."""

    @property
    def start(self) -> LinearPath | None:
        """What is known of the features already, None for nothing."""

    @property
    def nbytes(self) -> int:
        """Memory of all that it holds."""

    @property
    def content(self) -> list[npt.NDArray[Any]]:
        """What is learned from beyond the steps of the examples."""

    def learn(
        self, train: Examples, rows: npt.NDArray[np.int64], task: Task, rng: np.random.Generator
    ) -> LinearPath:
        """Learn from some rows of the training examples; `rng` draws what is drawn."""

    def path(self, layer: LinearLayer) -> LinearPath:
        """Return the path of these features that was learned elsewhere."""

    def logits(
        self, path: Any, held: npt.NDArray[np.int64] | None, learned: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64] | None:
        """Return the logits (n, O) of a path that was learned from these rows.

        Args:
            path: what `learn` has returned.
            held: which training rows to answer; None for the validation rows.
            learned: those that the path has learned from.

        Returns:
            None if there are no validation rows.
        """


def through(layer: LinearLayer, outputs: Floats) -> LinearLayer:
    """Return weight and bias of outputs that are sums (O, P) of a layer's P."""
    weight, bias = (np.asarray(array @ outputs.T, np.float32) for array in layer)
    return weight, bias
