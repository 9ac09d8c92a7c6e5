"""The wide path of numeric sequences: what the shares of many kernels say of a sequence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples
from grucli.data.kernels import Kernels
from grucli.engine import ridge


@dataclass(frozen=True, kw_only=True)
class KernelPath:
    """Kernels and what was learned of the share above each of their thresholds.

    Attributes:
        kernels: with K thresholds.
        weight: (K, O) float32.
        bias: (O,) float32.
    """

    kernels: Kernels
    weight: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    @property
    def num_parameters(self) -> int:
        """Numbers that were learned."""
        return self.weight.size + self.bias.size

    def __str__(self) -> str:
        return str(self.kernels)

    def logits(
        self, steps: npt.NDArray[np.float32], lengths: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """Return (n, O) of encoded series (S, I), one after the other."""
        found = [self.of_rows(shares) for shares in self.kernels.chunks(steps, lengths)]
        return np.concatenate(found)

    def of_rows(self, shares: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Return (n, O) of what the kernels give, (n, K)."""
        return ridge.forward(self.weight, self.bias, shares)


@dataclass(frozen=True, kw_only=True)
class KernelRows:
    """What a wide path learns from, and is judged on.

    Attributes:
        kernels: with K thresholds.
        train: (n, K) float32, the rows to learn from.
        valid: (m, K) float32 rows to judge, None if there are none.
        always: whether it counts even where it does not pay.
    """

    kernels: Kernels
    train: npt.NDArray[np.float32]
    valid: npt.NDArray[np.float32] | None
    always: bool

    @property
    def nbytes(self) -> int:
        """Memory of all shares."""
        return self.train.nbytes + (0 if self.valid is None else self.valid.nbytes)

    @property
    def content(self) -> list[npt.NDArray[np.float32]]:
        """Nothing: the shares are those of the examples' steps."""
        return []

    def __str__(self) -> str:
        return f"kernels: {self.kernels}"

    def learn(
        self,
        train: Examples,
        rows: npt.NDArray[np.int64],
        num_classes: int,
        rng: np.random.Generator,
    ) -> KernelPath:
        """Learn from some rows of the training examples; nothing is drawn."""
        weight, bias = ridge.fit(
            self.train[rows], train.targets[rows], train.weights[rows], num_classes
        )
        return KernelPath(kernels=self.kernels, weight=weight, bias=bias)

    def said(
        self,
        path: KernelPath,
        held: npt.NDArray[np.int64] | None,
        learned: npt.NDArray[np.int64],
    ) -> npt.NDArray[np.float64] | None:
        """Return its logits of some rows of `train`, or of `valid`; None if there are none."""
        rows = self.valid if held is None else self.train[held]
        return None if rows is None else path.of_rows(rows)
