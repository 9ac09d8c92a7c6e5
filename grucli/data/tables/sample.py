"""The columns of a table and what its first rows have in them: what guesses go by."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence, Set
from functools import cached_property
from itertools import pairwise
from typing import Final

from grucli.data.dates import moments
from grucli.data.numbers import exact, is_missing, looks_numeric
from grucli.data.tables.column_kinds import (
    LEAST_ROWS,
    counts,
    is_codes,
    is_dates,
    is_grouped,
    is_index_name,
    is_numeric,
    is_time_name,
    orders_steps,
    rises,
    stem_and_number,
)
from grucli.data.tables.column_names import (
    ASIDE_NAMES,
    ID_NAMES,
    LABEL_NAMES,
    TEXT_NAMES,
    TIME_NAMES,
    normal_name,
)
from grucli.data.unclear import UnclearError
from grucli.errors import DataError, excerpt

_CHANNEL_NAMES = (
    *("dim_id", "dim", "dimension", "channel", "kind", "variable", "sensor", "sensor_id", "signal"),
)
MORE_TIME_NAMES = ("ts", "epoch", "unixtime", "zeit", "datum", "时间", "日期", "时刻")
_EPOCH_S = 1e8
"""Seconds since 1970 are more; numbers of rows are less."""
LEAST_STEPS: Final = 3
"""Numeric columns that make a wide table where nobody said so, and names that make a run."""
_LONGEST_LABEL = 40

FirstRows = Callable[[], list[list[str]]]
"""Gives the first rows; to call it may mean to wait for them."""


class TableSample:
    """The columns of a table, and what the first rows have in them; looked at when needed.

    Attributes:
        columns: their names.
        place: begins error lines.
    """

    def __init__(
        self, columns: Sequence[str], first_rows: FirstRows, place: str, *, named: bool
    ) -> None:
        """Take the table; `named` says whether its names are its own, not numbers given here."""
        self.columns = columns
        self.place = place
        self._first_rows = first_rows
        self._named = named
        self._normal = [normal_name(name) for name in columns]
        self._places: dict[str, list[int]] = defaultdict(list)
        for i, name in enumerate(self._normal):
            self._places[name].append(i)
        self._numeric: dict[int, bool] = {}

    @cached_property
    def rows(self) -> list[list[str]]:
        """The first rows."""
        return self._first_rows()

    @cached_property
    def _cells(self) -> list[tuple[str, ...]]:
        """What each column has in the rows that are whole."""
        whole = [row for row in self.rows if len(row) == len(self.columns)]
        return list(zip(*whole, strict=True)) or [()] * len(self.columns)

    def cells(self, index: int) -> tuple[str, ...]:
        """Return what the first rows have in a column."""
        return self._cells[index]

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
        """Return the column with the surest name of a label; y beside x is a coordinate.

        A sex or a language is none where another column of words reads like labels, too.
        """
        beside_x = any(name == "x" and i not in aside for i, name in enumerate(self.columns))
        names = [name for name in LABEL_NAMES if name != "y" or not beside_x]
        found = self.by_name(names, aside)
        if found is None or self._normal[found] not in ASIDE_NAMES:
            return found
        return None if any(map(self._may_be_label, self.rest({*aside, found}))) else found

    def _may_be_label(self, index: int) -> bool:
        is_word = not self.is_numeric(index) and not self.tells_apart(index)
        return is_word and self.repeats_briefly(index) and len(set(self.cells(index))) > 1

    def likely_id(self, aside: Set[int | None]) -> int | None:
        """Return a column that is called an id and has the same one in several rows."""
        index = self.by_name(ID_NAMES, aside)
        if index is None:
            return None
        ids = self.cells(index)
        return index if len(set(ids)) < len(ids) else None

    def steps(self, aside: Set[int | None]) -> list[int]:
        """Return the columns that are the steps of a wide table: a run, else all of numbers.

        Raises:
            DataError: there are two runs.
        """
        run, other, *_ = self._runs(aside)
        if run and len(other) >= max(LEAST_STEPS, len(run) / 2):
            raise self._two_runs(run, other)
        return self.run(aside) or [i for i in self.channels(aside) if not self._is_group(i)]

    def channels(self, aside: Set[int | None]) -> list[int]:
        """Return all columns of numbers but those that tell rows apart."""
        numeric = [i for i in self.rest(aside) if self.is_numeric(i)]
        counting = {i for i in numeric if counts(self.cells(i))}
        if len(counting) == len(numeric):  # then it means nothing
            counting = set()
        return [i for i in numeric if i not in counting and not is_index_name(self.columns[i])]

    def times_of_steps(self, row_id: int, aside: Set[int | None]) -> list[int]:
        """Return the columns that are called a time and order the rows of each id, as numbers.

        Where nothing else is a number, none of them: then they are what was measured.
        """
        numeric = self.channels({*aside, row_id})
        named = [i for i in numeric if is_time_name(self.columns[i])]
        found = [i for i in named if orders_steps(self._by_id(row_id, i))]
        return found if len(found) < len(numeric) else []

    def refuse_stacked(self, row_id: int, aside: Set[int | None]) -> None:
        """Refuse a table whose channels stand below each other, a value a row.

        Raises:
            DataError: a column that is called a channel has each of its names equally often in
                every sequence.
        """
        index = self.by_name(_CHANNEL_NAMES, {*aside, row_id})
        parts = [] if index is None else self._by_id(row_id, index)
        whole = parts[:-1] or parts  # the sample may have cut the last
        if index is not None and all(map(_alternates, whole)):
            name = excerpt(self.columns[index], 24)
            raise self.error(
                f"each '{name}' has rows of its own",
                f"give each step one row, a column for each '{name}' (pivot), or pass --values COL "
                "to take all rows as steps",
            )

    def _by_id(self, row_id: int, index: int) -> list[list[str]]:
        parts: dict[str, list[str]] = defaultdict(list)
        for name, cell in zip(self.cells(row_id), self.cells(index), strict=True):
            parts[name].append(cell)
        return list(parts.values())

    def run(self, aside: Set[int | None]) -> list[int]:
        """Return columns of numbers whose names count the steps; none if there is no such run."""
        run = self._runs(aside)[0]
        numbers = [stem_and_number(self.columns[i])[1] for i in run]
        if all(a > b for a, b in pairwise(numbers)):
            return run
        return [i for _, i in sorted(zip(numbers, run, strict=True))]  # v1, v10, v2 is no order

    def _is_group(self, index: int) -> bool:
        """Whether whole numbers name groups of rows that stand together, such as a subject's."""
        cells = self.cells(index)
        return len(cells) >= LEAST_ROWS and is_grouped(cells) and all(map(str.isdigit, cells))

    def _runs(self, aside: Set[int | None]) -> list[list[int]]:
        """Return columns by their stems, most first; two or more, the first empty if too few."""
        stems: dict[str, list[int]] = defaultdict(list)
        numeric = [i for i in self.rest(aside) if self.is_numeric(i)] if self._named else []
        for i in numeric:
            stem, number = stem_and_number(self.columns[i])
            if number >= 0:
                stems[stem].append(i)
        runs = sorted([*stems.values(), [], []], key=len, reverse=True)
        if len(runs[0]) < max(LEAST_STEPS, len(numeric) / 2):
            return [[], []]
        return [sorted([*runs[0], *self._spoilt(runs[0], aside)]), *runs[1:]]

    def _spoilt(self, run: Sequence[int], aside: Set[int | None]) -> list[int]:
        """Return columns that count among those of a run, of numbers and of much else."""
        stem, _ = stem_and_number(self.columns[run[0]])
        return [
            i
            for i in self.rest(aside)
            if not self.is_numeric(i)
            and stem_and_number(self.columns[i])[0] == stem
            and any(looks_numeric(cell) and not is_missing(cell) for cell in self.cells(i))
        ]

    def repeats_briefly(self, index: int) -> bool:
        """Whether a column reads like labels: short ones that come again."""
        cells = [cell for cell in self.cells(index) if cell.strip()]
        is_text = self._normal[index] in TEXT_NAMES
        few = len(set(cells)) <= max(2, len(cells) // 2)
        return few and not is_text and max(map(len, cells), default=0) <= _LONGEST_LABEL

    def is_aside(self, index: int) -> bool:
        """Whether a column of words tells rows apart or puts them in groups, and is no text."""
        is_text = self._normal[index] in TEXT_NAMES
        return self.tells_apart(index) or (self.repeats_briefly(index) and not is_text)

    def tells_apart(self, index: int) -> bool:
        """Whether a column of words says which row it is, or of when."""
        if self._normal[index] in TEXT_NAMES:
            return False
        return self.says_which_or_when(index) or is_codes(self.cells(index))

    def says_which_or_when(self, index: int) -> bool:
        """Whether a column is called an id, an index, a time, or nothing at all, or is of dates."""
        is_named = self._normal[index] in (*ID_NAMES, *TIME_NAMES)
        return is_named or is_index_name(self.columns[index]) or is_dates(self.cells(index))

    def time_of_rows(self, aside: Set[int | None]) -> int | None:
        """Return a column that tells when each row was."""
        return next((i for i in self.rest(aside) if self._tells_time(i)), None)

    def _tells_time(self, index: int) -> bool:
        """Whether a column holds dates, is called a time, or is of numbers that rise like one."""
        cells = self.cells(index)
        if self._normal[index] in (*TIME_NAMES, *MORE_TIME_NAMES) or is_dates(cells):
            found = moments(cells)
            return found is not None and len(set(found)) > 1
        if len(cells) < LEAST_ROWS or not self.is_numeric(index) or not rises(cells):
            return False
        numbers = [exact(cell) for cell in cells]
        return not all(isinstance(number, int) and number < _EPOCH_S for number in numbers)

    def error(self, problem: str, mend: str, hint: str = "") -> UnclearError:
        """Return the error that names the columns."""
        columns = excerpt(",".join(self.columns), 60)
        return UnclearError(f"{self.place}: {problem} (columns: {columns}){hint}", mend=mend)

    def _two_runs(self, run: list[int], other: list[int]) -> DataError:
        runs = sorted((run, other))
        said = " and ".join(
            f"{excerpt(self.columns[each[0]], 20)} … {excerpt(self.columns[each[-1]], 20)}"
            for each in runs
        )
        globs = [stem_and_number(self.columns[each[0]])[0] for each in runs]
        one, both = excerpt(globs[0], 20), excerpt(",".join(globs), 40)
        return DataError(
            f"{self.place}: two runs of columns, {said}; pass --values '{one}' for one, "
            f"--values '{both}' for both as one sequence"
        )


def _alternates(names: Sequence[str]) -> bool:
    """Whether there are several names, each as often, and more than once."""
    often = set(Counter(names).values())
    return len(often) == 1 and len(set(names)) > 1 and min(often) > 1
