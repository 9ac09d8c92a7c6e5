"""What a written answer rests on: each step of its input is left out in turn.

The answer is read again without the step, for how much each of its symbols has lost, and another
one is written, for what changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.encoded import Encoded
from grucli.data.text.tokenized import Tokenized
from grucli.engine.packing import Floats
from grucli.inspection.rereading import reread, with_answers
from grucli.model.runner import Runner
from grucli.prediction.window import scores_of
from grucli.tasks.drafts import Draft, Drafts
from grucli.tasks.task import Task
from grucli.values import dataclass

MOST_REWRITTEN = 64  # steps, of which answers are written without them


@dataclass(frozen=True, kw_only=True, eq=False)
class LeftOut:
    """What becomes of an answer of T symbols, its end included, without each of S steps.

    Attributes:
        effects: (T, S) how much log-probability each symbol loses without each step [nat].
        answers: (S,) what is written instead, with its score; None of steps beyond the
            MOST_REWRITTEN that the answer loses most without.
    """

    effects: Floats
    answers: Sequence[tuple[str, float] | None]


def leave_out(task: Task, runner: Runner, encoded: Encoded, draft: Draft) -> LeftOut:
    """Leave out each step of one input.

    Args:
        task: of the model.
        runner: of it.
        encoded: the input; of a single step nothing would be left, and nothing is found.
        draft: its answer.
    """
    size = int(encoded.lengths[0])
    if size == 1:
        return LeftOut(effects=np.zeros((len(draft.symbols) + 1, 0)), answers=())
    every = np.arange(size)
    shortened = _without(encoded, every)
    whole = reread(runner, with_answers(encoded, Drafts(rows=[[draft]])))
    found = reread(runner, with_answers(shortened, Drafts(rows=[[draft]] * size)))
    effects = whole.log_p[:, None] - found.log_p.reshape(size, -1).T
    asked = np.argsort(-effects.sum(axis=0), kind="stable")[:MOST_REWRITTEN]
    answers: list[tuple[str, float] | None] = [None] * size
    written = scores_of(task, runner, _without(encoded, asked))
    for step, answer in zip(asked.tolist(), task.typed_answers(written), strict=True):
        answers[step] = answer.text, answer.score
    return LeftOut(effects=effects, answers=answers)


def _without(encoded: Encoded, steps: npt.NDArray[np.int64]) -> Encoded:
    """Return the input once for each of some of its steps, without that step."""
    size, number = int(encoded.lengths[0]), len(steps)
    kept = np.arange(size) != steps[:, None]
    return replace(
        encoded,
        steps=_repeated(encoded.steps, number)[kept],
        lengths=np.full(number, size - 1),
        known=np.ones(number),
        truncated=np.zeros(number, bool),
        texts=None if encoded.texts is None else _texts(encoded.texts, kept),
    )


def _repeated(steps: npt.NDArray[Any], number: int) -> npt.NDArray[Any]:
    return np.broadcast_to(steps, (number, *steps.shape))


def _texts(text: Tokenized, kept: npt.NDArray[np.bool_]) -> Tokenized:
    """Return the tokens that are left; those behind the last step have not been read."""
    read = replace(text, places=text.places[: kept.shape[1]], lengths=np.array([kept.shape[1]]))
    return read.remains(list(kept))
