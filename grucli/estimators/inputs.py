"""X: what a program gives to learn from or to be answered, in whichever form it has it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_array, validate_data

from grucli.data.forms import Missing
from grucli.data.numbers import Floats
from grucli.data.series.given import given_values
from grucli.errors import DataError, counted, excerpt

OF_TABLES = ("n_features_in_", "feature_names_in_")
"""What an estimator remembers of a table with a sequence a row, and of nothing else."""


def sequences_of(
    estimator: Any, x: Any, *, is_new: bool, channels_first: bool, missing: Missing
) -> list[Any]:
    """Return what is in X as texts, or as arrays (T, D) of float32 or float64, one a sequence.

    X is a list, an array or a Series of texts; or a list of arrays (T,) or (T, D) of any lengths,
    or an array (n, T, D); or a table (n, T) of numbers, each row a sequence of one channel, to
    which scikit-learn's rules of columns apply. NaN at the end makes a sequence shorter.

    Args:
        estimator: whose columns a table has, or gets.
        x: X.
        is_new: whether it is learned from.
        channels_first: whether sequences are (D, T).
        missing: whether a value may be missing.

    Raises:
        TypeError, ValueError, DataError: it is none of these, or of several kinds.
    """
    if not isinstance(channels_first, bool | np.bool_):
        raise ValueError(f"channels_first: must be True or False, got {excerpt(channels_first)}")
    values = _values(estimator, x, is_new=is_new)
    if values and isinstance(values[0], str):
        return [_text(number, value) for number, value in enumerate(values, 1)]
    found = list[Floats]()
    for number, value in enumerate(values, 1):
        series = given_values(number, _turned(value) if channels_first else value)
        _check_shape(number, series, (found or [series])[0], channels_first=channels_first)
        if missing == "refuse":
            _refuse_missing(number, series)
        found.append(series)
    return found


def _values(estimator: Any, x: Any, *, is_new: bool) -> list[Any]:
    if is_new:
        for name in OF_TABLES:
            vars(estimator).pop(name, None)
    if isinstance(x, str | bytes):
        raise TypeError("X is one text; give a list of texts")
    if isinstance(x, list | tuple):
        return list(x)
    array = np.asarray(x)  # of a sparse matrix one object, which is refused below
    if array.ndim == 2 and array.shape[1] == 1 and _holds_texts(array):
        array = array[:, 0]
    if array.ndim == 1 and array.dtype.kind in "OUT":
        found: list[Any] = array.tolist()
        return found
    rules = {"dtype": "numeric", "ensure_all_finite": "allow-nan"}
    if array.ndim == 3:
        return list(check_array(x, allow_nd=True, estimator=estimator, input_name="X", **rules))
    return list(validate_data(estimator, x, reset=is_new, **rules))


def _holds_texts(array: npt.NDArray[Any]) -> bool:
    is_object = array.dtype.kind == "O" and array.size > 0
    return array.dtype.kind in "UT" or (is_object and isinstance(array.flat[0], str))


def _text(number: int, value: Any) -> str:
    if not isinstance(value, str):
        kind = type(value).__name__
        raise TypeError(
            f"record {number}: {kind}, but the first is a text; write '' where there is none"
        )
    return value


def _turned(value: Any) -> Any:
    """Return (D, T) as (T, D), and what has another shape as it is."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of unequal lengths, which are refused where they are read
        return value
    return array.T if array.ndim == 2 else value


def _check_shape(number: int, series: Floats, first: Floats, *, channels_first: bool) -> None:
    """Refuse what is no sequence of as many channels as the first one has."""
    if series.ndim != 2:
        raise DataError(
            f"record {number}: has {series.ndim} axes; a sequence is (steps,) or (steps, channels)"
        )
    if series.shape[1] != first.shape[1]:
        other = "False" if channels_first else "True"
        raise DataError(
            f"record {number}: {counted(series.shape[1], 'channel')}, but the first has "
            f"{first.shape[1]:,}; if these are the steps, pass channels_first={other}"
        )


def _refuse_missing(number: int, series: Floats) -> None:
    absent = np.isnan(series)
    if absent.any():
        step = int(np.argwhere(absent)[0, 0]) + 1
        raise DataError(
            f"record {number}, step {step:,}: NaN, a missing value; fill it in, or pass "
            "settings={'data.missing': 'mask'}"
        )
