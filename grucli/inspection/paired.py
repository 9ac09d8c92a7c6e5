"""Two models' answers to the same sequences: which differ, and whether one is better than chance.

Both answer the same rows, so it is the rows on which they differ that tell, and figures are
compared row by row: what is hard for both does not count.

Letters: n rows, O outputs of the head.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.engine.packing import Floats
from grucli.engine.steps import Steps
from grucli.inspection.paired_tests import mcnemar, paired_interval
from grucli.tasks.columns import AnswerOptions, Lists
from grucli.tasks.intervals import Interval
from grucli.tasks.scorecard import Measure
from grucli.tasks.task import Scores, Task
from grucli.values import dataclass

LOSS = Measure(name="loss", title="loss", larger_is_better=False)
ALL_RIGHT = Measure(name="all_right", title="all right")

Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class FigureChange:
    """A figure of both models on the same rows.

    Attributes:
        measure: what it is.
        first, second: its value for either.
        interval: of `second` less `first`, 95 %, by resampling the rows; None of a single one.
    """

    measure: Measure
    first: float
    second: float
    interval: Interval | None

    @property
    def change(self) -> float:
        """`second` less `first`."""
        return self.second - self.first

    @property
    def worse_name(self) -> str:
        """What the number is called by which the second is worse: `accuracy_drop`, `loss_rise`."""
        return f"{self.measure.name}_{'drop' if self.measure.larger_is_better else 'rise'}"

    @property
    def worse(self) -> float:
        """By how much the second is worse; below 0 where it is better."""
        return -self.change if self.measure.larger_is_better else self.change


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """How the answers of two models differ.

    Attributes:
        sequences: n that both have answered.
        flips: (f,) rows with another answer, the farthest apart first; of numbers those that are
            more than a tenth of a standard deviation apart.
        moved: mean distance of both answers, in [0, 1]; of texts, edits by characters.
        only_first, only_second: rows that one alone answers rightly, or distinct inputs of texts;
            None without targets, or where none is right or wrong.
        p: of McNemar's exact test that both are right equally often; None likewise.
        figures: none without known targets.
    """

    sequences: int
    flips: npt.NDArray[np.int64]
    moved: float
    only_first: int | None
    only_second: int | None
    p: float | None
    figures: tuple[FigureChange, ...]

    @property
    def churn(self) -> float:
        """Share of sequences with another answer."""
        return len(self.flips) / self.sequences

    def to_json(self) -> dict[str, Any]:
        """Return all figures, each also as the number by which the second model is worse."""
        return {
            "sequences": self.sequences,
            "flips": len(self.flips),
            "churn": self.churn,
            "moved": self.moved,
            "only_first_right": self.only_first,
            "only_second_right": self.only_second,
            "p": self.p,
            **{one.worse_name: one.worse for one in self.figures},
            "figures": [
                {
                    "name": one.measure.name,
                    "first": one.first,
                    "second": one.second,
                    "change": one.change,
                    "interval": None if one.interval is None else list(one.interval),
                }
                for one in self.figures
            ],
        }


def answers(
    tasks: tuple[Task, Task],
    scores: tuple[Scores, Scores],
    records: Sequence[Record],
    seed: int,
) -> Answers:
    """Compare the scores (n, O) that two models give to the same records.

    Args:
        tasks: of both models, of one name and with the same labels in any order.
        scores: of either, in the order of its own outputs.
        records: n, at least one.
        seed: of the resampling.
    """
    others = aligned(*tasks, scores[1])
    same = _same(tasks, scores, others)
    apart = _distances(tasks[0], scores[0], others, same)
    flips = np.flatnonzero(~same)
    asked = [row for row, record in enumerate(records) if record.has_target]
    with_targets = tuple(one[np.array(asked, np.int64)] for one in scores)
    targets = tuple(task.encode([records[row] for row in asked]) for task in tasks)
    only_first, only_second = _only_right(tasks, with_targets, targets)
    p = None
    if only_first is not None and only_second is not None:
        p = mcnemar(only_first, only_second)
    return Answers(
        sequences=len(records),
        flips=flips[np.argsort(-apart[flips], kind="stable")],
        moved=float(apart.mean()),
        only_first=only_first,
        only_second=only_second,
        p=p,
        figures=tuple(_figures(tasks, with_targets, targets, seed)) if asked else (),
    )


def output_names(task: Task) -> tuple[str, ...]:
    """Return what the outputs of a head speak for; nothing where answers are numbers or texts."""
    return tuple(task.to_json().get("labels", ()))


def aligned(first: Task, second: Task, scores: Scores) -> Scores:
    """Return scores of the second task as the first one would give them for the same answers.

    Labels may stand in another order, and numbers have been scaled otherwise.
    """
    names = output_names(second)
    plain = first.plain_outputs(second.num_outputs, names)
    weights, offset = plain[:, :-1], plain[:, -1]
    if not names:
        factor, shift = second.plain_outputs(1, ())[0]
        weights, offset = weights / factor, offset - weights[:, 0] * shift / factor
    if not isinstance(scores, Steps):
        found: Scores = scores @ weights.T + offset
        return found
    chains, number = scores.chains, len(weights)
    if chains is not None:
        before = weights @ chains[:, :number]
        chains = np.concatenate((before, chains[:, number:]), axis=1) @ weights.T
    return Steps(values=scores.values @ weights.T, lengths=scores.lengths, chains=chains)


def _same(tasks: tuple[Task, Task], scores: tuple[Scores, Scores], others: Scores) -> Booleans:
    """Return (n,) where the answers are the same, each as its own model decides it."""
    if not output_names(tasks[0]):
        return tasks[0].agree(scores[0], others)
    pairs = zip(*(_named(task, own) for task, own in zip(tasks, scores, strict=True)), strict=True)
    return np.array([one == other for one, other in pairs], bool)


def _named(task: Task, scores: Scores) -> list[Hashable]:
    """Return each answer by name: a label, a set of them, or the tags of all steps."""
    columns = task.answers(scores, AnswerOptions())
    named: Any = columns.fields[next(iter(columns.fields))]
    if not isinstance(named, Lists):
        return list(named)
    return [tuple(own) if columns.steps else frozenset(own) for own in named.values]


def _distances(task: Task, scores: Scores, others: Scores, same: Booleans) -> Floats:
    """Return (n,) how far answers are apart; where they have other lengths, whether they are."""
    if isinstance(scores, Steps) and not np.array_equal(scores.lengths, others.lengths):
        return (~same).astype(np.float64)
    return task.distance(scores, others)


def _only_right(
    tasks: tuple[Task, Task], scores: tuple[Scores, ...], targets: tuple[Any, ...]
) -> tuple[int | None, int | None]:
    """Return how many rows either model alone answers rightly."""
    if not len(scores[0]):
        return None, None
    first, second = (
        task.right(own, truth) for task, own, truth in zip(tasks, scores, targets, strict=True)
    )
    if first is None or second is None:
        return None, None
    return int((first & ~second).sum()), int((second & ~first).sum())


def _figures(
    tasks: tuple[Task, Task], scores: tuple[Scores, ...], targets: tuple[Any, ...], seed: int
) -> Iterator[FigureChange]:
    """Yield the figure that counts most, where it is another the share of all right, and the loss.

    The loss is that of rows whose targets both models know.
    """
    each = list(zip(tasks, scores, targets, strict=True))
    known = tasks[0].known(targets[0]) & tasks[1].known(targets[1])
    if not known.any():
        return
    measure = tasks[0].baseline(targets[0]).measure
    parts = [_parts(*one) for one in each]
    figure = tasks[0].figure_of if tasks[0].has_linear_path else quotient
    yield figure_change(measure, parts, figure, seed)
    right = [hits for hits in (task.right(*one) for task, *one in each) if hits is not None]
    if right and not np.array_equal(right[0], parts[0][:, 0]):
        yield figure_change(ALL_RIGHT, [_as_parts(own) for own in right], quotient, seed)
    losses = [task.row_losses(own[known], truth[known]) for task, own, truth in each]
    yield figure_change(LOSS, [_as_parts(own) for own in losses], quotient, seed)


def figure_change(
    measure: Measure, parts: Sequence[Floats], figure: Callable[[Floats], Floats], seed: int
) -> FigureChange:
    """Return a figure of both models, which follows from the sums of what each row adds to it."""
    first, second = (float(figure(own.sum(axis=0)[None])[0]) for own in parts)
    is_single = len(parts[0]) == 1  # of which every resample is the same
    interval = None if is_single else paired_interval(parts[0], parts[1], figure, seed)
    return FigureChange(measure=measure, first=first, second=second, interval=interval)


def _parts(task: Task, scores: Scores, targets: Any) -> Floats:
    """Return (n, k) what each row adds to the figure that counts most; of tags, its right ones."""
    if task.has_linear_path:
        return task.row_parts(scores, targets)
    lengths = targets.lengths
    wrong = np.bincount(task.mistakes(scores, targets).rows, minlength=len(lengths))
    return np.stack((lengths - wrong, lengths), axis=1).astype(np.float64)


def _as_parts(values: npt.ArrayLike) -> Floats:
    """Return (n, 2): a value of each row, and one row."""
    column = np.asarray(values, np.float64)
    return np.stack((column, np.ones_like(column)), axis=1)


def quotient(sums: Floats) -> Floats:
    """Return (m,) means or rates, of (m, 2) sums: one divided by the other."""
    means: Floats = sums[:, 0] / sums[:, 1]
    return means
