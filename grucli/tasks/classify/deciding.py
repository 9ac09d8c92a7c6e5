"""Which label is answered: the most probable one, unless thresholds say otherwise.

A label with a threshold is answered where its probability reaches it, the first such label in the
order of the thresholds; where none does, the most probable of the labels without. Letters: n rows,
C classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats, Integers
from grucli.errors import ConfigError

if TYPE_CHECKING:
    from grucli.tasks.thresholds import Threshold, Wish

Levels = Sequence[tuple[int, float]]


def levels_of(labels: Sequence[str], chosen: Sequence[Threshold]) -> Levels:
    """Return the class of each threshold, in their order, and the probability that it needs."""
    return [(labels.index(one.wish.label), one.least) for one in chosen if one.least is not None]


def classes(levels: Levels, p: Floats) -> npt.NDArray[np.int64]:
    """Return (n,) the class that is answered to each row of probabilities (n, C)."""
    without = p.copy()
    without[:, [k for k, _ in levels]] = -1.0
    answers: npt.NDArray[np.int64] = without.argmax(axis=1)
    for k, least in reversed(levels):
        answers[p[:, k] >= least] = k
    return answers


def check_wishes(wished: Sequence[Wish], labels: Sequence[str], targets: Integers | None) -> None:
    """Refuse wishes that no thresholds can fulfil.

    Args:
        wished: at least one.
        labels: of the classes.
        targets: (n,) of the rows that are held out, -1 for an unknown label; None without any.

    Raises:
        ConfigError: as `thresholds.check`, or every label has a wish.
    """
    from grucli.tasks import thresholds  # late: only training asks

    rows = None
    if targets is not None:
        counts = np.bincount(targets[targets >= 0], minlength=len(labels)).tolist()
        rows = dict(zip(labels, counts, strict=True))
    thresholds.check(wished, labels, rows)
    if {one.label for one in wished} == set(labels):
        raise ConfigError(
            f"training.{wished[-1].measure}: every label has a threshold, so that there may be no "
            "answer; leave one label without"
        )


def fitted(
    wished: Sequence[Wish], labels: Sequence[str], p: Floats, targets: Integers
) -> tuple[Threshold, ...]:
    """Return the threshold of each wish, the later ones for rows that the earlier ones leave.

    Args:
        wished: in their order.
        labels: of the classes.
        p: (n, C) of rows that were held out, at least one.
        targets: (n,) their classes.
    """
    from grucli.tasks.thresholds import Rates, Threshold, least_probability  # late: as above

    free = np.ones(len(p), np.bool_)
    found = list[tuple[int, float | None]]()
    for wish in wished:
        k = labels.index(wish.label)
        has_label = targets == k
        rows = int(has_label.sum())
        least = least_probability(wish, p[free, k], has_label[free], rows)
        found.append((k, least))
        if least is not None:
            free &= p[:, k] < least
    levels = [(k, least) for k, least in found if least is not None]
    both = [classes(used, p) for used in ([], levels)]

    def measured(wish: Wish, k: int, least: float | None) -> Threshold:
        before, after = (
            Rates.of(answers == k, targets == k, answers == targets) for answers in both
        )
        return Threshold(wish=wish, least=least, rows=len(p), before=before, after=after)

    return tuple(measured(wish, *one) for wish, one in zip(wished, found, strict=True))
