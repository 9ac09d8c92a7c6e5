"""A log as a Source: a table with a step a row, cut into windows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from grucli.data.records import ReadOptions, Source
from grucli.data.request import Asked
from grucli.data.streams.lines import Lines
from grucli.data.tables.cells import Row
from grucli.data.tables.dialect import Dialect, open_rows
from grucli.data.tables.log_clock import Timing, are_in_order, ordered
from grucli.data.tables.series_columns import SeriesColumns
from grucli.data.tables.table_rows import TableBody, TableLayout, repeats
from grucli.data.tables.window_records import LogColumns, WindowRecords
from grucli.data.windows import Cutting
from grucli.errors import ConfigError, GrucliError, excerpt
from grucli.files.data_stream import open_binary

_IRREGULAR = (
    "rows come at irregular times: none is a gap (--gap-channel makes the time between a channel)"
)


def fill_with_windows(
    source: Source,
    body: TableBody,
    chosen: SeriesColumns,
    asked: Asked,
    dialect: Dialect,
    table: TableLayout,
) -> None:
    """Let `source` yield the windows of its table.

    A file that is not in the order of its times is read as a whole first, and so is a stream to
    learn from, as its usual step is not known before. Else memory does not grow with the table.

    Raises:
        ConfigError: what is asked of windows does not fit these data.
    """
    columns = LogColumns(id=chosen.id, time=chosen.time, values=chosen.values)
    cutting = _cutting(asked, columns)
    rows: Iterable[Row] = body
    if columns.time is not None:
        timing, in_order = None, True
        if asked.path is not None:
            again = _again(asked, asked.path, dialect, source, columns)
            timing = None if asked.known.values else Timing.of(again)
            in_order = are_in_order(again) if timing is None else timing.in_order
        elif not asked.known.values:
            rows = list(body)
            timing = Timing.of(_steps(rows, len(source.columns), columns))
            in_order = timing.in_order
        if not in_order:
            rows = ordered(rows, columns.time, len(source.columns))
            timing = Timing.of(_steps(rows, len(source.columns), columns))
            if not asked.needs_label:
                name = excerpt(source.columns[columns.time])
                source.findings += (f"rows are not in the order of '{name}': all are read first",)
        if timing is not None:
            cutting = replace(cutting, step_time=timing.step_time, gap_time=timing.gap_time)
            if timing.step_time and not timing.gap_time and not cutting.gap_channel:
                source.findings += (_IRREGULAR,)
    records = WindowRecords(
        rows, replace(table, time=None), columns, cutting, asked.missing, source.ready
    )
    source.ready, source.records = records.ready, records
    found_later = source.found_later
    source.found_later = lambda: (*found_later(), *records.findings())
    _tell(source, columns, cutting)
    if _cutting(replace(asked, options=ReadOptions()), columns) != cutting:
        source.findings += (_said(cutting, needs_label=asked.needs_label),)


def _cutting(asked: Asked, columns: LogColumns) -> Cutting:
    """Return how rows are cut, as told, else as in training."""
    options, known, size = asked.options, asked.known, asked.window or 1
    gap_channel = known.gap_channel if options.gap_channel is None else options.gap_channel
    if gap_channel and columns.time is None:
        raise ConfigError("--gap-channel: no column says when a row was; pass --time COL")
    label = options.window_label or known.window_label
    if label == "majority" and options.targets == "number":
        raise ConfigError(
            "--window-label: majority counts labels, and numbers are to be predicted; pass last"
        )
    step = options.step
    if step is None and options.window in (None, known.window):
        step = known.step
    return Cutting(
        size=size,
        step=step or size,
        label=label,
        gap_channel=gap_channel,
        step_time=known.step_time,
        gap_time=known.gap_time,
    )


def _tell(source: Source, columns: LogColumns, cutting: Cutting) -> None:
    """Note in the source how it is read."""
    source.id = None if columns.id is None else source.columns[columns.id]
    source.time = None if columns.time is None else source.columns[columns.time]
    source.window, source.step = cutting.size, cutting.step
    source.window_label, source.gap_channel = cutting.label, cutting.gap_channel
    source.step_time, source.gap_time = cutting.step_time, cutting.gap_time
    source.row = source.columns if source.header else ()


def _said(cutting: Cutting, *, needs_label: bool) -> str:
    """Return for people how rows are cut, which is not as in training."""
    labels = {"last": "its last label", "majority": "the label of most of its steps"}
    each = f", each with {labels[cutting.label]}" if needs_label else ""
    return f"windows of {cutting.size:,} steps, one every {cutting.step:,}{each}"


def _again(
    asked: Asked, path: str, dialect: Dialect, source: Source, columns: LogColumns
) -> Iterator[tuple[str, str]]:
    """Yield id and time of each row of a file; what cannot be read is for the reading to say."""
    try:
        with open_binary(path) as stream:
            rows = open_rows(Lines(stream, path, asked.encoding), dialect, len(source.columns))
            below = (row for row in rows if not repeats(row.cells, source.columns))
            yield from _steps(below, len(source.columns), columns)
    except GrucliError:
        return


def _steps(rows: Iterable[Row], width: int, columns: LogColumns) -> Iterator[tuple[str, str]]:
    time, row_id = columns.time or 0, columns.id
    for row in rows:
        if len(row.cells) == width:
            yield "" if row_id is None else row.cells[row_id], row.cells[time]
