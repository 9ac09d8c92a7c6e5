"""Which columns of a table make numeric sequences: given, remembered, or found in the content.

A wide table has a sequence a row, its steps in the value columns. A long table has a step a row,
its channels in the value columns, and an id column that says which rows are one sequence.
"""

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from grucli.data.asked import Asked
from grucli.data.columns import LABEL_NAMES, TEXT_NAMES, looks_like_data, meant_column, normal_name
from grucli.data.numbers import looks_numeric
from grucli.errors import ConfigError, DataError, excerpt

ID_NAMES = ("id", "series", "series_id", "sequence_id", "seq_id", "case", "case_id", "sample_id")
TIME_NAMES = ("time", "timestamp", "datetime", "date", "step")
LEAST_STEPS = 3
"""Numeric columns that make a wide table where nobody said so."""
_LONGEST_LABEL = 40

Sample = Callable[[], list[list[str]]]
"""Gives the first rows; to call it may mean to wait for them."""


@dataclass(frozen=True, kw_only=True)
class SeriesColumns:
    """Indices of the columns; None: there is none.

    Attributes:
        values: the steps of a wide table, the channels of a long one, in their order.
        label, id, time, weight, group: of a sequence; `id` makes the table a long one.
        guessed: whether one of them had to be found.
    """

    values: tuple[int, ...]
    label: int | None
    id: int | None
    time: int | None
    weight: int | None
    group: int | None
    guessed: bool


def choose_series(
    columns: Sequence[str], sample: Sample, asked: Asked, place: str
) -> SeriesColumns | None:
    """Choose the columns of numeric sequences; None if the table is one of texts.

    Args:
        columns: names of the columns.
        sample: gives the first rows; called only if content has to decide.
        asked: what is known of the table.
        place: begins error lines.

    Raises:
        ConfigError: a time is named, but no id.
        DataError: a named column is absent, or there is no clear label.
    """
    options = asked.options
    if options.time and not asked.id:
        raise ConfigError("--time: orders the rows of one sequence; say which they are with --id")
    table = _Table(_as_in_training(columns, asked, place), sample, asked, place)
    known = asked.known
    if options.values or options.id or {*known.values, known.id} & set(columns):
        return table.chosen(table.given_id())
    if asked.text or not table.looks_numeric(1 if known.kind == "series" else LEAST_STEPS):
        return None
    return table.chosen(table.likely_id())


def _as_in_training(columns: Sequence[str], asked: Asked, place: str) -> Sequence[str]:
    """Return the names of headerless columns as numbered in training, had they their label or not.

    Raises:
        DataError: there are more or fewer than in training.
    """
    known = asked.known
    if asked.header or not known.values or asked.options.values:
        return columns
    used = (*known.values, known.label, known.id, known.time)
    trained = max(int(name) for name in used if name is not None and name.isdigit())
    if len(columns) == trained:
        return columns
    names = [str(i + 1) for i in range(trained)]
    if len(columns) == trained - 1 and known.label in names and not asked.needs_label:
        return [name for name in names if name != known.label]
    raise DataError(
        f"{place}: {len(columns)} columns without names, but the training data had {trained}; "
        "pass --values COLS and --label COL"
    )


def describe(columns: Sequence[str], chosen: SeriesColumns) -> str:
    """Say which columns were chosen, for people."""
    values = [columns[i] for i in chosen.values]
    ends = [excerpt(name, 20) for name in (values if len(values) < 5 else (values[0], values[-1]))]
    listed = (", " if len(values) < 5 else " … ").join(ends)
    parts = [f"{len(values)} value column{'' if len(values) == 1 else 's'} ({listed})"]
    flags = ["--values"]
    if chosen.id is None:
        parts.insert(0, "a sequence a row")
    else:
        parts.insert(0, f"a step a row, sequences by '{excerpt(columns[chosen.id])}'")
        flags.append("--id")
    if chosen.time is not None:
        parts.append(f"in the order of '{excerpt(columns[chosen.time])}'")
        flags.append("--time")
    if chosen.label is not None:
        parts.append(f"label column '{excerpt(columns[chosen.label])}'")
        flags.append("--label")
    return f"{', '.join(parts)} (pass {'/'.join(flags)} to choose others)"


class _Table:
    """The columns of one table, and what is asked of them."""

    def __init__(self, columns: Sequence[str], sample: Sample, asked: Asked, place: str) -> None:
        self._columns = columns
        self._index = {name: i for i, name in reversed([*enumerate(columns)])}  # the first of each
        self._sample = sample
        self._asked = asked
        self._place = place
        self._weight = self._named(asked.options.weight, "--weight COL")
        self._group = self._named(asked.options.group, "--set data.group=COL")
        self._label = self._given_label()
        self._set_aside = {self._weight, self._group, self._label}

    def chosen(self, row_id: int | None) -> SeriesColumns:
        """Return the columns; `row_id` is the one of the id, None for a wide table."""
        asked = self._asked
        time = None if row_id is None else self._named(asked.time, "--time COL")
        aside = {*self._set_aside, row_id, time}
        values = self._given_values(aside, is_wide=row_id is None)
        label = self._label
        if label is None:
            label = self._label_by_name({*aside, *values})
        guessed = not values
        if not values:
            if row_id is not None and time is None:
                time = self._by_name(TIME_NAMES, {*aside, label})
            values = self._numeric({*aside, label, time, self._by_name(ID_NAMES, aside)})
        if label is None and asked.needs_label:
            label = self._only_one({*aside, time, *values})
        if not values:
            raise self._error("no numeric columns", "pass --values COLS")
        return SeriesColumns(
            values=tuple(values),
            label=label,
            id=row_id,
            time=time,
            weight=self._weight,
            group=self._group,
            guessed=guessed or (label is not None and self._label is None),
        )

    def given_id(self) -> int | None:
        """Return the id column that is given or remembered; None if rows are sequences."""
        options, known = self._asked.options, self._asked.known.id
        if options.id is None and (known in self._index or options.values is None):
            return self._named(known, "--id COL, or --values COLS if a row is a sequence")
        return self._named(options.id, "--id COL")

    def likely_id(self) -> int | None:
        """Return a column that is called an id and has the same one in several rows."""
        index = self._by_name(ID_NAMES, self._set_aside)
        if index is None:
            return None
        ids = self._cells(index)
        return index if len(set(ids)) < len(ids) else None

    def looks_numeric(self, least: int) -> bool:
        """Whether all columns but a label, an id and a time hold numbers, and `least` of them."""
        label = self._label
        if label is None:
            label = self._label_by_name(self._set_aside)
        if label is None and looks_like_data(self._columns, self._rows):
            return False  # it has no header; that is for others to say
        row_id = self._by_name(ID_NAMES, {*self._set_aside, label})
        is_long = self.likely_id() is not None
        time = self._by_name(TIME_NAMES, {*self._set_aside, label, row_id}) if is_long else None
        aside = {*self._set_aside, label, row_id, time}
        numeric = set(self._numeric(aside))
        words = set(range(len(self._columns))) - aside - numeric
        has_label = label is not None or not self._asked.needs_label
        if label is None and len(words) == 1 and self._repeats_briefly(min(words)):
            words, has_label = set(), True
        return has_label and not words and len(numeric) >= (1 if is_long else least)

    @cached_property
    def _rows(self) -> list[list[str]]:
        return self._sample()

    def _cells(self, index: int) -> list[str]:
        return [row[index] for row in self._rows if len(row) > index]

    def _given_label(self) -> int | None:
        name = self._asked.label
        if name not in self._index and not self._asked.needs_label:
            return None
        return self._named(name, "--label COL")

    def _given_values(self, aside: Set[int | None], *, is_wide: bool) -> list[int]:
        """Return the value columns that are asked for or remembered; none if they are to be found.

        A model of other names altogether, such as one of a .ts file, remembers nothing for here.
        """
        if self._asked.options.values is not None:
            return self._matching(self._asked.options.values, aside)
        known: Sequence[str] = self._asked.known.values
        if self._index.keys().isdisjoint(known):
            return []
        if is_wide:
            known = self._steps(known)
        return [i for i in (self._named(name, "--values COLS") for name in known) if i is not None]

    def _matching(self, patterns: Sequence[str], aside: Set[int | None]) -> list[int]:
        found: dict[int, None] = {}
        for pattern in patterns:
            if pattern in self._index:
                matches = [self._index[pattern]]
            else:
                matches = [
                    i
                    for i, name in enumerate(self._columns)
                    if i not in aside and fnmatchcase(name, pattern)
                ]
            if not matches:
                hint = meant_column(pattern, self._columns)
                raise self._error(f"no column '{excerpt(pattern)}'", "pass --values COLS", hint)
            found |= dict.fromkeys(matches)
        return list(found)

    def _steps(self, known: Sequence[str]) -> list[str]:
        """Return the steps of a wide table: those of training, fewer at the end, or counted on.

        After v1 … v24 a column v25 is one more step.
        """
        last = max(k for k, name in enumerate(known) if name in self._index)
        stem, digits = _stem_and_number(known[-1])
        further = [
            (number, name)
            for name in self._columns
            for other, number in [_stem_and_number(name)]
            if other == stem and number > digits >= 0
        ]
        return [*known[: last + 1], *(name for _, name in sorted(further))]

    def _numeric(self, aside: Set[int | None]) -> list[int]:
        return [
            i
            for i in range(len(self._columns))
            if i not in aside and all(map(looks_numeric, self._cells(i)))
        ]

    def _label_by_name(self, aside: Set[int | None]) -> int | None:
        """Return the column with the surest name of a label; y beside x is a coordinate."""
        beside_x = any(name == "x" and i not in aside for i, name in enumerate(self._columns))
        names = [name for name in LABEL_NAMES if name != "y" or not beside_x]
        return self._by_name(names, aside)

    def _by_name(self, names: Sequence[str], aside: Set[int | None]) -> int | None:
        found = (i for name in names for i in self._named_so.get(name, ()))
        return next((i for i in found if i not in aside), None)

    @cached_property
    def _named_so(self) -> dict[str, list[int]]:
        """The columns of each normal name."""
        columns: dict[str, list[int]] = {}
        for i, name in enumerate(self._columns):
            columns.setdefault(normal_name(name), []).append(i)
        return columns

    def _repeats_briefly(self, index: int) -> bool:
        """Whether a column reads like labels: short ones that come again."""
        cells = [cell for cell in self._cells(index) if cell.strip()]
        is_text = normal_name(self._columns[index]) in TEXT_NAMES
        few = len(set(cells)) <= max(2, len(cells) // 2)
        return few and not is_text and max(map(len, cells), default=0) <= _LONGEST_LABEL

    def _only_one(self, aside: Set[int | None]) -> int:
        left = [i for i in range(len(self._columns)) if i not in aside]
        if len(left) > 1:
            left = [i for i in left if i != self._by_name(ID_NAMES, aside)]
        if len(left) != 1:
            raise self._error("no clear label column", "pass --label COL")
        return left[0]

    def _named(self, name: str | None, mend: str) -> int | None:
        if name is None:
            return None
        if name not in self._index:
            hint = meant_column(name, self._columns)
            raise self._error(f"no column '{excerpt(name)}'", f"pass {mend}", hint)
        return self._index[name]

    def _error(self, problem: str, mend: str, hint: str = "") -> DataError:
        columns = excerpt(",".join(self._columns), 60)
        return DataError(f"{self._place}: {problem} (columns: {columns}){hint}; {mend}")


def _stem_and_number(name: str) -> tuple[str, int]:
    """Return "v", 25 for "v25", and -1 where there is no number."""
    match = re.fullmatch(r"(.*?)(\d{1,9})", name, re.ASCII | re.DOTALL)
    return (match[1], int(match[2])) if match else (name, -1)
