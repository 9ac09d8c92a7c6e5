"""A table as a Source: its delimiter, its columns, and what its rows are."""

import io
import shlex
from collections.abc import Sequence
from dataclasses import replace

from grucli.data.forms.label_studio import is_short_export, with_label
from grucli.data.records import Record, Source
from grucli.data.request import Asked
from grucli.data.streams.lines import Lines
from grucli.data.tables.column_choice import ColumnChoice
from grucli.data.tables.column_kinds import stem_and_number
from grucli.data.tables.column_profile import PROFILED_ROWS, Look, TableProfile, profile
from grucli.data.tables.delimiter_names import delimiter_name, parse_delimiter
from grucli.data.tables.delimiters import (
    announced_delimiter,
    find_delimiter,
)
from grucli.data.tables.dialect import (
    SAMPLED_ROWS,
    Dialect,
    kept_rows,
    open_rows,
    sample_rows,
)
from grucli.data.tables.first_row import first_cells, has_known
from grucli.data.tables.header import read_columns
from grucli.data.tables.label_cells import find_lists
from grucli.data.tables.log_table import fill_with_windows
from grucli.data.tables.long_table import LongColumns, LongRecords
from grucli.data.tables.sample import TableSample
from grucli.data.tables.scattered_ids import has_scattered_ids
from grucli.data.tables.series_columns import SeriesColumns, describe
from grucli.data.tables.table_rows import TableBody, TableLayout, below_header, text_records
from grucli.data.tables.text_columns import TextColumns
from grucli.data.tables.wide_table import wide_records
from grucli.errors import excerpt

HEADER_FIRST = "the first line is a header (pass --format lines for plain lines)"


_HEADLESS = "a table without a header, like the training data (pass --format lines for plain lines)"


def open_table(
    stream: io.BufferedIOBase, lines: Lines, asked: Asked, own_delimiter: str | None
) -> Source:
    """Open the table that `lines` holds, of texts or of numeric sequences.

    Args:
        stream, lines, asked: as for `Asked.source`.
        own_delimiter: the one of the format given or of the suffix, if there is such.

    Raises:
        ConfigError: the delimiter asked for is none.
        DataError: the header cannot be read, or the columns are missing or not clear.
    """
    if announced := announced_delimiter(lines):
        next(lines)
        own_delimiter = announced
    delimiter, hint = _delimiter(lines, asked, own_delimiter)
    dialect = Dialect(delimiter=delimiter, quotes=asked.quotes)
    rows = open_rows(lines, dialect)
    columns, place, headless = read_columns(rows, lines, asked)
    is_lone = _is_lone(columns, lines, asked)
    asked = asked.among(columns)
    source = _empty_source(stream, lines, asked, columns, delimiter)
    source.findings += headless
    if is_lone:
        return _of_one_record(source, place)
    header = columns if asked.header else ()
    body = TableBody(rows, header)
    source.found_later, source.head = body.findings, body.head
    if delimiter not in (own_delimiter, asked.known.delimiter) and not asked.options.delimiter:
        said = f"{delimiter_name(delimiter)}-separated (pass --delimiter for another)"
        source.findings += (said,)

    def first_rows() -> list[list[str]]:
        return below_header(sample_rows(lines, dialect, SAMPLED_ROWS, len(columns)), header)

    asked = with_label(asked, columns, first_rows) if is_short_export(columns) else asked
    if asked.needs_label:
        source.look = _profiler(lines, dialect, columns, header)
    chosen = ColumnChoice(columns, lines, first_rows, place, hint).chosen(asked, source.look)
    find_lists(source, asked, chosen.label, first_rows)
    if isinstance(chosen, SeriesColumns):
        return _fill_with_series(source, body, chosen, asked, dialect)
    if own_delimiter is None and not asked.needs_label:
        source.findings = (HEADER_FIRST if asked.header else _HEADLESS, *source.findings)
    _fill_with_texts(source, body, chosen)
    if chosen.guessed and asked.needs_label:
        table = TableSample(columns, first_rows, place, named=asked.header)
        source.findings += _unread(table, chosen)
    return source


def _profiler(
    lines: Lines, dialect: Dialect, columns: Sequence[str], header: Sequence[str]
) -> Look:
    """Keep the lines that come next; return what gives the profile of the table."""
    kept = kept_rows(lines, dialect, PROFILED_ROWS, len(columns))

    def look() -> TableProfile:
        rows, is_whole = kept()
        return profile(columns, below_header(rows, header), is_whole=is_whole)

    return look


def _empty_source(
    stream: io.BufferedIOBase, lines: Lines, asked: Asked, columns: tuple[str, ...], delimiter: str
) -> Source:
    """Return what is known of a table before its columns are told apart."""
    return replace(
        asked.source("tsv" if delimiter == "\t" else "csv", stream, lines),
        columns=columns,
        delimiter=delimiter,
        header=asked.header,
        quotes=None if asked.quotes is not False else False,
        options=asked.options,
    )


def _is_lone(columns: Sequence[str], lines: Lines, asked: Asked) -> bool:
    """Whether a pipe to a model of series has one cell, which names no column of the model.

    It may be meant as a record as well as the header of no rows: an answer is due.
    """
    is_piped = asked.path is None and not asked.needs_label and asked.known.kind == "series"
    is_named = not asked.header or asked.options.values or columns[:1] == asked.known.values
    return is_piped and not is_named and len(columns) == 1 and not lines.peek(1)[0]


def _of_one_record(source: Source, place: str) -> Source:
    """Return the source with the one record that stands where the header is, unread."""
    said = f"'{excerpt(source.columns[0], 40)}' is a header without a row; if it is a series"
    record = Record(number=1, line=1, error=f"{place}: {said}, pass --no-header --values 1")
    source.kind, source.records = "series", iter([record])
    return source


def _fill_with_texts(source: Source, rows: TableBody, chosen: TextColumns) -> None:
    names = tuple(source.columns[i] for i in chosen.text) if source.columns else ()
    source.text = names if len(names) > 1 else next(iter(names), None)
    table = _table(source, chosen)
    source.records = text_records(rows, table, chosen.text)
    if chosen.guessed:
        source.findings += (_said(source.columns, chosen),)
    if chosen.lists:
        said = "lists of numbers are read as symbols (pass --values '{}' if they measure)"
        source.findings += (said.format(excerpt(names[0], 40)),)


def _fill_with_series(
    source: Source, rows: TableBody, chosen: SeriesColumns, asked: Asked, dialect: Dialect
) -> Source:
    source.kind = "series"
    source.missing = asked.missing
    source.values = tuple(source.columns[i] for i in chosen.values)
    table = replace(_table(source, chosen), time=chosen.row_time)
    rows.hold_numbers(chosen.values)
    if asked.window:
        _say_columns(source, chosen, asked)
        fill_with_windows(source, rows, chosen, asked, dialect, table)
        return source
    if chosen.id is None:
        source.records = wide_records(rows, table, chosen.values, asked.missing)
    else:
        source.id = source.columns[chosen.id]
        source.time = None if chosen.time is None else source.columns[chosen.time]
        columns = LongColumns(id=chosen.id, time=chosen.time, values=chosen.values)
        records = LongRecords(rows, table, columns, asked.missing, source.ready)
        source.ready = records.ready
        is_scattered = not asked.needs_label and _is_scattered(source, asked, dialect, chosen.id)
        source.records = records.grouped() if asked.needs_label or is_scattered else records
        if is_scattered:
            said = "rows of one '{}' stand apart: all are read before the first answer"
            source.findings += (said.format(excerpt(source.id)),)
    _say_columns(source, chosen, asked)
    return source


def _say_columns(source: Source, chosen: SeriesColumns, asked: Asked) -> None:
    if chosen.guessed:
        source.findings += (describe(source.columns, chosen, windows=bool(asked.window)),)


def _is_scattered(source: Source, asked: Asked, dialect: Dialect, row_id: int) -> bool:
    """Whether rows of one sequence stand apart in a file; of a stream nobody can know."""
    return asked.path is not None and has_scattered_ids(
        asked.path, asked.encoding, dialect, source.columns, row_id
    )


def _table(source: Source, chosen: TextColumns | SeriesColumns) -> TableLayout:
    source.label = None if chosen.label is None else source.columns[chosen.label]
    return TableLayout(
        name=source.name,
        columns=source.columns,
        label=chosen.label,
        weight=chosen.weight,
        group=chosen.group,
        needs_label=source.needs_label and source.left_out is None,
        may_lack_label=source.targets == "labels" and source.left_out is None,
        allows_sets=source.allows_sets,
        header=source.header,
        delimiter=source.delimiter or ",",
    )


def _said(columns: Sequence[str], chosen: TextColumns) -> str:
    text = f"text column '{excerpt(columns[chosen.text[0]])}'"
    if len(chosen.text) > 1:
        text = "text columns " + " + ".join(f"'{excerpt(columns[i])}'" for i in chosen.text)
    if chosen.label is None:
        return f"{text} (pass --text to choose another)"
    label = f"label column '{excerpt(columns[chosen.label])}'"
    return f"{text}, {label} (pass --text/--label to choose others)"


def _unread(table: TableSample, chosen: TextColumns) -> tuple[str, ...]:
    """Say that a run of numbers stands beside a text that was found: it may be what was meant."""
    run = table.run({*chosen.text, chosen.label, chosen.weight, chosen.group})
    if not run:
        return ()
    first, last = (excerpt(table.columns[i], 20) for i in (run[0], run[-1]))
    flag = shlex.quote(excerpt(stem_and_number(table.columns[run[0]])[0], 20))
    said = f"{len(run)} columns of numbers ({first} … {last}) are not read (pass --values {flag} "
    return (f"{said}to read them instead of the text)",)


def _delimiter(lines: Lines, asked: Asked, own: str | None) -> tuple[str, str]:
    """Return the delimiter, and a hint for who gets one column by it."""
    if asked.options.delimiter:
        return parse_delimiter(asked.options.delimiter), ""
    preferred = [d for d in (own, asked.known.delimiter) if d]
    for delimiter in dict.fromkeys([*preferred, *"\t,;|"]):
        if has_known(lines, asked, delimiter):
            return delimiter, ""
    if not asked.needs_label:  # to wait for more than a row may take long
        for delimiter in sorted(preferred, key="\t".__ne__):  # a tab stands in no text
            if len(first_cells(lines, asked, delimiter)) > 1:
                return delimiter, ""
    delimiter, hint = find_delimiter(lines, preferred, asked)
    return delimiter or ",", hint
