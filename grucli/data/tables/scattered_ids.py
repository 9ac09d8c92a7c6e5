"""Ids whose rows stand apart in a file, found before it is read as a stream."""

from array import array
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import numpy as np

from grucli.data.streams.lines import Lines
from grucli.data.tables.dialect import Dialect, open_rows
from grucli.data.tables.table_rows import repeats
from grucli.errors import GrucliError
from grucli.files.data_stream import open_binary

_FIRST_LOOK = 2**16


def has_scattered_ids(
    path: str | Path, encoding: str, dialect: Dialect, columns: tuple[str, ...], index: int
) -> bool:
    """Whether some id of a table comes again behind another.

    What cannot be read is for the reading itself to say.

    Args:
        path: a file, read once from its start to its end.
        encoding: of its text.
        dialect: of its rows.
        columns: the names in its header.
        index: which of them holds the ids.
    """
    try:
        with open_binary(path) as stream:
            rows = open_rows(Lines(stream, str(path), encoding), dialect, len(columns))
            cells = (row.cells for row in rows if len(row.cells) == len(columns))
            return are_scattered(row[index] for row in cells if not repeats(row, columns))
    except GrucliError:
        return False


def are_scattered(ids: Iterable[str]) -> bool:
    """Whether an id comes again behind another; memory is 8 bytes for each run of equal ones.

    Two ids of one hash would count as one that comes again, which costs memory and no answer.
    """
    seen = array("q")
    limit = _FIRST_LOOK
    for row_id, _ in groupby(ids):
        seen.append(hash(row_id))
        if len(seen) == limit:
            if _has_twice(seen):
                return True
            limit *= 2
    return _has_twice(seen)


def _has_twice(seen: "array[int]") -> bool:
    return len(np.unique(np.frombuffer(seen, np.int64))) < len(seen) if seen else False
