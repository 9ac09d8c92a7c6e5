"""Rows that are held out before anything is learned, to score the finished model once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from grucli.data.encoder import Encoder, form_of
from grucli.data.labelled import Table
from grucli.data.records import Record
from grucli.data.splits import split, split_in_time
from grucli.errors import ConfigError, DataError, counted, excerpt, percent
from grucli.notices import Notice
from grucli.preparation.bonds import Bonds, without_shared_lines
from grucli.preparation.training_file import TrainingFile
from grucli.random import TEST, generator
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.config.schema import Config

NAME = "test part"
LISTED, LABEL_WIDTH = 3, 24

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Holdout:
    """The rows that are scored at the end.

    Attributes:
        table: they are all of its records.
        line: says which, for people.
        taken: rows of the training file that nothing is learned from.
        is_part: whether they are of the training file.
        warnings: what is odd in them.
    """

    table: Table
    line: str
    taken: int = 0
    is_part: bool = False
    warnings: tuple[Notice, ...] = ()


def hold_out(file: TrainingFile, config: Config) -> tuple[TrainingFile, Holdout | None]:
    """Return the training file as if it did not hold what is scored at the end, and that.

    Args:
        file: all of it; labels and copies are told apart again once rows are gone.
        config: what was set; without `data.test` nothing is held out.

    Raises:
        ConfigError: the share is no row, or leaves nothing to learn from.
        DataError, AccessError: the test file cannot be used.
    """
    test = config.data.test
    if not test:
        return file, None
    if isinstance(test, str):
        return file, _of_file(file, test)
    return _of_share(file, test, config)


def check_read_alike(holdout: Holdout, encoder: Encoder) -> None:
    """Refuse rows that the model could not read.

    Raises:
        DataError: one is not of the form that is learned from.
    """
    record = next((one for one in holdout.table.records if not encoder.suits(one)), None)
    if record is not None:
        raise DataError(
            f"{holdout.table.name}: holds {form_of(record)}, but what is learned from holds "
            f"{encoder.form}; name another file"
        )


def _of_file(file: TrainingFile, path: str) -> Holdout:
    other = file.read_beside(path)
    says = (f"test: {other.name}, {counted(len(other.records), 'row')}", *other.passed_over)
    return Holdout(
        table=other,
        line="; ".join(says),
        warnings=tuple(file.beside_warnings(other.name, other.records)),
    )


def _of_share(file: TrainingFile, share: float, config: Config) -> tuple[TrainingFile, Holdout]:
    bonds, records = Bonds.of(file), file.records
    parts = bonds.later(share)
    if parts is None and bonds.windows is None and records.has("span"):
        groups = list(records.column("group")) if records.has("group") else None
        parts = split_in_time(list(records.column("span")), groups, share)
    if parts is None:
        rng = generator(config.seed, TEST)
        kept, held = split(bonds.strata, bonds.inputs, bonds.groups, share, rng)
        what = f"{percent(share)} of each {file.task.stratum_name}"
    else:
        kept, held = parts
        what = f"the last {percent(share)} in time"
    kept, between = without_shared_lines(records, kept, held)
    _check(file, share, bonds, kept, held)
    whole = "" if config.data.group is None else f", each '{excerpt(config.data.group)}' whole"
    rest = dataclasses.replace(file.table, records=records.at(kept))
    part = dataclasses.replace(file.table, records=records.at(held))
    left = TrainingFile.of(rest, file.options, config, file.origin)
    return left, Holdout(
        table=part,
        line=f"test: {len(held):,} of {len(records):,} rows held out before anything is learned "
        f"({what}{whole}){between}; {len(kept):,} are left",
        taken=len(records) - len(kept),
        is_part=True,
        warnings=(
            *left.beside_warnings(NAME, part.records),
            *_untested(file.task.labels, rest.records, part.records),
        ),
    )


def _check(file: TrainingFile, share: float, bonds: Bonds, kept: Rows, held: Rows) -> None:
    """Refuse a division that tests nothing, or leaves nothing to learn from.

    Raises:
        ConfigError: it does.
    """
    rows, mend = len(file.records), "give another share, or --test with a file"
    if not len(held):
        why = f"{percent(share)} of {counted(rows, 'row')} is none"
        if share * rows >= 1:
            why = f"{file.table.name}: no {percent(share)} can be held out: {bonds.why}"
        raise ConfigError(f"data.test: {why}; {mend}")
    if not (len(kept) and file.task.can_learn_from(bonds.targets[kept])):
        raise DataError(
            f"{file.table.name}: without the test part ({counted(len(held), 'row')}) too little is "
            f"left to learn from; {mend}"
        )


def _untested(
    labels: Sequence[str], train: Sequence[Record], test: Sequence[Record]
) -> Iterator[Notice]:
    """Yield that the test part lacks some of the labels that are learned."""
    untested = _names(train) - _names(test)
    lacking = [label for label in labels if label in untested]
    if lacking:
        shown = ", ".join(f"'{excerpt(label, LABEL_WIDTH)}'" for label in lacking[:LISTED])
        more = f" and {len(lacking) - LISTED} more" if len(lacking) > LISTED else ""
        yield Notice(
            "data.untested_label",
            f"{NAME}: no row with {shown}{more}: its scores say nothing of them; a larger share "
            "may hold some",
        )


def _names(records: Sequence[Record]) -> frozenset[str | None]:
    """Return all labels that records have, in whatever form."""
    found = set[str | None]()
    for record in records:
        found.update(record.tags or record.labels or (record.label,))
    return frozenset(found)
