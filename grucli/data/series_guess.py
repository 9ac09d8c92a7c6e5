"""Which columns of a table are steps or channels, where nobody said so: found by name and content.

Steps of a wide table are a run of names with one stem and numbers, such as v0 … v95; without one
they are all columns of numbers. What tells rows apart (a row number, an id, a date) is none, nor is
what stands outside of the run.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from grucli.data.cell_lists import holds_series
from grucli.data.column_kinds import (
    counts,
    is_codes,
    is_dates,
    is_index_name,
    is_numeric,
    stem_and_number,
)
from grucli.data.columns import LABEL_NAMES, TEXT_NAMES, normal_name
from grucli.errors import DataError, excerpt

ID_NAMES = ("id", "series", "series_id", "sequence_id", "seq_id", "case", "case_id", "sample_id")
TIME_NAMES = ("time", "timestamp", "datetime", "date", "step")
LEAST_STEPS = 3
"""Numeric columns that make a wide table where nobody said so, and names that make a run."""
_LONGEST_LABEL = 40

Sample = Callable[[], list[list[str]]]
"""Gives the first rows; to call it may mean to wait for them."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Indices of columns that were found; None: there is none."""

    values: tuple[int, ...]
    label: int | None
    id: int | None = None
    time: int | None = None
    in_cells: bool = False


class Sampled:
    """The columns of a table, and what the first rows have in them; looked at when needed.

    Attributes:
        columns: their names.
        place: begins error lines.
    """

    def __init__(self, columns: Sequence[str], sample: Sample, place: str, *, named: bool) -> None:
        """Take the table; `named` says whether its names are its own, not numbers given here."""
        self.columns = columns
        self.place = place
        self._sample = sample
        self._named = named
        self._normal = [normal_name(name) for name in columns]
        self._places: dict[str, list[int]] = defaultdict(list)
        for i, name in enumerate(self._normal):
            self._places[name].append(i)
        self._numeric: dict[int, bool] = {}

    @cached_property
    def rows(self) -> list[list[str]]:
        """The first rows."""
        return self._sample()

    def cells(self, index: int) -> list[str]:
        """Return what the first rows have in a column."""
        return [row[index] for row in self.rows if len(row) > index]

    def is_numeric(self, index: int) -> bool:
        """Whether a column holds numbers, or is meant to."""
        if index not in self._numeric:
            self._numeric[index] = is_numeric(self.cells(index))
        return self._numeric[index]

    def rest(self, aside: Set[int | None]) -> list[int]:
        """Return the other columns."""
        return [i for i in range(len(self.columns)) if i not in aside]

    def by_name(self, names: Sequence[str], aside: Set[int | None]) -> int | None:
        """Return the column with the surest of these names."""
        found = (i for name in names for i in self._places.get(name, ()))
        return next((i for i in found if i not in aside), None)

    def label_by_name(self, aside: Set[int | None]) -> int | None:
        """Return the column with the surest name of a label; y beside x is a coordinate."""
        beside_x = any(name == "x" and i not in aside for i, name in enumerate(self.columns))
        names = [name for name in LABEL_NAMES if name != "y" or not beside_x]
        return self.by_name(names, aside)

    def likely_id(self, aside: Set[int | None]) -> int | None:
        """Return a column that is called an id and has the same one in several rows."""
        index = self.by_name(ID_NAMES, aside)
        if index is None:
            return None
        ids = self.cells(index)
        return index if len(set(ids)) < len(ids) else None

    def steps(self, aside: Set[int | None]) -> list[int]:
        """Return the columns that are the steps of a wide table: a run, else all of numbers."""
        return self.run(aside) or self.channels(aside)

    def channels(self, aside: Set[int | None]) -> list[int]:
        """Return all columns of numbers but those that tell rows apart."""
        numeric = [i for i in self.rest(aside) if self.is_numeric(i)]
        counting = {i for i in numeric if counts(self.cells(i))}
        if len(counting) == len(numeric):  # then it means nothing
            counting = set()
        return [i for i in numeric if i not in counting and not is_index_name(self.columns[i])]

    def run(self, aside: Set[int | None]) -> list[int]:
        """Return columns of numbers whose names count the steps; none if there is no such run.

        Raises:
            DataError: there are two of them.
        """
        stems: dict[str, list[int]] = defaultdict(list)
        numeric = [i for i in self.rest(aside) if self.is_numeric(i)] if self._named else []
        for i in numeric:
            stem, number = stem_and_number(self.columns[i])
            if number >= 0:
                stems[stem].append(i)
        none: list[list[int]] = [[], []]
        run, other, *_ = sorted([*stems.values(), *none], key=len, reverse=True)
        if len(run) < max(LEAST_STEPS, len(numeric) / 2):
            return []
        if len(other) >= max(LEAST_STEPS, len(run) / 2):
            raise self._two_runs(run, other)
        return self._in_order(run)

    def repeats_briefly(self, index: int) -> bool:
        """Whether a column reads like labels: short ones that come again."""
        cells = [cell for cell in self.cells(index) if cell.strip()]
        is_text = self._normal[index] in TEXT_NAMES
        few = len(set(cells)) <= max(2, len(cells) // 2)
        return few and not is_text and max(map(len, cells), default=0) <= _LONGEST_LABEL

    def is_aside(self, index: int) -> bool:
        """Whether a column of words tells rows apart or puts them in groups, and is no text."""
        if self._normal[index] in TEXT_NAMES:
            return False
        cells = self.cells(index)
        told = self.is_row_name(index) or self._normal[index] in TIME_NAMES
        return told or self.repeats_briefly(index) or is_dates(cells) or is_codes(cells)

    def is_row_name(self, index: int) -> bool:
        """Whether a column is called an id, an index, or nothing at all."""
        return self._normal[index] in ID_NAMES or is_index_name(self.columns[index])

    def error(self, problem: str, mend: str, hint: str = "") -> DataError:
        """Return the error that names the columns."""
        columns = excerpt(",".join(self.columns), 60)
        return DataError(f"{self.place}: {problem} (columns: {columns}){hint}; {mend}")

    def _in_order(self, run: list[int]) -> list[int]:
        """Return the columns of a run as they stand, or as they count: v1, v10, v2 is no order."""
        numbers = [stem_and_number(self.columns[i])[1] for i in run]
        if all(a > b for a, b in pairwise(numbers)):
            return run
        return [i for _, i in sorted(zip(numbers, run, strict=True))]

    def _two_runs(self, run: list[int], other: list[int]) -> DataError:
        runs = sorted((run, other))
        said = " and ".join(
            f"{excerpt(self.columns[each[0]], 20)} … {excerpt(self.columns[each[-1]], 20)}"
            for each in runs
        )
        globs = [f"{stem_and_number(self.columns[each[0]])[0]}*" for each in runs]
        one, both = excerpt(globs[0], 20), excerpt(",".join(globs), 40)
        return DataError(
            f"{self.place}: two runs of columns, {said}; pass --values '{one}' for one, "
            f"--values '{both}' for both as one sequence"
        )


def guess(
    table: Sampled, aside: Set[int | None], label: int | None, *, least: int, needs_label: bool
) -> Found | None:
    """Find the columns of numeric sequences; None if the table is one of texts.

    Args:
        table: the table.
        aside: columns with another use.
        label: the one of the label, None to find it by its content.
        least: steps that make a wide table.
        needs_label: whether there must be a label.

    Raises:
        DataError: there are sequences, but no clear steps or label.
    """
    in_cells = _in_cells(table, aside, label, needs_label)
    if in_cells is not None:
        return in_cells
    row_id = table.likely_id({*aside, label})
    if row_id is not None:
        run = table.run({*aside, label, row_id})
        if not (run and label is not None and _differ(table, row_id, label)):
            return _long(table, {*aside, row_id}, label, row_id, needs_label)
    return _wide(table, aside, label, least, needs_label)


def _in_cells(
    table: Sampled, aside: Set[int | None], label: int | None, needs_label: bool
) -> Found | None:
    """Find one column whose cells hold a sequence each; a text by its name stands above it."""
    words = [i for i in table.rest({*aside, label}) if not table.is_numeric(i)]
    values = [i for i in words if holds_series(table.cells(i))]
    words = [i for i in words if i not in values]
    if not values or any(normal_name(table.columns[i]) in TEXT_NAMES for i in words):
        return None
    if len(values) > 1:
        raise table.error("lists of numbers in several columns", "pass --values COL for one")
    if label is None:
        label = _label_of(table, words, is_alone=False)
        if label is None and needs_label:
            raise table.error("no clear label column", "pass --label COL")
    if not all(table.is_aside(i) for i in words if i != label):
        return None
    return Found(values=tuple(values), label=label, in_cells=True)


def _long(
    table: Sampled, aside: Set[int | None], label: int | None, row_id: int, needs_label: bool
) -> Found | None:
    time = table.by_name(TIME_NAMES, {*aside, label})
    words = [i for i in table.rest({*aside, label, time}) if not table.is_numeric(i)]
    if time is None and (dates := [i for i in words if is_dates(table.cells(i))]):
        time = dates[0]
        words.remove(time)
    if label is None:
        label = _label_of(table, words, is_alone=True)
        words = [i for i in words if i != label]
    values = table.channels({*aside, label, time})
    if not values or (label is None and needs_label):
        return None
    if words and (time is None or not all(map(table.is_aside, words))):
        return None
    return Found(values=tuple(values), label=label, id=row_id, time=time)


def _wide(
    table: Sampled, aside: Set[int | None], label: int | None, least: int, needs_label: bool
) -> Found | None:
    named = {table.by_name(ID_NAMES, {*aside, label})}
    values = table.steps({*aside, *named, label})
    run = table.run({*aside, *named, label})
    words = [i for i in table.rest({*aside, *named, label}) if not table.is_numeric(i)]
    is_sure = len(values) >= least and (run or not words) and all(map(table.is_aside, words))
    if label is None:
        label = _label_of(table, words, is_alone=not run)
        words = [i for i in words if i != label]
        if label is None and needs_label and is_sure:
            raise table.error("no clear label column", "pass --label COL")
    if (label is None and needs_label) or len(values) < least:
        return None
    if words and not (run and all(map(table.is_aside, words))):
        return None
    return Found(values=tuple(values), label=label)


def _label_of(table: Sampled, words: Sequence[int], *, is_alone: bool) -> int | None:
    """Return the one column of words that reads like labels; where it must be alone, if it is."""
    brief = [i for i in words if table.repeats_briefly(i) and not is_dates(table.cells(i))]
    return brief[0] if len(brief) == 1 and not (is_alone and len(words) > 1) else None


def _differ(table: Sampled, row_id: int, label: int) -> bool:
    """Whether rows of one id have different labels."""
    pairs = {(a, b) for a, b in zip(table.cells(row_id), table.cells(label), strict=False)}
    return len(pairs) > len({row_id for row_id, _ in pairs})
