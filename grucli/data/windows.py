"""Windows: stretches of equally many steps, into which long sequences are cut to be answered."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from grucli.values import dataclass

WindowLabel = Literal["last", "majority"]

SUGGESTED = 20
"""Steps of a window, for who has none in mind."""


@dataclass(frozen=True, kw_only=True)
class Cutting:
    """How sequences are cut into windows.

    Attributes:
        size: steps of a window.
        step: steps from the start of a window to that of the next.
        label: which of the labels in a window is its own.
        gap_channel: whether the time since the step before is a channel, the last of them; windows
            then reach over gaps, else a gap begins another stretch.
        step_time: the usual time from a step to the next, in seconds or in the unit of times that
            are numbers; None without times.
        gap_time: what is longer is a gap; None where there are none to be told.
    """

    size: int
    step: int
    label: WindowLabel = "last"
    gap_channel: bool = False
    step_time: float | None = None
    gap_time: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which steps of a longer sequence a record has.

    Attributes:
        sequence: its id; "" where all steps are of one.
        first, last: its steps, counted from 0 over the whole sequence.
        lines: of the data where they stand.
    """

    sequence: str
    first: int
    last: int
    lines: tuple[int, int]


def label_of(labels: Sequence[str | None], rule: WindowLabel) -> str | None:
    """Return the label of a window; steps without one do not count, None if there is none at all.

    Of equally frequent ones the majority is that which comes last.

    Args:
        labels: of its steps, in their order.
        rule: which counts.
    """
    backwards = [label for label in reversed(labels) if label is not None]
    if not backwards:
        return None
    return backwards[0] if rule == "last" else Counter(backwards).most_common(1)[0][0]


def suggested_window(rows: int) -> int:
    """Return steps of a window for a table whose first rows are so many, maybe all of them."""
    return max(2, min(SUGGESTED, rows // 10))
