"""What `inspect-gates` leaves behind beside its report on stdout: files, and an exit code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grucli.cli import output
from grucli.cli.options import Common
from grucli.errors import counted, excerpt, show_path
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.data.records import Record
    from grucli.inspection.conditions import Condition
    from grucli.inspection.report import Report
    from grucli.modelfile.checkpoint import SavedModel
    from grucli.modelfile.exchange.to_onnx.export import Exported


@dataclass(frozen=True, kw_only=True)
class Results:
    """The files to write and the figures to fail on."""

    html: Annotated[
        str | None, typer.Option("--html", metavar="FILE", help="Write the report as a page.")
    ] = None
    npz: Annotated[
        str | None,
        typer.Option(
            "--npz", metavar="FILE", help="Write every gate and state of the sample as arrays."
        ),
    ] = None
    onnx: Annotated[
        str | None,
        typer.Option("--onnx", metavar="FILE", help="Write the model as ONNX, for other runtimes."),
    ] = None
    force: Annotated[bool, typer.Option("--force", help="Replace an existing FILE.")] = False
    fail_if: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-if",
            metavar="FIGURE>VALUE",
            help="Exit 1 if it holds, also with >=, < or <=; may be repeated.",
        ),
    ] = None

    def conditions(self) -> list[Condition]:
        """Read --fail-if."""
        from grucli.inspection.conditions import Condition

        return [Condition.read(given) for given in self.fail_if or ()]

    def check_targets(self, model: str, data: str | None, compared: str | None) -> None:
        """Refuse, before anything is read, files that are in the way.

        Raises:
            AccessError: a file exists, without --force.
            AccessError: the package that --onnx takes is not installed.
            ConfigError: a file would replace a model, the data or another one.
        """
        others = {"model": model, "data": data, "other model": compared}
        for flag, path in (("--npz", self.npz), ("--html", self.html), ("--onnx", self.onnx)):
            if path is not None:
                output.check_apart(flag, path, others)
                output.check_target(path, self.force)
                others[f"file of {flag}"] = path
        if self.onnx is not None:
            from grucli.modelfile.exchange import extras

            extras.module("onnx", "onnx")

    def export(self, saved: SavedModel) -> Exported | None:
        """Return the model for --onnx, None where nobody asks for it.

        Raises:
            CheckpointError: it is too large for ONNX.
            ConfigError: its answers are made by no graph.
        """
        if self.onnx is None:
            return None
        from grucli.modelfile.exchange.to_onnx.export import export

        return export(saved)

    def check_size(self, saved: SavedModel, records: Sequence[Record]) -> None:
        """Refuse, before anything is computed, an --npz that would be too large.

        Raises:
            ConfigError: it would be.
        """
        if self.npz is not None:
            from grucli.inspection.arrays import check_size

            check_size(saved, records)

    def write(
        self, exported: Exported | None, report: Report, records: Sequence[Record], common: Common
    ) -> None:
        """Write the files that are asked for and say so.

        Args:
            exported: what `export` has returned.
            report: what was found.
            records: what --npz traces.
            common: whether to speak.

        Raises:
            AccessError: a file cannot be written.
        """
        if self.html is not None:
            from grucli.report.page.page import page

            output.write_file(self.html, page(report).encode())
            common.note(f"wrote {show_path(self.html)}")
        if self.npz is not None:
            import numpy as np

            from grucli.inspection.arrays import trace

            arrays: dict[str, Any] = trace(report, records)
            output.write_file(self.npz, lambda file: np.savez(file, **arrays))
            size, number = _size(self.npz), counted(len(records), "sequence")
            common.note(f"wrote {show_path(self.npz)}: {size}, {number}")
        if self.onnx is not None and exported is not None:
            self._write_onnx(self.onnx, exported, common)

    def _write_onnx(self, path: str, found: Exported, common: Common) -> None:
        output.write_file(path, found.data)
        names = f"{', '.join(found.inputs)} -> {', '.join(found.outputs)}"
        common.note(f"wrote {show_path(path)}: {_size(path)}, {names}")
        if found.has_chain:
            common.note(
                f"{show_path(path)}: has the scores of tags; the best path along the chain in its "
                "metadata is for your program to find"
            )

    def count_holding(self, conditions: Sequence[Condition], report: Report) -> int:
        """Say which conditions hold, and return how many.

        Raises:
            ConfigError: there is no such figure.
        """
        if not conditions:
            return 0
        plain = report.to_json()
        offenders = [(one, one.offender(plain)) for one in conditions]
        holding = [(one, value) for one, value in offenders if value is not None]
        for one, value in holding:
            figure, bound = excerpt(one.figure, 80), f"{one.sign}{one.limit:.6g}"
            output.say(f"grucli: {figure} is {value:.6g}; --fail-if {bound} holds")
        return len(holding)


def _size(path: str) -> str:
    return f"{Path(path).stat().st_size / 1e6:,.1f} MB"
