"""What of the data is repeated beside an answer: columns, or what a record without columns has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from operator import attrgetter
from typing import Final

from grucli.data.records import Record, Source, names
from grucli.data.tables.column_names import ID_NAMES, column_hint, normal_name, split_names
from grucli.errors import DataError, excerpt

Kept = Mapping[str, Callable[[Record], str]]
"""Names of what is kept, each with what gives it of a record; "" where it has none."""

ALL: Final = "*"
KEPT: Final = "keep."  # as in jsonl, where "keep" holds what is kept
_WITHOUT_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "lines": ("text", "label"),
    "conll": ("text",),
    "ts": ("label",),
    "npz": ("label",),
}
"""What can be kept of forms without columns, by names of a Record's attributes."""
_ID_NAMES: Final = (*ID_NAMES, "uid", "uuid", "编号", "序号", "单号", "工单号", "订单号")
_TABLES: Final = frozenset({"csv", "tsv", "json", "jsonl"})


def kept_columns(keep: str | None, source: Source) -> Kept:
    """Return what the names in `keep`, with commas between, are of; a table without a row has none.

    Args:
        keep: None or blank for nothing, ALL for all: of a form without columns, the text.
        source: open data.

    Raises:
        DataError: there is no such column.
    """
    if keep is None or not keep.strip():
        return {}
    found = _columns(source) or _attributes(source)
    if keep.strip() == ALL:
        return {name: cell for name, cell in found.items() if source.columns or name == "text"}
    if not found and source.format in _TABLES:
        return {}
    asked = split_names([keep], found)
    for name in asked:
        if name not in found:
            listed, hint = excerpt(",".join(found), 60), column_hint(name, found)
            what = "columns" if source.columns else f"{source.format} data have"
            raise DataError(
                f"{source.name}: no column '{excerpt(name)}' to keep ({what}: {listed}){hint}"
            )
    return {name: found[name] for name in asked}


def beside_target(keep: str | None, source: Source) -> Kept:
    """Return what is kept beside a text and its target: the id, if there is one, and `keep`.

    The arguments and errors are those of `kept_columns`; ALL leaves out what is beside it anyway.
    """
    found = dict(kept_columns(keep, source))
    if keep is not None and keep.strip() == ALL:
        read = {*names(source.text), source.label, "text"}
        found = {name: cell for name, cell in found.items() if name not in read}
    row_id = _id_column(source)
    if row_id is None or row_id in found or row_id not in source.columns:
        return found
    return {row_id: _columns(source)[row_id], **found}


def renamed(names: Iterable[str], kept: Collection[str]) -> dict[str, str]:
    """Return what kept columns are called that would have one of these names."""
    taken = {*names, *kept}
    found = {}
    for name in [name for name in names if name in kept]:
        found[name] = f"{KEPT}{name}"
        while found[name] in taken:
            found[name] = f"{KEPT}{found[name]}"
    return found


def _id_column(source: Source) -> str | None:
    """Return the column that tells records apart: of ids, or one with a name for it; None without.

    A column that is read as a text or a label is none.
    """
    if source.id is not None:
        return source.id
    read = {*names(source.text), source.label, *source.values}
    named = {normal_name(name): name for name in source.columns if name not in read}
    return next((named[name] for name in _ID_NAMES if name in named), None)


def _columns(source: Source) -> dict[str, Callable[[Record], str]]:
    return {name: _cell(place) for place, name in enumerate(source.columns)}


def _cell(place: int) -> Callable[[Record], str]:
    return lambda record: record.cells[place] if record.cells else ""


def _attributes(source: Source) -> dict[str, Callable[[Record], str]]:
    return {name: _attribute(name) for name in _WITHOUT_COLUMNS.get(source.format, ())}


def _attribute(name: str) -> Callable[[Record], str]:
    value = attrgetter(name)
    return lambda record: value(record) or ""
