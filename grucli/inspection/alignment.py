"""Which steps of an input each symbol of a written answer has looked at, and rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from grucli.data.encoded import Encoded
from grucli.data.encoder import Encoder
from grucli.data.records import Record
from grucli.engine.packing import Floats
from grucli.inspection.gate_traces import GateTrace, traces_of
from grucli.inspection.joint_cut import JointCut, joint_cut
from grucli.inspection.leaving_out import leave_out
from grucli.inspection.rereading import reread, with_answers
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.window import scores_of
from grucli.tasks.drafts import END_SHOWN
from grucli.tasks.writing_task import WritingTask
from grucli.values import dataclass

DIGITS = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Alignment:
    """An answer, symbol by symbol.

    Attributes:
        name: of the input.
        text: the input; its number where it is no text.
        answer: the text that is written.
        score: mean log-probability of its symbols and its end [nat].
        source: (S,) what the steps of the input are called.
        symbols: (T,) of the answer, the last one its end if it has one.
        probabilities: (T,) of each symbol after those before it.
        weights: (T, S) how much it looks at each step, each row of which sums to 1; (T, 0) of a
            model without attention.
        effects: (T, S) how much log-probability it loses without each step [nat].
        instead: (S,) what is written without each step, and the score of that; None where nobody
            has asked. Both are empty where the input has a single step.
        traces: what each layer and direction does with the input, and the decoder at each symbol
            of the answer and its end; of an answer that was cut, too, which then has no end.
        joint: what joint n-grams have to do with it; None of a model without.
    """

    name: str
    text: str
    answer: str
    score: float
    source: tuple[str, ...]
    symbols: tuple[str, ...]
    probabilities: Floats
    weights: Floats
    effects: Floats
    instead: Sequence[tuple[str, float] | None]
    traces: tuple[GateTrace, ...] = ()
    joint: JointCut | None = None

    @property
    def losses(self) -> Floats:
        """(S,) how much the score of the answer loses without each step [nat]."""
        lost: Floats = self.effects.mean(axis=0)
        return lost

    def to_json(self) -> dict[str, Any]:
        """Return it as lists of numbers."""
        return {
            "name": self.name,
            "text": self.text,
            "answer": self.answer,
            "score": round(self.score, DIGITS),
            "source": list(self.source),
            "symbols": list(self.symbols),
            "probabilities": np.round(self.probabilities, DIGITS).tolist(),
            "weights": np.round(self.weights, DIGITS).tolist(),
            "effects": np.round(self.effects, DIGITS).tolist(),
            "instead": [
                None if one is None else {"answer": one[0], "score": round(one[1], DIGITS)}
                for one in self.instead
            ],
            "gates": [trace.to_json() for trace in self.traces],
            **({} if self.joint is None else {"joint": self.joint.to_json()}),
        }


def align(saved: SavedModel, record: Record, name: str) -> Alignment:
    """Write the answer to a record, and read it again for what each symbol looks at and rests on.

    An input without a token has an empty answer, which has looked at nothing.
    """
    task, runner = cast(WritingTask, saved.task), Runner(saved.model)
    encoded = saved.encoder.encode([record])
    scores = scores_of(saved.task, runner, encoded)
    (draft,) = scores.best
    (answer,) = task.typed_answers(scores)
    found = Alignment(
        name=name,
        text=f"#{record.number}" if record.text is None else record.text,
        answer=answer.text,
        score=draft.score,
        source=_source(saved.encoder, record, encoded),
        symbols=(*task.pieces(draft), *((END_SHOWN,) if draft.is_ended else ())),
        probabilities=np.zeros(0),
        weights=np.zeros((0, int(encoded.lengths[0]))),
        effects=np.zeros((0, 0)),
        instead=(),
    )
    if encoded.texts is not None and not encoded.texts.lengths[0]:
        return replace(found, symbols=())
    number, traces = len(found.symbols), list[GateTrace]()
    own = reread(runner, with_answers(encoded, scores), lambda _: traces.extend(traces_of(runner)))
    weights = None if runner.decoder is None else runner.decoder.weights
    looked_at = np.zeros((number, 0)) if weights is None else weights[0].astype(np.float64)
    left_out = leave_out(saved.task, runner, encoded, draft)
    return replace(
        found,
        probabilities=own.probabilities[:number],
        weights=looked_at[:number],
        effects=left_out.effects[:number],
        instead=left_out.answers,
        traces=tuple(traces),
        joint=joint_cut(saved, encoded, draft, found.source),
    )


def _source(encoder: Encoder, record: Record, encoded: Encoded) -> tuple[str, ...]:
    if encoded.texts is None:
        return tuple(str(step) for step in range(1, int(encoded.lengths[0]) + 1))
    return tuple(encoder.inputs([record], encoded)["tokens"].tolist())
