"""Names of labels that are short, and differ where the labels do.

A long name loses its end; of those that would then be alike each loses its middle, and no more of
it than leaves them different.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.cells import cell_len

from grucli.errors import show

WIDER = (1, 1.5, 2, 4)  # times the usual width, where names are alike


def short_names(names: Sequence[str], width: int) -> list[str]:
    """Return each name, made harmless and of `width` columns at most unless that makes two alike.

    A Chinese character takes two columns. Names of some thousand columns may stay alike.
    """
    whole = [show(name) for name in names]
    short = [_cut(name, width, 0) for name in whole]
    for factor in WIDER:
        counts = Counter(short)
        if len(counts) == len(short):
            break
        room = round(width * factor)
        short = [
            _cut(name, room - room // 2, room // 2) if counts[own] > 1 else own
            for name, own in zip(whole, short, strict=True)
        ]
    return short


def _cut(name: str, head: int, tail: int) -> str:
    """Return name with as many columns at its head and its tail, the sign between them included."""
    if cell_len(name) <= head + tail:
        return name
    end = _begin(name[::-1], tail)[::-1] if tail else ""
    return f"{_begin(name, head - 1)}…{end}"


def _begin(text: str, width: int) -> str:
    """Return as many characters as have room."""
    kept = 0
    for at, character in enumerate(text):
        kept += cell_len(character)
        if kept > width:
            return text[:at]
    return text
