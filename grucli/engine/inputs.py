"""The inputs of a layer in one direction: rows of numbers, and which of them each step reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from grucli.engine.packing import Floats, Integers
from grucli.engine.tape import Tape


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The inputs of a layer.

    Attributes:
        rows: (M, I + 1) vectors, each with a 1 at its end, whose weight is the bias.
        index: (N,) the row that each packed row reads; None if M = N and it is its own.
    """

    rows: Floats
    index: Integers | None

    def of(self, block: slice, tape: Tape) -> Floats:
        """Return (rows, I + 1) what a block of packed rows reads."""
        if self.index is None:
            return self.rows[block]
        out = tape.take("inputs", block.stop - block.start, self.rows.shape[1])
        return pick(self.rows, self.index[block], out)


def with_ones(x: Floats, tape: Tape) -> Floats:
    """Return (M, I + 1), `x` (M, I) with a 1 at the end of each row."""
    rows = tape.take("rows", len(x), x.shape[1] + 1)
    rows[:, :-1], rows[:, -1] = x, 1
    return rows


def pick(rows: Floats, index: Integers, out: Floats) -> Floats:
    """Overwrite `out` with `rows[index]` and return it; every index must be within the rows."""
    return np.take(rows, index, axis=0, out=out, mode="clip")  # "raise" would copy once more


def projection(x: Inputs, weight: Floats, tape: Tape) -> Callable[[slice, Floats], None]:
    """Return a function of a block of packed rows that fills (G, rows, H) with inputs x weight.

    Rows that are read twice or more, as those of tokens are, are multiplied once.

    Args:
        x: the inputs.
        weight: (G, I + 1, H) of each gate.
        tape: for the products.
    """
    index = x.index
    if index is None or 2 * len(x.rows) > len(index):

        def multiply(block: slice, out: Floats) -> None:
            np.matmul(x.of(block, tape), weight, out)

        return multiply
    projected = tape.take("projected", len(weight), len(x.rows), weight.shape[2])
    np.matmul(x.rows, weight, projected)

    def gather(block: slice, out: Floats) -> None:
        for gate, gate_out in zip(projected, out, strict=True):
            pick(gate, index[block], gate_out)

    return gather


class Sum:
    """The gradient of weights, summed block by block while a block's factors are in the cache."""

    def __init__(self, total: Floats, tape: Tape, name: str) -> None:
        """Start at zero in `total` (G, H, I); the tape has room for one block's share."""
        self.total = total
        self._part = tape.take(name, *total.shape)
        total.fill(0)

    def add(self, d_gates: Floats, x: Floats) -> None:
        """Add the products of (G, rows, H), gradients by the gates, and (rows, I), their inputs."""
        np.matmul(d_gates.swapaxes(1, 2), x, self._part)
        self.total += self._part
