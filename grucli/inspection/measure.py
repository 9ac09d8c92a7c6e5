"""Measuring everything that a Report holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from grucli import activity
from grucli.data.batches import Batch, Examples
from grucli.data.records import Record
from grucli.errors import counted
from grucli.inspection import trust, written_memory
from grucli.inspection.alignment import align
from grucli.inspection.audit import Audit, audit
from grucli.inspection.chosen import Shown, chosen
from grucli.inspection.cut_scores import CutScores
from grucli.inspection.health import HealthMeter, LayerHealth
from grucli.inspection.memory import SIDES, Horizon, horizon
from grucli.inspection.ngram_weights import ngram_weights
from grucli.inspection.report import Input, InspectionSettings, Report, Verdict
from grucli.inspection.rereading import reread, with_answers
from grucli.inspection.sample_facts import card_of, input_of, shares_of
from grucli.inspection.sampling import Drawn
from grucli.inspection.sequences import example
from grucli.inspection.training_flow import training_flow
from grucli.inspection.unit_measure import measure_units
from grucli.inspection.units import Units, Unmeasured
from grucli.inspection.verdicts import OF_HORIZONS, verdicts
from grucli.model.linear_path import NAMES
from grucli.model.logits import branch_logits
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.window import scores_of
from grucli.tasks.task import Scores


def inspect(
    path: str,
    saved: SavedModel,
    shown: Shown,
    settings: InspectionSettings,
    drawn: Drawn | None = None,
) -> Report:
    """Look inside a model, and at what it does with data if there is some.

    Args:
        path: of the model file, for people.
        saved: the model.
        shown: single sequences to explain.
        settings: how to look.
        drawn: sample of the data.

    Raises:
        ConfigError: "wrong" is asked for, but the sample has no targets.
        DataError: a sequence has other channels than those of training.
        CheckpointError: the model reads another kind of data.
    """
    flow = training_flow(saved.card)
    report = Report(path=path, saved=saved, settings=settings, training=flow)
    named = [(f"text {record.number}", record) for record in shown.records]
    if drawn is not None:
        activity.at(f"running {counted(len(drawn.records), 'sequence')}")
        measured = _measured_texts if saved.task.writes else _measured
        report, scores = measured(report, drawn)
        has_right = report.input is not None and report.input.right is not None
        picked, records = chosen(shown, drawn, saved.task, scores, has_right=has_right)
        report = dataclasses.replace(report, picked=picked)
        named += records
    activity.at(f"explaining {counted(len(named), 'sequence')}")
    sample = () if drawn is None else drawn.records
    if saved.task.writes:
        aligned = tuple(align(saved, record, name) for name, record in named)
        return dataclasses.replace(_judged(report, named, sample, None), alignments=aligned)
    explained = tuple(
        example(saved, record, name, target=shown.target, seed=settings.seed)
        for name, record in named
    )
    return dataclasses.replace(
        _judged(report, named, sample, shown.target),
        examples=explained,
        ngrams=ngram_weights(saved, sample),
    )


def _judged(
    report: Report,
    named: Sequence[tuple[str, Record]],
    sample: Sequence[Record],
    target: str | None,
) -> Report:
    """Return a report that says whether reasons are to be believed, audited where it is asked."""
    saved, found = report.saved, None
    units: Units | Unmeasured | None = None
    doubts = () if saved.task.writes else _doubts(report)
    if report.settings.audit:
        activity.at("testing whether reasons are to be believed")
        found = audit(saved, named, sample, target, report.settings.seed)
        activity.at("holding each unit at its mean")
        units = measure_units(saved, sample, report.settings.seed)
    tested = () if found is None else _tested(found, report, doubts)
    kept = [one for one in report.verdicts if not (doubts and one.id in OF_HORIZONS)]
    judged = (*kept, *doubts, *tested)
    return dataclasses.replace(report, audit=found, units=units, verdicts=judged)


def _doubts(report: Report) -> tuple[Verdict, ...]:
    """Say that answers are guesses, or none of the recurrence: then its memory is of no use."""
    unlearned = tuple(trust.of_scores(report.card))
    if unlearned or report.input is None:
        return unlearned
    features = NAMES[report.saved.encoder.unit]
    return tuple(trust.of_recurrence(report.input.branches, report.card, features))


def _tested(found: Audit, report: Report, doubts: Sequence[Verdict]) -> Iterator[Verdict]:
    """Judge an audit; beside n-grams it is of both paths, beside kernels of the recurrence."""
    branches, unit = report.input and report.input.branches, report.saved.encoder.unit
    is_idle = [one.id for one in doubts] == ["trust.idle_recurrence"]
    if not (branches and is_idle and unit == "token"):
        return trust.of_audit(found, has_learned=not doubts)
    owner = f"{NAMES[unit]} ({100 * (1 - branches.recurrence_share):.0f} % of the margins)"
    return trust.of_audit(found, has_learned=True, owner=owner)


def _measured(report: Report, drawn: Drawn) -> tuple[Report, Scores]:
    """Return the report with what a sample shows, and the scores of the sample."""
    saved, settings = report.saved, report.settings
    encoded, runner = saved.encoder.encode(drawn.records), Runner(saved.model, alike=True)
    examples = Examples.of(encoded)
    meter, cuts = HealthMeter(runner, *settings.saturation), CutScores(runner, examples)

    def after(batch: Batch) -> None:
        meter.add()
        cuts.add(batch)

    branches = branch_logits(runner, encoded, after)
    scores, shares = branches.blended(saved.model.mix), shares_of(saved, drawn, branches)
    data = input_of(saved.task, drawn, examples.lengths, scores, shares)
    activity.at("measuring how far back it looks")
    horizons = tuple(
        horizon(runner, saved.task, examples, branches.recurrence, side, cuts.of_side(side))
        for side in SIDES
    )
    return _with(report, drawn, scores, data, meter.result(), horizons), scores


def _measured_texts(report: Report, drawn: Drawn) -> tuple[Report, Scores]:
    """Return the same of a model that writes: its answers are read again, symbol by symbol."""
    saved, runner = report.saved, Runner(report.saved.model)
    encoded = saved.encoder.encode(drawn.records)
    drafts = scores_of(saved.task, runner, encoded)
    examples = with_answers(encoded, drafts)
    meter = HealthMeter(runner, *report.settings.saturation)
    whole = reread(runner, examples, lambda _: meter.add())
    data = input_of(saved.task, drawn, examples.lengths, drafts)
    activity.at("measuring how much of their inputs answers need")
    horizons = tuple(written_memory.horizon(runner, examples, whole, side) for side in SIDES)
    return _with(report, drawn, drafts, data, meter.result(), horizons), drafts


def _with(
    report: Report,
    drawn: Drawn,
    scores: Scores,
    data: Input,
    health: tuple[LayerHealth, ...],
    horizons: tuple[Horizon, ...],
) -> Report:
    architecture = report.saved.model.architecture
    return dataclasses.replace(
        report,
        input=data,
        card=card_of(report.saved.task, scores, drawn.records),
        health=health,
        horizons=horizons,
        verdicts=verdicts(architecture, data, health, horizons, report.training),
    )
