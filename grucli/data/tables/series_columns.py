"""The columns of a table that make numeric sequences: given, remembered, or found in the content.

A wide table has a sequence a row, its steps in the value columns. A long table has a step a row,
its channels in the value columns, and an id column that says which rows are one sequence.
"""

from collections.abc import Sequence, Set
from fnmatch import fnmatchcase

from grucli.data.request import Asked
from grucli.data.tables.column_kinds import stem_and_number
from grucli.data.tables.column_names import ID_NAMES, TIME_NAMES, column_hint
from grucli.data.tables.log_columns import guess_log
from grucli.data.tables.long_table_guess import refuse_steps
from grucli.data.tables.sample import LEAST_STEPS, FirstRows, TableSample
from grucli.data.tables.series_guess import GuessedColumns, guess_rows, guess_sequences
from grucli.data.tables.text_columns import looks_like_data
from grucli.errors import ConfigError, DataError, excerpt
from grucli.values import dataclass

LISTED = 4
"""Columns left out that are named one by one."""


@dataclass(frozen=True, kw_only=True)
class SeriesColumns(GuessedColumns):
    """Indices of all columns that are read; None: there is none.

    Attributes:
        weight, group: of a sequence.
        guessed: whether a column had to be found.
        left_out: columns that might have been meant, where the values had to be found.
        row_time: tells when a row of a wide table was.
    """

    weight: int | None
    group: int | None
    guessed: bool
    left_out: tuple[int, ...]
    row_time: int | None


def choose_series(
    columns: Sequence[str], first_rows: FirstRows, asked: Asked, place: str
) -> SeriesColumns | None:
    """Choose the columns of numeric sequences; None if the table is one of texts.

    Args:
        columns: names of the columns.
        first_rows: gives the first rows; called only if content has to decide.
        asked: what is known of the table.
        place: begins error lines.

    Raises:
        ConfigError: a time is named, but no id.
        DataError: a named column is absent, or there is no clear label.
    """
    options = asked.options
    if options.time and not asked.id and not asked.window:
        raise ConfigError("--time: orders the rows of one sequence; say which they are with --id")
    table = _SeriesSearch(_as_in_training(columns, asked, place), first_rows, asked, place)
    if asked.window:
        return table.of_log()
    known = asked.known
    if options.values or options.id or {*known.values, known.id} & set(columns):
        return table.chosen(table.given_id())
    return None if asked.text else table.found()


def _as_in_training(columns: Sequence[str], asked: Asked, place: str) -> Sequence[str]:
    """Return the names of headerless columns as numbered in training, had they their label or not.

    Raises:
        DataError: there are more or fewer than in training, or they had names there.
    """
    known = asked.known
    if asked.header or not known.values or asked.options.values:
        return columns
    used = (*known.values, known.label, known.id, known.time)
    trained = max((int(name) for name in used if name is not None and name.isdigit()), default=0)
    if not trained:
        listed = excerpt(",".join(known.values), 40)
        raise DataError(
            f"{place}: columns without names, but those of the training data have some ({listed}); "
            "pass --values COLS, or '*' for all"
        )
    if len(columns) == trained:
        return columns
    names = [str(i + 1) for i in range(trained)]
    if len(columns) == trained - 1 and known.label in names and not asked.needs_label:
        return [name for name in names if name != known.label]
    raise DataError(
        f"{place}: {len(columns)} columns without names, but the training data had {trained}; "
        "pass --values COLS and --label COL"
    )


def describe(columns: Sequence[str], chosen: SeriesColumns, *, windows: bool = False) -> str:
    """Say which columns were chosen, for people; `windows` are cut of their rows."""
    values = [columns[i] for i in chosen.values]
    ends = [excerpt(name, 20) for name in (values if len(values) < 5 else (values[0], values[-1]))]
    listed = (", " if len(values) < 5 else " … ").join(ends)
    parts = [f"{len(values)} value column{'' if len(values) == 1 else 's'} ({listed})"]
    if chosen.in_cells:
        parts = [f"its numbers in the cells of '{listed}'"]
    flags = ["--values"]
    if chosen.id is None and windows:
        parts.insert(0, "a step a row, all of one sequence")
    elif chosen.id is None:
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
    if chosen.left_out:
        parts.append(f"left out: {_listed(columns, chosen.left_out)}")
    return f"{', '.join(parts)} (pass {'/'.join(flags)} to choose others)"


def _listed(columns: Sequence[str], indices: Sequence[int]) -> str:
    names = [f"'{excerpt(columns[i], 20)}'" if columns[i] else f"column {i + 1}" for i in indices]
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {more} more" if more > 0 else "")


class _SeriesSearch:
    """The columns of one table, and what is asked of them."""

    def __init__(
        self, columns: Sequence[str], first_rows: FirstRows, asked: Asked, place: str
    ) -> None:
        self._columns = columns
        self._index = {name: i for i, name in reversed([*enumerate(columns)])}  # the first of each
        self._asked = asked
        self._table = TableSample(columns, first_rows, place, named=asked.header)
        self._weight = self._named(asked.options.weight, "--weight COL")
        self._group = self._named(asked.options.group, "--set data.group=COL")
        self._label = self._given_label()
        self._set_aside = {self._weight, self._group, self._label}

    def chosen(self, row_id: int | None) -> SeriesColumns:
        """Return the columns; `row_id` is the one of the id, None for a wide table."""
        asked, table = self._asked, self._table
        time = None if row_id is None else self._named(asked.time, "--time COL")
        aside = {*self._set_aside, row_id, time}
        values = self._given_values(aside, is_wide=row_id is None)
        label = self._label
        if label is None:
            label = table.label_by_name({*aside, *values})
        guessed = not values
        if not values:
            if row_id is not None and time is None:
                time = table.by_name(TIME_NAMES, {*aside, label})
            aside |= {label, time, table.by_name(ID_NAMES, aside)}
            if row_id is None:
                values = table.steps(aside)
            else:
                times = table.times_of_steps(row_id, aside)
                values = table.channels({*aside, *times})
                time = times[0] if time is None and times else time
        if label is None and asked.needs_label:
            label = self._only_one({*aside, time, *values})
        if not values:
            raise table.error("no numeric columns", "pass --values COLS")
        found = GuessedColumns(values=tuple(values), label=label, id=row_id, time=time)
        return self._columns_of(found, guessed=guessed)

    def found(self) -> SeriesColumns | None:
        """Return the columns where nothing is said of values and ids; None for texts."""
        label, table = self._label, self._table
        if label is None:
            label = table.label_by_name(self._set_aside)
        if label is None and self._asked.header and looks_like_data(table.columns, table.rows):
            return None  # it has no header; that is for others to say
        aside, needs_label = self._set_aside - {label}, self._asked.needs_label
        found = guess_sequences(table, aside, label, needs_label=needs_label)
        if found is None:
            if needs_label:
                refuse_steps(table, aside, label)
            least = 1 if self._asked.known.kind == "series" else LEAST_STEPS
            found = guess_rows(table, aside, label, least=least, needs_label=needs_label)
        return None if found is None else self._columns_of(found, guessed=True)

    def of_log(self) -> SeriesColumns:
        """Return the columns of a step a row, of one sequence where there is no id."""
        asked = self._asked
        row_id, time = self.given_id(), self._named(asked.time, "--time COL")
        aside = {*self._set_aside, row_id, time}
        values = tuple(self._given_values(aside, is_wide=False))
        found = GuessedColumns(values=values, label=self._label, id=row_id, time=time)
        is_new = not asked.known.values
        if is_new or not values or (self._label is None and asked.needs_label):
            found = guess_log(
                self._table, found, self._set_aside - {self._label}, needs_label=asked.needs_label
            )
        if not found.values:
            raise self._table.error("no numeric columns", "pass --values COLS")
        return self._columns_of(found, guessed=is_new)

    def _columns_of(self, found: GuessedColumns, *, guessed: bool) -> SeriesColumns:
        used = {*found.values, found.label, found.id, found.time, *self._set_aside}
        if found.id is not None and guessed:
            self._table.refuse_stacked(found.id, {found.label, *self._set_aside})
        is_split = found.id is None and self._asked.needs_label and not self._asked.window
        return SeriesColumns(
            **vars(found),
            weight=self._weight,
            group=self._group,
            guessed=guessed or (found.label is not None and self._label is None),
            left_out=tuple(self._table.rest(used)) if guessed else (),
            row_time=self._table.time_of_rows(used) if is_split else None,
        )

    def given_id(self) -> int | None:
        """Return the id column that is given or remembered; None if rows are sequences."""
        options, known = self._asked.options, self._asked.known.id
        if options.id is None and (known in self._index or options.values is None):
            return self._named(known, "--id COL, or --values COLS if a row is a sequence")
        return self._named(options.id, "--id COL")

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
            known = self._steps(known, aside)
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
                hint = column_hint(pattern, self._columns)
                raise self._table.error(
                    f"no column '{excerpt(pattern)}'", "pass --values COLS", hint
                )
            found |= dict.fromkeys(matches)
        return list(found)

    def _steps(self, known: Sequence[str], aside: Set[int | None]) -> list[str]:
        """Return the steps of a wide table: those of training, fewer at the end, or counted on.

        After v1 … v24 a column v25 is one more step.
        """
        if len(known) == 1 or not self._asked.header:  # cells with all steps; numbers given here
            return [*known]
        last = max(k for k, name in enumerate(known) if name in self._index)
        stem, digits = stem_and_number(known[-1])
        further = [
            (number, name)
            for name in map(self._columns.__getitem__, self._table.rest(aside))
            for other, number in [stem_and_number(name)]
            if other == stem and number > digits >= 0
        ]
        return [*known[: last + 1], *(name for _, name in sorted(further))]

    def _only_one(self, aside: Set[int | None]) -> int:
        left = self._table.rest(aside)
        if len(left) > 1:
            left = [i for i in left if not self._table.says_which_or_when(i)]
        if len(left) != 1:
            raise self._table.error("no clear label column", "pass --label COL")
        return left[0]

    def _named(self, name: str | None, mend: str) -> int | None:
        if name is None:
            return None
        if name not in self._index:
            hint = column_hint(name, self._columns, listed=mend.startswith("--values"))
            raise self._table.error(f"no column '{excerpt(name)}'", f"pass {mend}", hint)
        return self._index[name]
