"""Labels that look as if another task were meant: numbers to predict, or several labels a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from grucli.errors import excerpt

LEAST_NUMBERS = 20  # distinct; years, ages and counts that are classes seldom have more of few rows
MOST_ROWS = 5  # of a number on average, if all are whole
SEPARATORS = ";|,"
LEAST_REUSE = 2.0  # labels that a part of a list stands in, on average; "Salem, MA" has less
LABEL_WIDTH = 24  # characters
LATER = "not available yet"
SEVERAL = f"several labels a row are the task multilabel, {LATER}"

# With a decimal point or a decimal comma.
_NUMBER = re.compile(r"\s*[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_WHOLE = re.compile(r"\s*[+-]?\d+([.,]0*)?\s*", re.ASCII)
_BRACKETED = re.compile(r"\s*[\[{(].*[\]})]\s*", re.DOTALL)


def hints(name: str, counts: Mapping[str, int]) -> Iterator[str]:
    """Yield a line if the labels of a file look like those of a task that is not `classify`.

    Args:
        name: of the file.
        counts: rows of each label, at least one label.
    """
    if all(map(_NUMBER.fullmatch, counts)):
        yield from _targets(name, counts)
        return
    lists = _lists(counts)
    if lists:
        most = max(lists, key=lambda label: lists[label])
        yield (
            f"{name}: {len(lists):,} of {len(counts):,} labels look like lists "
            f"('{excerpt(most, LABEL_WIDTH)}'), each a class of its own; {SEVERAL}"
        )


def _targets(name: str, counts: Mapping[str, int]) -> Iterator[str]:
    """Yield a line if numbers are quantities: many, with few rows each or with fractions.

    Leading zeros speak for codes.
    """
    are_whole = all(map(_WHOLE.fullmatch, counts))
    are_codes = any(re.match(r"\s*[+-]?0\d", label) for label in counts)
    if len(counts) < LEAST_NUMBERS or are_codes:
        return
    if are_whole and sum(counts.values()) >= MOST_ROWS * len(counts):
        return
    ordered = sorted(counts, key=lambda label: float(label.replace(",", ".")))
    first, last = (excerpt(label, LABEL_WIDTH) for label in (ordered[0], ordered[-1]))
    yield (
        f"{name}: the labels are {len(counts):,} numbers from {first} to {last}, each a class of "
        f"its own; to predict numbers is the task regress, {LATER}"
    )


def _lists(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the labels that are lists, with their rows; none if there are no others like them."""
    bracketed = {k: n for k, n in counts.items() if _BRACKETED.fullmatch(k)}
    if len(bracketed) > 1 and 2 * len(bracketed) > len(counts):
        return bracketed
    for separator in SEPARATORS:
        parts: Counter[str] = Counter()
        lists: dict[str, set[str]] = {}
        for label in counts:
            own = {part.strip() for part in label.split(separator)}
            parts.update(own)
            if len(own) > 1 and "" not in own:
                lists[label] = own
        listed = {part for own in lists.values() for part in own}
        if listed and sum(parts[part] for part in listed) >= LEAST_REUSE * len(listed):
            return {label: counts[label] for label in lists}
    return {}
