"""`grucli inspect-gates`: look inside a trained model."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grucli.cli import inspect_maps, output
from grucli.cli.inspect_files import Results
from grucli.cli.options import Common, Data, Model, Reading, spread
from grucli.errors import ConfigError, DataError, did_you_mean, excerpt, show_path
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.data.forms import OnBadRow
    from grucli.data.records import ReadOptions, Source
    from grucli.inspection.chosen import Shown
    from grucli.inspection.report import InspectionSettings, Report
    from grucli.inspection.sampling import Drawn
    from grucli.modelfile.checkpoint import SavedModel
    from grucli.tasks.task import Task

EPILOG = """Exit codes: 0 done; 1 a --fail-if holds; 2 usage, or a figure that is not there; 3 data;
4 model file, or one that reads another kind of data; 5 a file is missing, in the way or cannot be
written."""

PICKS = ("wrong", "uncertain")
SAMPLE, SATURATION = 512, "0.1,0.9"


Texts = Annotated[
    list[str] | None,
    typer.Option(
        "--text",
        metavar="TEXT|COL",
        help="A text to explain (repeatable); if DATA has a column of this name, the column with "
        "the text.",
    ),
]


@dataclass(frozen=True, kw_only=True)
class TextsAndReading(Reading):
    """How the data is read, where --text may also be a text to explain."""

    text: Texts = None  # type: ignore[assignment]


@spread
def inspect_gates(
    data: Data = None,
    *,
    model: Model,
    example: Annotated[
        str | None,
        typer.Option(
            "--example",
            metavar="N,…",
            help="Records of DATA to explain: numbers from 1, wrong, uncertain.",
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--target", metavar="LABEL|STEP", help="What to explain instead: a label, a tag's step."
        ),
    ] = None,
    compare: Annotated[
        str | None,
        typer.Option(
            "--compare",
            metavar="MODEL",
            help="A second model: what it answers otherwise, and why.",
        ),
    ] = None,
    audit: Annotated[
        bool,
        typer.Option("--audit", help="Test by three methods whether reasons are to be believed."),
    ] = False,
    draw: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="KIND,…",
            help="Maps to draw of each explained record: keep, reset, written, state.",
        ),
    ] = None,
    sample: Annotated[
        int | None, typer.Option("--sample", min=1, metavar="N", help="Most sequences to run; 512.")
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", min=0, metavar="N", help="Of the sample and the check.")
    ] = 0,
    sat: Annotated[
        str | None,
        typer.Option("--sat", metavar="LO,HI", help="Gates beyond these are saturated; 0.1,0.9."),
    ] = None,
    results: Results,
    reading: TextsAndReading,
    common: Common,
) -> None:
    """Look inside a model: what it is, how its gates work, what it remembers, why it decides.

    \b
    grucli inspect-gates -m m.npz --text "not bad at all"
    grucli inspect-gates -m m.npz --text "not bad at all" --map keep
    grucli inspect-gates test.csv -m m.npz --example 3,wrong
    grucli inspect-gates test.csv -m m.npz --fail-if 'gates.dead_units>0'
    grucli inspect-gates test.csv -m m.npz --audit --compare other.npz
    grucli inspect-gates -m m.npz --onnx m.onnx

    A figure is a dotted path into what --json prints, without its "data." or "meta."; of a list it
    means every element, or one by index, name or side: memory.end.h99. A verdict's id is its value;
    docs/messages.md explains each of them.
    """
    common.set_threads()
    conditions = results.conditions()
    output.check_target(None, results.force)
    results.check_targets(model, data, compare)
    from grucli.files.whole_files import sha256_of
    from grucli.inspection.report import InspectionSettings

    if data is None:
        of_texts = {} if reading.text else {"--npz": results.npz, "--audit": audit or None}
        _refuse({"--sample": sample, "--sat": sat, "--example": example}, of_texts)
    limits = _saturation(sat or SATURATION)
    settings = InspectionSettings(sample or SAMPLE, seed, limits, audit)
    common.show_activity()
    paths = [model] if compare is None else [model, compare]
    models = [common.load(path) for path in paths]
    saved = models[0]
    exported = results.export(saved)
    common.note_keyboard(data)
    options, texts = _column_and_texts(data, reading, saved)
    shown = _shown(texts, example, target, saved.task)
    maps = inspect_maps.kinds_of_maps(draw, shown, models, has_data=data is not None)
    drawn = None
    if data is not None:
        with _open(data, options, saved, common) as source:
            drawn = _sample(source, model, saved, settings, shown.numbers, options.on_bad_row)
            common.note_each(source.found_later())
        results.check_size(saved, drawn.records)
        drawn = dataclasses.replace(drawn, sha256=sha256_of(data))
        common.note_each(saved.task.unknown_warnings(drawn.name, drawn.records))
    report = _look(paths, models, shown, settings, drawn)
    inspect_maps.write(report, maps, common)
    if "wrong" in shown.picks and report.input and report.input.right == report.input.labelled:
        common.note("--example wrong: no decision of the sample is wrong")
    if audit and report.audit is None:
        common.note("--audit: no sequence has the three parts that an order takes")
    results.write(exported, report, shown.records if drawn is None else drawn.records, common)
    if results.count_holding(conditions, report):
        raise typer.Exit(1)


def _look(
    paths: list[str],
    models: list[SavedModel],
    shown: Shown,
    settings: InspectionSettings,
    drawn: Drawn | None,
) -> Report:
    """Look inside a model, alone or beside a second one."""
    from grucli.inspection.comparison import compare
    from grucli.inspection.measure import inspect

    first, *others = map(show_path, paths)
    if not others:
        return inspect(first, models[0], shown, settings, drawn)
    return compare((first, others[0]), (models[0], models[1]), shown, settings, drawn)


def _refuse(of_data: Mapping[str, object], of_texts: Mapping[str, object]) -> None:
    """Refuse what only says how to look at data, or what to do with data or texts."""
    for given, mend in (
        (of_data, "is about DATA; name a file, or - for stdin"),
        (of_texts, "there is nothing to run; name DATA, or add --text TEXT"),
    ):
        idle = [flag for flag, value in given.items() if value is not None]
        if idle:
            raise ConfigError(f"{idle[0]}: {mend}")


def _saturation(given: str) -> tuple[float, float]:
    try:
        low, high = map(float, given.split(","))
    except ValueError:
        low = high = 0.0
    if not 0 < low < high < 1:
        raise ConfigError(
            f"--sat: must be two numbers, 0 < LO < HI < 1, got '{excerpt(given)}'; write 0.1,0.9"
        )
    return low, high


def _column_and_texts(
    data: str | None, reading: TextsAndReading, saved: SavedModel
) -> tuple[ReadOptions, tuple[str, ...]]:
    """Return how DATA is read, and which --text are texts to explain, not its text column.

    A pipe cannot be looked at first: there --text is the column.
    """
    given = tuple(reading.text or ())
    options = dataclasses.replace(reading, text=None).options(targets=saved.task.target_forms[0])
    if data is None:
        columns: tuple[str, ...] = ()
    elif data == "-" or Path(data).is_fifo():
        columns = given
    else:
        columns = tuple(name for name in given if _is_column(name, data, options, saved))
    if len(columns) > 1:
        listed = " and ".join(f"'{excerpt(name)}'" for name in columns[:2])
        raise ConfigError(f"--text: {listed}, but one column holds the text; name one")
    texts = tuple(text for text in given if text not in columns)
    return dataclasses.replace(options, text=columns[0] if columns else None), texts


def _is_column(name: str, data: str, options: ReadOptions, saved: SavedModel) -> bool:
    from grucli.data.forms.opening import open_source

    options = dataclasses.replace(options, text=name)
    try:
        with open_source(data, options, needs_label=False, remembered=saved.remembered) as source:
            return source.text == name
    except DataError:
        return False


def _shown(texts: tuple[str, ...], example: str | None, target: str | None, task: Task) -> Shown:
    from grucli.inspection.chosen import Shown

    words = [] if example is None else [word.strip() for word in example.split(",")]
    for word in words:
        if word not in PICKS and not (word.isascii() and word.isdigit() and int(word)):
            mend = did_you_mean(word, PICKS) or "; give numbers from 1, wrong or uncertain"
            raise ConfigError(f"--example: no such record as '{excerpt(word)}'{mend}")
    if target is not None:
        task.check_target(target)
    if target is not None and not texts and not words:
        raise ConfigError("--target: there is nothing to explain; add --text or --example")
    return Shown(
        texts=texts,
        numbers=tuple(int(word) for word in words if word not in PICKS),
        picks=tuple(word for word in words if word in PICKS),
        target=target,
    )


def _open(data: str, options: ReadOptions, saved: SavedModel, common: Common) -> Source:
    """Open the data and say how it is read."""
    from grucli.data.forms.opening import open_source

    source = open_source(data, options, needs_label=False, remembered=saved.remembered)
    common.note_each(source.findings)
    return source


def _sample(
    source: Source,
    model: str,
    saved: SavedModel,
    settings: InspectionSettings,
    asked: tuple[int, ...],
    on_bad_row: OnBadRow,
) -> Drawn:
    """Draw a sample of the records that suit the model; the others are those of `draw`."""
    from grucli.inspection.sampling import draw
    from grucli.prediction.stream import suitable_records

    records = suitable_records(saved, source, source.name, model)
    return draw(records, source.name, settings, asked, on_bad_row, saved.task.stratum)
