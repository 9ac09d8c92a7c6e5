"""Which stretch of the data a window is, for the records of people and programs."""

from __future__ import annotations

from collections.abc import Collection

from grucli.data.records import Record, Remembered, Source
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class WindowNames:
    """The columns that name a window.

    Attributes:
        names: of the columns: the id, if there is one, and where the window begins and ends, as
            times of the table or else as its lines.
        has_id, has_times: which of them there are.
    """

    names: tuple[str, ...] = ()
    has_id: bool = False
    has_times: bool = False

    @classmethod
    def of(cls, data: Source | Remembered | None, taken: Collection[str] = ()) -> WindowNames:
        """Return how the windows of data are named; without columns if these are not cut.

        Args:
            data: how they are read, None if nobody says.
            taken: names of other columns beside them; an id among these is not told again.
        """
        if data is None or data.window is None:
            return cls()
        has_id = data.id is not None and data.id not in taken
        place = "line" if data.time is None else "time"
        names = [*[data.id or ""] * has_id, f"first_{place}", f"last_{place}"]
        return cls(
            names=tuple(f"window.{name}" if name in taken else name for name in names),
            has_id=has_id,
            has_times=data.time is not None,
        )

    def cells(self, record: Record) -> list[str]:
        """Return what the columns say of a record, empty cells if it is no whole window."""
        window = record.window
        if window is None:
            return [""] * len(self.names)
        lines = str(window.lines[0]), str(window.lines[1])
        first, last = (record.span or ("", "")) if self.has_times else lines
        return [*[window.sequence] * self.has_id, first, last]


NO_WINDOWS = WindowNames()
"""Of sequences that are whole."""
