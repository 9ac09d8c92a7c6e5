"""Predictions in input order: over examples at hand, and over a stream of records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from grucli.data.encoder import form_of
from grucli.data.records import Record
from grucli.errors import AccessError, CheckpointError, DataError, GrucliError, show_path
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.crew import Crew
from grucli.prediction.window import Predictions

WINDOW_RECORDS = 4096  # sorted together by length
WINDOW_STEPS = 1 << 18  # bounds the memory of a window whatever its sequences' lengths
WINDOW_SCORES = 1 << 21  # and whatever the number of the head's outputs


def predict(
    saved: SavedModel,
    records: Iterable[Record],
    ready: Callable[[], bool] = lambda: True,
    workers: int | None = 0,
    *,
    is_long: bool = False,
) -> Iterator[Predictions]:
    """Answer records in their order, a window at a time, so that memory does not grow.

    Args:
        saved: the model and how it reads records.
        records: what to answer, of the model's kind.
        ready: whether another record can be had without waiting; if not, the window at hand is
            answered first.
        workers: processes beside this one, which change no answer; None for as many as there are
            cores for, if there are many records.
        is_long: whether it is known that there are many.

    Yields:
        One window of predictions, never empty; together one prediction for each record, in order.

    Raises:
        DataError, AccessError: as `records` do; what came before is answered first.
        AccessError: a worker cannot be started, has failed or was ended.
    """
    scored = max(1, WINDOW_SCORES // saved.task.num_outputs)  # sequences, or steps
    most_records, most_steps = min(WINDOW_RECORDS, scored), WINDOW_STEPS
    if saved.task.reads_steps:
        most_records, most_steps = WINDOW_RECORDS, min(WINDOW_STEPS, scored)
    windows = _windows(records, ready, most_records, most_steps)
    yield from Crew(saved, workers, is_long=is_long).answers(windows, ready)


def _windows(
    records: Iterable[Record], ready: Callable[[], bool], most_records: int, most_steps: int
) -> Iterator[list[Record]]:
    """Divide records as `predict` answers them, so many of them or of their steps at once.

    A fault of their source comes behind the last.
    """
    window: list[Record] = []
    steps = 0
    fault: GrucliError | None = None
    try:
        for record in records:
            window.append(record)
            steps += len(record.text or "") if record.values is None else len(record.values)
            if len(window) >= most_records or steps >= most_steps or not ready():
                yield window
                window, steps = [], 0
    except (AccessError, DataError) as error:
        fault = error
    if window:
        yield window
    if fault is not None:
        raise fault


def suitable_records(
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
    for record in records:
        if record.error is None and not encoder.suits(record):
            raise CheckpointError(
                f"{show_path(data, 36)}: holds {form_of(record)}, but {show_path(model, 36)} reads "
                f"{encoder.form}; name another file or model"
            )
        yield record
