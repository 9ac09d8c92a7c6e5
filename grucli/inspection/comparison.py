"""Two models beside each other: their answers to the same data, and what is inside of them.

Each reads the data in its own way, so vocabularies, cells and sizes may differ; what is answered
may not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, cast

from grucli import activity
from grucli.data.encoded import Encoded
from grucli.data.records import Record
from grucli.engine.steps import Steps
from grucli.errors import CheckpointError, excerpt, show_path
from grucli.inspection import paired, paired_texts, similarity
from grucli.inspection.chosen import MOST_PICKED, Shown
from grucli.inspection.compared_memory import of_memories
from grucli.inspection.layer_likeness import LayerLikeness, layers_alike
from grucli.inspection.measure import inspect
from grucli.inspection.paired import Answers
from grucli.inspection.report import InspectionSettings, Report, Verdict
from grucli.inspection.sampling import Drawn
from grucli.inspection.serialization import example_json, plain, scores_json
from grucli.inspection.similarity import WeightChange
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.window import scores_of
from grucli.tasks.task import Scores
from grucli.tasks.writing_task import WritingTask
from grucli.values import dataclass

PATH_WIDTH = 36


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """A second model beside the one of a report.

    Attributes:
        other: the report of the second model, on the same data; its examples are those of the
            first report, one by one.
        same_start: whether both began to learn with the same weights, so that units keep their
            numbers: two moments of one run, or runs that part ways later.
        weights: of the arrays that have one shape in both.
        answers: to the same sequences; None without data.
        layers: their states, none without data; of a decoder while it reads the targets, or what
            the first model writes where there is none.
        verdicts: of both together, by rule.
    """

    other: Report
    same_start: bool
    weights: tuple[WeightChange, ...]
    answers: Answers | None = None
    layers: tuple[LayerLikeness, ...] = ()
    verdicts: tuple[Verdict, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what stands under "compare" in the report of the first model."""
        other = self.other
        report = other.to_json()
        aligned = report["data"].get("alignments")
        return {
            "model": other.path,
            "sha256": other.saved.sha256,
            **({} if self.answers is None else self.answers.to_json()),
            "verdicts": [dataclasses.asdict(one) for one in self.verdicts],
            "same_start": self.same_start,
            "weights": [dataclasses.asdict(one) for one in self.weights],
            "states": [
                {
                    "name": one.name,
                    "of": "steps" if one.of_steps else "last states",
                    "cka": one.cka,
                    "matched": one.matched,
                    "units": [[u.first, u.second, u.correlation] for u in one.units],
                }
                for one in self.layers
            ],
            "other": {
                "input": report["meta"]["input"],
                "scores": None if other.card is None else scores_json(other.card),
                "gates": [plain(vars(part)) for part in other.health],
                "memory": [plain(vars(horizon)) for horizon in other.horizons],
                "examples": [example_json(one) for one in other.examples],
                "verdicts": report["verdicts"],
                **({} if other.audit is None else {"audit": other.audit.to_json()}),
                **({} if other.units is None else {"units": other.units.to_json()}),
                **({} if aligned is None else {"alignments": aligned}),
            },
        }


def compare(
    paths: tuple[str, str],
    models: tuple[SavedModel, SavedModel],
    shown: Shown,
    settings: InspectionSettings,
    drawn: Drawn | None = None,
) -> Report:
    """Look inside the first model, and at what is different in the second.

    Args:
        paths: of both model files, for people.
        models: both.
        shown: single sequences to explain by both, beside some with another answer.
        settings: how to look.
        drawn: sample of the data, of the kind that the first model reads.

    Raises:
        CheckpointError: the models do not answer the same, or do not read the same.
        ConfigError, DataError: as `measure.inspect`.
    """
    check_comparable(paths, models)
    answers, layers = None, tuple[LayerLikeness, ...]()
    together = has_same_start(*models)
    if drawn is not None:
        activity.at("comparing the answers")
        first, second = (one.encoder.encode(drawn.records) for one in models)
        scores = _scores(models, (first, second))
        answers = _answers(models, scores, drawn.records, settings.seed)
        read = _texts_read(models, scores[0], drawn.records)
        layers = layers_alike(models, (first, second), read, same_start=together)
        shown, drawn = _with_flips(shown, drawn, answers)
    report = inspect(paths[0], models[0], shown, settings, drawn)
    shown, drawn = _alike(report, shown, drawn)
    other = inspect(paths[1], models[1], shown, settings, drawn)
    comparison = Comparison(
        other=other,
        same_start=together,
        weights=similarity.weight_changes(*models),
        answers=answers,
        layers=layers,
        verdicts=tuple(of_memories(report, other)),
    )
    return dataclasses.replace(report, comparison=comparison)


def check_comparable(paths: tuple[str, str], models: tuple[SavedModel, SavedModel]) -> None:
    """Refuse models of which no answer could be set beside the other's.

    Raises:
        CheckpointError: they have other tasks, other labels, or read other data.
    """
    first, second = models
    ours, theirs = (show_path(path, PATH_WIDTH) for path in paths)
    differ = None
    if first.task.name != second.task.name:
        differ = f"its task is {second.task.name}, that of {ours} {first.task.name}"
    elif first.encoder.form != second.encoder.form:
        differ = f"reads {second.encoder.form}, but {ours} {first.encoder.form}"
    else:
        names = [set(paired.output_names(one.task)) for one in models]
        odd = sorted(names[0] ^ names[1])
        if odd:
            whose = ours if odd[0] in names[0] else theirs
            differ = f"has other labels than {ours}: only {whose} has '{excerpt(odd[0], 24)}'"
    if differ is not None:
        raise CheckpointError(f"{theirs}: {differ}; compare models that answer the same")


def has_same_start(first: SavedModel, second: SavedModel) -> bool:
    """Tell whether two models have learned from the same first weights, by what their cards say."""
    ours, theirs = (
        dataclasses.replace(one.model.architecture, dtype="float64") for one in (first, second)
    )
    if ours != theirs or first.encoder.vocabulary != second.encoder.vocabulary:
        return False
    if first.sha256 and first.sha256 == second.sha256:
        return True
    origins = [one.card.get("init_from") for one in (first, second)]
    if first.sha256 in origins[1:] or second.sha256 in origins[:1]:
        return True
    starts = [_start(one.card) for one in (first, second)]
    return starts[0] is not None and starts[0] == starts[1] and origins[0] == origins[1]


def _start(card: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Return what the first weights follow from; None where a card does not say."""
    config, data = card.get("config"), card.get("data")
    if not isinstance(config, Mapping) or not isinstance(data, Mapping):
        return None
    return config.get("seed"), config.get("model"), data.get("sha256")


def _scores(
    models: tuple[SavedModel, SavedModel], encoded: tuple[Encoded, Encoded]
) -> tuple[Scores, Scores]:
    first, second = (
        scores_of(one.task, Runner(one.model, alike=True), own)
        for one, own in zip(models, encoded, strict=True)
    )
    return first, second


def _answers(
    models: tuple[SavedModel, SavedModel],
    scores: tuple[Scores, Scores],
    records: Sequence[Record],
    seed: int,
) -> Answers:
    tasks: Any = tuple(one.task for one in models)
    compared = paired_texts.answers if tasks[0].writes else paired.answers
    return compared(tasks, scores, records, seed)


def _texts_read(
    models: tuple[SavedModel, SavedModel], scores: Scores, records: Sequence[Record]
) -> tuple[Steps, Steps] | None:
    """Return what both decoders read: targets, or what the first writes where there is none.

    None where the models do not write.
    """
    if not models[0].task.writes:
        return None
    texts = cast(WritingTask, models[0].task).texts(scores)
    read = [
        record if record.has_target else dataclasses.replace(record, label=text)
        for record, text in zip(records, texts, strict=True)
    ]
    first, second = (one.task.encode(read) for one in models)
    return first, second


def _with_flips(shown: Shown, drawn: Drawn, answers: Answers) -> tuple[Shown, Drawn]:
    """Return what to explain together with the sequences whose answers are farthest apart."""
    chosen = [drawn.records[row] for row in answers.flips[:MOST_PICKED].tolist()]
    numbers = (*shown.numbers, *(record.number for record in chosen))
    asked = drawn.asked | {record.number: record for record in chosen}
    return (
        dataclasses.replace(shown, numbers=numbers),
        dataclasses.replace(drawn, asked=asked),
    )


def _alike(first: Report, shown: Shown, drawn: Drawn | None) -> tuple[Shown, Drawn | None]:
    """Return what has the second model explain what the first one's report does, one by one."""
    if drawn is None:
        return shown, None
    known = {record.number: record for record in (*drawn.records, *drawn.asked.values())}
    named = {f"#{number}": number for number in known}
    explained = [one.name for one in first.examples] + [one.name for one in first.alignments]
    numbers = tuple(named[name] for name in explained if name in named)
    return (
        dataclasses.replace(shown, numbers=numbers, picks=()),
        dataclasses.replace(drawn, asked=known),
    )
