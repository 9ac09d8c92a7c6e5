"""`grucli predict`: one record out for each record in."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

from grucli import activity
from grucli.cli import output
from grucli.cli.options import Bom, Common, Data, Model, Reading, spread
from grucli.data.forms import OnBadRow
from grucli.errors import ConfigError, DataError, counted

if TYPE_CHECKING:
    from grucli.data.records import Record, Source
    from grucli.prediction.window import Predictions
    from grucli.report.predictions import Layout, Writer
    from grucli.tasks.columns import AnswerOptions

Form = Literal["tsv", "csv", "jsonl", "label", "conll"]

EPILOG = """Exit codes: 0 done; 2 usage; 3 some records could not be read, they have the label
<error>; 4 model file, or data of another kind than it reads; 5 a file is missing, in the way or
cannot be written; 130 interrupted."""

LISTED_PROBLEMS = 5
MOST_WORKERS = 256
UNKNOWN = "<unknown>"


@spread
def predict(
    data: Data = None,
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
    bom: Bom = False,
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
    a kept column `label` becomes `keep.label`, for `label` is the answer.
    """
    common.set_threads()
    out = None if out == "-" else out
    form = _form(to, keep, common, bom=bom)
    asked = _answer_options(top_k, min_prob, unknown)
    path = data or "-"
    if out is not None:
        output.check_apart("--output", out, {"model": model, "data": path})
    output.check_target(out, force)
    from grucli.data.forms.opening import open_source
    from grucli.data.kept_columns import kept_columns
    from grucli.prediction import stream
    from grucli.prediction.window import nothing
    from grucli.report.coverage import lost
    from grucli.report.predictions import Layout

    common.show_activity()
    saved = common.load(model)
    common.note_keyboard(path)
    options = reading.options(on_bad_row="skip")
    with open_source(path, options, needs_label=False, remembered=saved.remembered) as source:
        common.note_each(source.findings)
        asked = dataclasses.replace(asked, separator=source.label_separator)
        kept = kept_columns(keep, source)
        layout = Layout.of(saved.task, asked, kept, nothing(saved), source)
        form = form or ("conll" if source.format == "conll" and layout.steps else "tsv")
        if form == "csv":
            for name, other in layout.renamed.items():
                common.note(f"column '{name}' is kept as '{other}': '{name}' is the answer's")
        suitable = stream.suitable_records(saved, source, source.name, model)
        records = _Watched(suitable, options.on_bad_row)
        hands = workers if common.threads in (None, 1) else workers or 0
        answers = _Counted(stream.predict(saved, records, source.ready, hands))
        _write(_texts(answers, source, records, _writer(form, layout, bom=bom)), out)
        common.note_each(source.found_later())
        common.note_each(lost(answers.coverage, saved))
        records.finish(source.name)


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


def _form(to: Form | None, keep: str | None, common: Common, *, bom: bool) -> Form | None:
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
    return form


def _writer(form: Form, layout: Layout, *, bom: bool) -> Writer:
    from grucli.report.predictions import WRITERS

    writer = WRITERS[form](layout)
    return dataclasses.replace(writer, header=output.BOM + writer.header) if bom else writer


class _Watched:
    """Records on their way to the model; those that cannot be read are counted.

    Attributes:
        stopped: whether the stream ended before a bad record, as --on-bad-row stop wants it.
    """

    def __init__(self, records: Iterable[Record], on_bad_row: OnBadRow) -> None:
        self.stopped = False
        self._records = records
        self._on_bad_row = on_bad_row
        self._problems: list[str] = []
        self._count = 0

    def __iter__(self) -> Iterator[Record]:
        for record in self._records:
            if record.error is not None:
                self._count += 1
                if self._count <= LISTED_PROBLEMS:
                    self._problems.append(record.error)
                if self._on_bad_row == "stop":
                    self.stopped = True
                    return
            yield record

    def finish(self, name: str) -> None:
        """Raise DataError if a record could not be read."""
        if self._count > LISTED_PROBLEMS:
            self._problems.append(f"{name}: {self._count:,} records cannot be read in all")
        if self._problems:
            raise DataError(*self._problems)


class _Counted:
    """Answers on their way out.

    Attributes:
        coverage: how much of the inputs so far the model has read.
    """

    def __init__(self, windows: Iterable[Predictions]) -> None:
        from grucli.prediction.coverage import Coverage

        self.coverage = Coverage()
        self._windows = windows

    def __iter__(self) -> Iterator[Predictions]:
        count = 0
        for window in self._windows:
            self.coverage += window.coverage
            count += len(window.records)
            activity.at(f"answering: {counted(count, 'record')}")
            yield window


def _texts(
    answers: Iterable[Predictions], source: Source, records: _Watched, writer: Writer
) -> Iterator[str]:
    """Yield the output, a window at a time; nothing at all if nothing came in."""
    header = writer.header
    if source.columns:  # a table has its header even without rows
        yield header
        header = ""
    for window in answers:
        yield header + writer.text(window)
        header = ""
    if rest := writer.rest(source.rest()):
        yield rest
    if records.stopped:
        records.finish(source.name)


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
