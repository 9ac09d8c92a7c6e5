"""Answers of a classifier: a label, how probable it is, and all the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grucli.engine import losses
from grucli.engine.packing import Floats, Integers
from grucli.tasks.classify.deciding import Levels, classes
from grucli.tasks.columns import AnswerOptions, Columns, NamedNumbers
from grucli.values import dataclass

DIGITS = 6  # of a probability, behind the point: it is compared as it is printed


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a classifier answers to one input.

    Attributes:
        label: the most probable one, unless thresholds say otherwise.
        probability: its probability, in [0, 1].
        probabilities: that of every label; they sum to 1.
    """

    label: str
    probability: float
    probabilities: dict[str, float]


def typed_answers(labels: Sequence[str], levels: Levels, scores: Floats) -> list[Answer]:
    """Return the answer to each row of the logits (n, O)."""
    p = losses.probabilities(scores)
    answered = classes(levels, p).tolist()
    return [_answer(labels, k, row) for k, row in zip(answered, p.tolist(), strict=True)]


def columns(
    labels: Sequence[str], levels: Levels, scores: Floats, options: AnswerOptions
) -> Columns:
    """Return the answers to the logits (n, O) as columns; thresholds decide as in `deciding`.

    A table has a label and its probability, numbered where labels are ranked. An object has beside
    them the probabilities of all labels, or of those that are ranked.
    """
    p = losses.probabilities(scores)
    order = _ranked(p, levels, min(options.top_k or 1, len(labels)))
    values = np.take_along_axis(p, order, axis=1)
    names = [[labels[k] for k in column] for column in order.T.tolist()]
    probabilities: list[list[float]] = values.T.tolist()
    answers = names[0]
    if options.min_probability:
        answers = [
            label if round(probability, DIGITS) >= options.min_probability else options.unknown
            for label, probability in zip(names[0], probabilities[0], strict=True)
        ]
    numbers = [""] if options.top_k is None else [f"_{k}" for k in range(1, len(names) + 1)]
    table: dict[str, list[str] | list[float]] = {}
    for number, own, shares in zip(numbers, (answers, *names[1:]), probabilities, strict=True):
        table |= {f"label{number}": own, f"probability{number}": shares}
    whole = NamedNumbers(names=[labels] * len(p), values=p)
    if options.top_k is not None:
        whole = NamedNumbers(names=list(zip(*names, strict=True)), values=values)
    return Columns(
        table=table,
        answers=[f"label{number}" for number in numbers],
        fields={"label": answers, "probability": probabilities[0], "probabilities": whole},
    )


def _answer(labels: Sequence[str], k: int, probabilities: list[float]) -> Answer:
    by_label = dict(zip(labels, probabilities, strict=True))
    return Answer(label=labels[k], probability=probabilities[k], probabilities=by_label)


def _ranked(p: Floats, levels: Levels, number: int) -> Integers:
    """Return (n, number) the answers, each with the most probable other classes behind it."""
    answered: Integers = classes(levels, p)[:, None]
    if number == 1:
        return answered
    order = np.argsort(-p, axis=1, kind="stable")
    others = order[order != answered].reshape(len(p), p.shape[1] - 1)
    return np.concatenate((answered, others), axis=1)[:, :number]
