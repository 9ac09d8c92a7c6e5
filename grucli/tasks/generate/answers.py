"""Answers that are texts: what was written, how sure the model is of it, and why it ended there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from grucli.errors import ConfigError
from grucli.tasks.columns import AnswerOptions, Columns, Lists, Numbers, Texts
from grucli.values import dataclass

DIGITS = 6  # of a score, behind the point
Finish = Literal["end", "length"]


@dataclass(frozen=True, kw_only=True)
class TextAnswer:
    """What a model writes for one input.

    Attributes:
        text: as the training file would have it.
        score: mean log-probability of its symbols and its end [nat], at most 0.
        finish: "end", or "length" where it was cut because texts of training are no longer.
    """

    text: str
    score: float
    finish: Finish

    @property
    def probability(self) -> float:
        """What a symbol of it has on (geometric) average, in [0, 1]."""
        return math.exp(self.score)


def columns(found: Sequence[Sequence[TextAnswer]], options: AnswerOptions) -> Columns:
    """Return answers as columns.

    A table has the text, its score and how it ends, numbered where texts are ranked; where fewer
    were found these are empty. An object has the lists of all that are ranked beside the first.

    Args:
        found: (n,) of each input at least one, the best first.
        options: what was asked.

    Raises:
        ConfigError: answers are to be left out where they are not probable enough.
    """
    if options.min_probability:
        raise ConfigError("--min-prob: a text has a score, but no probability; omit it")
    number = options.top_k or 1
    names = [""] if options.top_k is None else [f"_{k}" for k in range(1, number + 1)]
    table: dict[str, Texts | Numbers] = {}
    for k, name in enumerate(names):
        own = [each[k] if k < len(each) else None for each in found]
        table |= {
            f"text{name}": ["" if one is None else one.text for one in own],
            f"score{name}": ["" if one is None else _shown(one.score) for one in own],
            f"finish{name}": ["" if one is None else one.finish for one in own],
        }
    best = [each[0] for each in found]
    fields: dict[str, Texts | Numbers | Lists] = {
        "text": [one.text for one in best],
        "score": [one.score for one in best],
        "finish": [one.finish for one in best],
    }
    if options.top_k is not None:
        ranked = [each[:number] for each in found]
        fields |= {
            "texts": Lists(values=[[one.text for one in each] for each in ranked]),
            "scores": Lists(values=[[one.score for one in each] for each in ranked]),
        }
    return Columns(
        table=table,
        answers=[f"text{name}" for name in names],
        fields=fields,
    )


def _shown(score: float) -> str:
    return f"{round(score, DIGITS) + 0.0:.{DIGITS}f}"  # of a number that rounds to zero no sign
