"""The training file as a whole, before it is divided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grucli.data.labelled import Table
from grucli.data.records import ReadOptions, Record
from grucli.preparation import copies
from grucli.preparation.encoders import Origin, mode_of
from grucli.tasks import DEFAULT, task_type
from grucli.tasks.task import Task

if TYPE_CHECKING:
    from grucli.config.schema import Config


@dataclass(frozen=True, kw_only=True)
class TrainingFile:
    """All records to learn from and to be judged on, but for a validation file.

    Attributes:
        table: the file.
        options: what was asked of it; another file is read alike.
        task: fitted to its targets.
        mode: how its texts become tokens.
        keys: (n,) of its records, equal for those that a model reads alike.
    """

    table: Table
    options: ReadOptions
    task: Task
    mode: str
    keys: list[bytes]

    @classmethod
    def of(
        cls, table: Table, options: ReadOptions, config: Config, origin: Origin | None
    ) -> TrainingFile:
        """Fit the task, and tell which records are copies of each other.

        Raises:
            DataError: nothing can be learned from the targets.
        """
        name = DEFAULT if config.task == "auto" else config.task
        task = task_type(name).fit(table.name, table.records)
        mode = mode_of((record.text or "" for record in table.records), config, origin)
        keys = copies.keys(table.records, mode)
        return cls(table=table, options=options, task=task, mode=mode, keys=keys)

    @property
    def records(self) -> list[Record]:
        """All of them, at least one."""
        return self.table.records

    @property
    def kind(self) -> str:
        """What they hold: "text" or "series"."""
        return "text" if self.records[0].values is None else "series"
