"""The training file as a whole, before it is divided."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from grucli.data.labelled import HELD, Table, read_table
from grucli.data.records import ReadOptions
from grucli.data.spilled import spilled
from grucli.data.stored import Records
from grucli.errors import ConfigError, DataError
from grucli.notices import Notice
from grucli.preparation import checks, copies
from grucli.preparation.copies import Keys
from grucli.preparation.encoders import Origin, mode_of
from grucli.tasks import task_for, task_type
from grucli.tasks.task import Task
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.config.schema import Config


MOST_LABEL_BYTES = 1 << 20
"""Of all labels as JSON. A model file has 2 MiB for it; what is told of each label takes part."""


@dataclass(frozen=True, kw_only=True)
class TrainingFile:
    """All records to learn from and to be judged on, but for a validation file.

    Attributes:
        table: the file.
        options: what was asked of it; another file is read alike.
        origin: what training will start from, None for random weights.
        task: fitted to its targets, and to those of the origin.
        mode: how its texts become tokens.
        keys: (n,) of its records, equal for those that a model reads alike.
    """

    table: Table
    options: ReadOptions
    origin: Origin | None
    task: Task
    mode: str
    keys: Keys

    @classmethod
    def of(
        cls, table: Table, options: ReadOptions, config: Config, origin: Origin | None
    ) -> TrainingFile:
        """Fit the task, and tell which records are copies of each other.

        Raises:
            DataError: nothing can be learned from the targets, or no model file could name them.
            ConfigError: the origin has another task.
        """
        task = _task(table, config, origin)
        _check_size(table.name, task.labels)
        mode = mode_of(table.records, config, origin, task)
        keys = spilled(copies.keys(table.records, mode))
        return cls(table=table, options=options, origin=origin, task=task, mode=mode, keys=keys)

    @property
    def records(self) -> Records:
        """All of them, at least one."""
        return self.table.records

    @property
    def kind(self) -> str:
        """What they hold: "text" or "series"."""
        return "text" if self.records[0].values is None else "series"

    def read_beside(self, path: str) -> Table:
        """Read another file as this one was read, to be judged by.

        Raises:
            DataError, AccessError: it cannot be used, or none of its targets is known.
        """
        options = dataclasses.replace(
            self.options,
            weight=None,  # it and the group are for training
            group=None,
            targets=self.task.target_forms[0],
        )
        other = read_table(path, options, self.table.remembered, self.task.target_forms)
        self.task.check_known(other.name, other.records, "the training file")
        return other

    def beside_warnings(self, name: str, others: Records) -> Iterator[Notice]:
        """Yield what is odd between these records and others of this name, to be judged by."""
        precision = copies.common_precision(self.records, others)
        own, judged = (copies.keys(part, self.mode, precision) for part in (self.records, others))
        yield from checks.of_validation(own, name, others, judged)
        yield from self.unseen_warnings(self.records, name, others)

    def unseen_warnings(self, train: Records, name: str, valid: Records) -> Iterator[Notice]:
        """Yield what targets of the validation part of this name nobody has taught.

        Neither the training part has them nor had the origin.
        """
        if self.origin is not None:
            task = self.origin.task
            taught = task.known(task.encode(valid))
            valid = valid.at(np.flatnonzero(~taught))
        return self.task.unseen_warnings(train, name, valid)


def _check_size(name: str, labels: Sequence[str]) -> None:
    size = sum(len(label.encode("utf-8", "surrogatepass")) + len('"",') for label in labels)
    if size > MOST_LABEL_BYTES:
        raise DataError(
            f"{name}: the names of {len(labels):,} labels take {size:,} bytes, a model file has "
            f"room for {MOST_LABEL_BYTES:,}; group them, or name another column with --label"
        )


def task_type_of(table: Table, name: str) -> type[Task]:
    """Return the class of the task that is named, or of what the data hold.

    Raises:
        DataError: the data do not hold what it learns from.
    """
    own = task_for(table.targets)
    kind = task_type(own if name == "auto" else name)
    if table.targets not in kind.target_forms:
        holds = HELD[table.targets]
        mend = f"set task={own}" if own != kind.name else "name another file"
        raise DataError(
            f"{table.name}: holds {holds}, which task {kind.name} does not learn; {mend}"
        )
    return kind


def _task(table: Table, config: Config, origin: Origin | None) -> Task:
    """Return the task of a file: fitted to its targets, or that of the origin, grown by them.

    Without an epoch it stays that of the origin: nothing would learn what is new.

    Raises:
        DataError: the data do not hold what it learns from, or nothing can be learned from them.
        ConfigError: the origin has another task.
    """
    name = config.task
    if origin is None:
        return task_type_of(table, name).fit(table.name, table.records)
    kind = task_type_of(table, origin.task.name if name == "auto" else name)
    if origin.task.name != kind.name:
        raise ConfigError(
            f"task: is {kind.name}, but the model of --init-from has {origin.task.name}; omit one"
        )
    if config.training.epochs == 0:
        return origin.task
    return origin.task.grown(table.name, table.records)
