"""Reading bytes as a file of some name, for tests: records, pairs, and what is wrong."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from grucli.data.forms.opening import open_source
from grucli.data.records import ReadOptions, Record, Remembered, Source
from grucli.errors import GrucliError, show

REVIEWS = Remembered(text="review", label="stars", delimiter=",", encoding="utf-8")
"""What a model of reviews remembers of its data."""


def read(
    data: bytes | str,
    name: str = "train.csv",
    *,
    needs_label: bool = True,
    remembered: Remembered | None = None,
    **options: Any,
) -> tuple[Source, list[Record]]:
    """Return the Source, closed, and its records; messages show the bare name."""
    content = data.encode() if isinstance(data, str) else data
    with tempfile.TemporaryDirectory() as folder:
        before = os.getcwd()
        os.chdir(folder)
        try:
            Path(name).write_bytes(content)
            with open_source(
                name, ReadOptions(**options), needs_label=needs_label, remembered=remembered
            ) as source:
                return source, list(source)
        finally:
            os.chdir(before)


def read_source(data: bytes | str, name: str = "train.csv", **arguments: Any) -> Source:
    """Return the Source, closed, with its records."""
    source, records = read(data, name, **arguments)
    source.records = iter(records)
    return source


def records_of(data: bytes | str, name: str = "train.csv", **arguments: Any) -> list[Record]:
    """Return the records, bad ones too."""
    return read(data, name, **arguments)[1]


def pairs(data: bytes | str, name: str = "train.csv", **arguments: Any) -> list[tuple[Any, Any]]:
    """Return text and label of each record, bad ones too."""
    return [(r.text, r.label) for r in records_of(data, name, **arguments)]


def piped(data: bytes | str, **arguments: Any) -> tuple[Source, list[Record]]:
    """Return what `read` does for the same bytes on standard input."""
    needs_label = arguments.pop("needs_label", True)
    remembered = arguments.pop("remembered", None)
    with (
        stdin(data),
        open_source(
            "-", ReadOptions(**arguments), needs_label=needs_label, remembered=remembered
        ) as source,
    ):
        return source, list(source)


def piped_records(data: bytes, remembered: Remembered | None, **options: Any) -> list[Record]:
    """Return the records of data to predict on standard input, bad ones too."""
    return piped(data, needs_label=False, remembered=remembered, **options)[1]


@contextmanager
def stdin(data: bytes | str) -> Iterator[None]:
    """Let standard input hold these data for a while."""
    content = data.encode() if isinstance(data, str) else data
    with tempfile.TemporaryFile() as stream, pytest.MonkeyPatch.context() as patch:
        stream.write(content)
        stream.seek(0)
        patch.setattr(sys, "stdin", stream)
        yield


def series(records: list[Record]) -> list[tuple[list[list[float]], str | None]]:
    """Return values and label of each record; all of them must be sound."""
    assert [r.error for r in records if r.error is not None] == []
    return [([] if r.values is None else r.values.tolist(), r.label) for r in records]


def texts(records: list[Record]) -> list[tuple[str | None, str | None]]:
    """Return text and label of each record; all of them must be sound."""
    assert [r.error for r in records if r.error is not None] == []
    return [(r.text, r.label) for r in records]


def problems(data: bytes | str, name: str = "train.csv", **arguments: Any) -> list[str]:
    """Return the messages of the error that reading raises, or of the bad records."""
    try:
        found = [r.error for r in read(data, name, **arguments)[1] if r.error is not None]
    except GrucliError as error:
        found = list(error.problems)
    assert all(len(line) <= 200 for line in found), found
    assert all(show(line) == line for line in found), found
    return found


def problem(data: bytes | str, name: str = "train.csv", **arguments: Any) -> str:
    """Return the only message."""
    (found,) = problems(data, name, **arguments)
    return found
