"""What keeps rows together where a file is divided."""

from __future__ import annotations

import numpy as np

from grucli.data.splits import Alike, Codes, Rows, in_blocks
from grucli.data.stored import Records
from grucli.data.window_splits import Windows
from grucli.errors import counted
from grucli.preparation import copies
from grucli.preparation.training_file import TrainingFile
from grucli.tasks.task import Targets
from grucli.values import dataclass

BOUND = "rows with equal inputs, or of one group, stay together"
ALONE = "there is one row"
WHOLE = "windows of one sequence stay together"
BOUND_IN_TIME = "rows that follow each other in time stay together"


@dataclass(frozen=True, kw_only=True)
class Bonds:
    """What a split has to respect.

    Attributes:
        targets: (n, ...) of the records.
        strata: (n,) which records are to be spread evenly.
        inputs: (n,) equal for records that are read alike. Windows of one log may be: what comes
            again there, such as a machine at rest, is no copy.
        groups: (n,) equal for records that stay together, as given or else by their time; None
            if none do.
        why: they stay together.
        windows: where the records stand in longer sequences, None if they are whole.
    """

    targets: Targets
    strata: Codes
    inputs: Alike
    groups: Alike | None
    why: str
    windows: Windows | None

    @classmethod
    def of(cls, file: TrainingFile) -> Bonds:
        """Return what keeps the rows of a file together."""
        windows = Windows.of(file.records)
        inputs = copies.firsts(file.keys) if windows is None else np.arange(len(file.records))
        targets = file.task.encode(file.records)
        strata = file.task.strata(targets).astype(np.int32)
        groups, why = _groups(file.records, strata, windows)
        return cls(
            targets=targets,
            strata=strata,
            inputs=inputs,
            groups=groups,
            why=why,
            windows=windows,
        )

    def later(self, share: float) -> tuple[Rows, Rows] | None:
        """Return the earlier windows and the last `share` of them, in time.

        None if records are no windows, or of groups or of many sequences, which are divided whole.
        """
        if self.windows is None or self.why == BOUND:
            return None
        return self.windows.later(share, self.strata)

    @property
    def also(self) -> str:
        """What is said of bonds that nobody asked for."""
        return f"; {self.why}" if self.why in (WHOLE, BOUND_IN_TIME) else ""


def without_shared_lines(records: Records, kept: Rows, held: Rows) -> tuple[Rows, str]:
    """Return the rows that have no line in common with those held out, and what is said of others.

    Windows of one sequence may overlap; objects of an array that stand on one line do not.
    """
    if not records.has("lines"):
        return kept, ""
    taken = {line for lines in records.at(held).column("lines") for line in lines}
    is_apart = np.array([taken.isdisjoint(lines) for lines in records.at(kept).column("lines")])
    passed = int(np.sum(~is_apart))
    said = f", and {counted(passed, 'row')} over the border left out" if passed else ""
    return kept[is_apart], said


def _groups(records: Records, strata: Codes, windows: Windows | None) -> tuple[Alike | None, str]:
    """Return what keeps records together, as given or else by their time, and why."""
    if records.has("group"):
        return list(records.column("group")), BOUND
    if windows is not None:
        return windows.groups(strata), WHOLE if windows.are_many else BOUND_IN_TIME
    blocks = in_blocks(list(records.column("span")), strata) if records.has("span") else None
    if blocks is not None:
        return blocks, BOUND_IN_TIME
    return None, BOUND if len(records) > 1 else ALONE
