"""What an ONNX graph does to places: each number of a small input has a code, which is followed.

So it is seen where a number ends up, whatever chain of Transpose, Slice and Reshape is between. The
same operators make constants of constants: weights that are put together, shapes that are computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.modelfile.npz_layout import FaultError
from grucli.values import dataclass

Array = npt.NDArray[Any]
Attributes = Mapping[str, Any]

MOST_NUMBERS = 1 << 22
"""All that the operators of a graph may make together, beside a copy of its weights."""
WHOLE = 6, 7  # int32 and int64, as the types of ONNX are numbered


@dataclass(frozen=True, kw_only=True, eq=False)
class Value:
    """Constant numbers, or where each number of a tensor comes from.

    Attributes:
        array: the numbers, or int64 codes.
        is_coded: whether it has codes.
    """

    array: Array
    is_coded: bool = False


class Budget:
    """What may still be made."""

    def __init__(self, size: int) -> None:
        """Begin: for a file of so many bytes."""
        self._left = MOST_NUMBERS + size // 2

    def spend(self, shape: Sequence[int]) -> None:
        """Make so much.

        Raises:
            FaultError: it is too much, or no shape.
        """
        sizes = [int(size) for size in shape]
        numbers = 1
        for size in sizes:
            numbers *= max(size, 1)
        self._left -= numbers
        if min(sizes, default=0) < 0 or self._left < 0:
            raise FaultError(
                "makes more numbers than such a model needs; export it with free rows and steps"
            )


def constant(values: Sequence[Value]) -> list[Array]:
    """Return the numbers of constants.

    Raises:
        FaultError: one depends on what is read.
    """
    if any(value.is_coded for value in values):
        raise FaultError(
            "computes with what it reads before the recurrence; that has no counterpart"
        )
    return [value.array for value in values]


def axes_of(values: Sequence[Value], attributes: Attributes) -> tuple[int, ...] | None:
    """Return the axes of an operator, which older ones have as an attribute; None for none."""
    if len(values) > 1:
        return tuple(map(int, constant(values[1:2])[0].reshape(-1)))
    return tuple(attributes["axes"]) if "axes" in attributes else None


def _transpose(values: Sequence[Value], attributes: Attributes) -> Array:
    return np.transpose(values[0].array, attributes.get("perm"))


def _squeeze(values: Sequence[Value], attributes: Attributes) -> Array:
    return np.squeeze(values[0].array, axes_of(values, attributes))


def _unsqueeze(values: Sequence[Value], attributes: Attributes) -> Array:
    return np.expand_dims(values[0].array, axes_of(values, attributes) or 0)


def _reshape(values: Sequence[Value], attributes: Attributes) -> Array:
    array, (wanted,) = values[0].array, constant(values[1:2])
    keeps = not attributes.get("allowzero")
    shape = [array.shape[k] if size == 0 and keeps else int(size) for k, size in enumerate(wanted)]
    return array.reshape(shape)


def _flatten(values: Sequence[Value], attributes: Attributes) -> Array:
    array, axis = values[0].array, attributes.get("axis", 1)
    rows = 1
    for size in array.shape[:axis]:
        rows *= size
    return array.reshape(rows, -1)


def _slice(values: Sequence[Value], attributes: Attributes) -> Array:
    array, cut = values[0].array, [slice(None)] * values[0].array.ndim
    for axis, start, end, step in zip(*_bounds(values, attributes), strict=True):
        last = None if step < 0 and end < -array.shape[axis] else int(end)
        cut[int(axis)] = slice(int(start), last, int(step))
    return array[tuple(cut)]


def _bounds(values: Sequence[Value], attributes: Attributes) -> tuple[Sequence[int], ...]:
    """Return axes, starts, ends and steps of a Slice."""
    rest: list[Any] = []
    if len(values) == 1:
        starts, ends = attributes["starts"], attributes["ends"]
        rest = [attributes["axes"]] if "axes" in attributes else []
    else:
        starts, ends, *rest = (each.tolist() for each in constant(values[1:]))
    axes = rest[0] if rest else range(len(starts))
    return axes, starts, ends, rest[1] if len(rest) > 1 else [1] * len(starts)


def _gather(values: Sequence[Value], attributes: Attributes) -> Array:
    (index,) = constant(values[1:2])
    return np.take(values[0].array, index.astype(np.int64), axis=attributes.get("axis", 0))


def _gather_nd(values: Sequence[Value], attributes: Attributes) -> Array:
    """Return, of each row, what stands at its steps: with one axis of rows, as of padded ones."""
    array, (index,) = values[0].array, constant(values[1:2])
    if attributes.get("batch_dims", 0) != 1 or index.shape[-1] != 1 or index.ndim != 3:
        raise FaultError(
            "GatherND in another form than along the steps of each row; not known here"
        )
    return np.take_along_axis(array, index.astype(np.int64), axis=1)


def _concat(values: Sequence[Value], attributes: Attributes) -> Array:
    return np.concatenate([value.array for value in values], axis=attributes["axis"])


def _same(values: Sequence[Value], attributes: Attributes) -> Array:
    return values[0].array


def _where(values: Sequence[Value], attributes: Attributes) -> Array:
    """Return the one or the other; of a whole row no step is padding, so that nothing is mixed."""
    (condition,) = constant(values[:1])
    if values[1].is_coded != values[2].is_coded and condition.all() != condition.any():
        raise FaultError("mixes what it reads with constants; that has no counterpart here")
    chosen = values[1 if condition.all() else 2].array
    if values[1].is_coded or values[2].is_coded:
        return chosen
    return np.where(condition, values[1].array, values[2].array)


STRUCTURAL: dict[str, Callable[[Sequence[Value], Attributes], Array]] = {
    "Cast": _same,
    "Concat": _concat,
    "Dropout": _same,
    "Flatten": _flatten,
    "Gather": _gather,
    "GatherND": _gather_nd,
    "Identity": _same,
    "Reshape": _reshape,
    "Slice": _slice,
    "Squeeze": _squeeze,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
    "Where": _where,
}
"""What moves numbers and changes none, if the input is no wider than it is long."""


NEW = "Cast", "Concat", "Gather", "GatherND", "Where"
"""Of these, what makes numbers; the others turn and cut those that there are."""


def _filled(values: Sequence[Value], attributes: Attributes) -> Array:
    fill = attributes.get("value")
    shape = tuple(map(int, values[0].array))
    return np.full(shape, 0.0 if fill is None else fill.reshape(-1)[0])


def _expand(values: Sequence[Value], attributes: Attributes) -> Array:
    array, shape = values[0].array, tuple(map(int, values[1].array))
    return np.broadcast_to(array, np.broadcast_shapes(array.shape, shape))


def _range(values: Sequence[Value], attributes: Attributes) -> Array:
    return np.arange(*(value.array.item() for value in values))


def _of_two(function: Callable[[Array, Array], Array]) -> Any:
    return lambda values, attributes: function(values[0].array, values[1].array)


def _divided(first: Array, second: Array) -> Array:
    return first // second if first.dtype.kind in "iu" else first / second


COMPUTED: dict[str, Callable[[Sequence[Value], Attributes], Array]] = {
    "Add": _of_two(np.add),
    "ConstantOfShape": _filled,
    "Div": _of_two(_divided),
    "Equal": _of_two(np.equal),
    "Expand": _expand,
    "Less": _of_two(np.less),
    "Mul": _of_two(np.multiply),
    "Range": _range,
    "Sub": _of_two(np.subtract),
}
"""What makes constants of constants alone, such as the shape of first states."""


def computed(
    kind: str, values: Sequence[Value], attributes: Attributes, budget: Budget
) -> Value | None:
    """Return what an operator makes of values, None if it is none of those above.

    Raises:
        FaultError: it makes too much, or mixes what it reads with constants.
        LookupError, TypeError, ValueError: the graph is damaged.
    """
    if kind == "Shape":
        return Value(array=np.array(values[0].array.shape, np.int64))
    if kind in STRUCTURAL:
        return _moved(kind, values, attributes, budget)
    if kind not in COMPUTED or any(value.is_coded for value in values):
        return None
    budget.spend(_shape_of(kind, values))
    return Value(array=COMPUTED[kind](values, attributes))


def _moved(
    kind: str, values: Sequence[Value], attributes: Attributes, budget: Budget
) -> Value | None:
    moved = values[1:] if kind == "Where" else values if kind == "Concat" else values[:1]
    is_coded = any(value.is_coded for value in moved)
    if kind == "Concat" and is_coded and not all(value.is_coded for value in moved):
        return None
    budget.spend(_most_new(kind, values, attributes))
    if kind == "Cast" and not is_coded:
        whole = attributes["to"] in WHOLE
        return Value(array=values[0].array.astype(np.int64 if whole else np.float64))
    made = STRUCTURAL[kind](values, attributes)
    if kind not in NEW and made.base is None:  # a Reshape of what was turned
        budget.spend(made.shape)
    return Value(array=made, is_coded=is_coded)


def _most_new(kind: str, values: Sequence[Value], attributes: Attributes) -> Sequence[int]:
    """Return how many numbers a mover makes at most, () where it looks at those that there are."""
    array = values[0].array
    if kind == "Cast":
        return array.shape
    if kind == "Concat":
        return (sum(value.array.size for value in values),)
    if kind == "Where":
        return np.broadcast_shapes(*(value.array.shape for value in values))
    if kind in NEW:
        axis = attributes.get("axis", 0) if kind == "Gather" else 1
        return (values[1].array.size, array.size // max(array.shape[axis], 1))
    return ()


def _shape_of(kind: str, values: Sequence[Value]) -> Sequence[int]:
    """Return the shape of what is going to be made: before it takes any memory."""
    if kind == "ConstantOfShape":
        return tuple(map(int, values[0].array))
    if kind == "Range":
        start, limit, step = (value.array.item() for value in values)
        return (int((limit - start) / step),)
    if kind == "Expand":
        return np.broadcast_shapes(values[0].array.shape, tuple(map(int, values[1].array)))
    return np.broadcast_shapes(*(value.array.shape for value in values))
