"""What an audit asks about one answer: what is explained of it, with any of its parts away.

Parts are left out as in the pictures of reasons, or replaced where they stand: by the mean in what
the recurrence reads, and by a token that no n-gram knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples, bounded
from grucli.data.encoded import Encoded
from grucli.engine.beam import END
from grucli.engine.packing import Floats, Integers
from grucli.inspection.answer_score import AnswerScore
from grucli.inspection.ngram_shares import UNREAD, shares_of
from grucli.inspection.path_model import Number, PathModel, repeated
from grucli.inspection.scored import Scored
from grucli.inspection.sequences import Asked
from grucli.model.logits import MOST_NUMBERS
from grucli.model.ngram_path import NgramPath
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.window import scores_of
from grucli.values import dataclass

Masks = npt.NDArray[np.bool_]
"""(m, P) which parts are left."""
Away = Callable[[Masks, Number], Floats]
"""Returns (m, ...) numbers of the scores with parts away."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """One answer.

    Attributes:
        explained: what of it.
        path: the recurrence with its steps.
        left_out, replaced: run the model with parts away.
        linear: (T,) what n-grams do for the margin, shared out among all tokens; None where none
            count.
        share: of the margins, in [0, 1], what is asked about; 1 unless a path stands beside the
            recurrence that no step has a share of.
    """

    explained: Scored
    path: PathModel
    left_out: Away
    replaced: Away
    linear: Floats | None = None
    share: float = 1.0


def of_answer(saved: SavedModel, found: Asked, target: str | None) -> Question:
    """Ask about the answer to a sequence, or to one of its steps.

    Args:
        saved: a model that does not write.
        found: the sequence.
        target: what to explain, as the task takes it; None for the answer.
    """
    whole = np.ones((1, len(found.windows)), bool)
    scores, linear = found.run(_steps(found, whole))
    explained = saved.task.explained(scores, target)
    path = PathModel(saved.model, found.encoded)
    asked = Question(
        explained=explained,
        path=path,
        left_out=lambda masks, of: of(found.run(_steps(found, masks))[0]),
        replaced=lambda masks, of: path.replaced(_read(found, path, masks), of),
    )
    beside = saved.model.linear
    if linear is None or beside is None:
        return asked
    if isinstance(beside, NgramPath):
        return _with_ngrams(asked, beside, saved.model.mix.linear, found, linear)
    ours, theirs = (abs(float(explained.margin(own)[0])) for own in (scores - linear, linear))

    def left_out(masks: Masks, of: Number) -> Floats:
        scores, linear = found.run(_steps(found, masks))
        return of(scores - linear)

    return replace(
        asked,
        left_out=left_out,
        share=ours / (ours + theirs) if ours else 0.0,
    )


def of_text(saved: SavedModel, found: Asked) -> Question:
    """Ask about the answer that a model writes: it is read again, whatever is away."""
    runner = Runner(saved.model)
    drafts = scores_of(saved.task, runner, found.encoded)
    (draft,) = drafts.best
    answer = np.array([*draft.symbols, END])
    path = PathModel(saved.model, found.encoded, answer)
    return Question(
        explained=AnswerScore(answer=answer),
        path=path,
        left_out=partial(_reread, runner, found, answer),
        replaced=lambda masks, of: path.replaced(_read(found, path, masks), of),
    )


def _steps(found: Asked, masks: Masks) -> list[npt.NDArray[np.bool_]]:
    return [found.steps_of(mask) for mask in masks]


def _read(found: Asked, path: PathModel, masks: Masks) -> Masks:
    """Return (m, T) which of the steps that the recurrence reads are left."""
    return np.array([mask[: len(path)] for mask in _steps(found, masks)])


def _with_ngrams(
    asked: Question, ngrams: NgramPath, factor: float, found: Asked, linear: Floats
) -> Question:
    """Return the question where n-grams count, too: (1, O) `linear` is what they add."""
    texts, path = found.encoded.texts, asked.path
    assert texts is not None  # n-grams are of texts

    def replaced(masks: Masks, of: Number) -> Floats:
        kept = np.array(_steps(found, masks))
        places = np.where(kept, texts.places, len(texts.tokens)).astype(np.int32)
        unread = replace(
            texts,
            tokens=[*texts.tokens, UNREAD],
            places=places.reshape(-1),
            lengths=np.repeat(texts.lengths, len(kept)),
        )
        ours = path.replaced(_read(found, path, masks), lambda scores: scores)
        return of(ours + factor * ngrams.of_texts(unread))

    (pull,) = asked.explained.d_margin(linear)
    return replace(asked, replaced=replaced, linear=factor * shares_of(ngrams, texts, pull))


def _reread(runner: Runner, found: Asked, answer: Integers, masks: Masks, of: Number) -> Floats:
    """Return (m,) numbers of an answer that is read again where parts are left out."""
    remains: Encoded = found.parts.remains(_steps(found, masks))
    examples = Examples.of(remains, repeated(answer, len(masks)))
    size = len(answer) * runner.model.architecture.num_outputs
    result = np.empty(len(masks))
    for batch in bounded(examples, most_rows=max(1, MOST_NUMBERS // size)):
        result[batch.rows] = of(runner.forward(batch))
    return result
