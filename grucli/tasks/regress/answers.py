"""Answers that are numbers, each with the interval in which the truth is likely to lie."""

from __future__ import annotations

import numpy as np

from grucli.engine.packing import Floats
from grucli.errors import ConfigError
from grucli.tasks.columns import AnswerOptions, Columns, Quantities
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class NumberAnswer:
    """What a model answers to one input.

    Attributes:
        value: in the unit of the targets.
        low, high: the interval that holds the truth of nine inputs in ten; None where no rows were
            held out of training to tell it.
    """

    value: float
    low: float | None
    high: float | None


def typed_answers(values: Floats, size: float | None) -> list[NumberAnswer]:
    """Return an answer for each of (n,) values, `size` half the width of the interval."""
    if size is None:
        return [NumberAnswer(value=value, low=None, high=None) for value in values.tolist()]
    return [
        NumberAnswer(value=value, low=value - size, high=value + size) for value in values.tolist()
    ]


def columns(values: Floats, size: float | None, decimals: int, options: AnswerOptions) -> Columns:
    """Return the answers as columns: the value and, where it is known, the interval.

    Raises:
        ConfigError: what is asked for only labels have.
    """
    if options.top_k is not None:
        raise ConfigError("--top-k: the model answers with numbers, which have no rank; omit it")
    if options.min_probability:
        raise ConfigError(
            "--min-prob: the model answers with numbers, which have no probability; omit it, and "
            "look at the interval"
        )
    found = {"value": values}
    if size is not None:
        found |= {"low": values - size, "high": values + size}
    table = {
        name: Quantities(values=np.asarray(column), decimals=decimals)
        for name, column in found.items()
    }
    return Columns(table=table, answers=["value"], fields=table)
