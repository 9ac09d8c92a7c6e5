"""Answers as named columns of typed values: what a task gives, before anyone writes it as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grucli.engine.packing import Floats, Integers
from grucli.values import dataclass

MOST_DECIMALS = 15
LARGEST_PLAIN = 1e15


@dataclass(frozen=True, kw_only=True)
class AnswerOptions:
    """What was asked of `predict` beyond the answer alone.

    Attributes:
        top_k: how many answers, the most probable first; None for one.
        min_probability: an answer less probable than that is not given,
        unknown: but this instead.
        separator: what stands between several labels; None for a sign that is in none of them.
    """

    top_k: int | None = None
    min_probability: float = 0.0
    unknown: str = "<unknown>"
    separator: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class NamedNumbers:
    """Several numbers in each of n rows, under names.

    Attributes:
        names: (n, k), of each row's numbers.
        values: (n, k).
    """

    names: Sequence[Sequence[str]]
    values: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Lists:
    """Any number of texts, or of numbers, in each of n rows: one for each step, or a set.

    Attributes:
        values: (n,) of them; all texts, or all numbers.
    """

    values: Sequence[Sequence[str]] | Sequence[Sequence[float]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Quantities:
    """Numbers in the unit of the data, one in each of n rows.

    Attributes:
        values: (n,).
        decimals: digits behind the point that tell something.
    """

    values: Floats
    decimals: int

    def texts(self) -> list[str]:
        """Return the numbers as text, which `float` reads."""
        return [quantity(value, self.decimals) for value in self.values.tolist()]


def quantity(value: float, decimals: int) -> str:
    """Return a number with so many digits behind the point, a very small or large one in full."""
    if decimals > MOST_DECIMALS or abs(value) >= LARGEST_PLAIN:
        return repr(value)
    text = f"{value:.{decimals}f}"
    return text if float(text) else text.removeprefix("-")


Texts = Sequence[str]
Numbers = Sequence[float] | Quantities


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The answers to n inputs.

    Attributes:
        table: columns of texts and of numbers, as csv and tsv show them.
        answers: names of those of them that are answers, the first one of `table` among them; the
            others say how sure they are.
        fields: what an object of jsonl has, the answer first.
        steps: name of the one of `fields` that has a text for each step; None where none has.
        separator: what stands between several labels in a text of `table`; None where each is one.
    """

    table: Mapping[str, Texts | Numbers]
    answers: Sequence[str]
    fields: Mapping[str, Texts | Numbers | NamedNumbers | Lists]
    steps: str | None = None
    separator: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Mistakes:
    """Which answers are wrong.

    Attributes:
        rows: (m,) of them, the worst first.
        answers: columns of m values, what was answered to each.
        fields: what JSON has instead; None for the same.
        steps: (m,) which step of the row it is, from 0, where each has an answer; None else.
        separator: as of `Columns`.
    """

    rows: Integers
    answers: Mapping[str, Texts | Numbers]
    fields: Mapping[str, Texts | Numbers | Lists] | None = None
    steps: Integers | None = None
    separator: str | None = None
