"""Labels that look as if another task were meant: numbers, several labels a row, texts to write."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from grucli.errors import counted, excerpt
from grucli.notices import Notice

LEAST_NUMBERS = 20  # distinct; years, ages and counts that are classes seldom have more of few rows
MOST_ROWS = 5  # of a number on average, if all are whole
SEPARATORS = ";|,#；，、｜"
LEAST_REUSE = 2.0  # labels that a part of a list stands in, on average; "Salem, MA" has less
LEAST_TEXTS, DISTINCT = 20, 0.8  # labels, and their share of the rows, that are hardly classes
LABEL_WIDTH = 24  # characters
SEVERAL = "or train with task=multilabel for several labels a row"

# With a decimal point or a decimal comma.
_NUMBER = re.compile(r"\s*[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_WHOLE = re.compile(r"\s*[+-]?\d+([.,]0*)?\s*", re.ASCII)
_CODE = re.compile(r"\s*[+-]?0\d", re.ASCII)
_BRACKETED = re.compile(r"\s*[\[(].*[\])]\s*", re.DOTALL)


def hints(name: str, counts: Mapping[str, int]) -> Iterator[Notice]:
    """Yield a line if the labels of a file look like those of a task that is not `classify`.

    Args:
        name: of the file.
        counts: rows of each label, at least one label.
    """
    if are_targets(counts):
        ordered = sorted(counts, key=_number)
        first, last = (excerpt(label, LABEL_WIDTH) for label in (ordered[0], ordered[-1]))
        yield Notice(
            "data.number_labels",
            f"{name}: the labels are {len(counts):,} numbers from {first} to {last}, each a class "
            "of its own; --set task=regress predicts numbers",
        )
    elif are_texts(counts) and not lists(counts)[0]:
        yield Notice(
            "data.text_labels",
            f"{name}: {len(counts):,} labels of {counted(sum(counts.values()), 'row')}, each a "
            "class of its own; --set task=generate learns to write them",
        )
    yield from list_hints(name, counts)


def list_hints(name: str, counts: Mapping[str, int]) -> Iterator[Notice]:
    """Yield a line if the labels of a file look like lists; arguments as above."""
    found, separator = lists(counts)
    if found:
        mend = f"pass --label-separator '{separator}'" if separator else "write them as JSON lists"
        most = max(found, key=lambda label: found[label])
        yield Notice(
            "data.list_labels",
            f"{name}: {len(found):,} of {len(counts):,} labels look like lists "
            f"('{excerpt(most, LABEL_WIDTH)}'), each a class of its own; for several labels "
            f"a row {mend}",
        )


def of_column(name: str, cells: Sequence[str]) -> str:
    """Return of which other task a column looks like the labels, nothing for `classify`."""
    if not are_row_numbers(cells):
        counts = Counter(cell for cell in cells if cell.strip())
        shown = excerpt(name, 16)
        if are_targets(counts):
            return f" ('{shown}' looks made for the task regress)"
        if lists(counts)[0]:
            return f" ('{shown}' looks made for the task multilabel)"
    return ""


def are_row_numbers(cells: Sequence[str]) -> bool:
    """Whether cells are whole numbers that only rise."""
    filled = [cell for cell in cells if cell.strip()]
    counts = Counter(filled)
    return all(map(_WHOLE.fullmatch, counts)) and sorted(counts, key=_number) == filled


def are_targets(counts: Mapping[str, int]) -> bool:
    """Tell whether labels are quantities: many numbers, with few rows each or with fractions.

    Leading zeros speak for codes.
    """
    if len(counts) < LEAST_NUMBERS or not all(map(_NUMBER.fullmatch, counts)):
        return False
    if any(map(_CODE.match, counts)):
        return False
    are_whole = all(map(_WHOLE.fullmatch, counts))
    return not are_whole or sum(counts.values()) < MOST_ROWS * len(counts)


def are_texts(counts: Mapping[str, int]) -> bool:
    """Tell whether labels are texts: hardly any stands in two rows, and they are no numbers."""
    is_each_new = len(counts) >= max(LEAST_TEXTS, DISTINCT * sum(counts.values()))
    return is_each_new and not all(map(_NUMBER.fullmatch, counts))


def lists(counts: Mapping[str, int]) -> tuple[dict[str, int], str]:
    """Return the labels that are lists, with their rows, and what stands between their parts.

    There are none if there are no others like them, and nothing stands between parts in brackets.
    """
    if all(map(_NUMBER.fullmatch, counts)):  # a comma may be a decimal one
        return {}, ""
    bracketed = {k: n for k, n in counts.items() if _BRACKETED.fullmatch(k)}
    if len(bracketed) > 1 and 2 * len(bracketed) > len(counts):
        return bracketed, ""
    for separator in SEPARATORS:
        parts: Counter[str] = Counter()
        found: dict[str, set[str]] = {}
        for label in counts:
            own = {part.strip() for part in label.split(separator)}
            parts.update(own)
            if len(own) > 1 and "" not in own:
                found[label] = own
        listed = {part for own in found.values() for part in own}
        if listed and sum(parts[part] for part in listed) >= LEAST_REUSE * len(listed):
            return {label: counts[label] for label in found}, separator
    return {}, ""


def _number(label: str) -> float:
    return float(label.replace(",", "."))
