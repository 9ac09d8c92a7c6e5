"""Any number of labels in one cell: parts between separators, or a list as programs write it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Sequence

from grucli.errors import excerpt

Divide = Callable[[str], tuple[str, ...]]
"""From a cell to its labels, each once; a ValueError says why it has none that can be told."""

_QUOTED = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\''
_SIGN = r"[^\s,\[\]\"'{}.]"
_BARE = rf"{_SIGN}+(?:\.{_SIGN}+)*"  # such as a number, but no dots for what is left out
_ITEM = re.compile(rf"({_QUOTED}|{_BARE})(?:[\s,]+|$)", re.DOTALL)
_FORM = '["…", "…"]'
_CUT = re.compile(r"\[.*[\s,](?:\.\.\.|…)[\s,].*\]", re.DOTALL)
_MARKS = re.compile(r"\[\s*[01]\.?0?(?:[,\s]+[01]\.?0?)+\s*\]")
_CHOICES = re.compile(r'\{\s*"choices"\s*:\s*(\[.*\])\s*\}', re.DOTALL)


def parts(separator: str) -> Divide:
    """Return how to divide cells at a separator: blanks around a part, and empty ones, are none."""

    def divide(cell: str) -> tuple[str, ...]:
        found = (part.strip() for part in cell.split(separator))
        return tuple(dict.fromkeys(part for part in found if part))

    return divide


def one(cell: str) -> tuple[str, ...]:
    """Return the label of a cell that holds one, as it is; none of a blank one."""
    return (cell,) if cell.strip() else ()


def items(cell: str) -> tuple[str, ...]:
    """Return the labels of a cell that holds a list, each once; none of a blank one.

    It may be written by JSON, Python or NumPy, or stand under "choices" (Label Studio).

    Raises:
        ValueError: it holds no list of texts or numbers.
    """
    text = cell.strip()
    if match := _CHOICES.fullmatch(text):
        text = match[1]
    if not text:
        return ()
    if text[0] + text[-1] != "[]":
        raise ValueError(f"'{excerpt(cell, 24)}' is no list as in other rows; write {_FORM}")
    inner, found, at = text[1:-1].strip(), [], 0
    while at < len(inner):
        match = _ITEM.match(inner, at)
        if match is None:
            raise ValueError(f"'{excerpt(cell, 24)}' is no list of texts; write {_FORM}")
        found.append(_text(match[1]))
        at = match.end()
    return tuple(dict.fromkeys(label for label in found if label.strip()))


def are_lists(cells: Sequence[str]) -> bool:
    """Whether all cells hold lists, but for blank ones, and one has quotes or two labels."""
    filled = [cell for cell in cells if cell.strip()]
    try:
        several = [len(items(cell)) > 1 or any(sign in cell for sign in "\"'") for cell in filled]
    except ValueError:
        return False
    return any(several)


def fault_of_lists(cells: Sequence[str]) -> str:
    """Return what is wrong with lists of labels as some programs write them, nothing if nothing.

    NumPy leaves out what is in the middle of a long list. A list of a mark for each of all labels
    does not hold the labels.
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    cut = next((cell for cell in filled if _CUT.fullmatch(cell)), None)
    if cut is not None:
        return f"lists cut short ('{excerpt(cut, 16)}'); write the file with to_json, or join them"
    marks = {len(cell.replace(",", " ").split()) for cell in filled if _MARKS.fullmatch(cell)}
    if len(marks) == 1 and all(map(_MARKS.fullmatch, filled)):
        return f"a 0 or 1 for each of {marks.pop()} labels; write the names of those that hold"
    return ""


def _text(item: str) -> str:
    """Return what is quoted, or else the item as it is written."""
    if item[0] not in "\"'":
        return item
    try:
        return str(json.loads(item) if item[0] == '"' else ast.literal_eval(item))
    except (ValueError, SyntaxError):
        return item[1:-1]
