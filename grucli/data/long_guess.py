"""Whether a table that nobody said to be long has a step a row: found in content alone."""

import shlex
from collections.abc import Sequence
from itertools import accumulate, groupby, pairwise

from grucli.data.numbers import exact, looks_numeric
from grucli.errors import show

_LONGEST_ID = 40
_LISTED = 40
"""Characters of the columns that a flag names one by one."""

_Cells = tuple[str, ...]


def long_flags(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return the flags that read a table as a step a row; "" if it does not look like one.

    The id is a column whose equal values stand together, in two rows or more. Of the other columns
    each must be one of these: a value that never changes in a sequence (its label, at least one),
    numbers that rise in every sequence (its time, at most one), numbers (its channels, at least
    one).

    Args:
        columns: names of the columns.
        rows: the first ones, without the header.
    """
    table = list(zip(*(row for row in rows if len(row) == len(columns)), strict=True))
    ids = [i for i, cells in enumerate(table) if _is_id(cells)]
    if not ids:
        return ""
    row_id = max(ids, key=lambda i: len(set(table[i])))
    ends = [0, *accumulate(_runs(table[row_id]))]
    times: list[int] = []
    labels: list[int] = []
    values: list[int] = []
    for i, cells in enumerate(table):
        parts = [cells[start:stop] for start, stop in pairwise(ends)]
        if i == row_id:
            continue
        if all(len(set(part)) == 1 for part in parts):
            labels.append(i)
        elif not all(map(looks_numeric, cells)):
            return ""
        elif not times and all(map(_rises, parts)):
            times.append(i)
        else:
            values.append(i)
    if not values or not labels:
        return ""
    found = {"--id": [row_id], "--time": times, "--values": values, "--label": labels}
    named = {flag: [columns[i] for i in each] for flag, each in found.items() if each}
    if len(labels) > 1:
        named["--label"] = ["COL"]
    return " ".join(f"{flag} {_listed(each)}" for flag, each in named.items())


def _is_id(cells: _Cells) -> bool:
    """Whether equal cells stand together, at least two of each; the last may be cut off."""
    runs = _runs(cells)
    is_name = all(len(cell) <= _LONGEST_ID and len(cell.split()) == 1 for cell in set(cells))
    return is_name and 1 < len(runs) == len(set(cells)) and min(runs[:-1]) > 1


def _runs(cells: _Cells) -> list[int]:
    """Return how many equal cells follow each other."""
    return [len(list(group)) for _, group in groupby(cells)]


def _rises(cells: _Cells) -> bool:
    numbers = [exact(cell) for cell in cells]
    return all(a is not None and b is not None and a < b for a, b in pairwise(numbers))


def _listed(names: Sequence[str]) -> str:
    joined = ",".join(names)
    return shlex.quote(show(joined)) if len(joined) <= _LISTED else "COLS"
