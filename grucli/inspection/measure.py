"""Measuring everything that a Report holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from grucli import activity
from grucli.data.batches import Batch, Examples
from grucli.data.records import Record
from grucli.engine.packing import Floats
from grucli.errors import ConfigError, counted
from grucli.inspection import trust, written_memory
from grucli.inspection.alignment import align
from grucli.inspection.audit import audit
from grucli.inspection.cut_scores import CutScores
from grucli.inspection.health import HealthMeter, LayerHealth
from grucli.inspection.memory import SIDES, Horizon, horizon
from grucli.inspection.ngram_weights import ngram_weights
from grucli.inspection.report import Branches, Input, InspectionSettings, Picked, Report
from grucli.inspection.rereading import reread, with_answers
from grucli.inspection.sampling import Drawn
from grucli.inspection.sequences import example
from grucli.inspection.training_flow import training_flow
from grucli.inspection.unit_measure import measure_units
from grucli.inspection.units import Units, Unmeasured
from grucli.inspection.verdicts import verdicts
from grucli.model.blend import recurrence_share
from grucli.model.logits import BranchLogits, branch_logits
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.window import scores_of
from grucli.tasks.scorecard import Scorecard
from grucli.tasks.task import Scores, Task
from grucli.tasks.writing_task import WritingTask, targets_of

MOST_PICKED = 3  # sequences that "wrong" or "uncertain" picks


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The sequences to explain.

    Attributes:
        texts: given by the user.
        numbers: of records in the data.
        picks: "wrong", "uncertain": chosen from the sample.
        target: what to explain instead of the answers, as the task takes it; None for them.
    """

    texts: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    picks: tuple[str, ...] = ()
    target: str | None = None

    @property
    def records(self) -> tuple[Record, ...]:
        """The texts given by the user, counted from 1."""
        return tuple(Record(number=k, text=text) for k, text in enumerate(self.texts, 1))


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
        picked, chosen = _chosen(shown, drawn, saved.task, scores, has_right=has_right)
        report = dataclasses.replace(report, picked=picked)
        named += chosen
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
    unlearned = () if saved.task.writes else tuple(trust.of_scores(report.card))
    if report.settings.audit:
        activity.at("testing whether reasons are to be believed")
        found = audit(saved, named, sample, target, report.settings.seed)
        activity.at("holding each unit at its mean")
        units = measure_units(saved, sample, report.settings.seed)
    tested = () if found is None else trust.of_audit(found, has_learned=not unlearned)
    judged = (*report.verdicts, *unlearned, *tested)
    return dataclasses.replace(report, audit=found, units=units, verdicts=judged)


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
    scores, shares = branches.blended(saved.model.mix), _shares(saved, drawn, branches)
    data = _input(saved.task, drawn, examples.lengths, scores, shares)
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
    data = _input(saved.task, drawn, examples.lengths, drafts)
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
        card=_card(report.saved.task, scores, drawn.records),
        health=health,
        horizons=horizons,
        verdicts=verdicts(architecture, data, health, horizons, report.training),
    )


def _card(task: Task, scores: Scores, records: Sequence[Record]) -> Scorecard | None:
    """Return how good the scores (n, O) are of those records whose target the task knows."""
    rows = np.flatnonzero([record.has_target for record in records])
    asked = [records[row] for row in rows.tolist()]
    if not asked or not task.known(task.encode(asked)).any():
        return None
    return task.measure(scores[rows], task.encode(asked), asked)


def _right(task: Task, drawn: Drawn, scores: Scores) -> int | None:
    """Return how many answers are right; None where none is right or wrong."""
    hits = task.right(scores, task.encode(drawn.records))
    if hits is None:
        return None
    return int((hits & [record.has_target for record in drawn.records]).sum())


def _decided(task: Task, drawn: Drawn, scores: Scores) -> tuple[int, int | None]:
    """Return how many answers have a target and are right; of texts, how many distinct inputs."""
    asked = [row for row, record in enumerate(drawn.records) if record.has_target]
    if not (task.writes and asked):
        return len(asked), _right(task, drawn, scores)
    writing, records = cast(WritingTask, task), [drawn.records[row] for row in asked]
    texts = writing.texts(scores[np.array(asked)])
    right = writing.input_parts(texts, records)[0][1][:, 0]
    return len(right), int(right.sum())


def _shares(saved: SavedModel, drawn: Drawn, branches: BranchLogits) -> Branches | None:
    """Return what both branches do alone; None where there is one."""
    task, recurrence, linear = saved.task, branches.recurrence, branches.linear
    if linear is None:
        return None
    return Branches(
        recurrence_share=recurrence_share(task, saved.model.mix, recurrence, linear),
        recurrence_right=_right(task, drawn, recurrence),
        linear_right=_right(task, drawn, linear),
    )


def _input(
    task: Task,
    drawn: Drawn,
    lengths: npt.NDArray[np.int64],
    scores: Scores,
    shares: Branches | None = None,
) -> Input:
    labelled, right = _decided(task, drawn, scores)
    return Input(
        name=drawn.name,
        rows=drawn.rows,
        skipped=drawn.skipped,
        sequences=len(lengths),
        labelled=labelled,
        steps=int(lengths.sum()),
        median_length=float(np.median(lengths)),
        long_length=float(np.percentile(lengths, 95)),
        longest=int(lengths.max()),
        stratified=drawn.stratified,
        right=right,
        answers=task.num_answers(scores),
        sha256=drawn.sha256,
        branches=shares,
    )


def _chosen(
    shown: Shown, drawn: Drawn, task: Task, scores: Floats, *, has_right: bool
) -> tuple[tuple[Picked, ...], list[tuple[str, Record]]]:
    """Return how sequences were picked, and the records to explain in the order they were asked.

    Each of these stands there once.
    """
    records, picked = [drawn.asked[number] for number in shown.numbers], []
    for pick in shown.picks:
        is_wrong = pick == "wrong"
        rows = wrong(task, scores, drawn.records) if is_wrong else uncertain(task, scores)
        chosen = rows[:MOST_PICKED].tolist()
        picked.append(
            Picked(
                pick=pick,
                shown=len(chosen),
                found=len(rows),
                is_order=not (is_wrong and has_right),
            )
        )
        records += [drawn.records[row] for row in chosen]
    each = {record.number: record for record in records}
    return tuple(picked), [(f"#{number}", record) for number, record in each.items()]


def uncertain(task: Task, scores: Floats) -> npt.NDArray[np.int64]:
    """Return all rows of the scores (n, O), the closest decision first."""
    return np.argsort(task.certainty(scores), kind="stable")


def wrong(task: Task, scores: Floats, records: Sequence[Record]) -> npt.NDArray[np.int64]:
    """Return the rows with another answer than their target, the least supported target first.

    Where answers are near or far, but not right or wrong, these are all rows with a target.

    Raises:
        ConfigError: no record has a target.
    """
    has_target = np.array([record.has_target for record in records])
    if not has_target.any():
        raise ConfigError(
            f"--example wrong: the data has no {task.noun}s; name some with --label COL"
        )
    targets = targets_of(task, scores, records)
    right = task.right(scores, targets)
    rows = np.flatnonzero(has_target if right is None else has_target & ~right)
    return rows[np.argsort(task.support(scores, targets)[rows], kind="stable")]
