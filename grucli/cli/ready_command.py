"""What `grucli train` says of data that it cannot read: their columns, and a ready command."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from grucli.cli import output
from grucli.cli.options import Common
from grucli.data.ready_options import ready_options
from grucli.data.unclear import UnclearError, command_line, flags
from grucli.errors import DataError, show, show_path
from grucli.preparation.prepare import read_options
from grucli.report import columns
from grucli.report.cell_text import json_line
from grucli.training.session import RunRequest

if TYPE_CHECKING:
    from grucli.data.tables.column_profile import TableProfile


@contextmanager
def told(request: RunRequest, common: Common) -> Iterator[None]:
    """Let a refusal of the training file be followed by the command that reads it.

    Where columns are unclear, a table of them comes first: the result of a dry run, so on stdout,
    and else beside the error.

    Raises:
        DataError: the refusal, with that command if there is one.
    """
    try:
        yield
    except DataError as error:
        path = request.config.data.train or "-"
        ready = ready_options(path, read_options(request.config, request.on_bad_row), error)
        command = command_line(["grucli", *sys.argv[1:], *flags(ready.said)])
        is_dry = request.files is None
        if ready.profile is not None and is_dry:
            output.write(_result(path, ready.profile, command if ready.said else "", common))
            output.flush()  # the error stands below it, where both go to one place
        elif ready.profile is not None:
            common.note_each(columns.lines(_name(path), ready.profile))
        if not ready.said:
            raise
        mend = f"pass {command_line(flags(ready.said))}" if is_dry else f"try: {command}"
        raise DataError(f"{_what(error)}; {show(mend)}") from None


def _what(error: DataError) -> str:
    """Return the first problem without its mend."""
    if isinstance(error, UnclearError):
        return error.what
    return error.problems[0].partition("; ")[0]


def _result(path: str, profile: TableProfile, command: str, common: Common) -> str:
    """Return what a dry run has found: the columns, and the command that reads them if any does."""
    if common.json:
        found = {"schema": columns.SCHEMA, "name": _name(path), **columns.result(profile)}
        return json_line({**found, "command": command or None})
    tried = [f"try: {show(command)}"] if command else []
    return "\n".join([*columns.lines(_name(path), profile), *tried]) + "\n"


def _name(path: str) -> str:
    return "standard input" if path == "-" else show_path(path)
