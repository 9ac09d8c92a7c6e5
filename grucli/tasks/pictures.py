"""What answers to some rows give to be drawn, as arrays; a task fills what it has.

`report/page` draws it, without knowing what the task is. Letters: n rows, m answers, C labels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats, Integers
from grucli.tasks.intervals import Interval, wilson_interval
from grucli.tasks.regress.metrics import mean_size_interval
from grucli.tasks.scorecard import ConfusionTable, Measure
from grucli.tasks.tag.metrics import Share
from grucli.values import dataclass

Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Believed:
    """Answers with their probabilities: are they to be believed?

    Attributes:
        unit: what people call one of them.
        probabilities: (m,) in [0, 1].
        right: (m,) which are right.
    """

    unit: str
    probabilities: Floats
    right: Booleans


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelProbabilities:
    """How probable each label was said to be: from where on to answer with it?

    Attributes:
        labels: of the C labels; of two that exclude each other, the second one counts.
        probabilities: (n, C) in [0, 1].
        truth: (n, C) which rows have which.
        unit: what people call a row.
        can_be_wished: whether training takes a precision or recall to find a threshold for.
    """

    labels: Sequence[str]
    probabilities: Floats
    truth: Booleans
    unit: str = "row"
    can_be_wished: bool = True


@dataclass(frozen=True, kw_only=True, eq=False)
class NumberPairs:
    """Numbers that were answered, beside what is true.

    Attributes:
        truths, answers: (n,) in the unit of the targets.
        half_width: of the interval around an answer; None where it is not known.
        level: share of truths that the interval is made to hold.
    """

    truths: Floats
    answers: Floats
    half_width: float | None
    level: float


@dataclass(frozen=True, kw_only=True, eq=False)
class RowErrors:
    """How wrong the answer to each row is.

    Attributes:
        measure: what is measured, of some rows together: the sum of sizes over the sum of parts.
        sizes: (n,) at least 0: wrong parts of an answer, or how far off it is.
        parts: (n,) at least 1, of an answer.
    """

    measure: Measure
    sizes: Floats
    parts: Integers

    def of(self, rows: Integers) -> tuple[float, Interval]:
        """Return what some rows, at least one, measure together, and its 95 % interval."""
        sizes, parts = self.sizes[rows], self.parts[rows]
        value, n = float(sizes.sum() / parts.sum()), len(rows)
        if self.measure.has_unit:
            return value, mean_size_interval(sizes)
        if (parts == 1).all():
            return value, wilson_interval(float(sizes.sum()), n)
        share = Share.of(sizes, parts)
        return value, wilson_interval(value * share.trials, share.trials)

    @property
    def are_wrong(self) -> Booleans:
        """(n,) which answers have a wrong part; of those that are off, the farthest quarter."""
        least = np.quantile(self.sizes, 0.75) if self.measure.has_unit else 0.0
        wrong: Booleans = self.sizes > least
        return wrong


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelSwaps:
    """Of labels of which a row may have several, which are missing where which are too many.

    Attributes:
        table: (C, C) rows that lack a label and have another too many; on its diagonal, rows that
            have a label rightly.
        rows: (C,) that have each label.
    """

    table: ConfusionTable
    rows: Sequence[int]


@dataclass(frozen=True, kw_only=True, eq=False)
class Pictures:
    """All that there is to be drawn; None where the answers of a task have no such thing.

    Attributes:
        errors: how wrong each answer is.
        believed, labels, numbers, swaps: as they say themselves.
    """

    errors: RowErrors
    believed: Believed | None = None
    labels: LabelProbabilities | None = None
    numbers: NumberPairs | None = None
    swaps: LabelSwaps | None = None
