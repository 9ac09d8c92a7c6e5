"""`grucli evaluate`: score a model on labelled data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from grucli.cli import output
from grucli.cli.evaluate_files import Files
from grucli.cli.options import Beam, Common, Model, Reading, spread
from grucli.errors import ConfigError, excerpt, show
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.modelfile.checkpoint import SavedModel
    from grucli.prediction.score import Scored

EPILOG = """Exit codes: 0 done; 1 a --min or --max is not met; 2 usage, or a metric that is not
there or undefined here; 3 data, no labels in it, or none that the model knows; 4 model file, or
data of another kind than it reads; 5 a file is missing, in the way or cannot be written; 130
interrupted."""


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
    maximums: Annotated[
        list[str] | None,
        typer.Option("--max", metavar="METRIC=VALUE", help="Exit 1 above it; may be repeated."),
    ] = None,
    min_prob: Annotated[
        float | None,
        typer.Option(
            "--min-prob", min=0, max=1, metavar="P", help="Score the answers so probable, too."
        ),
    ] = None,
    beam: Beam = None,
    list_metrics: Annotated[
        bool,
        typer.Option("--list-metrics", help="Print each METRIC with its value, not the report."),
    ] = False,
    files: Files,
    reading: Reading,
    common: Common,
) -> None:
    """Score a model on data with labels.

    \b
    grucli evaluate test.csv -m m.npz --errors wrong.csv
    grucli evaluate test.csv -m m.npz --min per_class.spam.f1=0.9 --max ece=0.1

    A metric is a dotted path into what --json prints; --list-metrics names all of them, each with
    its value and which way is better. Wrong answers are written worst first, each with its row and
    line, its id if DATA has a column of that name, and what --keep names.
    """
    common.set_threads()
    bounds = [_bound("--min", given) for given in minimums or ()]
    bounds += [_bound("--max", given) for given in maximums or ()]
    output.check_target(None, files.force)
    files.check_targets(model, data)
    from grucli.data.labelled import read_table
    from grucli.prediction.beam import with_beam
    from grucli.prediction.score import score
    from grucli.prediction.stream import suitable_records
    from grucli.report.scores import warnings

    common.show_activity()
    saved = with_beam(common.load(model), beam)
    options = reading.options(targets=saved.task.target_forms[0])
    common.note_keyboard(data)
    table = read_table(data, options, saved.remembered, saved.task.target_forms, files.kept)
    common.note_each(table.findings)
    records = list(suitable_records(saved, table.records, table.name, model))
    saved.task.check_known(table.name, records, "the model")
    scored = score(saved, records, min_prob)
    for piece in _result(scored, saved, common, list_metrics=list_metrics):
        output.write(piece)
    output.flush()
    files.write(scored, saved, table, common, model)
    common.note_each(warnings(scored, saved, table))
    if _count_unmet(bounds, scored):
        raise typer.Exit(1)


def _result(
    scored: Scored, saved: SavedModel, common: Common, *, list_metrics: bool
) -> Iterable[str]:
    """Return what stands on stdout, in pieces."""
    from grucli.report import metric_list
    from grucli.report.scores import json_pieces, text

    if list_metrics and not common.json:
        return metric_list.lines(scored)
    if common.json:
        return json_pieces(metric_list.to_json(scored) if list_metrics else scored.to_json())
    return [text(scored, saved)]


@dataclass(frozen=True, kw_only=True)
class _Bound:
    """What a metric must not fall below (--min) or rise above (--max)."""

    flag: str
    metric: str
    limit: float

    def complaint(self, value: float) -> str:
        """Return why a value is not within the bound, or nothing."""
        if self.flag == "--min":
            is_met, words = value >= self.limit, "below the minimum"
        else:
            is_met, words = value <= self.limit, "above the maximum"
        return "" if is_met else f"{show(self.metric)} is {value:.6g}, {words} {self.limit:.6g}"


def _bound(flag: str, given: str) -> _Bound:
    """Read METRIC=VALUE; a label in METRIC may hold `=` itself."""
    metric, _, number = given.rpartition("=")
    try:
        limit = float(number)
    except ValueError:
        limit = math.nan
    if not metric or not math.isfinite(limit):
        raise ConfigError(
            f"{flag}: must be METRIC=VALUE, got '{excerpt(given)}'; write accuracy=0.8"
        )
    if flag == "--min" and _less_is_better(metric):
        raise ConfigError(
            f"--min: of {metric} less is better, a minimum would refuse the good models; "
            f"write --max {metric}={limit:g}"
        )
    return _Bound(flag=flag, metric=metric, limit=limit)


def _less_is_better(metric: str) -> bool:
    """Tell whether models are better with a smaller figure of this name, whatever their task."""
    from grucli.prediction.score import COVERAGE_MEASURES
    from grucli.tasks import measures

    every = (*measures(), *COVERAGE_MEASURES)
    return any(one.name == metric and one.larger_is_better is False for one in every)


def _count_unmet(bounds: Sequence[_Bound], scored: Scored) -> int:
    """Say which bounds are not met, and return how many.

    Raises:
        ConfigError: metrics are not there or undefined; all of them, after what is not met.
    """
    from grucli.tasks.figure_lookup import lookup

    found, reasons, example = scored.to_json(), scored.card.reasons, scored.card.example
    unmet, problems = 0, list[str]()
    for bound in bounds:
        try:
            value = lookup(found, bound.metric, reasons=reasons, example=example)
            complaint = bound.complaint(value)
        except ConfigError as error:
            problems += error.problems
            continue
        if complaint:
            output.say(f"grucli: {complaint}")
            unmet += 1
    if problems:
        raise ConfigError(*problems)
    return unmet
