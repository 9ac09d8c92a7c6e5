"""Which column of a table is the text and which the label: given, known by name, or guessed."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from grucli.data import label_hints
from grucli.data.tables.column_kinds import is_codes, is_dates, is_mostly_numeric, is_symbols
from grucli.data.tables.column_names import LABEL_NAMES, TEXT_NAMES, column_hint, normal_name
from grucli.data.tables.series_cells import holds_lists, holds_series
from grucli.errors import DataError, excerpt

_LONGEST_LABEL = 40
_CLEARLY_LONGER = 1.25


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked of a table; `text` and `label` are names, () and None to find them.

    `place` begins error lines. Without `needs_label` a label column is taken if it is there.
    `weight` and `group` are names of columns that must be there, None for none.
    `hint` says what a table of one column may be.
    """

    place: str
    text: tuple[str, ...]
    label: str | None
    needs_label: bool
    weight: str | None = None
    group: str | None = None
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Indices of the columns (None: there is none), and whether one had to be found.

    `lists` says that the cells of the text column that was found are lists of whole numbers.
    """

    text: tuple[int, ...]
    label: int | None
    guessed: bool
    weight: int | None = None
    group: int | None = None
    lists: bool = False


def choose(columns: Sequence[str], rows: Sequence[Sequence[str]], wanted: Wanted) -> Chosen:
    """Choose the text and the label column.

    By name first; else by content: the label is the column with few distinct short values, not
    numeric if there is a choice; the text is the one that is longest on average, and never one of
    numbers or of dates.

    Args:
        columns: names of the columns.
        rows: the first rows, without the header.
        wanted: names given, and whether a label is needed.

    Raises:
        DataError: a named column is absent, or there is no clear choice.
    """
    profiles = [_profile([row[i] for row in rows if len(row) > i]) for i in range(len(columns))]
    weight = _named(columns, wanted.weight, "--weight COL", wanted.place)
    group = _named(columns, wanted.group, "--set data.group=COL", wanted.place)
    aside = {weight, group}
    given = wanted.label
    if not wanted.needs_label and given not in columns:
        given = None
    label = _named(columns, given, "--label COL", wanted.place)
    texts = [_named(columns, name, "--text COL", wanted.place) for name in wanted.text]
    if not texts:
        codes = _codes_beside_numbers(profiles)
        profiles = [
            replace(p, is_text=p.is_text and i not in codes) for i, p in enumerate(profiles)
        ]
        texts = [_known(columns, TEXT_NAMES, {*aside, label, *codes})]
    if given is None:
        label = _known(columns, LABEL_NAMES, {*aside, *texts})
    guessed = not wanted.text or (label is not None and given is None)
    if label is None and wanted.needs_label:
        taken = {*aside, *texts}
        found = _label_by_content(columns, profiles, taken)
        if found is None:
            raise _unclear("label", columns, wanted, _task_hint(columns, rows, profiles, taken))
        label = found
        guessed = True
    text = tuple(i for i in texts if i is not None)
    if not text:
        text = (_text_by_content(columns, profiles, {*aside, label}, wanted),)
    if wanted.needs_label and label in text:
        raise DataError(f"{wanted.place}: text and label are the same column; name two columns")
    lists = not wanted.text and holds_lists([row[text[0]] for row in rows if len(row) > text[0]])
    return Chosen(text=text, label=label, guessed=guessed, weight=weight, group=group, lists=lists)


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


def _codes_beside_numbers(profiles: Sequence[_Profile]) -> list[int]:
    """Return the columns of codes that come again beside numbers that measure: ids, not texts."""
    found = [i for i, profile in enumerate(profiles) if profile.repeats and profile.is_code]
    return found if any(profile.measures for profile in profiles) else []


def _named(columns: Sequence[str], name: str | None, flag: str, place: str) -> int | None:
    """Return the column of this name, None for no name."""
    if name is None:
        return None
    if name in columns:
        return columns.index(name)
    hint = column_hint(name, columns, listed=flag.startswith("--text"))
    raise DataError(
        f"{place}: no column '{excerpt(name)}' (columns: {_listed(columns)}){hint}; pass {flag}"
    )


def _known(columns: Sequence[str], names: Sequence[str], taken: Set[int | None]) -> int | None:
    """Return the column with the surest of these names, None if there is none."""
    normal: dict[str, int] = {}
    for i, name in enumerate(columns):
        if i not in taken:
            normal.setdefault(normal_name(name), i)
    return next((normal[name] for name in names if name in normal), None)


def _label_by_content(
    columns: Sequence[str],
    profiles: Sequence[_Profile],
    taken: Set[int | None],
) -> int | None:
    fit = [
        i
        for i, profile in enumerate(profiles)
        if i not in taken and profile.repeats and profile.longest <= _LONGEST_LABEL
    ]
    varied = [i for i in fit if profiles[i].distinct > 1] or fit  # sorted files start with one
    named = [i for i in varied if not profiles[i].numeric] or varied
    return named[0] if len(named) == 1 < len(columns) else None


def _task_hint(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    profiles: Sequence[_Profile],
    taken: Set[int | None],
) -> str:
    """Return what the first column speaks for that looks made for a task that is to come."""
    longest = max(range(len(columns)), key=lambda i: profiles[i].mean_length)  # likely the text
    rest = [i for i in range(len(columns)) if i not in {longest, *taken}]
    hints = (
        label_hints.of_column(columns[i], [row[i] for row in rows if len(row) > i]) for i in rest
    )
    return next(filter(None, hints), "")


def _text_by_content(
    columns: Sequence[str],
    profiles: Sequence[_Profile],
    taken: Set[int | None],
    wanted: Wanted,
) -> int:
    rest = [i for i in range(len(columns)) if i not in taken]
    words = [i for i in rest if profiles[i].is_text]
    if rest and not words:
        raise DataError(
            f"{wanted.place}: no column of texts, but of numbers, dates or ids "
            f"({_listed([columns[i] for i in rest], 40)}); pass --values COLS "
            "(and --id COL if a row is a step), or --text COL"
        )
    words.sort(key=lambda i: -profiles[i].mean_length)
    lengths = [profiles[i].mean_length for i in words]
    if not words or (len(words) > 1 and lengths[0] < _CLEARLY_LONGER * lengths[1]):
        raise _unclear("text", columns, wanted)
    return words[0]


def _unclear(role: str, columns: Sequence[str], wanted: Wanted, more: str = "") -> DataError:
    if len(columns) == 1:
        hint = wanted.hint or "pass --delimiter, or --format lines for __label__ lines"
        return DataError(f"{wanted.place}: only one column ('{excerpt(columns[0])}'); {hint}")
    listed = _listed(columns, 30 if more else 60)
    return DataError(
        f"{wanted.place}: no clear {role} column (columns: {listed}); "
        f"pass --text COL --label COL{more}"
    )


def _listed(columns: Sequence[str], width: int = 60) -> str:
    return excerpt(",".join(columns), width)


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
