"""The text and the label column of a table: given, known by name, or guessed."""

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import replace
from itertools import chain

from grucli.data import label_hints
from grucli.data.request import Asked
from grucli.data.tables.column_kinds import is_codes, is_dates, is_mostly_numeric, is_symbols
from grucli.data.tables.column_names import (
    ASIDE_NAMES,
    LABEL_NAMES,
    TEXT_NAMES,
    column_hint,
    normal_name,
)
from grucli.data.tables.series_cells import holds_lists, holds_series
from grucli.data.unclear import UnclearError
from grucli.errors import DataError, excerpt
from grucli.values import dataclass

_LONGEST_LABEL = 40
_LABELLED = "__label__"
_HEADINGS = frozenset({"title", "headline", "subject", "标题"})
_BODIES = ("description", *TEXT_NAMES[: TEXT_NAMES.index("title")], "正文", "内容")
"""Names of what stands below a heading."""
_CLEARLY_LONGER = 1.25


@dataclass(frozen=True, kw_only=True)
class TextColumns:
    """Indices of the columns (None: there is none), and whether one had to be found.

    `lists` says that the cells of the text column that was found are lists of numbers.
    """

    text: tuple[int, ...]
    label: int | None
    guessed: bool
    weight: int | None = None
    group: int | None = None
    lists: bool = False


def choose_text(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    asked: Asked,
    place: str,
    hint: str = "",
) -> TextColumns:
    """Choose the text and the label column.

    By name first; else by content: the label is the column with few distinct short values, not
    numeric if there is a choice; the text is the one that is longest on average, and never one of
    numbers or of dates. Where no label is needed one is taken if it is there.

    Args:
        columns: names of the columns.
        rows: the first rows, without the header.
        asked: what is known of the table.
        place: begins error lines.
        hint: what to do with a table of one column, "" for the usual.

    Raises:
        DataError: a named column is absent, or there is no clear choice.
    """
    return _TextSearch(columns, rows, asked, place, hint).chosen()


def looks_like_data(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether what was read as header looks like a row: a number, or a value that comes again."""
    if any(_is_number(name) for name in columns):
        return True
    return any(
        name and any(len(row) > i and row[i].strip() == name for row in rows)
        for i, name in enumerate(columns)
    )


_NO_TEXTS = (is_mostly_numeric, is_dates, holds_series)


@dataclass(frozen=True, kw_only=True)
class _Profile:
    distinct: int
    repeats: bool
    longest: int
    mean_length: float
    numeric: bool
    measures: bool
    is_code: bool
    is_text: bool


def _profile(values: Sequence[str]) -> _Profile:
    filled = [value for value in values if value.strip()]
    numeric, symbols = bool(filled) and all(map(_is_number, filled)), is_symbols(filled)
    return _Profile(
        distinct=(distinct := len(set(filled))),
        repeats=0 < distinct <= max(2, len(filled) // 2),
        longest=max(map(len, filled), default=0),
        mean_length=sum(map(len, filled)) / max(1, len(filled)),
        numeric=numeric,
        measures=numeric and any("." in value for value in filled),
        is_code=is_codes(filled) and not symbols,
        is_text=not filled or symbols or not any(kind(filled) for kind in _NO_TEXTS),
    )


class _TextSearch:
    """The columns of one table, what is asked of them, and what their first rows look like."""

    def __init__(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
        asked: Asked,
        place: str,
        hint: str,
    ) -> None:
        self._columns = columns
        self._cells = [[row[i] for row in rows if len(row) > i] for i in range(len(columns))]
        self._asked = asked
        self._place = place
        self._hint = hint or self._mend_of_one()
        self._profiles = [_profile(cells) for cells in self._cells]

    def chosen(self) -> TextColumns:
        asked = self._asked
        weight = self._named(asked.options.weight, "--weight COL")
        group = self._named(asked.options.group, "--set data.group=COL")
        aside = {weight, group}
        given = asked.label if asked.needs_label or asked.label in self._columns else None
        label = self._named(given, "--label COL")
        texts = self._texts_by_name({*aside, label})
        if given is None:
            label = self._label_by_name({*aside, *texts})
        guessed = not asked.text or (label is not None and given is None)
        if label is None and asked.needs_label:
            label = self._label_by_content({*aside, *texts})
            guessed = True
        text = tuple(texts) or (self._text_by_content({*aside, label}),)
        if asked.needs_label and label in text:
            raise DataError(f"{self._place}: text and label are the same column; name two columns")
        return TextColumns(
            text=text,
            label=label,
            guessed=guessed,
            weight=weight,
            group=group,
            lists=not asked.text and holds_lists(self._cells[text[0]]),
        )

    def _texts_by_name(self, taken: Set[int | None]) -> list[int]:
        """Return the columns that are named as texts, or the one with a known name, if any.

        Columns of codes that come again beside numbers that measure are ids, and no texts. Of a few
        headings, such as those of tickets, the text stands in another column.
        """
        named = [self._named(name, "--text COL") for name in self._asked.text]
        if named:
            return [i for i in named if i is not None]
        codes = [i for i, each in enumerate(self._profiles) if each.repeats and each.is_code]
        if any(profile.measures for profile in self._profiles):
            for i in codes:
                self._profiles[i] = replace(self._profiles[i], is_text=False)
            taken = {*taken, *codes}
        found = self._known(TEXT_NAMES, taken)
        if found is not None and self._profiles[found].repeats:
            heads = {i for i, name in enumerate(self._columns) if normal_name(name) in _HEADINGS}
            below = self._known(_BODIES, {*taken, *heads})
            found = below if found in heads and below is not None else found
        return [] if found is None else [found]

    def _named(self, name: str | None, flag: str) -> int | None:
        """Return the column of this name, None for no name."""
        if name is None:
            return None
        if name in self._columns:
            return self._columns.index(name)
        hint = column_hint(name, self._columns, listed=flag.startswith("--text"))
        listed = _listed(self._columns)
        problem = f"no column '{excerpt(name)}' (columns: {listed}){hint}"
        raise DataError(f"{self._place}: {problem}; pass {flag}")

    def _known(self, names: Sequence[str], taken: Set[int | None]) -> int | None:
        """Return the column with the surest of these names, None if there is none."""
        normal: dict[str, int] = {}
        for i, name in enumerate(self._columns):
            if i not in taken:
                normal.setdefault(normal_name(name), i)
        return next((normal[name] for name in names if name in normal), None)

    def _label_by_name(self, taken: Set[int | None]) -> int | None:
        """Return the column with the surest name of a label.

        A sex or a language is none where another column of words reads like labels, too.
        """
        found = self._known(LABEL_NAMES, taken)
        if found is None or normal_name(self._columns[found]) not in ASIDE_NAMES:
            return found
        others = [i for i in self._like_labels({*taken, found}) if not self._profiles[i].numeric]
        return None if any(self._profiles[i].distinct > 1 for i in others) else found

    def _like_labels(self, taken: Set[int | None]) -> list[int]:
        """Return the columns of short values that come again."""
        return [
            i
            for i, profile in enumerate(self._profiles)
            if i not in taken and profile.repeats and profile.longest <= _LONGEST_LABEL
        ]

    def _label_by_content(self, taken: Set[int | None]) -> int:
        if self._asked.options.targets == "number":
            return self._number_by_content(taken)
        lists = self._lists(taken) if self._asked.wants_sets else []
        if len(lists) == 1:
            return lists[0]
        fit = self._like_labels(taken)
        varied = [i for i in fit if self._profiles[i].distinct > 1] or fit  # sorted: one at first
        named = [i for i in varied if not self._profiles[i].numeric] or varied
        if len(named) == 1 < len(self._columns):
            return named[0]
        raise self._unclear("label", self._task_hint(taken))

    def _number_by_content(self, taken: Set[int | None]) -> int:
        """Return the only column of numbers that do not count rows, one that varies if it can."""
        fit = [
            i
            for i, cells in enumerate(self._cells)
            if i not in taken
            and is_mostly_numeric(cells)
            and not label_hints.are_row_numbers(cells)
        ]
        varied = [i for i in fit if self._profiles[i].distinct > 1] or fit
        if len(varied) == 1 < len(self._columns):
            return varied[0]
        raise self._unclear("label")

    def _lists(self, taken: Set[int | None]) -> list[int]:
        """Return the columns whose cells look like lists of labels: sets seldom come again."""
        free = [i for i in range(len(self._columns)) if i not in taken]
        return [i for i in free if label_hints.lists(Counter(filter(None, self._cells[i])))[0]]

    def _task_hint(self, taken: Set[int | None]) -> str:
        """Return what the first column speaks for that looks made for a task, if none is named."""
        if self._asked.options.targets is not None:
            return ""
        indices = range(len(self._columns))
        longest = max(indices, key=lambda i: self._profiles[i].mean_length)  # likely the text
        rest = [i for i in indices if i not in {longest, *taken}]
        hints = (label_hints.of_column(self._columns[i], self._cells[i]) for i in rest)
        return next(filter(None, hints), "")

    def _text_by_content(self, taken: Set[int | None]) -> int:
        rest = [i for i in range(len(self._columns)) if i not in taken]
        words = [i for i in rest if self._profiles[i].is_text]
        if rest and not words:
            raise UnclearError(
                f"{self._place}: no column of texts, but of numbers, dates or ids "
                f"({_listed([self._columns[i] for i in rest], 40)})",
                mend="pass --values COLS (and --id COL if a row is a step), or --text COL",
            )
        words.sort(key=lambda i: -self._profiles[i].mean_length)
        lengths = [self._profiles[i].mean_length for i in words]
        if not words or (len(words) > 1 and lengths[0] < _CLEARLY_LONGER * lengths[1]):
            raise self._unclear("text")
        return words[0]

    def _mend_of_one(self) -> str:
        """Return what to do with a table of one column."""
        if any(_LABELLED in cell for cell in (*self._columns, *chain(*self._cells))):
            return "pass --format lines for __label__ lines, or --delimiter"
        return "add a column with the label of each text, or pass --delimiter if there are others"

    def _unclear(self, role: str, more: str = "") -> DataError:
        if len(self._columns) == 1:
            only = f"only one column ('{excerpt(self._columns[0])}')"
            return DataError(f"{self._place}: {only}; {self._hint}")
        listed = _listed(self._columns, 30 if more else 60)
        mend = "--text COL --label COL" if self._asked.needs_label else "--text COL"
        return UnclearError(
            f"{self._place}: no clear {role} column (columns: {listed})", mend=f"pass {mend}{more}"
        )


def _listed(columns: Sequence[str], width: int = 60) -> str:
    return excerpt(",".join(columns), width)


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
