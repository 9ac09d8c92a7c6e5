"""Padded rows of unequal lengths: which steps are theirs, and where steps stand.

Letters: T steps, B rows, F numbers of a step. Arrays are time-major, (T, B, F). What stands beyond
a row's length is never read as a value: it may be anything.
"""

from __future__ import annotations

import numpy as np

from grucli.modelfile.exchange.to_onnx.nodes import Nodes

LOWEST = np.float32(-1e30)
"""Stands for minus infinity in a maximum and in a softmax."""


class Padded:
    """Rows of `lengths` steps (B,), padded to T.

    Attributes:
        lengths: (B,) int64.
        inside: (T, B) whether a step is within its row.
        mask: (T, B, 1) the same.
    """

    def __init__(self, nodes: Nodes, lengths: str, num_steps: str) -> None:
        """Take the lengths, and T, a scalar."""
        self._nodes, self.lengths = nodes, lengths
        step = nodes.axes(nodes.add("Range", np.int64(0), num_steps, np.int64(1)), 1)
        self.inside = nodes.add("Less", step, nodes.axes(lengths, 0))
        self.mask = nodes.axes(self.inside, 2)
        last = nodes.axes(nodes.add("Sub", lengths, np.int64(1)), 0)
        turned = nodes.add("Where", self.inside, nodes.add("Sub", last, step), step)
        self._last, self._turned = (
            nodes.add("Transpose", one, perm=[1, 0]) for one in (last, turned)
        )

    def turned(self, x: str) -> str:
        """Return x (T, B, F) with the steps of each row in their other order."""
        return self._nodes.add("Transpose", self._at(x, self._turned), perm=[1, 0, 2])

    def last(self, x: str) -> str:
        """Return (B, F), the last step of each row."""
        return self._nodes.without(self._at(x, self._last), 1)

    def _at(self, x: str, steps: str) -> str:
        """Return (B, T', F) what stands at these steps (B, T') of each row."""
        by_row = self._nodes.add("Transpose", x, perm=[1, 0, 2])
        return self._nodes.add("GatherND", by_row, self._nodes.axes(steps, 2), batch_dims=1)

    def zeros(self, num_features: int) -> str:
        """Return (1, B, F) zeros."""
        batch_size = self._nodes.axes(self._nodes.size(self.lengths, 0), 0)
        sizes = np.array([1]), batch_size, np.array([num_features])
        return self._nodes.add("Expand", np.float32(0), self._nodes.add("Concat", *sizes, axis=0))
