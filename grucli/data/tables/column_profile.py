"""What each column of a table holds, and what it could be: told by its first rows.

A profile is for people who choose columns; what is read without being told is chosen by
`text_columns` and `series_columns`.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import Final, Literal

from grucli.data import label_hints, label_lists
from grucli.data.numbers import exact, is_missing
from grucli.data.tables.column_kinds import LEAST_ROWS, is_codes, is_dates, is_numeric, is_symbols
from grucli.data.tables.column_names import (
    ID_NAMES,
    LABEL_NAMES,
    SUBJECT_NAMES,
    TEXT_NAMES,
    WEIGHT_NAMES,
    normal_name,
)
from grucli.data.tables.series_cells import holds_series
from grucli.values import dataclass

Kind = Literal[
    "blank",
    "constant",
    "date",
    "id",
    "number",
    "category",
    "text",
    "list of numbers",
    "list of labels",
]
PROFILED_ROWS: Final = 10_000
"""Rows that are looked at, of the first MiB."""
MOST_CLASSES: Final = 50
"""Distinct values of a column of whole numbers from which on they are no labels."""
_LONGEST_CLASS = 40
_LARGEST_WHOLE = 1e15
_PHRASE_WORDS, _PHRASE_CHARACTERS = 3, 9
"""From which on a value is more a phrase than a name: words, or characters where nothing is cut."""
_FEW_PHRASES = 8
"""Phrases that may be the answers to choose from in a form, and so labels."""


@dataclass(frozen=True, kw_only=True)
class ColumnProfile:
    """One column.

    Attributes:
        name: of it.
        kind: what its cells hold.
        distinct: different values, blanks not counted.
        blank: cells with nothing in them, or a mark of a missing number.
        mean_length: characters of the cells that are not.
        sample: a value that is not blank, "" if there is none.
        could_be: what it could be read as, the likeliest first; empty for what is best left out,
        why: for this reason.
    """

    name: str
    kind: Kind
    distinct: int
    blank: int
    mean_length: float
    sample: str
    could_be: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class TableProfile:
    """The columns of a table.

    Attributes:
        rows: that were looked at.
        is_whole: whether these are all.
        columns: in the order of the table.
    """

    rows: int
    is_whole: bool
    columns: tuple[ColumnProfile, ...]


Look = Callable[[], TableProfile]
"""Gives the profile of a table from first rows, read or not."""


def profile(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, is_whole: bool
) -> TableProfile:
    """Return what the columns hold.

    Args:
        columns: their names.
        rows: the first ones, without the header; those of another width are passed over.
        is_whole: whether the table has no others.
    """
    whole = [row for row in rows if len(row) == len(columns)]
    cells = list(zip(*whole, strict=True)) or [()] * len(columns)
    return TableProfile(
        rows=len(rows),
        is_whole=is_whole,
        columns=tuple(_column(*pair) for pair in zip(columns, cells, strict=True)),
    )


def _column(name: str, cells: Sequence[str]) -> ColumnProfile:
    filled = [cell for cell in cells if cell.strip()]
    kind = _kind(name, filled)
    if kind == "number":
        filled = [cell for cell in filled if not is_missing(cell)]
    distinct = len(set(filled))
    could_be, why = _uses(name, kind, filled, distinct)
    return ColumnProfile(
        name=name,
        kind=kind,
        distinct=distinct,
        blank=len(cells) - len(filled),
        mean_length=sum(map(len, filled)) / max(1, len(filled)),
        sample=filled[0] if filled else "",
        could_be=could_be,
        why=why,
    )


def _kind(name: str, filled: Sequence[str]) -> Kind:
    distinct = len(set(filled))
    if distinct < 2:
        return "constant" if filled else "blank"
    if is_dates(filled):
        return "date"
    if holds_series(filled):
        return "list of numbers"
    if label_lists.are_lists(filled):
        return "list of labels"
    is_named = normal_name(name) in (*ID_NAMES, "uuid", "guid", "key") or _ends_in_id(name)
    if is_numeric(filled) and not is_symbols(filled):
        return "id" if is_named or _advances(filled) else "number"
    if is_named or (is_codes(filled) and not is_symbols(filled) and not _are_phrases(filled)):
        return "id"
    return "category" if _are_names(filled) else "text"


def _advances(filled: Sequence[str]) -> bool:
    """Whether whole numbers go on by the same step from each to the next, as those of rows do."""
    if len(filled) < LEAST_ROWS or not _are_whole(filled):
        return False
    steps = {round(float(b) - float(a)) for a, b in pairwise(filled)}
    return len(steps) == 1 and 0 not in steps


def _ends_in_id(name: str) -> bool:
    return normal_name(name).endswith(("_id", "编号", "单号", "序号")) or name.endswith("Id")


def _are_whole(filled: Sequence[str]) -> bool:
    """Whether cells are whole numbers, be it as 3, 3.0 or 3.0000000e+00."""
    numbers = map(exact, filled)
    return all(n is not None and abs(n) < _LARGEST_WHOLE and n == int(n) for n in numbers)


def _are_names(filled: Sequence[str]) -> bool:
    """Whether cells are short and come again, like labels; many different phrases are texts."""
    distinct = set(filled)
    if len(distinct) > max(2, len(filled) // 2) or max(map(len, distinct)) > _LONGEST_CLASS:
        return False
    return not _are_phrases(distinct)


def _are_phrases(cells: Collection[str]) -> bool:
    return 2 * sum(map(_is_phrase, cells)) > len(cells)


def _is_phrase(cell: str) -> bool:
    words = cell.split()
    is_uncut = len(words) == 1 and not cell.isascii() and len(cell) >= _PHRASE_CHARACTERS
    return len(words) > _PHRASE_WORDS or is_uncut


def _uses(
    name: str, kind: Kind, filled: Sequence[str], distinct: int
) -> tuple[tuple[str, ...], str]:
    """Return what a column could be, and why it is best left out."""
    normal = normal_name(name)
    is_repeated = distinct < len(filled)
    if kind == "blank":
        return (), "blank"
    if kind == "constant":
        return (), "one value"
    if kind == "id":
        return (("id", "group"), "") if is_repeated else ((), "all differ")
    if kind == "date":
        return ("time",), ""
    if kind == "list of numbers":
        return ("values",), ""
    if kind == "list of labels":
        return ("labels",), ""
    if kind == "category":
        if normal in (*TEXT_NAMES, *SUBJECT_NAMES) and normal not in LABEL_NAMES:
            return ("text", "label"), ""
        return _with_lists(("label", "group"), filled), ""
    if kind == "number":
        return _uses_of_numbers(normal, filled, distinct), ""
    are_choices = is_repeated and distinct <= _FEW_PHRASES
    return _with_lists(("text", "label") if are_choices else ("text",), filled), ""


def _with_lists(uses: tuple[str, ...], filled: Sequence[str]) -> tuple[str, ...]:
    """Return uses with that as lists of labels first, if cells look like such and no texts."""
    rows = Counter(filled)
    found, separator = label_hints.lists(rows)
    if not separator or 2 * len(found) < len(rows):
        return uses
    parts = {part.strip() for cell in rows for part in cell.split(separator)}
    return (f"labels ({separator})", *uses) if 2 * len(parts) <= len(filled) else uses


def _uses_of_numbers(normal: str, filled: Sequence[str], distinct: int) -> tuple[str, ...]:
    uses = ["values"]
    if _are_whole(filled) and distinct <= min(MOST_CLASSES, len(filled) // 2):
        uses = ["label", *uses] if normal in LABEL_NAMES or distinct < 3 else [*uses, "label"]
    if normal in WEIGHT_NAMES and not any(cell.lstrip().startswith("-") for cell in filled):
        uses = ["weight", *uses]
    return (*uses, "target")
