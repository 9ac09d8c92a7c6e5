"""Targets that are numbers: how they are read, and what is said of one that is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from grucli.data.numbers import NumberError, looks_numeric, numbers
from grucli.data.records import Record
from grucli.errors import DataError, excerpt, show_path

LISTED_PROBLEMS = 5
LEAST_SPREAD = 1e-100  # standard deviation: squares of less are lost

Values = npt.NDArray[np.float64]


def values(records: Sequence[Record]) -> Values:
    """Return (n,) the target of each record, NaN where there is none or it is no number."""
    try:
        found = numbers([record.label or "" for record in records])
    except NumberError:
        return np.array([_value(record) for record in records])
    return found[:, 0]


def checked(name: str, records: Sequence[Record]) -> Values:
    """Return (n,) the target of each record, at least one.

    Args:
        name: of the file, for people.
        records: each with a target.

    Raises:
        DataError: a target is no number.
    """
    found = values(records)
    wrong = np.flatnonzero(np.isnan(found))
    if not any(looks_numeric(record.label or "") for record in records):
        raise DataError(
            f"{show_path(name, 60)}: no target is a number "
            f"('{excerpt(records[0].label, 24)}', …); name the column of numbers with --label"
        )
    if len(wrong):
        raise DataError(*(_problem(name, records[row]) for row in wrong[:LISTED_PROBLEMS]))
    return found


def spread(name: str, found: Values) -> tuple[float, float]:
    """Return mean and standard deviation of (n,) targets.

    Raises:
        DataError: they do not differ, so there is nothing to learn.
    """
    mean = float(found.mean())
    most = float(np.abs(found - mean).max())
    scale = most * float(np.sqrt(np.mean(((found - mean) / most) ** 2))) if most else 0.0
    if scale < LEAST_SPREAD:
        raise DataError(
            f"{show_path(name, 60)}: all targets are {found[0]:g}: nothing to learn; name another "
            "column with --label, or scale it up"
        )
    return mean, scale


def _value(record: Record) -> float:
    try:
        return float(numbers([record.label or ""])[0, 0])
    except NumberError:
        return float("nan")


def _problem(name: str, record: Record) -> str:
    """Return place, fault and mend of a target that is no number."""
    place = f"{name}:{record.line}" if record.line else f"{name}: row {record.number}"
    return f"{place}: target {next(_faults(record.label or ''))}"


def _faults(label: str) -> Iterator[str]:
    try:
        numbers([label])
    except NumberError as error:
        yield error.problem
    yield f"'{excerpt(label)}' is missing; write a number or drop the row"
