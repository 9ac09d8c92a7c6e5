"""The inputs of a layer: rows of numbers, which of them each step reads, and their gradients.

Rows that many steps read, as those of tokens are, enter products once: their products are dealt to
the steps, the steps' gradients summed, and what is left grows with distinct rows, not with steps.

Rows of both directions alternate, as in `Packing.both_ways`; D is 1 or 2, of n steps of sequences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grucli.engine.packing import Floats, Integers, Packing
from grucli.engine.row_sums import sum_rows
from grucli.engine.tape import Tape


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The inputs of a layer.

    Attributes:
        rows: (D, N, I + 1) vectors for each direction in its own order of time, or (1, M, I + 1)
            that both choose from by `index`; each with a 1 at its end, whose weight is the bias.
        index: (N,) the row that each packed row of the sequences reads; None for its own.
        mirror: (N,) as `Packing.mirror` if there are two directions; None for one.
        is_known: whether the tape has the products of these rows, which `index` chooses from.
    """

    rows: Floats
    index: Integers | None
    mirror: Integers | None
    is_known: bool = False

    @property
    def num_directions(self) -> int:
        """D."""
        return 1 if self.mirror is None else 2

    @cached_property
    def product(self) -> Integers:
        """(D * N,) for each row of all directions, which of M * D products of rows and weights.

        The products of a row with each direction's weights stand one after the other.
        """
        assert self.index is not None
        if self.mirror is None:
            return self.index
        found = np.empty((len(self.index), 2), np.int64)
        found[:, 0] = 2 * self.index
        found[:, 1] = found[self.mirror, 0] + 1
        return found.reshape(-1)


def inputs(
    x: Floats,
    index: Integers | None,
    packing: Packing,
    num_directions: int,
    tape: Tape,
    *,
    is_known: bool = False,
) -> Inputs:
    """Return what a layer in one direction or both reads; the tape keeps the rows."""
    mirror = packing.mirror if num_directions == 2 else None
    if is_known:
        return Inputs(rows=tape["rows"], index=index, mirror=mirror, is_known=True)
    ways = 1 if index is not None else num_directions
    rows = tape.tiled("rows", ways, len(x), x.shape[1] + 1)
    rows[0, :, :-1], rows[0, :, -1] = x, 1
    if mirror is not None and index is None:
        pick(rows[0], mirror, rows[1])
    return Inputs(rows=rows, index=index, mirror=mirror)


def pick(rows: Floats, index: Integers, out: Floats) -> Floats:
    """Overwrite `out` with `rows[index]` and return it; every index must be within the rows."""
    return np.take(rows, index, axis=0, out=out, mode="clip")  # "raise" would copy once more


def by_direction(rows: Floats, num_directions: int) -> Floats:
    """Return (..., D, n, H), a view of the rows (..., D * n, H) of all directions."""
    if num_directions == 1:
        return rows[..., None, :, :]
    parted = rows.reshape(*rows.shape[:-2], -1, num_directions, rows.shape[-1])
    return parted.swapaxes(-3, -2)


def _of_sequences(rows: slice, num_directions: int) -> slice:
    return slice(rows.start // num_directions, rows.stop // num_directions)


def projection(x: Inputs, weight: Floats, tape: Tape) -> Callable[[slice, Floats], None]:
    """Return a function of a block of rows that fills these of (G, rows, H) with inputs x weight.

    Rows that many steps read, as those of tokens are, are multiplied once. What is filled has room
    for whole tiles of rows and columns, as `Tape.result` has.

    Args:
        x: the inputs, which the tape keeps.
        weight: (G, D, I + 1, H) of each gate and direction, with the columns of whole tiles.
        tape: for the products.
    """
    G, D, _, columns = weight.shape
    rows, num_rows = tape.left("rows"), x.rows.shape[1]
    if x.index is None:

        def multiply(block: slice, out: Floats) -> None:
            some = tape.whole(_of_sequences(block, D))
            tape.multiply(rows[:, some], weight, by_direction(out, D)[:, :, some])

        return multiply
    if not x.is_known:
        tape.tiled("products", G, num_rows * D, columns)
        some, filled = tape.whole(slice(0, num_rows)), tape.result("products")
        tape.multiply(rows[:, some], weight, by_direction(filled, D)[:, :, some])
    products = tape.result("products")

    def gather(block: slice, out: Floats) -> None:
        for gate, gate_out in zip(products, out, strict=True):
            pick(gate, x.product[block], gate_out[block])

    return gather


class Sum:
    """The gradient of weights, summed block by block while a block's factors are in the cache."""

    def __init__(self, total: Floats, tape: Tape, name: str) -> None:
        """Sum in `total` (G, D, H, I), which the first block overwrites; `name` is on the tape."""
        self.total = total
        self._tape, self._name, self._is_first = tape, name, True

    def add(self, d_gates: Floats, x: Floats) -> None:
        """Add the products of (G, D, n, H), gradients by the gates, and (D, n, I), their inputs."""
        if not self._tape.asks_weights:
            return
        turned = d_gates.swapaxes(-2, -1)
        if self._is_first:
            np.matmul(turned, x, self.total)
            self._is_first = False
        else:
            part = self._tape.take(self._name, *self.total.shape)
            self.total += np.matmul(turned, x, part)


class InputSide:
    """The gradients of a cell's input weights, bias and inputs, collected block by block."""

    def __init__(
        self,
        params: Mapping[str, Floats],
        x: Inputs,
        tape: Tape,
        grads: Mapping[str, Floats],
        d_x: Floats | None,
        *,
        d_gates: Floats,
        blocks: Sequence[int],
    ) -> None:
        """Prepare for the last block.

        Args:
            params: the cell's.
            x: its inputs.
            tape: for what is collected.
            grads: `weight_ih` and `bias` are overwritten by `finish`.
            d_x: (M, I) overwritten by `finish`; None if nobody asks for it.
            d_gates: (G, rows, H) where the gradients of gates before their sigmoid will be.
            blocks: the place among the parameters of each of these gates.
        """
        G, (D, width) = len(blocks), params["bias"].shape
        self._weight, self._d_weight, self._d_bias = (
            array.reshape(D, G, width // G, -1).swapaxes(0, 1)
            for array in (params["weight_ih"], grads["weight_ih"], grads["bias"])
        )
        self._x, self._d_x, self._tape = x, d_x, tape
        self._d_gates, self._blocks = d_gates, blocks
        total = tape.take("d_weight_x", G, D, width // G, x.rows.shape[2])
        self._sum = Sum(total, tape, "d_weight_x_part")
        self._d_rows = d_x  # where each direction's gradient is collected in its order of time
        if d_x is not None and x.index is None:
            self._d_rows = d_x[None] if D == 1 else tape.take("d_rows", 2, *d_x.shape)

    def add(self, block: slice) -> None:
        """Add a block whose gradients of gates are there; what is shared waits for the end."""
        if self._x.index is not None:
            return
        D = self._x.num_directions
        d_gates, steps = by_direction(self._d_gates[:, block], D), _of_sequences(block, D)
        self._sum.add(d_gates, self._x.rows[:, steps])
        if self._d_rows is not None:
            d_rows = self._d_rows[:, steps]
            np.matmul(d_gates[0], self._weight[self._blocks[0]], d_rows)
            part = self._tape.take("d_rows_part", *d_rows.shape)
            for d_gate, gate in zip(d_gates[1:], self._blocks[1:], strict=True):
                d_rows += np.matmul(d_gate, self._weight[gate], part)

    def finish(self) -> None:
        """Write the sums into the gradients, in the order of the parameters."""
        if self._x.index is not None:
            self._add_shared(self._x.rows.shape[1])
        elif self._d_x is not None and self._d_rows is not None and self._x.mirror is not None:
            np.add(self._d_rows[0], self._d_rows[1][self._x.mirror], self._d_x)
        for gate, d_weight in zip(self._blocks, self._sum.total, strict=True):
            self._d_weight[gate], self._d_bias[gate] = d_weight[..., :-1], d_weight[..., -1:]

    def _add_shared(self, num_rows: int) -> None:
        """Add what steps that read the same row have in common: their gradients' sum."""
        D, tape = self._x.num_directions, self._tape
        sums = sum_rows(self._d_gates, self._x.product, D * num_rows, tape)
        d_gates = by_direction(sums, D)
        self._sum.add(d_gates, self._x.rows)
        if self._d_x is not None:
            parts = tape.take("d_rows_part", D, *self._d_x.shape)
            self._d_x.fill(0)
            for d_gate, gate in zip(d_gates, self._blocks, strict=True):
                for part in np.matmul(d_gate, self._weight[gate], parts):
                    self._d_x += part
