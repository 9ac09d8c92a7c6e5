"""The scorecard of a tagger: names, meanings and groups of its metrics."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.engine.packing import Integers
from grucli.engine.steps import Steps
from grucli.errors import counted
from grucli.tasks.blind_share import BlindShare
from grucli.tasks.class_scores import (
    ClassScore,
    calibration_error,
    columns,
    log_loss,
    macro_f1,
    of_each,
)
from grucli.tasks.confusion import Confusion
from grucli.tasks.pictures import Believed, LabelProbabilities, Pictures, RowErrors
from grucli.tasks.scorecard import (
    ConfusionTable,
    CountTable,
    Figure,
    FigureTable,
    Measure,
    Scorecard,
    ScoreTable,
)
from grucli.tasks.tag import baseline
from grucli.tasks.tag.chunks import OUTSIDE, UNNAMED, Tagged
from grucli.tasks.tag.decoding import Decoded, sums
from grucli.tasks.tag.metrics import ChunkCounts, Share
from grucli.tasks.unknown_labels import hint
from grucli.values import dataclass

ACCURACY = Measure(name="accuracy", title="accuracy", is_brief=True)
ENTITY_F1 = Measure(
    name="entity_f1",
    title="entity F1",
    undefined="neither data nor answers have an entity",
    is_brief=True,
)
PRECISION = Measure(name="precision", title="precision", undefined="nothing is answered so")
RECALL = Measure(name="recall", title="recall", undefined="there is none in these rows")
F1 = Measure(name="f1", title="F1", undefined="there is none, neither in data nor in answers")
MACRO_F1 = Measure(name="macro_f1", title="macro F1", is_brief=True)
SENTENCES = Measure(name="sentences", title="sentences", is_brief=True)
UNKNOWN_ACCURACY = Measure(
    name="unknown_accuracy",
    title="of unknown words",
    undefined="the vocabulary knows every token of these rows",
)
TOKENS = Measure(name="tokens", title="tokens", larger_is_better=None)
LOG_LOSS = Measure(name="log_loss", title="log-loss", larger_is_better=False)
ECE = Measure(name="ece", title="calibration error", larger_is_better=False)
ROWS = Measure(name="rows", title="true", larger_is_better=None)
PREDICTED = Measure(name="predicted", title="predicted", larger_is_better=None)
WRONG = Measure(name="wrong", title="wrong tags", larger_is_better=False)

MEASURES = (
    ACCURACY,
    ENTITY_F1,
    PRECISION,
    RECALL,
    MACRO_F1,
    SENTENCES,
    UNKNOWN_ACCURACY,
    TOKENS,
    LOG_LOSS,
    ECE,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Answered:
    """Answers to n sequences, and what is true of them.

    Attributes:
        tags: the K tags.
        found: the answers.
        targets: the true tags, -1 where training lacks them.
        records: the n sequences.
        blind: (S,) each token's most frequent tag.
        unseen: steps of each tag that training lacks.
    """

    tags: Sequence[str]
    found: Decoded
    targets: Steps
    records: Sequence[Record]
    blind: npt.NDArray[np.int64]
    unseen: Mapping[str, int]

    @property
    def hits(self) -> npt.NDArray[np.bool_]:
        """(S,) where the answer is right."""
        hits: npt.NDArray[np.bool_] = self.found.tags == self.targets.values
        return hits

    @property
    def unknown(self) -> int:
        """How many sequences have a tag that training lacks."""
        return int(np.count_nonzero(sums(self.targets.values < 0, self.targets.lengths)))

    def accuracy(self, answers: Integers) -> Share:
        """Return the share of right ones among (S,) answers."""
        right = sums(answers == self.targets.values, self.targets.lengths)
        return Share.of(right, self.targets.lengths)


def scorecard(one: Answered) -> Scorecard:
    """Score tags that stand each for itself."""
    per_tag = of_each(one.found.tags[one.hits], one.targets.values, one.found.tags, len(one.tags))
    macro = macro_f1(per_tag, len(one.unseen))
    accuracy, blind = one.accuracy(one.found.tags), one.accuracy(one.blind)
    return Scorecard(
        rows=len(one.targets),
        unknown=one.unknown,
        figures=(
            _accuracy(one),
            Figure(measure=MACRO_F1, value=macro, meaning="each tag counts the same"),
            *_figures(one),
        ),
        baseline=baseline.of_words(ACCURACY, blind, len(one.targets), accuracy),
        tables=(
            _table("per_tag", "tag", one.tags, per_tag, accuracy.trials / len(one.hits)),
            *_tables(one),
        ),
    )


def chunk_scorecard(one: Answered, answered: Tagged, blind: Tagged) -> Scorecard:
    """Score tags that are parts of chunks: a chunk is right in type, first and last step.

    Args:
        one: the tags.
        answered: the chunks of the answers.
        blind: those of each token's most frequent tag, of the same types.
    """
    true = Tagged.of([record.tags or (OUTSIDE,) for record in one.records], answered.types)
    counts, without = (
        ChunkCounts.of(true.spans, other.spans, one.targets.starts) for other in (answered, blind)
    )
    per_type = of_each(counts.hits, counts.true, counts.predicted, len(true.types))
    whole, f1, names = counts.all, counts.f1, [name or UNNAMED for name in true.types]
    return Scorecard(
        rows=len(one.targets),
        unknown=one.unknown,
        figures=(
            Figure(measure=ENTITY_F1, value=f1.value, interval=f1.interval),
            Figure(measure=PRECISION, value=whole.precision, meaning="right ones of the answers"),
            Figure(measure=RECALL, value=whole.recall, meaning="found ones of the true"),
            _accuracy(one),
            *_figures(one),
        ),
        baseline=baseline.of_words(ENTITY_F1, without.f1, len(one.targets), f1),
        tables=(
            _table("per_type", "type", names, per_type, f1.trials / max(1, counts.parts)),
            *_tables(one),
        ),
    )


def pictures(tags: Sequence[str], found: Decoded, targets: Steps) -> Pictures:
    """Return what answers give to be drawn.

    Args:
        tags: the K tags.
        found: the answers to n sequences.
        targets: the true tags, -1 where training lacks them.
    """
    hits = found.tags == targets.values
    return Pictures(
        errors=RowErrors(
            measure=WRONG,
            sizes=sums(~hits, targets.lengths).astype(np.float64),
            parts=targets.lengths,
        ),
        believed=Believed(unit="tag", probabilities=found.certainty, right=hits),
        labels=LabelProbabilities(
            labels=tags,
            probabilities=found.p,
            truth=targets.values[:, None] == np.arange(len(tags)),
            unit="token",
            can_be_wished=False,
        ),
    )


def majority(tags: Sequence[str], targets: Steps) -> BlindShare:
    """Return what the most frequent tag of some sequences reaches as the answer to every step."""
    counts = np.bincount(targets.values[targets.values >= 0], minlength=len(tags))
    most = int(counts.argmax())
    share = Share.of(sums(targets.values == most, targets.lengths), targets.lengths)
    return baseline.of_one_tag(ACCURACY, share, len(targets), tags[most])


def _accuracy(one: Answered) -> Figure:
    share = one.accuracy(one.found.tags)
    return Figure(measure=ACCURACY, value=share.value, interval=share.interval)


def _figures(one: Answered) -> Iterator[Figure]:
    """Yield what is measured of tags of any kind."""
    found, hits = one.found, one.hits
    whole = float(np.mean(sums(~hits, found.lengths) == 0))
    guess = f"nat a token; {math.log(len(one.tags)):.3f} if all tags were equally likely"
    yield Figure(measure=SENTENCES, value=whole, meaning="share without a wrong tag")
    yield Figure(measure=TOKENS, value=len(hits))
    if all(record.known is not None for record in one.records):
        unknown = ~np.concatenate(
            [record.known for record in one.records if record.known is not None]
        )
        value = float(hits[unknown].mean()) if unknown.any() else None
        meaning = f"accuracy of {counted(int(unknown.sum()), 'token')}"
        yield Figure(measure=UNKNOWN_ACCURACY, value=value, meaning=meaning)
    yield Figure(measure=LOG_LOSS, value=log_loss(found.p, one.targets.values), meaning=guess)
    error = calibration_error(found.certainty, hits)
    yield Figure(measure=ECE, value=error, meaning="mean gap between probability and accuracy")


def _table(
    name: str, title: str, rows: Sequence[str], found: Sequence[ClassScore], worth: float
) -> FigureTable:
    """Return a table of what was found of each kind; `worth` as in `ClassScore.interval`."""
    return FigureTable(
        name=name,
        title=title,
        rows=rows,
        columns=columns(found, (PRECISION, RECALL, F1, ROWS, PREDICTED), worth),
        example=f"{name}.{title.upper()}.f1",
    )


def _tables(one: Answered) -> tuple[ScoreTable, ...]:
    """Return which tags are taken for which, and those that training lacks."""
    known = one.targets.values >= 0
    counts = Confusion.of(one.targets.values[known], one.found.tags[known], len(one.tags))
    return (
        ConfusionTable(name="confusion", labels=one.tags, counts=counts),
        CountTable(
            name="unseen",
            title="unseen in training, counted as wrong",
            counts=one.unseen,
            hint=partial(hint, known=one.tags),
            unit="token",
        ),
    )
