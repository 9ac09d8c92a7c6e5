"""Which steps of an input each symbol of a written answer has looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from grucli.data.batches import Examples, pack
from grucli.data.encoded import Encoded
from grucli.data.encoder import Encoder
from grucli.data.records import Record
from grucli.engine import losses
from grucli.engine.beam import END
from grucli.engine.packing import Floats
from grucli.engine.steps import Steps
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.window import scores_of
from grucli.tasks.drafts import Draft
from grucli.tasks.writing_task import WritingTask

END_SHOWN = "<end>"
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
    """

    name: str
    text: str
    answer: str
    score: float
    source: tuple[str, ...]
    symbols: tuple[str, ...]
    probabilities: Floats
    weights: Floats

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
        }


def align(saved: SavedModel, record: Record, name: str) -> Alignment:
    """Write the answer to a record, and read it again for what each symbol looks at.

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
    )
    if encoded.texts is not None and not encoded.texts.lengths[0]:
        return replace(found, symbols=())
    probabilities, weights = _read_again(runner, encoded, draft)
    return replace(found, probabilities=probabilities, weights=weights)


def _read_again(runner: Runner, encoded: Encoded, draft: Draft) -> tuple[Floats, Floats]:
    """Return probabilities and weights of the symbols of a draft."""
    symbols = np.array([*draft.symbols, *([END] if draft.is_ended else [])])
    targets = Steps(values=symbols, lengths=np.array([len(symbols)]))
    batch = pack(Examples.of(encoded, targets), np.zeros(1, np.int64))
    log_p = losses.log_probabilities(runner.forward(batch).values)
    weights = None if runner.decoder is None else runner.decoder.weights
    looked_at = np.zeros((len(symbols), 0)) if weights is None else weights[0].astype(np.float64)
    return np.exp(log_p[np.arange(len(symbols)), symbols]), looked_at


def _source(encoder: Encoder, record: Record, encoded: Encoded) -> tuple[str, ...]:
    if encoded.texts is None:
        return tuple(str(step) for step in range(1, int(encoded.lengths[0]) + 1))
    return tuple(encoder.inputs([record], encoded)["tokens"].tolist())
