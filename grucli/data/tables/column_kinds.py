"""Kinds of columns, by name and by cells: numbers, dates, codes, a count of the rows."""

import re
from collections.abc import Callable, Sequence
from itertools import groupby, pairwise
from typing import Final

from grucli.data.dates import is_date
from grucli.data.numbers import exact, is_missing, looks_numeric

INDEX_NAMES: Final = frozenset(
    {
        *("", "index", "idx", "row", "rows", "row_number", "row_no", "row_nr", "row_num", "rownum"),
        *("row_name", "row_names", "rownames", "#", "level_0", "id", "uid", "uuid", "guid", "pk"),
        *("序号", "编号", "行号"),
    }
)
"""Names of columns that say which row it is."""
_INDEX = re.compile(r"unnamed[:_. ]*\d*|.*[_.:]id|.*[a-z]I[dD]")
LEAST_ROWS: Final = 8
"""Rows from which on it is no chance that numbers rise from each to the next."""
_MOST_BAD = 0.2
_UNEVEN = 1e-3
"""Of a gap between times: what decimals round."""
_LONGEST_CODE = 40
_LONGEST_NUMBER = 12
"""Digits from which on a column of digits holds symbols."""


_TIME = re.compile(
    r"(?:elapsed_?)?(?:t|time|time_?stamp|zeit|temps|tiempo|时间|frame|tick|step)"
    r"(?:_?(?:no|nr|idx|index|id))?(?:_?[\[(]?(?:[num\u00b5\u03bc]?s|secs?|seconds?|min|h|days?)[\])]?)?"
)


def is_time_name(name: str) -> bool:
    """Whether a name says when a step was, perhaps with its unit: `t`, `Time (s)`, `frame`."""
    return bool(_TIME.fullmatch(name.strip().lower().replace(" ", "_")))


def is_index_name(name: str) -> bool:
    """Whether a name says that its column tells rows apart: none, `Unnamed: 0`, `subject_id`."""
    stripped = name.strip()
    return stripped.lower().replace(" ", "_") in INDEX_NAMES or bool(
        _INDEX.fullmatch(stripped) or _INDEX.fullmatch(stripped.lower())
    )


def is_numeric(cells: Sequence[str]) -> bool:
    """Whether nearly all cells are meant as numbers; all of them may be missing."""
    try:
        list(map(float, cells))
    except ValueError:
        filled = [cell for cell in cells if not is_missing(cell)]
        return not filled or _nearly_all(looks_numeric, filled)
    return True


def is_mostly_numeric(cells: Sequence[str]) -> bool:
    """Whether more cells are meant as numbers than not."""
    filled = [cell for cell in cells if not is_missing(cell)]
    return 2 * sum(map(looks_numeric, filled)) > len(filled) or not filled


def is_dates(cells: Sequence[str]) -> bool:
    """Whether nearly all cells are dates or times of day."""
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and _nearly_all(is_date, filled)


def is_symbols(cells: Sequence[str]) -> bool:
    """Whether digits are the symbols of a text, such as 0110: leading zeros, or too many."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled or not all(map(str.isdigit, filled)):
        return False
    longest = max(map(len, filled))
    return longest > _LONGEST_NUMBER or any(len(c) > 1 and c[0] == "0" for c in filled)


def is_codes(cells: Sequence[str]) -> bool:
    """Whether cells name things by number, in a few forms: p001, rec_12.wav, 3f2a-…."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled or any(len(c) > _LONGEST_CODE or len(c.split()) > 1 for c in filled):
        return False
    if not all(re.search(r"\d", c) for c in filled):
        return False
    forms = {re.sub(r"\d+", "0", c) for c in filled}
    return len(forms) <= max(3, len(filled) // 10)


def counts(cells: Sequence[str]) -> bool:
    """Whether cells are whole numbers, each by one above the one before: of rows, not of steps."""
    return len(cells) >= LEAST_ROWS and all(
        isinstance(a, int) and isinstance(b, int) and b == a + 1
        for a, b in pairwise(map(exact, cells))
    )


def rises(cells: Sequence[str]) -> bool:
    """Whether cells are numbers, each above the one before."""
    return all(a is not None and b is not None and a < b for a, b in pairwise(map(exact, cells)))


def orders_steps(parts: Sequence[Sequence[str]]) -> bool:
    """Whether numbers may be the time of steps: they rise in every sequence, or fill one grid.

    A grid is what rows in any order have: even steps over all sequences, none twice in one of them
    though there are enough to meet by chance.

    Args:
        parts: the cells of each sequence, in the order of the rows.
    """
    found = [[exact(cell) for cell in part] for part in parts if len(part) > 1]
    times = [[number for number in part if number is not None] for part in found]
    if times != found or sum(map(len, times)) < LEAST_ROWS:
        return False
    if any(len(set(part)) < len(part) for part in times):
        return False
    if all(a < b for part in times for a, b in pairwise(part)):
        return True
    grid = sorted({number for part in times for number in part})
    gaps = [b - a for a, b in pairwise(grid)]
    chances = sum(len(part) * (len(part) - 1) / 2 for part in times)
    return chances > LEAST_ROWS * len(grid) and max(gaps) - min(gaps) <= _UNEVEN * max(gaps)


def is_grouped(cells: Sequence[str]) -> bool:
    """Whether cells name groups of rows: equal ones stand together, two or more of each.

    The last may be cut off.
    """
    lengths = runs(cells)
    is_name = all(len(c) <= _LONGEST_CODE and len(c.split()) == 1 for c in set(cells))
    return is_name and 1 < len(lengths) == len(set(cells)) and min(lengths[:-1]) > 1


def runs(cells: Sequence[str]) -> list[int]:
    """Return how many equal cells follow each other."""
    return [len(list(group)) for _, group in groupby(cells)]


def stem_and_number(name: str) -> tuple[str, float]:
    """Return "v*", 25 for "v25", "*", 400.1 for "400.1", and -1 where there is no number."""
    number = exact(name)
    if number is not None and number >= 0:
        return "*", number
    match = re.fullmatch(r"(.*?)(\d{1,9})(\D*)", name, re.ASCII | re.DOTALL)
    return (f"{match[1]}*{match[3]}", int(match[2])) if match else (name, -1)


def _nearly_all(predicate: Callable[[str], bool], cells: Sequence[str]) -> bool:
    """Whether most cells are such, all but one or all but one in five."""
    bad = sum(not predicate(cell) for cell in cells)
    return bad <= max(1, _MOST_BAD * len(cells)) and 2 * bad < len(cells)
