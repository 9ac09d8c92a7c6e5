"""What `evaluate` leaves behind beside its report on stdout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from grucli.cli import output
from grucli.cli.options import Bom, Common, ExcelSafe
from grucli.errors import ConfigError, show_path
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.data.kept_columns import Kept
    from grucli.data.labelled import Table
    from grucli.data.records import Source
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
        typer.Option(
            "--errors", metavar="FILE", help="Write the wrong answers as CSV, to .jsonl as JSON."
        ),
    ] = None
    keep: Annotated[
        str | None,
        typer.Option(
            "--keep", metavar="COL,COL", help="Columns to repeat in --errors; '*' for all."
        ),
    ] = None
    bom: Bom = False
    excel_safe: ExcelSafe = False
    html: Annotated[
        str | None,
        typer.Option("--html", metavar="FILE", help="Write the report as a page with pictures."),
    ] = None
    force: Annotated[bool, typer.Option("--force", help="Replace an existing FILE.")] = False

    @property
    def _is_jsonl(self) -> bool:
        """Whether --errors is written as JSON Lines."""
        return str(self.errors).lower().endswith((".jsonl", ".ndjson"))

    def check_targets(self, model: str, data: str) -> None:
        """Refuse, before anything is read, files that are in the way.

        Raises:
            AccessError: a file exists, without --force.
            ConfigError: a file would replace the model, the data or another one; or how to write
                --errors is told without need.
        """
        of_csv = {"--bom": self.bom, "--excel-safe": self.excel_safe}
        for flag, given in {"--keep": self.keep is not None, **of_csv}.items():
            if given and self.errors is None:
                raise ConfigError(f"{flag}: is about the file of --errors; name one, or omit it")
            if given and flag in of_csv and self._is_jsonl:
                raise ConfigError(f"{flag}: is for CSV, and --errors ends in .jsonl; omit it")
        others = {"model": model, "data": data}
        own = {"--output": self.out, "--errors": self.errors, "--html": self.html}
        for flag, path in own.items():
            if path is not None:
                output.check_apart(flag, path, others)
                output.check_target(path, self.force)
                others[f"file of {flag}"] = path

    def kept(self, source: Source) -> Kept:
        """Return what --errors tells of the data beside targets and answers.

        Raises:
            DataError: there is no such column.
        """
        from grucli.data.kept_columns import beside_target

        return {} if self.errors is None else beside_target(self.keep, source)

    def write(
        self, scored: Scored, saved: SavedModel, table: Table, common: Common, model: str
    ) -> None:
        """Write the files that are asked for and say so.

        Args:
            scored: what was found.
            saved: the model.
            table: the data, which hold what is kept.
            common: whether to speak.
            model: the model's file.

        Raises:
            AccessError: a file cannot be written.
        """
        from grucli.report.mistakes import MistakeList
        from grucli.report.scores import json_pieces
        from grucli.report.window_names import WindowNames

        if self.out is not None:

            def fill(file: BinaryIO) -> None:
                for piece in json_pieces(scored.to_json()):
                    file.write(piece.encode())

            output.write_file(self.out, fill)
            common.note(f"wrote {show_path(self.out)}")
        if self.errors is not None:
            found = saved.task.mistakes(scored.scores, scored.targets)
            wrong = MistakeList(
                records=table.records,
                found=found,
                kept=table.kept,
                windows=WindowNames.of(table.remembered, table.kept),
            )
            text = wrong.jsonl() if self._is_jsonl else wrong.csv(excel_safe=self.excel_safe)
            output.write_file(self.errors, (output.BOM * self.bom + text).encode())
            common.note(f"wrote {show_path(self.errors)}")
        if self.html is not None:
            from grucli.report.page.evaluation_page import evaluation_page

            names = Path(model).name, Path(table.name).name
            page = evaluation_page(scored, saved, table, *names)
            output.write_file(self.html, page.encode())
            common.note(f"wrote {show_path(self.html)}")
