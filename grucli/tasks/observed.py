"""What is known of some targets, one observation a row or a step: states can be held against it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats, Integers
from grucli.engine.steps import Steps
from grucli.values import dataclass

MOST_ANSWERS = 64  # the most frequent ones
LEAST_SEEN = 10  # observations that have an answer, and that lack it, for both to be told apart

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Truth:
    """How near a model comes to known targets, for people.

    Attributes:
        name: "p(truth)".
        meaning: in full, in a sentence before "when …".
        is_error: whether it is the less the nearer.
    """

    name: str
    meaning: str
    is_error: bool = False


OF_LABEL = Truth(name="p(truth)", meaning="p(truth)")
OF_SET = Truth(name="p(truth)", meaning="p(truth), that of all labels of a row together,")
OF_TAGS = Truth(name="p(truth)", meaning="p(truth), the geometric mean over a sequence's tags,")
OF_TEXT = Truth(
    name="p(target)",
    meaning="p(target), the geometric mean over its symbols, each after the true ones before it,",
)
OF_NUMBER = Truth(
    name="MAE",
    meaning="the mean absolute error (MAE), in the unit of the data,",
    is_error=True,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Observed:
    """The known targets of n rows, in m observations.

    Attributes:
        noun: what is observed, for people: "label", "tag", "symbol", "number".
        names: (C,) of the answers that an observation can have; none where it is a number.
        values: (m, C) whether each has each answer, or (m, 1) numbers.
        rows: (m,) of which row each is, never falling.
        places: (m,) the same, or which of all steps of all rows, one after the other.
        truth: what the answers to the rows are held to.
    """

    noun: str
    names: tuple[str, ...]
    values: npt.NDArray[Any]
    rows: Rows
    places: Rows
    truth: Truth

    @classmethod
    def of_classes(
        cls, classes: Integers | Steps, name_of: Callable[[int], str], noun: str, truth: Truth
    ) -> Self:
        """Observe classes, -1 where none is known: (n,), or of each step of n sequences.

        Args:
            classes: of rows or steps.
            name_of: what a class is called.
            noun, truth: as above.
        """
        values: Any = classes
        rows = np.arange(len(classes))
        if isinstance(classes, Steps):
            values, rows = classes.values, np.repeat(rows, classes.lengths)
        places = np.flatnonzero(values >= 0)
        own = values[places]
        chosen = _telling(np.bincount(own), len(own))
        return cls(
            noun=noun,
            names=tuple(name_of(k) for k in chosen.tolist()),
            values=own[:, None] == chosen,
            rows=rows[places],
            places=places,
            truth=truth,
        )

    @classmethod
    def of_sets(cls, has: npt.NDArray[np.bool_], names: Sequence[str], truth: Truth) -> Self:
        """Observe (n, C) which of some labels each row has."""
        chosen, rows = _telling(has.sum(axis=0), len(has)), np.arange(len(has))
        return cls(
            noun="label",
            names=tuple(names[k] for k in chosen.tolist()),
            values=has[:, chosen],
            rows=rows,
            places=rows,
            truth=truth,
        )

    @classmethod
    def of_numbers(cls, numbers: Floats, truth: Truth) -> Self:
        """Observe (n,) numbers, NaN where none is known."""
        rows = np.flatnonzero(~np.isnan(numbers))
        return cls(
            noun="number", names=(), values=numbers[rows, None], rows=rows, places=rows, truth=truth
        )

    def thinned(self, most: int) -> Self:
        """Return so many observations at most, evenly spread."""
        number = len(self.rows)
        if number <= most:
            return self
        kept = np.linspace(0, number - 1, most).astype(int)
        own = {"values": self.values[kept], "rows": self.rows[kept], "places": self.places[kept]}
        return replace(self, **own)

    @property
    def differ(self) -> bool:
        """Whether there are two observations that differ."""
        return bool((self.values != self.values[:1]).any())


def _telling(counts: Integers, total: int) -> Rows:
    """Return the answers of which the most can be told, in their order.

    Those that few observations have, or lack, are told by chance; where all are such, all count.
    """
    rarer = np.minimum(counts, total - counts)
    chosen = np.flatnonzero(rarer >= LEAST_SEEN)
    if not chosen.size:
        chosen = np.flatnonzero(rarer)
    most = np.argsort(-rarer[chosen], kind="stable")[:MOST_ANSWERS]
    return np.sort(chosen[most])
