"""The files that `predict` answers, in order: who answers them, and what is made of that."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from grucli import activity
from grucli.cli import output
from grucli.cli.options import Common
from grucli.errors import AccessError, DataError, GrucliError, counted, show_path
from grucli.files.listing import listed
from grucli.modelfile.checkpoint import SavedModel
from grucli.notices import Notice
from grucli.prediction.coverage import Coverage
from grucli.report.answers import LISTED_PROBLEMS, Piece, Request, all_pieces, pieces

WHERE = "as Dask's workers see it, which read the files"

Files = Generator[tuple[str, Iterable[Piece]], None, None]
"""The names of files, each with the pieces of its answers, in order."""


def answered_here(saved: SavedModel, request: Request, paths: Sequence[str]) -> Files:
    """Answer files in this process; raises as `listed` and `pieces`."""
    for path in listed(paths):
        yield path, pieces(saved, request, path)


def answered_by_dask(
    saved: SavedModel, request: Request, paths: Sequence[str], address: str
) -> Files:
    """Let the workers of a Dask cluster answer files, each a whole one.

    Raises:
        AccessError: Dask is not installed, its scheduler cannot be reached or has no workers, or
            they have other versions or do not see a file.
        GrucliError: as `pieces` does.
    """
    from grucli.modelfile.exchange import extras

    extras.module("distributed", "dask")
    from grucli.parallel.cluster import Cluster  # late: it takes a second, and few want it

    request = replace(request, folder=os.getcwd(), workers=0)
    with Cluster.at(address) as cluster:
        (found,) = cluster.results(partial(_seen, request.folder), [list(paths)])
        answers = cluster.results(partial(all_pieces, saved, request), found)
        for path, (known, end) in zip(found, answers, strict=True):
            yield path, _again(known, end)


def _seen(folder: str, paths: Sequence[str]) -> list[str]:
    """Return what a worker that has been asked sees; as `listed`."""
    try:
        return listed(paths, folder)
    except AccessError as fault:
        raise AccessError(*(f"{problem} ({WHERE})" for problem in fault.problems)) from None


def _again(known: Iterable[Piece], end: GrucliError | None) -> Iterator[Piece]:
    """Yield what was yielded elsewhere, and raise what was raised there."""
    yield from known
    if end is not None:
        raise end


class Answers:
    """What is made of the answers to all files.

    Attributes:
        coverage: how much of the inputs so far the model has read.
    """

    def __init__(self, common: Common, out: str | None, *, bom: bool) -> None:
        """Begin.

        Args:
            common: says what is to be said.
            out: where the text is written, None for standard output.
            bom: whether it begins with a byte order mark.
        """
        self.coverage = Coverage()
        self._common, self._out = common, out
        self._bom = output.BOM if bom else ""
        self._names: list[str] = []
        self._header, self._first = "", ""
        self._said: set[str | Notice] = set()
        self._records = self._unreadable = 0
        self._problems: list[str] = []

    def texts(self, files: Iterable[tuple[str, Iterable[Piece]]]) -> Iterator[str]:
        """Yield the output, a piece at a time, with one header for all; say what is to be said.

        Raises:
            ConfigError: a file that a pattern stands for is the one that is written.
            DataError: a file would have another header than those before.
            GrucliError: as the pieces do.
        """
        for path, found in files:
            self._names.append(path)
            if self._out is not None:
                output.check_apart("--output", self._out, {"data": path})
            for piece in found:
                self._count(piece)
                if text := self._new_header(piece.header, path) + piece.text:
                    yield text

    def finish(self) -> None:
        """Raise DataError if a record could not be read."""
        if self._unreadable > LISTED_PROBLEMS:
            (only, *more) = self._names
            name = f"{counted(len(self._names), 'file')}" if more else _called(only)
            many = f"{name}: {self._unreadable:,} records cannot be read in all"
            raise DataError(*self._problems[:LISTED_PROBLEMS], many)
        if self._problems:
            raise DataError(*self._problems)

    def _count(self, piece: Piece) -> None:
        for note in piece.notes:
            if note not in self._said:
                self._common.note(note)
        self._said.update(piece.notes)
        self.coverage += piece.coverage
        self._problems += piece.problems
        self._unreadable += piece.unreadable
        self._records += piece.records
        if piece.records:
            activity.at(f"answering: {counted(self._records, 'record')}")

    def _new_header(self, header: str, path: str) -> str:
        """Return what stands above all answers if nothing does so far."""
        if header and not self._header:
            self._header, self._first = header, path
            return self._bom + header
        if header and header != self._header:
            raise DataError(
                f"{show_path(path, 60)}: has other columns to keep than "
                f"{show_path(self._first, 60)}; name those that both have, or answer it alone"
            )
        return ""


def _called(path: str) -> str:
    return "standard input" if path == "-" else show_path(path)
