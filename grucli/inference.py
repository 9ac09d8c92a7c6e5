"""Predictions in input order: over examples at hand, and over a stream of records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.checkpoint import SavedModel, load
from grucli.data.batches import Examples, bounded
from grucli.data.encoding import TextEncoder
from grucli.data.records import Record
from grucli.errors import CheckpointError, counted, show_path
from grucli.model import Model

WINDOW_RECORDS = 4096  # sorted together by length
WINDOW_STEPS = 1 << 18  # bounds the memory of a window whatever its sequences' lengths

Probabilities = npt.NDArray[np.float64]


def probabilities(model: Model, examples: Examples) -> Probabilities:
    """Return (n, C) class probabilities in the order of `examples`."""
    result = np.empty((len(examples), model.architecture.num_classes))
    for batch in bounded(examples):
        result[batch.rows] = model.probabilities(batch)
    return result


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """The answer to one record.

    Attributes:
        record: what was asked.
        probabilities: (C,) of each class; None for a record that could not be read.
        known: share of its tokens that the vocabulary knows, in [0, 1].
        truncated: whether steps beyond the longest allowed were left out.
    """

    record: Record
    probabilities: Probabilities | None
    known: float
    truncated: bool


def predict(
    saved: SavedModel, records: Iterable[Record], ready: Callable[[], bool] = lambda: True
) -> Iterator[list[Prediction]]:
    """Answer records in their order, a window at a time, so that memory does not grow.

    Args:
        saved: the model and how it reads records.
        records: what to classify, of the model's kind.
        ready: whether another record can be had without waiting; if not, the window at hand is
            answered first.

    Yields:
        One window of predictions, never empty; together one prediction for each record, in order.

    Raises:
        DataError: a numeric sequence has other channels than those of training.
    """
    window: list[Record] = []
    steps = 0
    for record in records:
        window.append(record)
        steps += len(record.text or "") if record.values is None else len(record.values)
        if len(window) >= WINDOW_RECORDS or steps >= WINDOW_STEPS or not ready():
            yield _answer(saved, window)
            window, steps = [], 0
    if window:
        yield _answer(saved, window)


def _answer(saved: SavedModel, window: list[Record]) -> list[Prediction]:
    encoded = [None if r.error is not None else saved.encoder.encode_record(r) for r in window]
    present = [item.steps for item in encoded if item is not None]
    rows = iter(probabilities(saved.model, Examples.join(present)) if present else ())
    return [
        Prediction(record=record, probabilities=None, known=0.0, truncated=False)
        if item is None
        else Prediction(
            record=record, probabilities=next(rows), known=item.known, truncated=item.truncated
        )
        for record, item in zip(window, encoded, strict=True)
    ]


def fitting(
    saved: SavedModel, records: Iterable[Record], data: str, model: str
) -> Iterator[Record]:
    """Yield the records as long as they are what the model reads.

    Args:
        saved: the model.
        records: any; those that could not be read pass.
        data, model: the names of both, for the message.

    Raises:
        CheckpointError: a text for a model of numeric sequences, numbers for a model of texts, or
            other channels than those of training.
    """
    encoder = saved.encoder
    wanted = _form(None if isinstance(encoder, TextEncoder) else len(encoder.mean))
    for record in records:
        found = _form(None if record.values is None else record.values.shape[1])
        if found != wanted and record.error is None:
            raise CheckpointError(
                f"{show_path(data, 36)}: holds {found}, but {show_path(model, 36)} reads {wanted}; "
                "name another file or model"
            )
        yield record


def _form(channels: int | None) -> str:
    if channels is None:
        return "text"
    return f"numeric sequences of {counted(channels, 'channel')}"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What `Classifier.predict` says of one input.

    Attributes:
        label: the most probable one.
        probability: its probability, in [0, 1].
        probabilities: that of every label; they sum to 1.
    """

    label: str
    probability: float
    probabilities: dict[str, float]


class Classifier:
    """A trained model in a program of yours.

    Attributes:
        labels: what it can answer.
        kind: "text" or "series": what it takes.
    """

    def __init__(self, saved: SavedModel) -> None:
        """Use `load` instead, unless the model is already in memory."""
        self._saved = saved
        self.labels = saved.labels
        self.kind = saved.encoder.kind

    @classmethod
    def load(cls, path: str) -> Classifier:
        """Open a model file.

        Raises:
            AccessError: it is missing or unreadable.
            CheckpointError: it is no intact grucli model.
        """
        return cls(load(path))

    def predict(self, inputs: Sequence[str] | Sequence[npt.ArrayLike]) -> list[Answer]:
        """Classify texts, or numeric sequences (T,) or (T, I), each of any length.

        Raises:
            DataError: a sequence has other channels than those of training, or no step.
        """
        records = [self._record(number, value) for number, value in enumerate(inputs, 1)]
        return [
            self._answer_of(prediction)
            for window in predict(self._saved, records)
            for prediction in window
        ]

    def _record(self, number: int, value: Any) -> Record:
        if self.kind == "text":
            return Record(number=number, text=str(value))
        values = np.asarray(value, np.float32)
        return Record(number=number, values=values[:, None] if values.ndim == 1 else values)

    def _answer_of(self, prediction: Prediction) -> Answer:
        assert prediction.probabilities is not None  # records made here have no error
        by_label = dict(zip(self.labels, prediction.probabilities.tolist(), strict=True))
        best = max(by_label, key=by_label.__getitem__)
        return Answer(label=best, probability=by_label[best], probabilities=by_label)
