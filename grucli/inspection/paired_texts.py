"""The texts that two models write for the same inputs: which differ, whose are right more often.

An input counts once, whatever the number of its rows, and any of their targets is right.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grucli.data.records import Record
from grucli.inspection.paired import Answers, figure_change, quotient
from grucli.inspection.paired_tests import mcnemar
from grucli.tasks.drafts import Drafts
from grucli.tasks.generate.edit_distance import edit_distance
from grucli.tasks.writing_task import WritingTask


def answers(
    tasks: tuple[WritingTask, WritingTask],
    drafts: tuple[Drafts, Drafts],
    records: Sequence[Record],
    seed: int,
) -> Answers:
    """Compare what two models write for the same records.

    Args:
        tasks: of both models; they may write with other symbols.
        drafts: of either, n.
        records: n, at least one.
        seed: of the resampling.
    """
    texts = [task.texts(own) for task, own in zip(tasks, drafts, strict=True)]
    apart = np.array([_distance(*pair) for pair in zip(*texts, strict=True)])
    flips = np.flatnonzero(apart)
    asked = [row for row, record in enumerate(records) if record.has_target]
    only_first = only_second = p = None
    figures = []
    if asked:
        rows = [records[row] for row in asked]
        first, second = (tasks[0].input_parts([own[row] for row in asked], rows) for own in texts)
        right, others = first[0][1][:, 0], second[0][1][:, 0]
        only_first, only_second = int((right > others).sum()), int((others > right).sum())
        p = mcnemar(only_first, only_second)
        figures = [
            figure_change(measure, [own, other], quotient, seed)
            for (measure, own), (_, other) in zip(first, second, strict=True)
            if own[:, 1].all() and other[:, 1].all()
        ]
    return Answers(
        sequences=len(records),
        flips=flips[np.argsort(-apart[flips], kind="stable")],
        moved=float(apart.mean()),
        only_first=only_first,
        only_second=only_second,
        p=p,
        figures=tuple(figures),
    )


def _distance(one: str, other: str) -> float:
    """Return the edits that make one text of the other, as a share of the longer one."""
    return edit_distance(one, other) / max(1, len(one), len(other))
