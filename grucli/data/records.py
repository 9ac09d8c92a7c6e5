"""What every form of data becomes: Records, and the Source that yields them."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal

import numpy as np
import numpy.typing as npt

from grucli.errors import DataError

Kind = Literal["text", "series"]


@dataclass(slots=True, kw_only=True)
class Record:
    """One input, or why it cannot be read.

    Attributes:
        number: from 1, in the order of the data.
        line: where it starts, from 1; 0 if the data have no lines.
        text: the text; None for a sequence of numbers.
        values: (T, D) float32, finite; None for a text.
        label: exactly as in the data; None if there is none.
        cells: the whole row as read, one cell a column; () without columns or with `error`.
        error: one line, place and mend included; None if the record is sound.
    """

    number: int
    line: int = 0
    text: str | None = None
    values: npt.NDArray[np.float32] | None = None
    label: str | None = None
    cells: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How the user wants data to be read; None and "auto" are found out.

    Attributes:
        format: "auto", "csv", "tsv", "lines" or "npz".
        header: whether a table begins with column names; else they are "1", "2", …
        text: name of the text column.
        label: name of the label column.
        delimiter: one character, or a name of it such as "tab".
        encoding: None is UTF-8.
        on_bad_row: what to do with a Record that has an `error`; for who reads the Source.
    """

    format: str = "auto"
    header: bool = True
    text: str | None = None
    label: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    on_bad_row: Literal["stop", "skip"] = "stop"


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """What a model remembers of the data it was trained on; None where there was no such thing."""

    kind: Kind = "text"
    text: str | None = None
    label: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    header: bool = True


@dataclass(kw_only=True, eq=False)
class Source:
    """Open data; iterate it once for its Records, and close it (it is a context manager).

    Attributes:
        name: how messages call it; harmless to show.
        kind: what its records hold.
        format: the form that was found or given.
        columns: names of a table's columns.
        text_column: name of the text column.
        label_column: name of the label column.
        delimiter: of a table.
        encoding: of the text.
        header: whether a table begins with column names.
        findings: what was guessed, a sentence each, for people.
        needs_label: whether a record without a label, or no record at all, is an error.
    """

    name: str
    kind: Kind
    format: str
    needs_label: bool
    records: Iterator[Record] = field(repr=False)
    is_ready: Callable[[], bool] = field(repr=False)
    stream: io.BufferedIOBase = field(repr=False)
    columns: tuple[str, ...] = ()
    text_column: str | None = None
    label_column: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    header: bool = True
    findings: tuple[str, ...] = ()

    @property
    def remembered(self) -> Remembered:
        """What a model that is trained on this should remember of it."""
        return Remembered(
            kind=self.kind,
            text=self.text_column,
            label=self.label_column,
            delimiter=self.delimiter,
            encoding=self.encoding,
            header=self.header,
        )

    def __iter__(self) -> Iterator[Record]:
        """Yield the records that are left.

        Raises:
            DataError: labels are needed and there is no record.
        """
        seen = False
        for record in self.records:
            seen = True
            yield record
        if self.needs_label and not seen:
            raise DataError(f"{self.name}: no rows; name a file with data in it")

    def __enter__(self) -> "Source":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; standard input stays open."""
        self.stream.close()

    def ready(self) -> bool:
        """Return whether the next record, or the end, can be had without waiting for its producer.

        A line that has arrived counts as a record.
        """
        return self.is_ready()

    def place(self, record: Record) -> str:
        """Return where a record is: "train.csv:17", or "data.npz: row 3"."""
        if record.line:
            return f"{self.name}:{record.line}"
        return f"{self.name}: row {record.number}"
