"""What `evaluate` leaves behind beside its report on stdout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from grucli.cli import output
from grucli.cli.options import Common
from grucli.errors import show_path

if TYPE_CHECKING:
    from grucli.data.records import Record
    from grucli.modelfile.checkpoint import SavedModel
    from grucli.prediction.score import Scored


@dataclass(frozen=True, kw_only=True)
class Files:
    """The files to write."""

    out: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write what --json prints, too."),
    ] = None
    errors: Annotated[
        str | None,
        typer.Option("--errors", metavar="FILE", help="Write the wrong answers as CSV."),
    ] = None
    force: Annotated[bool, typer.Option("--force", help="Replace an existing FILE.")] = False

    def check_targets(self, model: str, data: str) -> None:
        """Refuse, before anything is read, files that are in the way.

        Raises:
            AccessError: a file exists, without --force.
            ConfigError: a file would replace the model, the data or another one.
        """
        others = {"model": model, "data": data}
        for flag, path in {"--output": self.out, "--errors": self.errors}.items():
            if path is not None:
                output.check_apart(flag, path, others)
                output.check_target(path, self.force)
                others[f"file of {flag}"] = path

    def write(
        self, scored: Scored, saved: SavedModel, records: Sequence[Record], common: Common
    ) -> None:
        """Write the files that are asked for and say so.

        Raises:
            AccessError: a file cannot be written.
        """
        from grucli.report.mistakes import mistakes
        from grucli.report.scores import json_pieces

        if self.out is not None:

            def fill(file: BinaryIO) -> None:
                for piece in json_pieces(scored.to_json()):
                    file.write(piece.encode())

            output.write_file(self.out, fill)
            common.note(f"wrote {show_path(self.out)}")
        if self.errors is not None:
            wrong = saved.task.mistakes(scored.scores, scored.targets)
            output.write_file(self.errors, mistakes(records, wrong).encode())
            common.note(f"wrote {show_path(self.errors)}")
