"""Measuring everything that a Report holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grucli import activity
from grucli.data.batches import Examples
from grucli.data.records import Record
from grucli.engine.packing import Floats
from grucli.errors import ConfigError, counted
from grucli.inspection.alignment import Alignment, align
from grucli.inspection.health import HealthMeter
from grucli.inspection.memory import SIDES, horizon
from grucli.inspection.ngram_weights import ngram_weights
from grucli.inspection.report import Branches, Input, InspectionSettings, Picked, Report
from grucli.inspection.sampling import Drawn
from grucli.inspection.sequences import example
from grucli.inspection.verdicts import verdicts
from grucli.model.blend import recurrence_share
from grucli.model.logits import BranchLogits, branch_logits
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.tasks.scorecard import Scorecard
from grucli.tasks.task import Scores, Task

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
        ConfigError: "wrong" is asked for, but the sample has no targets; or the model writes.
        DataError: a sequence has other channels than those of training.
        CheckpointError: the model reads another kind of data.
    """
    report = Report(path=path, saved=saved, settings=settings)
    if saved.task.writes:
        return dataclasses.replace(report, alignments=_alignments(saved, shown, drawn))
    named = [(f"text {record.number}", record) for record in shown.records]
    if drawn is not None:
        activity.at(f"running {counted(len(drawn.records), 'sequence')}")
        encoded, runner = saved.encoder.encode(drawn.records), Runner(saved.model, alike=True)
        examples = Examples.of(encoded)
        meter = HealthMeter(runner, *settings.saturation)
        branches = branch_logits(runner, encoded, lambda _: meter.add())
        scores = branches.blended(saved.model.mix)
        data = _input(saved, drawn, examples.lengths, branches)
        health = meter.result()
        activity.at("measuring how far back it looks")
        horizons = tuple(
            horizon(runner, saved.task, examples, branches.recurrence, side) for side in SIDES
        )
        picked, chosen = _chosen(shown, drawn, saved.task, scores, has_right=data.right is not None)
        report = dataclasses.replace(
            report,
            input=data,
            card=_card(saved.task, scores, drawn.records),
            health=health,
            horizons=horizons,
            verdicts=verdicts(saved.model.architecture, data, health, horizons),
            picked=picked,
        )
        named += chosen
    activity.at(f"explaining {counted(len(named), 'sequence')}")
    explained = tuple(
        example(saved, record, name, target=shown.target, seed=settings.seed)
        for name, record in named
    )
    return dataclasses.replace(
        report,
        examples=explained,
        ngrams=ngram_weights(saved, () if drawn is None else drawn.records),
    )


def _alignments(saved: SavedModel, shown: Shown, drawn: Drawn | None) -> tuple[Alignment, ...]:
    """Return what the answers to single texts look at.

    Raises:
        ConfigError: there are data to run.
    """
    if drawn is not None:
        raise ConfigError("inspect-gates: runs no DATA of a model that writes texts; give --text")
    return tuple(align(saved, record, f"text {record.number}") for record in shown.records)


def _card(task: Task, scores: Scores, records: Sequence[Record]) -> Scorecard | None:
    """Return how good the scores (n, O) are of those records whose target the task knows."""
    rows = np.flatnonzero([record.has_target for record in records])
    asked = [records[row] for row in rows.tolist()]
    if not asked or not task.known(task.encode(asked)).any():
        return None
    return task.measure(scores[rows], task.encode(asked), asked)


def _input(
    saved: SavedModel, drawn: Drawn, lengths: npt.NDArray[np.int64], branches: BranchLogits
) -> Input:
    task, mix = saved.task, saved.model.mix
    targets, scores = task.encode(drawn.records), branches.blended(mix)

    def right(scores: Floats) -> int | None:
        hits = task.right(scores, targets)
        return None if hits is None else int(hits.sum())

    shares = None
    if branches.linear is not None:
        shares = Branches(
            recurrence_share=recurrence_share(task, mix, branches.recurrence, branches.linear),
            recurrence_right=right(branches.recurrence),
            linear_right=right(branches.linear),
        )
    return Input(
        name=drawn.name,
        rows=drawn.rows,
        skipped=drawn.skipped,
        sequences=len(lengths),
        labelled=sum(record.has_target for record in drawn.records),
        steps=int(lengths.sum()),
        median_length=float(np.median(lengths)),
        long_length=float(np.percentile(lengths, 95)),
        longest=int(lengths.max()),
        stratified=drawn.stratified,
        right=right(scores),
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
    targets = task.encode(records)
    right = task.right(scores, targets)
    rows = np.flatnonzero(has_target if right is None else has_target & ~right)
    return rows[np.argsort(task.support(scores, targets)[rows], kind="stable")]
