"""Wrapping by display width: a Chinese character takes two columns of the terminal."""

from collections.abc import Iterable

from rich.cells import cell_len

from grucli.errors import show
from grucli.report.tables import fit

WIDTH = 80
FIELD_INDENT = 11


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
