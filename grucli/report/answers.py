"""The answers to a file as they are written, in pieces, by whichever process gives them."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field

from grucli.data.forms.opening import open_source
from grucli.data.kept_columns import kept_columns
from grucli.data.records import ReadOptions, Record, Source
from grucli.errors import DataError, GrucliError
from grucli.files.data_stream import size_of
from grucli.modelfile.checkpoint import SavedModel
from grucli.notices import Notice
from grucli.prediction.coverage import Coverage
from grucli.prediction.stream import predict, suitable_records
from grucli.prediction.window import nothing
from grucli.report.predictions import WRITERS, Layout
from grucli.tasks.columns import AnswerOptions
from grucli.values import dataclass

LISTED_PROBLEMS = 5
LONG = 1 << 20  # bytes of a file: about a second of work, and a worker starts in a third of one


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of each file; another process may be told it.

    Attributes:
        model: the name of the model, for messages.
        reading: how files are read.
        form: how answers are written; None for what suits the file.
        keep: as of `kept_columns`.
        options: what is asked of each answer.
        excel_safe: whether a spreadsheet shall compute no cell.
        folder: where relative paths begin; "" for the current folder.
        workers: processes beside the one that answers, as `predict` has them.
    """

    model: str
    reading: ReadOptions
    form: str | None
    keep: str | None
    options: AnswerOptions
    excel_safe: bool = False
    folder: str = ""
    workers: int | None = 0


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of the answers to a file, and what is known with it.

    Attributes:
        header: the line above all answers, "" if there is none.
        text: answers, a line each or more, maybe none.
        notes: to be said, for people.
        problems: why records cannot be read, the first of the file.
        unreadable: how many those are in all.
        records: how many are answered.
        coverage: how much of them was read.
    """

    header: str = ""
    text: str = ""
    notes: Sequence[str | Notice] = ()
    problems: Sequence[str] = ()
    unreadable: int = 0
    records: int = 0
    coverage: Coverage = field(default_factory=Coverage)


def pieces(saved: SavedModel, request: Request, path: str) -> Iterator[Piece]:
    """Yield the answers to a file, one record for each in it, as they come.

    Args:
        saved: the model.
        request: what is asked of it.
        path: the file, or "-" for standard input.

    Raises:
        ConfigError: an option does not suit the file or the model.
        DataError, AccessError, CheckpointError: as `open_source`, `predict` and `suitable_records`
            do, or a record cannot be read and reading shall stop there; what came before is
            answered first.
    """
    with open_source(
        os.path.join(request.folder, path),
        request.reading,
        needs_label=False,
        remembered=saved.remembered,
        called=path,
    ) as source:
        layout = _layout(saved, request, source)
        form = request.form or ("conll" if source.format == "conll" and layout.steps else "tsv")
        writer = WRITERS[form](layout)
        notes = [*source.findings, *(_renamings(layout) if form == "csv" else ())]
        yield Piece(header=writer.header if source.columns else "", notes=notes)
        suitable = suitable_records(saved, source, source.name, request.model)
        records = _Watched(suitable, stops=request.reading.on_bad_row == "stop")
        is_long = size_of(source.stream) >= LONG
        for window in predict(saved, records, source.ready, request.workers, is_long=is_long):
            yield Piece(
                header=writer.header,
                text=writer.text(window),
                records=len(window.records),
                coverage=window.coverage,
            )
        yield Piece(text=writer.rest(source.rest()))
        if records.have_stopped:
            raise DataError(*records.problems)
        yield Piece(
            notes=source.found_later(), problems=records.problems, unreadable=records.unreadable
        )


def all_pieces(
    saved: SavedModel, request: Request, path: str
) -> tuple[list[Piece], GrucliError | None]:
    """Return all that `pieces` yields, and what it raises at their end, if anything."""
    found: list[Piece] = []
    try:
        for piece in pieces(saved, request, path):
            found.append(piece)
    except GrucliError as fault:
        return found, fault
    return found, None


def _layout(saved: SavedModel, request: Request, source: Source) -> Layout:
    options = dataclasses.replace(request.options, separator=source.label_separator)
    kept = kept_columns(request.keep, source)
    layout = Layout.of(saved.task, options, kept, nothing(saved), source)
    return dataclasses.replace(layout, excel_safe=request.excel_safe)


def _renamings(layout: Layout) -> Iterator[str]:
    for name, other in layout.renamed.items():
        yield f"column '{name}' is kept as '{other}': '{name}' is the answer's"


class _Watched:
    """Records on their way to the model; those that cannot be read are counted.

    Attributes:
        problems: of the first of them.
        unreadable: how many they are.
        have_stopped: whether the stream has ended before a bad record.
    """

    def __init__(self, records: Iterable[Record], *, stops: bool) -> None:
        self.problems: list[str] = []
        self.unreadable = 0
        self.have_stopped = False
        self._records = records
        self._stops = stops

    def __iter__(self) -> Iterator[Record]:
        for record in self._records:
            if record.error is not None:
                self.unreadable += 1
                if self.unreadable <= LISTED_PROBLEMS:
                    self.problems.append(record.error)
                if self._stops:
                    self.have_stopped = True
                    return
            yield record
