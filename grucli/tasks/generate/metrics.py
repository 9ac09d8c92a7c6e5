"""Scores of texts: answers and what is true of each, in figures and their intervals.

Rows of one input list all that is true of it, such as several pronunciations of a word: an answer
that is one of them is right. So an input counts once, however many rows it has.

Letters: n inputs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from grucli.data.text.symbol_choice import Kind
from grucli.tasks.generate.edit_distance import edit_distance
from grucli.tasks.intervals import Interval, size_interval, wilson_interval
from grucli.values import dataclass

Units = Callable[[str], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The answer to one input.

    Attributes:
        source: the input.
        answer: what was given.
        truths: all that is true, each once, at least one.
    """

    source: str
    answer: str
    truths: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether the answer is one of the truths."""
        return self.answer in self.truths


def compared(
    answers: Sequence[str], truths: Sequence[str], sources: Sequence[str]
) -> list[Compared]:
    """Return each distinct input once, in the order of their first rows.

    Args:
        answers, truths, sources: of the rows; equal inputs have equal answers.
    """
    listed: dict[str, tuple[str, dict[str, None]]] = {}
    for source, answer, truth in zip(sources, answers, truths, strict=True):
        listed.setdefault(source, (answer, {}))[1][truth] = None
    return [
        Compared(source=source, answer=answer, truths=tuple(own))
        for source, (answer, own) in listed.items()
    ]


def units_of(kind: Kind) -> Units:
    """Return what cuts a text into what is counted: given symbols, or else characters."""
    return given_symbols if kind == "space" else str


def given_symbols(text: str) -> list[str]:
    """Return what single spaces separate."""
    return text.split(" ") if text else []


def exact_match(rows: Sequence[Compared]) -> tuple[float, Interval]:
    """Return the share of right answers to n inputs, at least one, and its 95 % interval."""
    right = sum(row.is_right for row in rows)
    return right / len(rows), wilson_interval(right, len(rows))


@dataclass(frozen=True, kw_only=True, eq=False)
class EditRate:
    """Edits that make true texts of answers, for each unit of the true ones.

    Attributes:
        edits: (n,) to the nearest of the truths.
        sizes: (n,) units of that one.
    """

    edits: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]

    @classmethod
    def of(cls, rows: Sequence[Compared], units: Units) -> Self:
        """Compare answers, at least one, with what is true; of equally near truths the first."""
        found = np.array([_nearest(row, units) for row in rows], np.int64)
        return cls(edits=found[:, 0], sizes=found[:, 1])

    @property
    def value(self) -> float | None:
        """All edits by all units, which may be more than 1; None where true texts are empty."""
        total = int(self.sizes.sum())
        return int(self.edits.sum()) / total if total else None

    @property
    def interval(self) -> Interval | None:
        """Its 95 % interval; None without a value.

        Inputs are what was drawn, so its variance is that of a ratio of sums over them (Cochran
        1977, section 6.3). Where there are no edits at all, each input tells as much as one unit.
        """
        value = self.value
        if not value:
            return None if value is None else wilson_interval(0, len(self.edits))
        return size_interval(value, self.relative_error)

    @property
    def relative_error(self) -> float:
        """Its standard error in parts of it; 0 where there are no edits."""
        value, n = self.value, len(self.edits)
        if not value:
            return 0.0
        spread = np.sum((self.edits - value * self.sizes) ** 2) * n / max(1, n - 1)
        return math.sqrt(float(spread)) / int(self.edits.sum())


def _nearest(row: Compared, units: Units) -> tuple[int, int]:
    """Return the edits between answer and nearest truth, and how many units that one has."""
    if row.is_right:
        return 0, len(units(row.answer))
    return min(_distances(row, units), key=lambda found: found[0])


def _distances(row: Compared, units: Units) -> Iterator[tuple[int, int]]:
    answer = units(row.answer)
    for truth in map(units, row.truths):
        yield edit_distance(answer, truth), len(truth)
