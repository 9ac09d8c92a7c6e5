"""Labels that look as if another task were meant: numbers to predict, or several labels a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from grucli.errors import excerpt

LEAST_NUMBERS = 20  # distinct; years, ages and counts that are classes seldom have more of few rows
MOST_ROWS = 5  # of a number on average, if all are whole
SEPARATORS = ";|,"
LEAST_REUSE = 2.0  # lists that a part stands in on average; towns with their states have less
LABEL_WIDTH = 24  # characters
LATER = "not available yet"

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_WHOLE = re.compile(r"\s*[+-]?\d+(\.0*)?\s*", re.ASCII)
_BRACKETED = re.compile(r"\s*[\[{(].*[\]})]\s*", re.DOTALL)


def hints(name: str, counts: Mapping[str, int]) -> Iterator[str]:
    """Yield a line if the labels of a file look like those of a task that is not `classify`.

    Args:
        name: of the file.
        counts: rows of each label, at least one label.
    """
    if _are_targets(counts):
        listed = ", ".join(sorted(counts, key=float)[:: len(counts) - 1])
        yield (
            f"{name}: the labels are {len(counts):,} numbers ({excerpt(listed, 40)}), each a class "
            f"of its own; to predict numbers is the task regress, {LATER}"
        )
    lists = _lists(counts)
    if lists:
        most = max(lists, key=lambda label: lists[label])
        yield (
            f"{name}: {len(lists):,} of {len(counts):,} labels look like lists "
            f"('{excerpt(most, LABEL_WIDTH)}'), each a class of its own; several labels a row are "
            f"the task multilabel, {LATER}"
        )


def _are_targets(counts: Mapping[str, int]) -> bool:
    """Tell whether the labels are quantities: many numbers, with few rows each or with fractions.

    Leading zeros speak for codes.
    """
    if len(counts) < LEAST_NUMBERS or not all(_NUMBER.fullmatch(label) for label in counts):
        return False
    if any(re.match(r"\s*[+-]?0\d", label) for label in counts):
        return False
    are_whole = all(_WHOLE.fullmatch(label) for label in counts)
    return not are_whole or sum(counts.values()) < MOST_ROWS * len(counts)


def _lists(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the labels that are lists, with their rows; none if there are no others like them."""
    bracketed = {k: n for k, n in counts.items() if _BRACKETED.fullmatch(k)}
    if len(bracketed) > 1 and 2 * len(bracketed) > len(counts):
        return bracketed
    for separator in SEPARATORS:
        parts: Counter[str] = Counter()
        for label in counts:
            parts.update({part.strip() for part in label.split(separator)})
        lists = {label: n for label, n in counts.items() if separator in label.strip(separator)}
        if lists and "" not in parts and parts.total() >= LEAST_REUSE * len(parts):
            return lists
    return {}
