"""A few held-out inputs and what a model that writes makes of them, while it is trained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grucli.data.records import Record
from grucli.errors import excerpt
from grucli.model.runner import Runner
from grucli.prediction.window import scores_of
from grucli.preparation.prepare import Prepared
from grucli.report.predictions import as_texts
from grucli.tasks.columns import AnswerOptions
from grucli.training.trainer import Trainer

SHOWN, WIDTH = 3, 40


def sample_lines(trainer: Trainer, prepared: Prepared) -> Iterator[str]:
    """Yield the answers to the first held-out inputs, the same ones each time, and what is true.

    They are those of the best weights so far; none of a task that does not write, or where nothing
    is held out.
    """
    if not prepared.task.writes or prepared.valid is None:
        return
    records: Sequence[Record] = prepared.records[:SHOWN]
    encoded = prepared.encoder.encode(records)
    scores = scores_of(prepared.task, Runner(trainer.best), encoded)
    found = prepared.task.answers(scores, AnswerOptions())
    answers = as_texts(found.table[found.answers[0]])
    for record, answer in zip(records, answers, strict=True):
        truth = record.label or ""
        shown = record.text if record.text is not None else f"#{record.number}"
        verdict = "right" if answer == truth else f"true: {excerpt(truth, WIDTH)}"
        yield f"  {excerpt(shown, WIDTH)} -> {excerpt(answer, WIDTH)}  ({verdict})"
