"""Predictions in input order: over examples at hand, and over a stream of records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples, bounded
from grucli.data.encoding import TextEncoder
from grucli.data.labelled import examples_of
from grucli.data.numbers import floats, whole
from grucli.data.records import Record
from grucli.engine import losses
from grucli.errors import (
    AccessError,
    CheckpointError,
    DataError,
    GrucliError,
    counted,
    show,
    show_path,
)
from grucli.model.network import Model
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel, load
from grucli.prediction.coverage import Coverage

WINDOW_RECORDS = 4096  # sorted together by length
WINDOW_STEPS = 1 << 18  # bounds the memory of a window whatever its sequences' lengths
WINDOW_ANSWERS = 1 << 21  # and whatever the number of its classes: probabilities

Probabilities = npt.NDArray[np.float64]


def probabilities(runner: Runner, examples: Examples) -> Probabilities:
    """Return (n, C) class probabilities in the order of `examples`."""
    return decided(runner.model, logits(runner, examples), examples)


def decided(model: Model, said: npt.NDArray[np.float64], examples: Examples) -> Probabilities:
    """Return (n, C) class probabilities from what the recurrence has said, logits (n, O)."""
    p = losses.probabilities(model.mix.logits(said, examples.wide))
    return p.astype(np.float64, copy=False)


def logits(runner: Runner, examples: Examples) -> npt.NDArray[np.float64]:
    """Return (n, O) the logits of the recurrence in the order of `examples`."""
    result = np.empty((len(examples), runner.model.architecture.num_outputs))
    for batch in bounded(examples):
        result[batch.rows] = runner.forward(batch)
    return result


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """The answers to a window of records.

    Attributes:
        records: (n,) what was asked, in order.
        probabilities: (n, C) of each class; all zero for a record that could not be read.
        known: (n,) share of its tokens that the vocabulary knows, in [0, 1].
        truncated: (n,) bool, whether steps beyond the longest allowed were left out.
        coverage: both, counted over the records that could be read.
    """

    records: Sequence[Record]
    probabilities: Probabilities
    known: npt.NDArray[np.float64]
    truncated: npt.NDArray[np.bool_]
    coverage: Coverage = field(default_factory=Coverage)


def predict(
    saved: SavedModel, records: Iterable[Record], ready: Callable[[], bool] = lambda: True
) -> Iterator[Predictions]:
    """Answer records in their order, a window at a time, so that memory does not grow.

    Args:
        saved: the model and how it reads records.
        records: what to classify, of the model's kind.
        ready: whether another record can be had without waiting; if not, the window at hand is
            answered first.

    Yields:
        One window of predictions, never empty; together one prediction for each record, in order.

    Raises:
        DataError, AccessError: as `records` do; what came before is answered first.
    """
    runner = Runner(saved.model)
    most = max(1, min(WINDOW_RECORDS, WINDOW_ANSWERS // len(saved.labels)))
    for window in _windows(records, ready, most):
        yield _answered(saved, runner, window)


def _windows(
    records: Iterable[Record], ready: Callable[[], bool], most: int
) -> Iterator[list[Record]]:
    """Divide records as `predict` answers them, `most` at once.

    A fault of their source comes behind the last.
    """
    window: list[Record] = []
    steps = 0
    fault: GrucliError | None = None
    try:
        for record in records:
            window.append(record)
            steps += len(record.text or "") if record.values is None else len(record.values)
            if len(window) >= most or steps >= WINDOW_STEPS or not ready():
                yield window
                window, steps = [], 0
    except (AccessError, DataError) as error:
        fault = error
    if window:
        yield window
    if fault is not None:
        raise fault


def _answered(saved: SavedModel, runner: Runner, window: list[Record]) -> Predictions:
    readable = [row for row, record in enumerate(window) if record.error is None]
    answers = Predictions(
        records=window,
        probabilities=np.zeros((len(window), len(saved.labels))),
        known=np.zeros(len(window)),
        truncated=np.zeros(len(window), bool),
    )
    if readable:
        records = [window[row] for row in readable]
        encoded = saved.encoder.encode(records)
        examples = examples_of(encoded, records, [-1] * len(records))
        answers.probabilities[readable] = probabilities(runner, examples)
        answers.known[readable] = encoded.known
        answers.truncated[readable] = encoded.truncated
        answers = replace(answers, coverage=Coverage.of(saved.encoder, encoded))
    return answers


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
    wanted = None if isinstance(encoder, TextEncoder) else encoder.num_channels
    for record in records:
        found = None if record.values is None else record.values.shape[1]
        if found != wanted and record.error is None:
            raise CheckpointError(
                f"{show_path(data, 36)}: holds {_form(found)}, but {show_path(model, 36)} reads "
                f"{_form(wanted)}; name another file or model"
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
    """A trained model in a program of yours: read-only, so threads may share it; can be pickled."""

    def __init__(self, saved: SavedModel) -> None:
        """Use `load` instead, unless the model is already in memory."""
        saved.model.seal()
        self._saved = saved

    @property
    def labels(self) -> tuple[str, ...]:
        """What it can answer."""
        return self._saved.labels

    @property
    def kind(self) -> str:
        """What it takes: "text" or "series"."""
        return self._saved.encoder.kind

    @classmethod
    def load(cls, path: str) -> Classifier:
        """Open a model file.

        Raises:
            AccessError: it is missing or unreadable.
            CheckpointError: it is no intact grucli model.
        """
        return cls(load(path))

    def __reduce__(self) -> tuple[type[Classifier], tuple[SavedModel]]:
        """Pickle what it is made of; arrays come out of a pickle writable, and are sealed again."""
        return type(self), (self._saved,)

    def predict(self, inputs: Sequence[str] | Sequence[npt.ArrayLike]) -> list[Answer]:
        """Classify texts, or numeric sequences (T,) or (T, I), each of any length.

        NaN in all channels at the end makes a sequence shorter.

        Raises:
            TypeError: `inputs` is one text, or an input is no text or no array of numbers.
            DataError: a sequence has other channels than those of training, no value, or a number
                that is infinite or too large.
        """
        if isinstance(inputs, str | bytes):
            raise TypeError("inputs is one text; give a list of texts")
        records = [self._record(number, value) for number, value in enumerate(inputs, 1)]
        return [
            self._answer(row)
            for window in predict(self._saved, records)
            for row in window.probabilities.tolist()
        ]

    def _record(self, number: int, value: Any) -> Record:
        if self.kind == "text":
            if not isinstance(value, str):
                raise TypeError(
                    f"record {number}: {type(value).__name__}, but the model reads texts"
                )
            return Record(number=number, text=value)
        try:
            values = floats(_numeric(value))
        except (TypeError, ValueError) as fault:
            raise TypeError(f"record {number}: no array of numbers: {show(fault)}") from None
        except OverflowError:  # a Python integer
            values = np.array([np.inf])
        if values.ndim == 0:
            raise DataError(f"record {number}: one number; put a single sequence in a list")
        if np.isinf(values).any():
            raise DataError(
                f"record {number}: a number is infinite or too large; leave it out or scale it down"
            )
        if values.ndim == 1:
            values = values[:, None]
        if values.ndim == 2:  # the encoder refuses all else
            values = whole(values, "mask")
        if len(values) == 0:
            raise DataError(f"record {number}: a sequence without a value; give one at least")
        return Record(number=number, values=values)

    def _answer(self, probabilities: list[float]) -> Answer:
        by_label = dict(zip(self.labels, probabilities, strict=True))
        best = max(by_label, key=by_label.__getitem__)
        return Answer(label=best, probability=by_label[best], probabilities=by_label)


_OTHER = {"c": "complex numbers", "M": "dates", "m": "spans of time"}
"""What NumPy would take for numbers, by the kind of its type."""


def _numeric(value: Any) -> npt.NDArray[Any]:
    """Return an array of the numbers' own type; None is NaN."""
    found = np.asarray(value)
    if found.dtype.kind in _OTHER:
        raise TypeError(_OTHER[found.dtype.kind])
    return found if found.dtype.kind in "fiub" else np.asarray(value, np.float64)
