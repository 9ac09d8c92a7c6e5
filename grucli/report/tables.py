"""Plain text for people: tables aligned by display width, bars, sparklines, shares.

Nothing here knows of colour; a caller may wrap whole lines in it. Width is counted in columns of
the terminal: a Chinese character takes two.
"""

import math
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from grucli.errors import show

_BLOCKS = " ▏▎▍▌▋▊▉█"
_LEVELS = "▁▂▃▄▅▆▇█"
GAP = "  "


def table(rows: Sequence[Sequence[object]], align: str, limit: int = 40) -> list[str]:
    """Return one line a row, its cells made harmless, cut and aligned.

    Args:
        rows: cells, as many in each row as `align` has letters; a heading is a row like any other.
        align: "l" or "r" for each column.
        limit: most columns of the terminal that a cell takes.
    """
    cells = [[fit(cell, limit) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    return [
        GAP.join(_pad(*column) for column in zip(row, widths, align, strict=True)).rstrip()
        for row in cells
    ]


def fit(cell: object, limit: int) -> str:
    """Return `show(cell)`, cut with an ellipsis where it is wider than `limit` columns."""
    shown = show(cell)
    if cell_len(shown) <= limit:
        return shown
    return set_cell_size(shown, limit - 1).rstrip() + "…"


def percent(share: float, digits: int = 1) -> str:
    """Return a share as a percentage, "84.2 %"; a dash if it is not finite."""
    return f"{share * 100:.{digits}f} %" if math.isfinite(share) else "–"


def bar(share: float, width: int) -> str:
    """Return a bar that fills `share` (cut to 0 to 1) of `width` columns, without padding.

    Args:
        share: what to draw; nothing is drawn where it is not a number.
        width: columns of a full bar.
    """
    if math.isnan(share):
        return ""
    steps = len(_BLOCKS) - 1
    full, part = divmod(round(min(max(share, 0.0), 1.0) * width * steps), steps)
    return (_BLOCKS[-1] * full + _BLOCKS[part]).rstrip()


def sparkline(values: Sequence[float], low: float | None = None, high: float | None = None) -> str:
    """Return one character a value, its height between `low` and `high`.

    Args:
        values: what to draw; a blank stands for what is not finite.
        low: value of the lowest mark, the least of `values` if None; all equal draws the lowest.
        high: value of the highest mark, the greatest of `values` if None.
    """
    finite = [value for value in values if math.isfinite(value)]
    bottom = min(finite, default=0.0) if low is None else low
    top = max(finite, default=1.0) if high is None else high
    return "".join(_level(value, bottom, top) for value in values)


def _pad(cell: str, width: int, side: str) -> str:
    blank = " " * (width - cell_len(cell))
    return blank + cell if side == "r" else cell + blank


def _level(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return " "
    share = (value - low) / (high - low) if high > low else 0.0
    return _LEVELS[min(int(max(share, 0.0) * len(_LEVELS)), len(_LEVELS) - 1)]
