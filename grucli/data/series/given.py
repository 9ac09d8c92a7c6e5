"""A numeric sequence that a program gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.numbers import Floats, floats, whole
from grucli.errors import DataError, show

_OTHER = {"c": "complex numbers", "M": "dates", "m": "spans of time"}
"""What NumPy would take for numbers, by the kind of its type."""


def given_values(number: int, value: Any) -> Floats:
    """Return a sequence (T,) or (T, I) as (T, I), up to its last step with a value.

    What has more axes stays as it is: whoever knows the channels refuses it.

    Args:
        number: of its record, for messages.
        value: an array or what NumPy makes one of; NaN is a missing value.

    Raises:
        TypeError: it is no array of numbers.
        DataError: it has no value, is one number, or has one that is infinite or too large.
    """
    try:
        values = floats(_numeric(value))
    except (TypeError, ValueError) as fault:
        raise TypeError(f"record {number}: no array of numbers: {show(fault)}") from None
    except OverflowError:  # a Python integer
        values = np.array([np.inf])
    if values.ndim == 0:
        raise DataError(f"record {number}: one number; put a single sequence in a list")
    if np.isinf(values).any():
        raise DataError(
            f"record {number}: a number is infinite or too large; leave it out or scale it down"
        )
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim == 2:
        values = whole(values, "mask")
    if len(values) == 0:
        raise DataError(f"record {number}: a sequence without a value; give one at least")
    return values


def _numeric(value: Any) -> npt.NDArray[Any]:
    """Return an array of the numbers' own type; None is NaN."""
    found = np.asarray(value)
    if found.dtype.kind in _OTHER:
        raise TypeError(_OTHER[found.dtype.kind])
    return found if found.dtype.kind in "fiub" else np.asarray(value, np.float64)
