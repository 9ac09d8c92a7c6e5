"""What joint n-grams have to do with a written answer: its pairs, and what stands without them."""

from __future__ import annotations

import copy
from typing import Any, cast

import numpy as np

from grucli.data.encoded import Encoded
from grucli.engine.steps import Steps
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.window import scores_of
from grucli.tasks.drafts import Draft
from grucli.tasks.task import Task
from grucli.tasks.writing_task import WritingTask
from grucli.values import dataclass

DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class JointCut:
    """An answer, cut along its input.

    Attributes:
        pairs: (S,) each step of the input, and what is written for it; nothing at all where the
            answer cannot be cut.
        alone: what the network writes by itself.
        score: of that, its mean log-probability a symbol [nat].
    """

    pairs: tuple[tuple[str, str], ...]
    alone: str
    score: float

    def to_json(self) -> dict[str, Any]:
        """Return it as lists."""
        alone = {"answer": self.alone, "score": round(self.score, DIGITS)}
        return {"pairs": [list(pair) for pair in self.pairs], "network": alone}


def joint_cut(
    saved: SavedModel, encoded: Encoded, draft: Draft, source: tuple[str, ...]
) -> JointCut | None:
    """Return how an answer is cut; None of a model without joint n-grams.

    Args:
        saved: the model.
        encoded: one input.
        draft: its answer.
        source: (S,) what the steps of the input are called.
    """
    joint, task = saved.model.joint, cast(WritingTask, saved.task)
    if joint is None:
        return None
    network = copy.copy(saved.model)
    network.joint = None
    (alone,) = task.typed_answers(scores_of(cast(Task, task), Runner(network), encoded))
    symbols = np.array(draft.symbols, np.int64)
    cut = joint.alignment.cut(
        Steps(values=encoded.steps, lengths=encoded.lengths),
        Steps(values=symbols, lengths=np.array([len(symbols)])),
    ).values
    pairs: tuple[tuple[str, str], ...] = ()
    if (cut >= 0).all():
        own = joint.alignment.pairs[cut, 1:].astype(np.int64)
        written = [task.pieces(Draft(symbols=tuple((row[row > 0] - 1).tolist()))) for row in own]
        pairs = tuple((step, " ".join(texts)) for step, texts in zip(source, written, strict=True))
    return JointCut(pairs=pairs, alone=alone.text, score=alone.score)
