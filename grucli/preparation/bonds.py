"""What keeps rows together where a file is divided."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from grucli.data.records import Record
from grucli.data.splits import in_blocks
from grucli.preparation.training_file import TrainingFile
from grucli.tasks.task import Targets

BOUND = "rows with equal inputs, or of one group, stay together"
ALONE = "there is one row"
BOUND_IN_TIME = "rows that follow each other in time stay together"


@dataclass(frozen=True, kw_only=True)
class Bonds:
    """What a split has to respect.

    Attributes:
        targets: (n, ...) of the records.
        strata: (n,) which records are to be spread evenly.
        groups: (n,) equal for records that stay together, as given or else by their time.
        why: they stay together.
    """

    targets: Targets
    strata: list[int]
    groups: Sequence[Hashable]
    why: str

    @classmethod
    def of(cls, file: TrainingFile) -> Bonds:
        """Return what keeps the rows of a file together."""
        targets = file.task.encode(file.records)
        strata = file.task.strata(targets).tolist()
        groups, why = _groups(file.records, strata)
        return cls(targets=targets, strata=strata, groups=groups, why=why)

    @property
    def also(self) -> str:
        """What is said of bonds that nobody asked for."""
        return f"; {self.why}" if self.why == BOUND_IN_TIME else ""


def _groups(records: Sequence[Record], strata: Sequence[int]) -> tuple[Sequence[Hashable], str]:
    """Return what keeps records together, as given or else by their time, and why."""
    groups = [record.group for record in records]
    if not any(group is not None for group in groups):
        blocks = in_blocks([record.span for record in records], strata)
        if blocks is not None:
            return blocks, BOUND_IN_TIME
    return groups, BOUND if len(records) > 1 else ALONE
