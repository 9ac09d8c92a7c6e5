"""`grucli evaluate`: score a model on labelled data."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grucli.cli import output
from grucli.cli.options import Common, Model, Reading, spread
from grucli.errors import ConfigError, excerpt, show, show_path

if TYPE_CHECKING:
    from grucli.checkpoint import SavedModel
    from grucli.metrics import Evaluation
    from grucli.paths import PathScores
    from grucli.reading import Table

EPILOG = """Exit codes: 0 done; 1 a --min is not met; 2 usage, or a metric that is not there; 3
data, or no labels in it; 4 model file, or data of another kind than it reads; 5 a file is missing,
in the way or cannot be written; 130 interrupted."""


@spread
def evaluate(
    data: Annotated[
        str,
        typer.Argument(metavar="DATA|-", show_default=False, help="A file, or - for stdin."),
    ],
    *,
    model: Model,
    minimums: Annotated[
        list[str] | None,
        typer.Option("--min", metavar="METRIC=VALUE", help="Exit 1 below it; may be repeated."),
    ] = None,
    errors: Annotated[
        str | None,
        typer.Option("--errors", metavar="FILE", help="Write the wrong answers as CSV."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing FILE.")] = False,
    reading: Reading,
    common: Common,
) -> None:
    """Score a model on data with labels.

    \b
    grucli evaluate test.csv -m m.npz --errors wrong.csv
    grucli evaluate test.csv -m m.npz --min accuracy=0.8 --min per_class.spam.recall=0.9

    A metric is a dotted path into what --json prints. Wrong answers are written worst first.
    """
    common.set_threads()
    wanted = [_minimum(given) for given in minimums or ()]
    output.check_target(None, force)
    if errors is not None:
        output.check_target(errors, force)
    from grucli import checkpoint
    from grucli.reading import read_table
    from grucli.report import evaluation as report
    from grucli.report import paths as alone
    from grucli.report.predictions import json_line

    saved = checkpoint.load(model)
    table = read_table(data, reading.options(), saved.remembered)
    for finding in table.findings:
        common.note(finding)
    scores, paths, wrong = _score(saved, table, model)
    result = scores.to_json() | ({} if paths is None else paths.to_json())
    more = "" if paths is None else "\n" + alone.text(paths)
    output.write(json_line(result) if common.json else report.text(scores) + more)
    output.flush()
    if errors is not None:
        _write(errors, wrong)
        common.note(f"wrote {show_path(errors)}")
    if _count_unmet(wanted, result):
        raise typer.Exit(1)


def _minimum(given: str) -> tuple[str, float]:
    """Read METRIC=VALUE; a label in METRIC may hold `=` itself."""
    metric, _, number = given.rpartition("=")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not metric or not math.isfinite(value):
        raise ConfigError(
            f"--min: must be METRIC=VALUE, got '{excerpt(given)}'; write accuracy=0.8"
        )
    return metric, value


def _score(
    saved: SavedModel, table: Table, model: str
) -> tuple[Evaluation, PathScores | None, str]:
    """Return the scores, those of both paths if there are two, and the wrong answers as CSV."""
    from grucli import metrics
    from grucli.inference import decided, fitting, logits
    from grucli.paths import score_paths
    from grucli.reading import encode, targets_of
    from grucli.report.predictions import mistakes

    records = list(fitting(saved, table.records, table.name, model))
    examples = encode(saved.encoder, records, targets_of(records, saved.labels))
    said, targets = logits(saved.model, examples), examples.targets
    rows = decided(saved.model, said, examples)
    unseen = Counter(records[k].label or "" for k in (targets < 0).nonzero()[0])
    scores = metrics.evaluate(rows, targets, saved.labels, unseen)
    paths = None
    if examples.wide is not None:
        paths = score_paths(saved.model.mix, said, examples.wide, targets, saved.labels, unseen)
    return scores, paths, mistakes(records, rows, targets, saved.labels)


def _write(path: str, text: str) -> None:
    from grucli.files import sweep, write_atomic

    sweep(path)
    write_atomic(path, text.encode())


def _count_unmet(wanted: Sequence[tuple[str, float]], result: dict[str, Any]) -> int:
    """Say which minimums are not met, and return how many."""
    from grucli.metrics import lookup

    found = [(metric, lookup(result, metric), least) for metric, least in wanted]
    unmet = [(metric, value, least) for metric, value, least in found if value < least]
    for metric, value, least in unmet:
        output.say(f"grucli: {show(metric)} is {value:.6g}, below the minimum {least:.6g}")
    return len(unmet)
