"""Plain text for people by display width: tables, wrapped sentences, bars, sparklines, shares.

Nothing here knows of colour; a caller may wrap whole lines in it. Width is counted in columns of
the terminal: a Chinese character takes two.
"""

import math
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, chop_cells, set_cell_size

from grucli.errors import show

_BLOCKS = " ▏▎▍▌▋▊▉█"
_LEVELS = "▁▂▃▄▅▆▇█"
GAP = "  "
WIDTH = 80
FIELD_INDENT = 11


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


def number(value: float | None, *, has_unit: bool = False) -> str:
    """Return a figure as people see it: a count in full, a dash for an undefined one.

    One that has a unit is of any size, so its first four digits tell.
    """
    if value is None:
        return "–"
    if isinstance(value, int):
        return str(value)
    if not has_unit:
        return f"{value:.3f}"
    if not 1e-5 <= abs(value) < 1e9:
        return f"{value:.4g}"
    return f"{value:.{max(0, 3 - math.floor(math.log10(abs(value))))}f}"


def fit(cell: object, limit: int) -> str:
    """Return `show(cell)`, cut with an ellipsis where it is wider than `limit` columns."""
    shown = show(cell)
    if cell_len(shown) <= limit:
        return shown
    return set_cell_size(shown, limit - 1).rstrip() + "…"


def field(name: str, value: str, indent: int = FIELD_INDENT) -> list[str]:
    """Return `name` and a wrapped sentence beside it, both made harmless."""
    head = show(name)
    head += " " * max(1, indent - cell_len(head))
    return flow(show(value).split(" "), head, indent, " ")


def flow(pieces: Iterable[str], head: str, indent: int, gap: str) -> list[str]:
    """Return lines of at most 80 columns.

    Args:
        pieces: what must not be broken; harmless already. One that is too wide is cut.
        head: what the first line begins with.
        indent: columns before the first piece of the other lines.
        gap: between two pieces of a line.
    """
    lines, used = [head], cell_len(head)
    is_empty = True
    for piece in pieces:
        cut = fit(piece, WIDTH - indent)
        wanted = cell_len(cut) + (0 if is_empty else len(gap))
        if used + wanted > WIDTH:
            lines.append(" " * indent + cut)
            used = indent + cell_len(cut)
        else:
            lines[-1] += cut if is_empty else gap + cut
            used += wanted
        is_empty = False
    return [line.rstrip() for line in lines]


def wrapped(line: str, width: int, indent: int) -> list[str]:
    """Return a line as lines of at most `width` columns, all but the first one indented.

    They end between words, or where a word is too wide for any line within it: Chinese has no
    blanks.
    """
    blank = " " * (indent + len(line) - len(line.lstrip(" ")))
    lines, last = list[str](), ""
    for number, word in enumerate(line.split(" ")):
        if last.strip() and cell_len(f"{last} {word}") > width:
            lines.append(last)
            last = blank + word
        else:
            last += f" {word}" if number else word
        while cell_len(last) > width > len(blank) + 1:
            head = chop_cells(last, width)[0]
            lines.append(head)
            last = blank + last[len(head) :]
    return [*lines, last]


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


def sparkline(values: Sequence[float]) -> str:
    """Return one character a value, its height between 0 and 1; a blank for what is not finite."""
    return "".join(map(_level, values))


def _pad(cell: str, width: int, side: str) -> str:
    blank = " " * (width - cell_len(cell))
    return blank + cell if side == "r" else cell + blank


def _level(share: float) -> str:
    if not math.isfinite(share):
        return " "
    return _LEVELS[min(int(max(share, 0.0) * len(_LEVELS)), len(_LEVELS) - 1)]
