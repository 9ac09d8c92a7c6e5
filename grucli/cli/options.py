"""Options that several commands share: one name, one meaning, one help text."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from grucli.cli import memory, output
from grucli.data.forms import FormatName, Missing, OnBadRow
from grucli.data.windows import WindowLabel
from grucli.errors import excerpt, show
from grucli.notices import Notice
from grucli.parallel.threads import THREAD_VARIABLES
from grucli.tasks import MOST_BEAM
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.data.records import ReadOptions, TargetForm
    from grucli.modelfile.checkpoint import SavedModel

Data = Annotated[
    str | None,
    typer.Argument(metavar="DATA|-", show_default=False, help="A file, or - for stdin."),
]
Model = Annotated[
    str,
    typer.Option("--model", "-m", metavar="MODEL.npz", show_default=False, help="The model file."),
]

Beam = Annotated[
    int | None,
    typer.Option(
        "--beam",
        min=1,
        max=MOST_BEAM,
        metavar="K",
        help="Texts that are followed up while one is written; 4.",
    ),
]

Bom = Annotated[
    bool, typer.Option("--bom", help="Begin the CSV with a byte order mark, as Excel wants it.")
]
ExcelSafe = Annotated[
    bool,
    typer.Option(
        "--excel-safe", help="Begin what Excel would compute, as =1+1, with a ' (csv, tsv)."
    ),
]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How the data is read; after training only needed where a file differs."""

    format: Annotated[
        FormatName | None,
        typer.Option("--format", help="The form of the data; found out if not given."),
    ] = None
    no_header: Annotated[
        bool,
        typer.Option("--no-header", help="The first row is data; the columns are 1, 2, …"),
    ] = False
    text: Annotated[
        str | None,
        typer.Option("--text", metavar="COL[,COL]", help="The column with the text, or several."),
    ] = None
    label: Annotated[
        str | None, typer.Option("--label", metavar="COL", help="The column with the label.")
    ] = None
    label_separator: Annotated[
        str | None,
        typer.Option(
            "--label-separator", metavar="CHAR", help="Between the labels of a cell, if several."
        ),
    ] = None
    values: Annotated[
        str | None,
        typer.Option(
            "--values", metavar="COL[,COL]", help="The columns with numbers; 'v*' for v1, v2, …"
        ),
    ] = None
    id: Annotated[
        str | None,
        typer.Option("--id", metavar="COL", help="Rows of one id are the steps of a sequence."),
    ] = None
    time: Annotated[
        str | None, typer.Option("--time", metavar="COL", help="The column that orders them.")
    ] = None
    window: Annotated[
        int | None,
        typer.Option(
            "--window", min=2, metavar="N", help="Cut them into windows of N steps, each a record."
        ),
    ] = None
    step: Annotated[
        int | None,
        typer.Option("--step", min=1, metavar="N", help="From a window to the next; its length."),
    ] = None
    window_label: Annotated[
        WindowLabel | None,
        typer.Option("--window-label", help="Which label of its steps a window has; last."),
    ] = None
    gap_channel: Annotated[
        bool | None,
        typer.Option(
            "--gap-channel/--no-gap-channel",
            help="Let windows reach over gaps; the time between steps is a channel.",
            show_default=False,
        ),
    ] = None
    missing: Annotated[
        Missing | None,
        typer.Option("--missing", help="What to do with missing numbers; refuse."),
    ] = None
    delimiter: Annotated[
        str | None,
        typer.Option(
            "--delimiter", metavar="CHAR", help="comma, tab, semicolon, pipe, space, or one."
        ),
    ] = None
    quotes: Annotated[
        bool | None,
        typer.Option(
            "--quotes/--no-quotes",
            help="Whether quotes enclose cells; the rows tell.",
            show_default=False,
        ),
    ] = None
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="NAME", help="UTF-8 if not given.")
    ] = None
    on_bad_row: Annotated[
        OnBadRow | None,
        typer.Option("--on-bad-row", help="What to do with a row that cannot be read."),
    ] = None

    def given(self) -> dict[str, Any]:
        """Return what was given, by the names of `ReadOptions` and of the config's `data`."""
        given = {name: value for name, value in vars(self).items() if value is not None}
        for columns in ("text", "values"):
            if not given.get(columns):  # no column at all is as good as nothing
                given.pop(columns, None)
        return given | {"header": False} if given.pop("no_header") else given

    def options(
        self, on_bad_row: OnBadRow = "stop", targets: TargetForm | None = None
    ) -> ReadOptions:
        """Return them for the readers; `on_bad_row` is what counts if it was not given."""
        from grucli.data.records import ReadOptions

        given = {"on_bad_row": on_bad_row, "targets": targets} | self.given()
        if "values" in given:
            given["values"] = (given["values"],)
        return ReadOptions(**given)


@dataclass(frozen=True, kw_only=True)
class Common:
    """What every command takes."""

    json: Annotated[bool, typer.Option("--json", help="The result as JSON on stdout.")] = False
    threads: Annotated[
        int | None,
        typer.Option("--threads", min=1, max=1024, metavar="N", help="Of the linear algebra."),
    ] = None
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what goes wrong.")] = False
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say more on stderr, such as each epoch.")
    ] = False
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False
    no_color: Annotated[bool, typer.Option("--no-color", help="Plain text everywhere.")] = False

    def set_threads(self) -> None:
        """Fix the threads of the linear algebra; to be called before NumPy is imported.

        One, unless the flag or the environment says otherwise: the matrices are small, and another
        number of threads means other last bits.
        """
        for variable in THREAD_VARIABLES:
            if self.threads is not None:
                os.environ[variable] = str(self.threads)
            else:
                os.environ.setdefault(variable, "1")
        memory.reserve()

    def note(self, line: str | Notice) -> None:
        """Say a line about the work, or a warning with its name, unless --quiet."""
        if not self.quiet:
            output.say(show(output.warning_line(line) if isinstance(line, Notice) else line))

    def note_each(self, lines: Iterable[str | Notice]) -> None:
        """Say lines as `note` does."""
        for line in lines:
            self.note(line)

    def load(self, path: str) -> SavedModel:
        """Read a model; say of a file to resume from that it answers otherwise than the model."""
        from grucli.modelfile.checkpoint import load

        saved = load(path)
        if path.endswith(".last.npz"):
            model = path.removesuffix(".last.npz") + ".npz"
            paths = "neither n-grams nor kernels"
            if saved.model.linear is not None:
                paths = "the linear path that it started from"
            text = (
                f"{excerpt(path)} is for --resume: it has the last weights, and {paths}; "
                f"the model is {excerpt(model)}"
            )
            self.note(Notice("model.last_weights", text))
        return saved

    def detail(self, line: str) -> None:
        """Say a line that only --verbose asks for."""
        if self.verbose and not self.quiet:
            output.say(show(line))

    def note_keyboard(self, data: str | None) -> None:
        """Say that data is to be typed, because a program that waits looks like one that hangs."""
        if data == "-" and sys.stdin is not None and sys.stdin.isatty():
            self.note("reading from the keyboard; end with Ctrl-D")

    def show_activity(self) -> None:
        """Name on a terminal what takes longer than a second, until the first result."""
        from grucli.cli.run_status import show_activity

        show_activity(self)


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """Let Typer see the fields of a command's dataclass parameters as options of their own."""
    signature = inspect.signature(command, eval_str=True)
    groups: dict[str, Any] = {
        name: parameter.annotation
        for name, parameter in signature.parameters.items()
        if dataclasses.is_dataclass(parameter.annotation)
    }
    parameters = []
    for name, parameter in signature.parameters.items():
        if name in groups:
            parameters += _parameters(groups[name])
        else:
            parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))

    @functools.wraps(command)
    def spread_out(**arguments: Any) -> None:
        for name, group in groups.items():
            own = {field.name: arguments.pop(field.name) for field in dataclasses.fields(group)}
            arguments[name] = group(**own)
        command(**arguments)

    spread_out.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    spread_out.__annotations__ = {}
    return spread_out


@functools.cache
def _parameters(group: type) -> list[inspect.Parameter]:
    """Return the fields of a dataclass as parameters."""
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=hints[field.name],
        )
        for field in dataclasses.fields(group)
    ]
