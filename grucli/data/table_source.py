"""A table as a Source: its delimiter, its columns, its rows as Records."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grucli.data.columns import (
    Chosen,
    Wanted,
    choose,
    has_known_name,
    header_columns,
    looks_like_data,
)
from grucli.data.lines import Lines
from grucli.data.records import ReadOptions, Record, Remembered, Source
from grucli.data.tables import (
    SAMPLED_ROWS,
    Row,
    Rows,
    delimiter_name,
    find_delimiter,
    parse_delimiter,
    sample_rows,
)
from grucli.errors import DataError, excerpt


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of the data, by the user (`options`), the model (`known`) and the command."""

    name: str
    options: ReadOptions
    known: Remembered
    needs_label: bool
    encoding: str

    @property
    def text(self) -> str | None:
        """Name of the text column, if it is given or remembered."""
        return self.options.text or self.known.text

    @property
    def label(self) -> str | None:
        """Name of the label column, if it is given or remembered."""
        return self.options.label or self.known.label

    @property
    def header(self) -> bool:
        """Whether a table has a header: as told; a model of headerless data expects none."""
        named = bool(self.options.text) and not str(self.options.text).isdigit()
        return self.options.header and (self.known.header or named)


def header_has_text(lines: Lines, asked: Asked) -> bool:
    """Whether the line that comes is a header with the text column that is known."""
    delimiter = asked.options.delimiter or asked.known.delimiter or ","
    return asked.header and _has_text(lines, asked, parse_delimiter(delimiter))


def open_table(
    stream: io.BufferedIOBase, lines: Lines, asked: Asked, own_delimiter: str | None
) -> Source:
    """Open the table that `lines` holds.

    Args:
        stream: where `lines` come from; closed with the Source.
        lines: at the start of the table.
        asked: what is known of it.
        own_delimiter: the one of the format given or of the suffix, if there is such.

    Raises:
        ConfigError: the delimiter asked for is none.
        DataError: the header cannot be read, or the columns are missing or not clear.
    """
    delimiter, hint = _delimiter(lines, asked, own_delimiter)
    rows = Rows(lines, delimiter)
    table = _table(lines, rows, asked, delimiter, hint)
    findings = list(table.findings)
    if delimiter not in (own_delimiter, asked.known.delimiter) and not asked.options.delimiter:
        findings.insert(0, f"{delimiter_name(delimiter)}-separated (pass --delimiter for another)")
    if own_delimiter is None and not asked.needs_label:
        findings.insert(0, "the first line is a header (pass --format lines for plain lines)")
    return Source(
        name=asked.name,
        kind="text",
        format="tsv" if delimiter == "\t" else "csv",
        needs_label=asked.needs_label,
        records=_records(rows, table),
        is_ready=lines.ready,
        stream=stream,
        columns=table.columns,
        text_column=table.columns[table.text] if table.columns else None,
        label_column=None if table.label is None else table.columns[table.label],
        delimiter=delimiter,
        encoding=asked.encoding,
        header=asked.header,
        findings=tuple(findings),
    )


@dataclass(frozen=True, kw_only=True)
class _Table:
    """The columns of a table, and how a row becomes a Record."""

    name: str
    columns: tuple[str, ...]
    text: int
    label: int | None
    needs_label: bool
    header: bool
    delimiter: str
    findings: tuple[str, ...] = ()

    def record(self, number: int, row: Row) -> Record:
        problem = row.problem or self._problem(row.cells)
        if problem:
            return Record(number=number, line=row.line, error=f"{self.name}:{row.line}: {problem}")
        cells = tuple(row.cells) or ("",)
        return Record(
            number=number,
            line=row.line,
            text=cells[self.text],
            label=None if self.label is None else cells[self.label] or None,
            cells=cells,
        )

    def _problem(self, cells: Sequence[str]) -> str:
        expected = len(self.columns)
        if cells and len(cells) != expected:
            return self._ragged(len(cells))
        if self.needs_label and self.label is not None and not cells[self.label].strip():
            return f"no label; fill column '{excerpt(self.columns[self.label])}' or drop the row"
        return ""

    def _ragged(self, count: int) -> str:
        fields = "1 field" if count == 1 else f"{count} fields"
        first = "header" if self.header else "first row"
        name = delimiter_name(self.delimiter)
        more = count > len(self.columns)
        mend = f"quote the {name}" if more else "add the missing ones"
        other = "comma" if name == "tab" else "tab"
        return (
            f"row has {fields}, {first} has {len(self.columns)} "
            f"({excerpt(','.join(self.columns))}); {mend} or pass --delimiter {other}"
        )


def _table(lines: Lines, rows: Rows, asked: Asked, delimiter: str, hint: str) -> _Table:
    """Read the header, if there is one, and choose the columns."""
    columns: tuple[str, ...] = ()
    chosen = Chosen(text=0, label=None, guessed=False)
    first = next((row for row in rows if row.cells or row.problem), None)
    if first is not None:
        place = f"{asked.name}:{first.line}"
        if first.problem:
            raise DataError(f"{place}: {first.problem}")
        if asked.header:
            columns = header_columns(first.cells, place)
        else:
            columns = tuple(str(i + 1) for i in range(len(first.cells)))
            rows.unread()
        chosen = _choose(lines, columns, asked, delimiter, hint, place)
    return _Table(
        name=asked.name,
        columns=columns,
        text=chosen.text,
        label=chosen.label,
        needs_label=asked.needs_label,
        header=asked.header,
        delimiter=delimiter,
        findings=(_said(columns, chosen),) if chosen.guessed else (),
    )


def _choose(
    lines: Lines, columns: Sequence[str], asked: Asked, delimiter: str, hint: str, place: str
) -> Chosen:
    """Choose the columns; look at rows only if names are not given, for that means waiting."""
    sample: list[list[str]] = []
    if asked.text is None or (asked.needs_label and asked.label is None):
        sample = sample_rows(lines, delimiter, SAMPLED_ROWS)
        if asked.needs_label and not lines.peek(1)[0]:
            raise DataError(f"{asked.name}: no rows; name a file with data in it")
        is_told = asked.text or asked.label or not asked.header or has_known_name(columns)
        if not is_told and looks_like_data(columns, sample):
            raise DataError(
                f"{place}: the first row looks like data ({excerpt(','.join(columns))}); "
                "pass --no-header, or --text COL --label COL if it is a header"
            )
    wanted = Wanted(
        place=place,
        text=asked.text,
        label=asked.label,
        needs_label=asked.needs_label,
        hint=hint,
    )
    return choose(columns, sample, wanted)


def _said(columns: Sequence[str], chosen: Chosen) -> str:
    text = f"text column '{excerpt(columns[chosen.text])}'"
    if chosen.label is None:
        return f"{text} (pass --text to choose another)"
    label = f"label column '{excerpt(columns[chosen.label])}'"
    return f"{text}, {label} (pass --text/--label to choose others)"


def _delimiter(lines: Lines, asked: Asked, own: str | None) -> tuple[str, str]:
    """Return the delimiter, and a hint for who gets one column by it."""
    if asked.options.delimiter:
        return parse_delimiter(asked.options.delimiter), ""
    preferred = [d for d in (asked.known.delimiter, own) if d]
    for delimiter in preferred:
        if _has_text(lines, asked, delimiter):
            return delimiter, ""
    delimiter, hint = find_delimiter(lines, preferred)
    return delimiter or ",", hint


def _has_text(lines: Lines, asked: Asked, delimiter: str) -> bool:
    """Whether the row that comes has the known text column's name as a cell of its own."""
    return asked.text in next(iter(sample_rows(lines, delimiter, 1)), [])


def _records(rows: Rows, table: _Table) -> Iterator[Record]:
    number = 0
    for row in rows:
        is_blank = len(row.cells) <= 1 and not "".join(row.cells).strip() and not row.problem
        if is_blank and (table.needs_label or len(table.columns) > 1):
            continue
        number += 1
        yield table.record(number, row)
