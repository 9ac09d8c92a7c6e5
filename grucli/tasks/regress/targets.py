"""Targets that are numbers: what is no number has been refused as it was read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from grucli.data.numbers import NumberError, numbers
from grucli.data.records import Record
from grucli.data.stored import column
from grucli.errors import DataError, show_path
from grucli.tasks.target_facts import TargetCounts, TargetFacts

LEAST_SPREAD = 1e-100  # standard deviation: squares of less are lost
RANGES = 10
"""Of targets, that rows are counted in; fewer different numbers are counted one by one."""

Values = npt.NDArray[np.float64]


def values(records: Sequence[Record]) -> Values:
    """Return (n,) the target of each record, NaN where there is none or it is no number."""
    try:
        return numbers([label or "" for label in column(records, "label")])[:, 0]
    except NumberError:
        return np.array([_value(label or "") for label in column(records, "label")])


def target_facts(records: Sequence[Record]) -> TargetFacts:
    """Return where targets lie: figures, and the rows in ranges of one width, or of each number."""
    found = values(records)
    distinct = np.unique(found)
    if len(distinct) <= RANGES:
        counts = {f"{value:g}": int((found == value).sum()) for value in distinct}
    else:
        rows, edges = np.histogram(found, RANGES)
        ends = [f"{edge:.4g}" for edge in edges.tolist()]
        counts = {f"{a} to {b}": n for a, b, n in zip(ends, ends[1:], rows.tolist(), strict=False)}
    low, quarter, median, three, high = np.quantile(found, (0, 0.25, 0.5, 0.75, 1)).tolist()
    return TargetFacts(
        counts=(
            TargetCounts(
                name="target_ranges",
                title="target",
                counts=counts,
                unit="row",
                total=len(found),
                is_ordered=True,
            ),
        ),
        figures={
            "lowest_target": low,
            "first_quarter": quarter,
            "median_target": median,
            "third_quarter": three,
            "highest_target": high,
            "mean_target": float(found.mean()),
            "distinct_targets": len(distinct),
        },
    )


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


def _value(label: str) -> float:
    try:
        return float(numbers([label])[0, 0])
    except NumberError:
        return float("nan")
