"""Answers of a tagger: a tag for each step, how probable it is, and the entities they mark."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grucli.engine.steps import Steps
from grucli.errors import ConfigError
from grucli.tasks.columns import AnswerOptions, Columns, Lists, Mistakes
from grucli.tasks.tag.decoding import Decoded
from grucli.values import dataclass

DIGITS = 6  # of a probability, behind the point: it is compared as it is printed


@dataclass(frozen=True, kw_only=True)
class Entity:
    """A chunk of steps.

    Attributes:
        type: what it is, "" where chunks have no types.
        start, end: its first step, counted from 0, and the one behind its last.
    """

    type: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class TagAnswer:
    """What a tagger answers to one sequence of T steps.

    Attributes:
        tags: (T,) one for each step, as the training file writes them.
        probabilities: (T,) how probable each is, in [0, 1].
        entities: the chunks that they mark, none where tags mark no chunks.
    """

    tags: tuple[str, ...]
    probabilities: tuple[float, ...]
    entities: tuple[Entity, ...] = ()


def columns(
    tags: Sequence[Sequence[str]], probabilities: Sequence[Sequence[float]], options: AnswerOptions
) -> Columns:
    """Return answers as columns.

    A table has the tags with blanks between them and the probability of the least probable one, an
    object both of each step.

    Args:
        tags: (n,) of the steps of each sequence.
        probabilities: (n,) likewise.
        options: `unknown` stands for each tag that is not probable enough.

    Raises:
        ConfigError: several answers are asked for.
    """
    if options.top_k is not None:
        raise ConfigError("--top-k: there is one tag for each step; omit it")
    if options.min_probability:
        tags = [
            [
                tag if round(p, DIGITS) >= options.min_probability else options.unknown
                for tag, p in zip(*own, strict=True)
            ]
            for own in zip(tags, probabilities, strict=True)
        ]
    least = [min(own, default=1.0) for own in probabilities]
    return Columns(
        table={"tags": list(map(" ".join, tags)), "probability": least},
        answers=("tags",),
        fields={"tags": Lists(values=tags), "probabilities": Lists(values=probabilities)},
        steps="tags",
    )


def mistakes(found: Decoded, written: Sequence[str], targets: Steps) -> Mistakes:
    """Return the steps with a wrong tag, the most confident first.

    Args:
        found: answers to S steps.
        written: (S,) their tags as the training file has them.
        targets: (S,) true tags.
    """
    wrong = np.flatnonzero(found.tags != targets.values)
    certainty = found.certainty[wrong]
    order = np.argsort(-certainty, kind="stable")
    wrong = wrong[order]
    rows = np.searchsorted(targets.starts, wrong, side="right") - 1
    return Mistakes(
        rows=rows,
        steps=wrong - targets.starts[rows],
        answers={
            "predicted": [written[k] for k in wrong.tolist()],
            "probability": certainty[order].tolist(),
        },
    )
