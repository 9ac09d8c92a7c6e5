"""Answers with any number of labels: the set, how probable it is, and each label for itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from grucli.engine.packing import Floats
from grucli.tasks.columns import AnswerOptions, Columns, Lists, NamedNumbers
from grucli.tasks.multilabel.decision import Booleans, Decision, set_probability
from grucli.tasks.multilabel.label_sets import separator_for
from grucli.values import dataclass

DIGITS = 6  # of a probability, behind the point: it is compared as it is printed


@dataclass(frozen=True, kw_only=True)
class LabelSet:
    """What a model with any number of labels answers to one input.

    Attributes:
        labels: those that are answered, maybe none, in the model's order.
        probability: that all of it is right, as if labels did not depend on each other.
        probabilities: of every label, each in [0, 1].
    """

    labels: tuple[str, ...]
    probability: float
    probabilities: dict[str, float]


def typed_answers(labels: Sequence[str], decision: Decision, scores: Floats) -> list[LabelSet]:
    """Return the answer to each row of the scores (n, C)."""
    p = decision.probabilities(scores)
    sets = decision.chosen(p)
    return [
        LabelSet(labels=own, probability=whole, probabilities=dict(zip(labels, row, strict=True)))
        for own, whole, row in zip(
            names_of(labels, sets), set_probability(p, sets).tolist(), p.tolist(), strict=True
        )
    ]


def names_of(labels: Sequence[str], sets: Booleans) -> Iterator[tuple[str, ...]]:
    """Yield the labels of each of the sets (n, C)."""
    for row in sets:
        yield tuple(labels[k] for k in np.flatnonzero(row).tolist())


def columns(
    labels: Sequence[str], decision: Decision, scores: Floats, options: AnswerOptions
) -> Columns:
    """Return the answers to the scores (n, C) as columns.

    A table has the labels, joined, and the probability of the set, or else labels and their
    probabilities, numbered, where labels are ranked. An object has a list of labels, and beside it
    the probabilities of all labels, or of those that are ranked.
    """
    p = decision.probabilities(scores)
    sets = decision.chosen(p)
    if options.min_probability:
        sets = np.round(p, DIGITS) >= options.min_probability
    found = list(names_of(labels, sets))
    if options.min_probability:
        found = [names or (options.unknown,) for names in found]
    between = separator_for(labels, options.separator)
    joined = [between.join(own) for own in found]
    whole = set_probability(p, sets).tolist()
    table: dict[str, list[str] | list[float]] = {"labels": joined, "probability": whole}
    answers, each = ["labels"], NamedNumbers(names=[labels] * len(p), values=p)
    if options.top_k is not None:
        each = _ranked(labels, p, options.top_k)
        table = {}
        for k in range(each.values.shape[1]):
            table[f"label_{k + 1}"] = [names[k] for names in each.names]
            table[f"probability_{k + 1}"] = each.values[:, k].tolist()
        answers = [name for name in table if name.startswith("label")]
    fields = {"labels": Lists(values=found), "probability": whole, "probabilities": each}
    return Columns(table=table, answers=answers, fields=fields, separator=between)


def _ranked(labels: Sequence[str], p: Floats, top_k: int) -> NamedNumbers:
    """Return the most probable labels of each row, equal ones in their order."""
    order = np.argsort(-p, axis=1, kind="stable")[:, :top_k]
    names = [[labels[k] for k in row] for row in order.tolist()]
    return NamedNumbers(names=names, values=np.take_along_axis(p, order, axis=1))
