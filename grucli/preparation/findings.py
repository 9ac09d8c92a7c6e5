"""What was found in the data and what is odd in it, for people: a line each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from grucli.data.encoded import UNLIMITED
from grucli.data.encoder import Encoder
from grucli.errors import excerpt
from grucli.notices import Notice
from grucli.preparation import checks, precision
from grucli.preparation.encoders import Fitted
from grucli.preparation.train_valid_split import Parts
from grucli.preparation.training_file import TrainingFile

if TYPE_CHECKING:
    from grucli.preparation.prepare import Prepared


def lines(prepared: Prepared, file: TrainingFile, parts: Parts, fitted: Fitted) -> Iterator[str]:
    """Yield what was found.

    Args:
        prepared: all but these lines.
        file, parts, fitted: what it was made of.
    """
    held = prepared.holdout
    yield f"{prepared.name}: {len(file.records) + (0 if held is None else held.taken):,} rows"
    yield from file.table.findings
    if held is not None:
        yield held.line
    yield file.task.describe(file.records)
    yield parts.line
    column, weights = prepared.config.data.weight, prepared.train.weights
    if column is not None:
        yield f"weights: column '{excerpt(column)}', {weights.min():g} to {weights.max():g}"
    yield _encoder_line(prepared.encoder, fitted.steps)
    rows, most = len(prepared.train), prepared.config.training.epoch_rows
    if most is not None and most < rows:
        yield f"epochs: {most:,} of {rows:,} rows each; the next one goes on from there"
    if prepared.linear is not None:
        when = "" if prepared.linear.always else "; they count if that lowers the validation loss"
        yield f"{prepared.linear}{when}"
    if prepared.counts_jointly:
        when = "" if prepared.config.model.wide is True else "; they count if that pays"
        yield f"joint n-grams: counted once the network is trained{when}"
    if prepared.vectors is not None:
        yield prepared.vectors.line


def warnings(
    prepared: Prepared, file: TrainingFile, parts: Parts, fitted: Fitted
) -> Iterator[Notice]:
    """Yield what is odd; arguments as of `lines`."""
    if prepared.config.training.epochs == 0:
        return  # what is odd to learn from
    task, train, valid = prepared.task, prepared.train, prepared.valid
    settings = prepared.config.training.model_dump()
    yield from checks.of_training(
        task, prepared.name, file.records, file.keys, mode=file.mode, settings=settings
    )
    yield from parts.warnings
    if prepared.holdout is not None:
        yield from prepared.holdout.warnings
    judged = valid if parts.folds is None else train
    if judged is not None:
        yield from task.size_warnings(judged.targets)
    yield from checks.of_examples(train, valid, prepared.encoder, fitted.steps, parts.folds)
    yield from precision.lost(prepared.name, parts.train, train, prepared.encoder)
    if prepared.vectors is not None:
        yield from prepared.vectors.warnings


def _encoder_line(encoder: Encoder, steps: npt.NDArray[np.int64]) -> str:
    lengths = f"median length {np.median(steps):g}, longest {steps.max():,}"
    if encoder.max_length < UNLIMITED:
        cut = float(np.mean(steps > encoder.max_length))
        lengths += f", kept {encoder.max_length:,} ({cut:.1%} cut)"
    return encoder.found(lengths)
