"""Which rows are trained on, and which ones judge."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from grucli.data.labelled import Table, read_table
from grucli.data.records import ReadOptions, Record
from grucli.data.splits import deal, in_blocks, split
from grucli.errors import ConfigError, excerpt
from grucli.preparation import checks, copies, defaults
from grucli.preparation.defaults import Choice
from grucli.random import SPLIT, generator
from grucli.tasks.task import Targets, Task

if TYPE_CHECKING:
    from grucli.config.resolve import Config

BOUND = "rows with equal inputs, or of one group, stay together"
BOUND_IN_TIME = "rows that follow each other in time stay together"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The rows of a training, and those that it is judged on.

    Attributes:
        train, valid: records to train on, and to validate on.
        line: says which, for people.
        share: of the rows, that was held out.
        folding: the number of folds, or "off".
        warnings: what is odd in them.
        folds: (n,) the fold of each record to train on; None to train once.
    """

    train: list[Record]
    valid: list[Record]
    line: str
    share: Choice
    folding: Choice
    warnings: tuple[str, ...] = ()
    folds: npt.NDArray[np.int64] | None = None


def divide(
    table: Table,
    inputs: Sequence[bytes],
    options: ReadOptions,
    config: Config,
    task: Task,
    *,
    mode: str,
    is_new: bool,
) -> Parts:
    """Divide: validation is a file of its own, folds, or a share of the training file's rows.

    Args:
        table: the training file.
        inputs: (n,) keys of its records, as `copies.keys` returns them.
        options: how it was read.
        config: what was set.
        task: fitted to the training file.
        mode: how texts become tokens, to tell which of another file are read alike.
        is_new: whether training starts from random weights.

    Raises:
        ConfigError: folds are asked for beside another validation, or without random weights.
        DataError, AccessError: the validation file cannot be used.
    """
    valid, records = config.data.valid, table.records
    folding = _folding(config, records, is_new)
    kind = "text" if records[0].values is None else "series"
    share = defaults.unless_given(valid, defaults.valid_share(kind, len(records)))
    if isinstance(valid, str):
        options = dataclasses.replace(options, weight=None, group=None)  # are for training
        other = read_table(valid, options, table.remembered)
        task.check_known(other.name, other.records, "the training file")
        precision = copies.common_precision(records, other.records)
        return Parts(
            train=records,
            valid=other.records,
            line="; ".join(
                (f"validation: {other.name}, {len(other.records):,} rows", *other.passed_over)
            ),
            share=share,
            folding=folding,
            warnings=(
                *checks.of_validation(
                    copies.keys(records, mode, precision),
                    other.name,
                    other.records,
                    copies.keys(other.records, mode, precision),
                ),
                *task.unseen_warnings(records, other.name, other.records),
            ),
        )
    rng = generator(config.seed, SPLIT)
    targets = task.encode(records)
    strata = task.strata(targets).tolist()
    groups, bound = _groups(records, strata)
    also = f"; {bound}" if bound == BOUND_IN_TIME else ""
    if folding.value != "off":
        folds = deal(strata, inputs, groups, folding.value, rng)
        if _teach(folds, targets, task):
            number = int(folds.max()) + 1
            if number < folding.value:
                folding = Choice(value=number, reason="no more parts are independent")
            return Parts(
                train=records,
                valid=[],
                line=f"validation: {number} folds, each held out once; then all rows count{also}",
                share=Choice(value=0.0, reason="folds are held out"),
                folding=folding,
                folds=folds,
            )
        if folding.reason == "given":
            raise ConfigError(f"training.folds: {bound}; give --valid FILE, or set it to off")
        folding = Choice(value="off", reason=bound)
    kept, held = split(strata, inputs, groups, share.value, rng)
    if not held.size:
        why = f" ({bound})" if share.value or folding.reason == bound else ""
        line = f"validation: none{why}, all rows are trained on; the last epoch counts"
        return Parts(train=records, valid=[], line=line, share=share, folding=folding)
    train, held_out = [records[k] for k in kept], [records[k] for k in held]
    group = config.data.group
    whole = "" if group is None else f", each '{excerpt(group)}' whole"
    held_share = f"{share.value:.0%} of each label{whole}"
    return Parts(
        train=train,
        valid=held_out,
        line=f"validation: {held.size:,} rows held out ({held_share}){also}",
        share=share,
        folding=folding,
        warnings=tuple(task.unseen_warnings(train, "validation", held_out)),
    )


def _groups(records: Sequence[Record], strata: Sequence[int]) -> tuple[Sequence[Hashable], str]:
    """Return what keeps records together, as given or else by their time, and why."""
    groups = [record.group for record in records]
    if not any(group is not None for group in groups):
        blocks = in_blocks([record.span for record in records], strata)
        if blocks is not None:
            return blocks, BOUND_IN_TIME
    return groups, BOUND


def _teach(folds: npt.NDArray[np.int64], targets: Targets, task: Task) -> bool:
    """Tell whether there are two folds or more, without each of which enough is left to learn."""
    return folds.max() > 0 and all(
        task.can_learn_from(targets[folds != fold]) for fold in range(folds.max() + 1)
    )


def _folding(config: Config, records: Sequence[Record], is_new: bool) -> Choice:
    """Return the number of folds or "off"; folds and a validation part exclude each other."""
    given, valid = config.training.folds, config.data.valid
    if given is None:
        training = config.training
        is_free = valid is None and training.epochs is None and training.patience is None
        is_plain = is_new and training.schedule in (None, "constant")
        kind = "text" if records[0].values is None else "series"
        symbols = sum(map(_size, records))
        return defaults.folds(kind, len(records), symbols, is_free and is_plain)
    if given != "off" and valid is not None:
        raise ConfigError("training.folds: data.valid says what is validated on; delete one")
    if given != "off" and not is_new:
        raise ConfigError("training.folds: each fold starts anew, --init-from does not; omit one")
    return Choice(value=given, reason="given")


def _size(record: Record) -> int:
    """Return characters of a text, or steps of a series."""
    return len(record.text or "") if record.values is None else len(record.values)
