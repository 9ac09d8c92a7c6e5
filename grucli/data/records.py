"""Records, which every form of data becomes, and the Source that yields them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, field, fields
from typing import TYPE_CHECKING, Any, Literal, Self

from grucli.data.forms import FormatName, Missing, OnBadRow
from grucli.data.numbers import Floats
from grucli.data.record_labels import LeftOut, tell_labels_apart
from grucli.data.windows import Window, WindowLabel
from grucli.errors import DataError
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.data.label_lists import Divide
    from grucli.data.tables.column_profile import Look

Kind = Literal["text", "series"]
TargetForm = Literal["label", "labels", "number", "tags"]
"""What data hold beside an input: a label, any number of them, a number, or a tag for each step."""
Division = Literal["words"]
"""What texts are divided into: words as spans of characters are tagged by."""
Columns = str | tuple[str, ...]
"""The name of a column, or of several whose texts are joined."""


def names(columns: Columns | None) -> tuple[str, ...]:
    """Return the names, none for None."""
    return (columns,) if isinstance(columns, str) else columns or ()


@dataclass(slots=True, kw_only=True)
class Record:
    """One input, or why it cannot be read.

    Attributes:
        number: from 1, in the order of the data.
        line: where it starts, from 1; 0 if the data have no lines.
        lines: all lines that are its own, rising; () where `line` alone is.
        text: the text; None for a sequence of numbers.
        values: (T, D) float64, or float32 where the data are no more precise; finite, or NaN where
            a value is missing and that is allowed; None for a text.
        label: exactly as in the data; None if there is none.
        labels: of an input that has any number of them, each once; None in other data.
        tokens: the steps as they are given; None for a text that is yet to be divided.
        places: where each of `tokens` begins and ends in a text that was divided into words.
        tags: one for each of `tokens`; None in other data.
        start: steps of a longer sequence that stand before these, where they are a window of it.
        known: (T,) which steps the vocabulary of a model knows; None if nobody has asked.
        weight: how much it counts in training, above 0.
        group: records of one group stay on one side of a split; None stands alone.
        span: the times of its first and last step as they stand in a table, None without them.
        window: which steps of a longer sequence these are; None of a sequence that is whole.
        cells: the whole row as read, one cell a column; () without columns, or with an `error` that
            keeps them from being told apart.
        error: one line, place and mend included; None if the record is sound.
    """

    number: int
    line: int = 0
    lines: Sequence[int] = ()
    text: str | None = None
    values: Floats | None = None
    label: str | None = None
    labels: tuple[str, ...] | None = None
    tokens: tuple[str, ...] | None = None
    places: Sequence[tuple[int, int]] = ()
    tags: tuple[str, ...] | None = None
    start: int = 0
    known: Sequence[bool] | None = None
    weight: float = 1.0
    group: str | None = None
    span: tuple[str, str] | None = None
    window: Window | None = None
    cells: Sequence[str] = ()
    error: str | None = None

    @property
    def own_lines(self) -> Sequence[int]:
        """All lines that are its own, from 1, rising; none if the data have no lines."""
        return self.lines or ((self.line,) if self.line else ())

    @property
    def has_target(self) -> bool:
        """Whether the data say what is to be answered, in whatever form."""
        return any(target is not None for target in (self.label, self.labels, self.tags))


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How the user wants data to be read; None and "auto" are found out.

    Attributes:
        format: the form of the data.
        header: whether a table begins with column names; else they are "1", "2", …
        text: name of the text column, or of several that are joined; what is no column as a whole
            is cut at commas, and so is `values`.
        label: name of the label column.
        label_separator: what stands between the labels of a cell; None where it holds one.
        weight: name of the column that says how much a row counts; None for none.
        group: name of the column whose values keep rows together; None for none.
        values: names or globs of the columns with numbers; of JSONL, the key of the sequence.
        id: name of the column whose equal values make rows one sequence.
        time: name of the column that orders the rows of one sequence.
        window: steps of the windows into which the rows of an id are cut; None for none.
        step: from the start of a window to that of the next; None is as in training, their size.
        window_label: which label of its steps is that of a window; None is as in training.
        gap_channel: whether the time since the step before is a channel; None likewise.
        missing: whether a value may be missing; None is as in training, where it may not.
        delimiter: one character, or a name of it such as "tab".
        quotes: whether quotes enclose cells of a table; None lets its rows tell.
        encoding: None is UTF-8.
        on_bad_row: what to do with a Record that has an `error`; for who reads the Source.
        targets: what the task at hand learns first; None where the data choose it.
        likely_label: what the label column is called if there is one of that name.

    But for the last three, they are named as in the config's section `data`, and as the flags.
    """

    format: FormatName = "auto"
    header: bool = True
    text: Columns | None = None
    label: str | None = None
    label_separator: str | None = None
    weight: str | None = None
    group: str | None = None
    values: tuple[str, ...] | None = None
    id: str | None = None
    time: str | None = None
    window: int | None = None
    step: int | None = None
    window_label: WindowLabel | None = None
    gap_channel: bool | None = None
    missing: Missing | None = None
    delimiter: str | None = None
    quotes: bool | None = None
    encoding: str | None = None
    on_bad_row: OnBadRow = "stop"
    targets: TargetForm | None = None
    likely_label: str | None = None

    @classmethod
    def of(cls, settings: object, on_bad_row: OnBadRow) -> Self:
        """Return the options that `settings`, the section of a config, have by their names."""
        names = {each.name for each in fields(cls)} - {"on_bad_row", "targets", "likely_label"}
        return cls(**{name: getattr(settings, name) for name in names}, on_bad_row=on_bad_row)


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """What a model remembers of the data it was trained on; None where there was no such thing.

    Attributes that no option has:
        kind, targets, division: as of a `Source`.
        step_time, gap_time: as of `Cutting`.
        row: all columns of a table that was cut into windows: a pipe that begins in the middle of
            such a table has no header.
    """

    kind: Kind = "text"
    text: Columns | None = None
    label: str | None = None
    values: tuple[str, ...] = ()
    id: str | None = None
    time: str | None = None
    missing: Missing = "refuse"
    delimiter: str | None = None
    encoding: str | None = None
    header: bool = True
    quotes: Literal[False] | None = None
    targets: TargetForm = "label"
    label_separator: str | None = None
    division: Division | None = None
    window: int | None = None
    step: int | None = None
    window_label: WindowLabel = "last"
    gap_channel: bool = False
    step_time: float | None = None
    gap_time: float | None = None
    row: tuple[str, ...] = ()

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of what is a channel where columns are."""
        return (*self.values, "gap in time") if self.gap_channel else self.values

    def stored(self) -> dict[str, Any]:
        """Return the fields as plain values; those that older models lack only if they are set."""
        stored = asdict(self)
        for each in fields(self)[list(stored).index("quotes") :]:  # these are newer
            if stored[each.name] == each.default:
                del stored[each.name]
        return stored


@dataclass(kw_only=True, eq=False)
class Source:
    """Open data, a context manager that closes them; iterate it once for its Records.

    Attributes:
        name: how messages call it; harmless to show.
        kind: what its records hold.
        targets: what they hold beside an input, if they do.
        ready: tells whether the next record, or the end, can be had without waiting for its
            producer; a line that has arrived counts as a record.
        columns: names of a table's columns.
        format, text, label, label_separator, values, id, time, window, step, window_label,
            gap_channel, missing, delimiter, encoding, header: of `ReadOptions`, as given or found.
        step_time, gap_time, row: as in `Remembered`.
        division: how a text that a model tags becomes tokens; None for what blanks divide.
        divide: from the text of a label to the labels in it; None where it is one.
        allows_sets: whether an input may have several labels where the data say so.
        left_out: records without a label, if such are none that were labelled.
        head: gives how many lines stand above the first row, of a table that has been read.
        quotes: False where quotes enclose no cells because someone said so.
        rest: gives the lines behind the last record, when all have been read, of data that are
            written as they were read.
        findings: what was guessed, a sentence each, for people.
        found_later: gives what is known when all records have been read, likewise.
        needs_label: whether a record without a label, or no record at all, is an error.
        options: what was asked, its names told apart as columns; None of data without columns.
        look: gives the profile of the columns; None without columns, or where no label is needed.
    """

    name: str
    kind: Kind
    format: str
    needs_label: bool
    records: Iterator[Record] = field(repr=False)
    ready: Callable[[], bool] = field(repr=False)
    stream: io.BufferedIOBase = field(repr=False)
    targets: TargetForm = "label"
    columns: tuple[str, ...] = ()
    text: Columns | None = None
    label: str | None = None
    values: tuple[str, ...] = ()
    id: str | None = None
    time: str | None = None
    missing: Missing = "refuse"
    delimiter: str | None = None
    encoding: str | None = None
    header: bool = True
    quotes: Literal[False] | None = None
    label_separator: str | None = None
    division: Division | None = None
    window: int | None = None
    step: int | None = None
    window_label: WindowLabel = "last"
    gap_channel: bool = False
    step_time: float | None = None
    gap_time: float | None = None
    row: tuple[str, ...] = ()
    divide: Divide | None = field(default=None, repr=False)
    allows_sets: bool = True
    left_out: LeftOut | None = None
    head: Callable[[], int] | None = field(default=None, repr=False)
    found_later: Callable[[], tuple[str, ...]] = field(default=tuple, repr=False)
    rest: Callable[[], tuple[str, ...]] = field(default=tuple, repr=False)
    findings: tuple[str, ...] = ()
    options: ReadOptions | None = None
    look: Look | None = field(default=None, repr=False)

    @property
    def remembered(self) -> Remembered:
        """What a model that is trained on this should remember of it."""
        return Remembered(**{each.name: getattr(self, each.name) for each in fields(Remembered)})

    def __iter__(self) -> Iterator[Record]:
        """Yield the records that are left.

        Raises:
            DataError: labels are needed and there is no record.
        """
        seen = False
        for record in self.records:
            seen = True
            if record.error is None and record.label is not None:
                tell_labels_apart(self, record)
            if self.left_out is None or not self.needs_label or record.error or record.has_target:
                yield record
            else:
                self.left_out.add(record)
        if self.needs_label and not seen:
            raise DataError(f"{self.name}: no rows; name a file with data in it")

    def place(self, record: Record, below: int = 0) -> str:
        """Return where a record stands, or what is that many lines `below` it, for messages."""
        if not record.line:
            return f"{self.name}: row {record.number}"
        row = f", row {record.number}" if record.number > record.line else ""
        return f"{self.name}:{record.line + below}{row}"

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *error: object) -> None:
        self.stream.close()  # standard input stays open
