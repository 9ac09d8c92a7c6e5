"""Some records of a file as a file of its own, which is read as that one was."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from grucli.data.forms.json_document import objects
from grucli.data.forms.opening import format_of_suffix
from grucli.data.labelled import Table
from grucli.data.records import Record
from grucli.data.request import Asked
from grucli.data.streams.lines import Lines, text_encoding
from grucli.errors import ConfigError, DataError, show_path
from grucli.files.data_stream import open_binary

_SUFFIXES = {"lines": ".txt"}  # of the other formats it is their name


def check_extract(path: str | None, flag: str, target: Path) -> None:
    """Refuse to take records out of data that can be read only once.

    Args:
        path: of the data, None or "-" for standard input.
        flag: that asks for the file.
        target: of the file.

    Raises:
        ConfigError: they are a stream.
    """
    if path in (None, "-") or (Path(str(path)).exists() and not Path(str(path)).is_file()):
        raise ConfigError(
            f"{flag}: {show_path(target)} cannot be taken out of a pipe, which is read once; name "
            "DATA as a file"
        )


def check_name(target: Path, flag: str, table: Table) -> None:
    """Refuse a name by which the file would be read in another way.

    Raises:
        ConfigError: its suffix is that of another format.
    """
    suffix = _SUFFIXES.get(table.format, f".{table.format}")
    if format_of_suffix(target) != table.format:
        raise ConfigError(
            f"{flag}: {table.name} is read as {table.format}, and so must be {show_path(target)}; "
            f"let its name end in {suffix}"
        )


def extract(path: str, table: Table) -> bytes:
    """Return the file that holds the records of a table alone, each as it stands in the data.

    What stands before the first record of the data is kept. Lines end with LF, and UTF-16 becomes
    UTF-8.

    Args:
        path: of the data.
        table: some of their records, and how they were read.

    Raises:
        AccessError, DataError: they cannot be read any more.
    """
    if table.format == "npz":
        return _arrays(path, table)
    if table.format == "json":
        return _array(path, table)
    wanted = {line for record in table.records for line in record.own_lines}
    wanted.update(range(1, table.head + 1))
    encoding = text_encoding(table.remembered.encoding or "utf-8")
    with open_binary(path) as stream:
        lines = Lines(stream, table.name, encoding)
        return b"".join([line + b"\n" for line in lines if lines.number in wanted])


def _array(path: str, table: Table) -> bytes:
    """Return the objects of a document as an array."""
    wanted = {record.number for record in table.records}
    encoding = text_encoding(table.remembered.encoding or "utf-8")
    asked = Asked(
        name=table.name,
        options=table.options,
        known=table.remembered,
        needs_label=True,
        encoding=encoding,
        path=path,
    )
    with open_binary(path) as stream:
        found = [each for number, each in enumerate(objects(stream, asked), 1) if number in wanted]
    return b"[" + b",\n".join(found) + b"]\n"


def is_same_input(one: Record | None, other: Record | None) -> bool:
    """Whether two records hold the same input and target, wherever they stand; None is none."""
    if one is None or other is None:
        return False
    alike = (one.text, one.label, one.labels, one.tags) == (
        other.text,
        other.label,
        other.labels,
        other.tags,
    )
    if one.values is None or other.values is None:
        return alike and one.values is other.values
    return alike and np.array_equal(one.values, other.values, equal_nan=True)


def _arrays(path: str, table: Table) -> bytes:
    """Return the archive with the rows of its arrays, and all else as it is."""
    rows = np.array([record.number - 1 for record in table.records])
    found = dict[str, Any]()
    with open_binary(path) as stream:
        data = io.BytesIO(stream.read())
    try:
        with np.load(data, allow_pickle=False) as archive:
            count = len(archive["X"])
            for name in archive.files:
                array = archive[name]
                found[name] = array[rows] if array.ndim and len(array) == count else array
    except (ValueError, OSError, KeyError, zipfile.BadZipFile) as fault:
        raise DataError(
            f"{table.name}: an array of it cannot be written again ({fault}); leave it out"
        ) from None
    target = io.BytesIO()
    np.savez(target, **found)
    return target.getvalue()
