"""Which sequences are explained: those that the user names, and those that the answers pick."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.errors import ConfigError
from grucli.inspection.report import Picked
from grucli.inspection.sampling import Drawn
from grucli.tasks.task import Scores, Task
from grucli.tasks.writing_task import targets_of
from grucli.values import dataclass

MOST_PICKED = 3  # sequences that "wrong" or "uncertain" picks


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The sequences to explain.

    Attributes:
        texts: given by the user.
        numbers: of records in the data.
        picks: "wrong", "uncertain": chosen from the sample.
        target: what to explain instead of the answers, as the task takes it; None for them.
    """

    texts: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    picks: tuple[str, ...] = ()
    target: str | None = None

    @property
    def records(self) -> tuple[Record, ...]:
        """The texts given by the user, counted from 1."""
        return tuple(Record(number=k, text=text) for k, text in enumerate(self.texts, 1))


def chosen(
    shown: Shown, drawn: Drawn, task: Task, scores: Scores, *, has_right: bool
) -> tuple[tuple[Picked, ...], list[tuple[str, Record]]]:
    """Return how sequences were picked, and the records to explain in the order they were asked.

    Each of these stands there once.
    """
    records, picked = [drawn.asked[number] for number in shown.numbers], list[Picked]()
    for pick in shown.picks:
        is_wrong = pick == "wrong"
        rows = wrong(task, scores, drawn.records) if is_wrong else uncertain(task, scores)
        first = rows[:MOST_PICKED].tolist()
        picked.append(
            Picked(
                pick=pick,
                shown=len(first),
                found=len(rows),
                is_order=not (is_wrong and has_right),
            )
        )
        records += [drawn.records[row] for row in first]
    each = {record.number: record for record in records}
    return tuple(picked), [(f"#{number}", record) for number, record in each.items()]


def uncertain(task: Task, scores: Scores) -> npt.NDArray[np.int64]:
    """Return all rows of the scores (n, O), the closest decision first."""
    return np.argsort(task.certainty(scores), kind="stable")


def wrong(task: Task, scores: Scores, records: Sequence[Record]) -> npt.NDArray[np.int64]:
    """Return the rows with another answer than their target, the least supported target first.

    Where answers are near or far, but not right or wrong, these are all rows with a target.

    Raises:
        ConfigError: no record has a target.
    """
    has_target = np.array([record.has_target for record in records])
    if not has_target.any():
        raise ConfigError(
            f"--example wrong: the data has no {task.noun}s; name some with --label COL"
        )
    targets = targets_of(task, scores, records)
    right = task.right(scores, targets)
    rows = np.flatnonzero(has_target if right is None else has_target & ~right)
    return rows[np.argsort(task.support(scores, targets)[rows], kind="stable")]
