"""Measuring everything that a Report holds."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples
from grucli.data.records import Record
from grucli.engine import losses
from grucli.engine.blend_factors import both_classes
from grucli.engine.packing import Floats, Integers
from grucli.errors import ConfigError
from grucli.inspection.health import HealthMeter
from grucli.inspection.memory import SIDES, horizon
from grucli.inspection.report import Input, Paths, Report, Settings
from grucli.inspection.sampling import Drawn
from grucli.inspection.sequences import example
from grucli.inspection.verdicts import verdicts
from grucli.model.blend import recurrence_share
from grucli.model.logits import recurrence_logits
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel

MOST_PICKED = 3  # sequences that "wrong" or "uncertain" picks
NO_LABEL, UNSEEN = -2, -1


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The sequences to explain.

    Attributes:
        texts: given by the user.
        numbers: of records in the data.
        picks: "wrong", "uncertain": chosen from the sample.
        target: the class to speak of; the predicted one if None.
    """

    texts: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    picks: tuple[str, ...] = ()
    target: int | None = None

    @property
    def records(self) -> tuple[Record, ...]:
        """The texts given by the user, counted from 1."""
        return tuple(Record(number=k, text=text) for k, text in enumerate(self.texts, 1))


def inspect(
    path: str, saved: SavedModel, shown: Shown, settings: Settings, drawn: Drawn | None = None
) -> Report:
    """Look inside a model, and at what it does with data if there is some.

    Args:
        path: of the model file, for people.
        saved: the model.
        shown: single sequences to explain.
        settings: how to look.
        drawn: sample of the data.

    Raises:
        ConfigError: "wrong" is asked for, but the sample has no labels.
        DataError: a sequence has other channels than those of training.
        CheckpointError: the model reads another kind of data.
    """
    report = Report(path=path, saved=saved, settings=settings)
    named = [(f"text {record.number}", record) for record in shown.records]
    if drawn is not None:
        encoded, runner = saved.encoder.encode(drawn.records), Runner(saved.model)
        examples = Examples.of(encoded, _targets(saved, drawn))
        meter = HealthMeter(runner, *settings.saturation)
        recurrence = recurrence_logits(runner, examples, lambda _: meter.add())
        linear = saved.model.linear_logits(encoded)
        decided = both_classes(saved.model.mix.logits(recurrence, linear))
        paths = _paths(saved, recurrence, linear, examples.targets)
        data = _input(drawn, examples, decided, paths)
        health = meter.result()
        horizons = tuple(horizon(runner, examples, recurrence, side) for side in SIDES)
        report = dataclasses.replace(
            report,
            input=data,
            health=health,
            horizons=horizons,
            verdicts=verdicts(saved.model.architecture, data, health, horizons),
        )
        named += _chosen(shown, drawn, examples, decided)
    explained = tuple(
        example(saved, record, name, target=shown.target, seed=settings.seed)
        for name, record in named
    )
    return dataclasses.replace(report, examples=explained)


def _targets(saved: SavedModel, drawn: Drawn) -> list[int]:
    index = {label: k for k, label in enumerate(saved.labels)}
    return [NO_LABEL if r.label is None else index.get(r.label, UNSEEN) for r in drawn.records]


def _paths(
    saved: SavedModel, recurrence: Floats, linear: Floats | None, targets: Integers
) -> Paths | None:
    if linear is None:
        return None
    return Paths(
        recurrence_share=recurrence_share(saved.task, saved.model.mix, recurrence, linear),
        recurrence_right=_right(both_classes(recurrence), targets),
        linear_right=_right(both_classes(linear), targets),
    )


def _right(logits: Floats, targets: Integers) -> int:
    return int((logits.argmax(axis=1) == targets).sum())


def _input(drawn: Drawn, examples: Examples, decided: Floats, paths: Paths | None) -> Input:
    lengths = examples.lengths
    return Input(
        name=drawn.name,
        rows=drawn.rows,
        skipped=drawn.skipped,
        sequences=len(examples),
        labelled=int((examples.targets != NO_LABEL).sum()),
        steps=int(lengths.sum()),
        median_length=float(np.median(lengths)),
        long_length=float(np.percentile(lengths, 95)),
        longest=int(lengths.max()),
        stratified=drawn.stratified,
        right=_right(decided, examples.targets),
        answers=len(np.unique(decided.argmax(axis=1))),
        sha256=drawn.sha256,
        paths=paths,
    )


def _chosen(
    shown: Shown, drawn: Drawn, examples: Examples, decided: Floats
) -> list[tuple[str, Record]]:
    """Return the records to explain, each once, in the order they were asked for."""
    records = [drawn.asked[number] for number in shown.numbers]
    for pick in shown.picks:
        rows = uncertain(decided) if pick == "uncertain" else wrong(decided, examples.targets)
        records += [drawn.records[row] for row in rows[:MOST_PICKED]]
    return [(f"#{number}", record) for number, record in {r.number: r for r in records}.items()]


def uncertain(whole: Floats) -> npt.NDArray[np.int64]:
    """Return all rows of the logits (n, C), the closest decision first."""
    ranked = np.sort(whole, axis=1)
    return np.argsort(ranked[:, -1] - ranked[:, -2], kind="stable")


def wrong(whole: Floats, targets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the rows with another answer than the true class, the least probable truth first.

    Raises:
        ConfigError: no row has a label.
    """
    if (targets == NO_LABEL).all():
        raise ConfigError("--example wrong: the data has no labels; name some with --label COL")
    p = losses.probabilities(whole)
    truth = np.where(targets >= 0, p[np.arange(len(p)), targets], 0.0)
    is_wrong = (whole.argmax(axis=1) != targets) & (targets != NO_LABEL)
    rows = np.flatnonzero(is_wrong)
    return rows[np.argsort(truth[rows], kind="stable")]
