"""The worst of the wrong answers, and what decided them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grucli.data.records import Record
from grucli.inspection.sequences import MOST_PARTS, MOST_READ, Example, example
from grucli.modelfile.checkpoint import SavedModel
from grucli.tasks.columns import Mistakes
from grucli.values import dataclass

SHOWN = 20
TIMES_READ = 8  # of what a single sequence may take: they are explained while that lasts
RANDOM_TIMES = 42  # that a check reads the whole sequence


@dataclass(frozen=True, kw_only=True, eq=False)
class WorstAnswer:
    """A wrong answer.

    Attributes:
        place: in the columns of the `Mistakes`.
        record: the input, with its target.
        step: from 0, where each has an answer; None else.
        example: what decided it; None where telling would take too long, or for a text.
    """

    place: int
    record: Record
    step: int | None
    example: Example | None


def worst_answers(
    saved: SavedModel, records: Sequence[Record], found: Mistakes
) -> tuple[WorstAnswer, ...]:
    """Return the worst wrong answers, of each row one at most.

    Args:
        saved: the model.
        records: all that were answered.
        found: which answers are wrong, the worst first.
    """
    left = TIMES_READ * MOST_READ[saved.encoder.unit]
    shown = []
    for place in _first_of_each_row(found):
        record = records[int(found.rows[place])]
        step = None if found.steps is None else int(found.steps[place])
        left -= _steps_read(saved, record)
        shown.append(
            WorstAnswer(
                place=place,
                record=record,
                step=step,
                example=None if left < 0 else _explained(saved, record, step),
            )
        )
    return tuple(shown)


def _first_of_each_row(found: Mistakes) -> list[int]:
    """Return the places of the first mistakes in different rows."""
    _, first = np.unique(found.rows, return_index=True)
    return sorted(first.tolist())[:SHOWN]


def _steps_read(saved: SavedModel, record: Record) -> int:
    """Return about how many steps it takes to explain the answer to a record."""
    linear = saved.model.linear
    parts = saved.encoder.parts_of(record, reads_on=linear is not None and linear.reads_on)
    length, most = len(parts), MOST_PARTS[saved.encoder.unit]
    channels = 0 if record.values is None else record.values.shape[1]
    times = 3 * min(length, most) // 2 + RANDOM_TIMES
    return min(length * times, MOST_READ[saved.encoder.unit]) + length * channels


def _explained(saved: SavedModel, record: Record, step: int | None) -> Example | None:
    if saved.task.writes:  # each symbol would have reasons of its own
        return None
    target = None if step is None else str(step + 1)
    return example(saved, record, f"#{record.number}", target=target, seed=0)
