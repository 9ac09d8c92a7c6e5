"""y and sample_weight: what is to be learned, as targets have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import assert_all_finite, column_or_1d

from grucli.data.numbers import target_fault
from grucli.data.records import TargetForm
from grucli.errors import DataError, excerpt
from grucli.values import dataclass

Rows = npt.NDArray[np.intp]
ABSENT = "this estimator requires y to be passed, but the target y is None"


@dataclass(frozen=True, kw_only=True, eq=False)
class Targets:
    """The targets of n sequences.

    Attributes:
        form: what each is.
        values: n of them as a file has them: labels, numbers, or for `labels` those of each.
        name: of the column they come from, None if it has none.
        classes: (C,) what can be answered, as the program has it; none for numbers.
    """

    form: TargetForm
    values: Sequence[str] | Sequence[tuple[str, ...]]
    name: str | None
    classes: npt.NDArray[Any] = field(default_factory=lambda: np.zeros(0))


def names_of(classes: npt.NDArray[Any]) -> list[str]:
    """Return the labels of classes, as a file and a model have them: as `str` writes them."""
    return [str(value) for value in classes.tolist()]


def class_targets(y: Any, rows: Rows) -> Targets:
    """Return classes (n,), or the labels of an indicator matrix (n, C).

    Args:
        y: a class each, or a 0 or 1 for each of C labels; a DataFrame names these.
        rows: those that count.

    Raises:
        ValueError: it is neither.
    """
    if y is None:
        raise ValueError(ABSENT)
    try:
        return _class_targets(_unboxed(y), rows, name_of(y))
    except TypeError as fault:  # they are sorted
        raise ValueError(
            f"y: {fault}; give labels of one type, and leave rows out that have none"
        ) from None


def number_targets(y: Any, rows: Rows) -> Targets:
    """Return numbers (n,), each as short as it can be written.

    Raises:
        ValueError, DataError: one is none, or infinite or too large.
    """
    if y is None:
        raise ValueError(ABSENT)
    column = column_or_1d(y, warn=True)
    if column.dtype.kind not in "fiu":
        column = column.astype(np.float64)
    assert_all_finite(column, input_name="y")
    values = [str(value) for value in column[rows]]
    for row, value in zip(rows.tolist(), values, strict=True):
        if fault := target_fault(value):
            raise DataError(f"y: row {row + 1}: {fault}")
    return Targets(form="label", values=values, name=name_of(y))


def row_weights(weights: Any, count: int) -> npt.NDArray[np.float64]:
    """Return (count,) how much each row counts, 1 if nobody has said it.

    Raises:
        ValueError: they are not one number a row, or one is negative or not finite, or none counts.
    """
    if weights is None:
        return np.ones(count)
    try:
        found = np.asarray(weights, np.float64)
    except (TypeError, ValueError) as fault:
        raise ValueError(f"sample_weight: {fault}") from None
    if found.ndim == 0:
        found = np.full(count, found)
    if found.shape != (count,):
        raise ValueError(f"sample_weight: has shape {found.shape}; give one number a row")
    if not (np.isfinite(found) & (found >= 0)).all() or not found.any():
        raise ValueError("sample_weight: must be numbers from 0, not all of them zero")
    return found


def name_of(column: Any) -> str | None:
    """Return the name of a Series, None of all else."""
    name = getattr(column, "name", None)
    return name if isinstance(name, str) else None


def _unboxed(y: Any) -> Any:
    """Return a Series of a type of its own, such as Int64, as the values in it.

    scikit-learn makes floats of whole numbers that might be missing, and large ones become one.
    """
    is_boxed = not isinstance(getattr(y, "dtype", np.dtype(object)), np.dtype)
    return np.array(list(y)) if is_boxed else y


def _class_targets(y: Any, rows: Rows, name: str | None) -> Targets:
    with np.errstate(invalid="ignore"):  # NaN, which is refused there
        kind = type_of_target(y, input_name="y", raise_unknown=True)
    check_classification_targets(y)
    if kind == "multilabel-indicator":
        return _label_sets(y, rows)
    if kind == "multiclass-multioutput":
        raise ValueError("y: several classes a row; give one, or a 0 or 1 for each of all labels")
    classes, codes = np.unique(column_or_1d(y, warn=True)[rows], return_inverse=True)
    names = _labels(classes)
    return Targets(
        form="label",
        values=[names[code] for code in codes.tolist()],
        name=name,
        classes=classes,
    )


def _labels(classes: npt.NDArray[Any]) -> list[str]:
    """Return the labels of classes, all of which a file can hold."""
    names = names_of(classes)
    if "" in names:
        raise ValueError("y: a label is empty; give it a name")
    for name in names:
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            raise ValueError(
                f"y: label '{excerpt(name)}': half a surrogate pair; write whole characters"
            ) from None
    return names


def _label_sets(y: Any, rows: Rows) -> Targets:
    matrix = np.asarray(y.toarray() if hasattr(y, "toarray") else y)[rows]
    classes = np.asarray(getattr(y, "columns", np.arange(matrix.shape[1])))
    names = _labels(classes)
    if len(set(names)) < len(names):
        raise ValueError("y: two labels have one name; rename one of them")
    values = [tuple(names[k] for k in np.flatnonzero(row).tolist()) for row in matrix]
    return Targets(form="labels", values=values, name=None, classes=classes)
