"""A training of a program's own sequences: as that of a file, in memory and without a word."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from grucli.data.labelled import Table
from grucli.data.records import Record, Remembered
from grucli.data.stored import Records
from grucli.estimators.one_thread import one_thread
from grucli.estimators.targets import Targets
from grucli.modelfile.checkpoint import SavedModel
from grucli.notices import Notice
from grucli.preparation.prepare import read_options
from grucli.training.session import DataReady, RunRequest, Session

if TYPE_CHECKING:
    from grucli.config.schema import Config

NAME = "X"
"""What messages call the data, and the model's card."""
CALLER = 5  # frames from a warning to the program that called `fit`
UNSAID = "data.small_validation"
"""Whoever compares settings by scikit-learn holds rows out for it, and knows how many."""


def table_of(
    sequences: Sequence[Any],
    targets: Targets,
    weights: npt.NDArray[np.float64],
    config: Config,
    columns: tuple[str, ...],
) -> Table:
    """Return sequences as a file would hold them.

    Args:
        sequences: n texts, or arrays (T, D).
        targets: of them.
        weights: (n,) how much each counts, above 0.
        config: of the training.
        columns: names of where they come from, none if these have none.
    """
    is_text = isinstance(sequences[0], str)
    remembered = Remembered(
        kind="text" if is_text else "series",
        text=columns[0] if is_text and columns else None,
        values=() if is_text else columns,
        label=targets.name,
        missing="refuse" if is_text else config.data.missing,
        encoding="utf-8" if is_text else None,
        targets=targets.form,
    )
    return Table(
        name=NAME,
        format=NAME,
        head=0,
        records=Records.of(_records(sequences, targets, weights)),
        kept=(),
        targets=targets.form,
        skipped=0,
        remembered=remembered,
        findings=(),
        passed_over=(),
        options=read_options(config, "stop"),
    )


def learned(config: Config, table: Table) -> SavedModel:
    """Train; what is odd in the data or in what was reached is warned of.

    Raises:
        GrucliError: the data or the settings cannot be used, or training has left the numbers.
    """
    session = Session(RunRequest(config=config, table=table))
    with one_thread():
        for event in session.begin():
            if isinstance(event, DataReady):
                _warn(event.prepared.warnings)
        with closing(session.train()) as steps:
            for _ in steps:
                pass
        saved = session.best_model
    _warn(line for line in saved.task.calibration if isinstance(line, Notice))
    return saved


def _records(
    sequences: Sequence[Any], targets: Targets, weights: npt.NDArray[np.float64]
) -> Iterator[Record]:
    rows = zip(sequences, list[Any](targets.values), weights.tolist(), strict=True)
    for number, (value, target, weight) in enumerate(rows, 1):
        is_text, is_set = isinstance(value, str), isinstance(target, tuple)
        yield Record(
            number=number,
            text=value if is_text else None,
            values=None if is_text else value,
            label=None if is_set else target,
            labels=target if is_set else None,
            weight=weight,
        )


def _warn(notices: Iterable[Notice]) -> None:
    for notice in notices:
        if notice.name != UNSAID:
            warnings.warn(f"{notice.text} [{notice.name}]", UserWarning, stacklevel=CALLER)
