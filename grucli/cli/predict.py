"""`grucli predict`: one record out for each record in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

from grucli.cli import output
from grucli.cli.options import Beam, Bom, Common, ExcelSafe, Model, Reading, spread
from grucli.errors import ConfigError, show_path

if TYPE_CHECKING:
    from grucli.tasks.columns import AnswerOptions

Form = Literal["tsv", "csv", "jsonl", "label", "conll"]

EPILOG = """Exit codes: 0 done; 2 usage; 3 some records could not be read, they have the label
<error>; 4 model file, or data of another kind than it reads; 5 a file is missing, in the way or
cannot be written; 130 interrupted."""

MOST_WORKERS = 256
UNKNOWN = "<unknown>"


@spread
def predict(
    data: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="DATA|-",
            show_default=False,
            help="Files, in their order, or patterns in quotes; - for stdin.",
        ),
    ] = None,
    *,
    model: Model,
    to: Annotated[
        Form | None,
        typer.Option(
            "--to",
            help="How each answer is written; tsv (label, probability), or for tags conll as read.",
        ),
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option("--keep", metavar="COL,COL", help="Columns to repeat; '*' for all."),
    ] = None,
    top_k: Annotated[
        int | None,
        typer.Option("--top-k", min=1, metavar="K", help="The K most probable labels."),
    ] = None,
    min_prob: Annotated[
        float | None,
        typer.Option(
            "--min-prob", min=0, max=1, metavar="P", help="Abstain where no label is so probable."
        ),
    ] = None,
    unknown: Annotated[
        str | None,
        typer.Option("--unknown", metavar="NAME", help="The label for that; <unknown>."),
    ] = None,
    beam: Beam = None,
    bom: Bom = False,
    excel_safe: ExcelSafe = False,
    out: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Instead of stdout.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing FILE.")] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=0,
            max=MOST_WORKERS,
            metavar="N",
            help="Processes beside the first one; by the cores for many records.",
        ),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            "--dask",
            metavar="ADDRESS",
            help="Of the scheduler of a Dask cluster, whose workers read and answer the files.",
        ),
    ] = None,
    reading: Reading,
    common: Common,
) -> None:
    """Classify texts or numeric sequences: one record out for each record in, in order.

    \b
    printf 'great film\\n\\nqwxz\\n' | grucli predict -m m.npz
    grucli predict new.csv -m m.npz --to csv --keep id,text -o answers.csv

    Standard input is plain lines, one text each, unless it begins with a header or a JSON object
    that has the model's columns (one with others is refused), or --format is given. A blank line is
    a record. A line ends with LF or CRLF, with CR alone only where the first MiB has no LF. In csv
    a kept column `label` becomes `keep.label`, for `label` is the answer. Several files are
    answered one after the other, each as it would be alone, below one header.
    """
    common.set_threads()
    out = None if out == "-" else out
    paths = data or ["-"]
    _check_files(paths, model, keep, out)
    form = _form(to, keep, common, bom=bom, excel_safe=excel_safe)
    asked = _answer_options(top_k, min_prob, unknown)
    if dask is not None:
        _check_dask(paths, workers, common)
    output.check_target(out, force)
    from grucli.cli import predict_files
    from grucli.prediction.beam import with_beam
    from grucli.report.answers import Request
    from grucli.report.coverage import lost

    common.show_activity()
    saved = with_beam(common.load(model), beam, asked)
    common.note_keyboard("-" if "-" in paths else None)
    request = Request(
        model=model,
        reading=reading.options(on_bad_row="skip"),
        form=form,
        keep=keep,
        options=asked,
        excel_safe=excel_safe,
        workers=workers if common.threads in (None, 1) else workers or 0,
    )
    if dask is None:
        files = predict_files.answered_here(saved, request, paths)
    else:
        files = predict_files.answered_by_dask(saved, request, paths, dask)
    answers = predict_files.Answers(common, out, bom=bom)
    with closing(files):
        _write(answers.texts(files), out)
    common.note_each(lost(answers.coverage, saved))
    answers.finish()


def _answer_options(
    top_k: int | None, min_prob: float | None, unknown: str | None
) -> AnswerOptions:
    """Return what is asked of each answer."""
    from grucli.tasks.columns import AnswerOptions

    if unknown is not None and min_prob is None:
        raise ConfigError("--unknown: says what stands for a label below --min-prob; give it too")
    return AnswerOptions(
        top_k=top_k,
        min_probability=min_prob or 0.0,
        unknown=UNKNOWN if unknown is None else unknown,
    )


def _form(
    to: Form | None, keep: str | None, common: Common, *, bom: bool, excel_safe: bool
) -> Form | None:
    """Return how to write, from --to and --json, which are two names of one thing; None if open."""
    if common.json and to not in (None, "jsonl"):
        raise ConfigError(f"--json: is the same as --to jsonl; omit it or --to {to}")
    form: Form | None = "jsonl" if common.json else to
    if keep is not None and form not in ("csv", "jsonl"):
        raise ConfigError(
            f"--keep: {form or 'tsv'} has no room for columns; pass --to csv or --to jsonl"
        )
    if bom and form != "csv":
        raise ConfigError(f"--bom: is for csv, not for {form or 'tsv'}; pass --to csv or omit it")
    if excel_safe and form not in (None, "csv", "tsv"):
        raise ConfigError(f"--excel-safe: is for csv and tsv, not for {form}; omit it")
    return form


def _check_files(paths: Sequence[str], model: str, keep: str | None, out: str | None) -> None:
    """Refuse what is written over what is read, and a pattern that a shell has made files of."""
    if keep is not None and len(paths) > 1 and Path(keep).is_file():
        raise ConfigError(
            f"--keep: {show_path(keep)} is a file; a pattern such as '*' stands in quotes"
        )
    if out is not None:
        for path in paths:
            output.check_apart("--output", out, {"model": model, "data": path})


def _check_dask(paths: Sequence[str], workers: int | None, common: Common) -> None:
    """Refuse what only this process could heed."""
    if "-" in paths:
        raise ConfigError("--dask: its workers read files; name some, or a pattern in quotes")
    for flag, given in (("--workers", workers), ("--threads", common.threads)):
        if given is not None:
            raise ConfigError(
                f"{flag}: is for this process, and Dask's workers answer; leave it out"
            )


def _write(texts: Iterator[str], out: str | None) -> None:
    """Write to stdout, each piece at once; or to a file, wholly or not at all."""

    def fill(file: BinaryIO) -> None:
        for text in texts:
            file.write(text.encode("utf-8", "surrogateescape"))

    if out is not None:
        output.write_file(out, fill)
        return
    for text in texts:
        output.write(text)
        output.flush()
