"""What keys of a JSON object hold as text, and its labels: one, or a list of any number."""

from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

from grucli.data.forms.json_grammar import JsonError, Object, as_written, is_null, kind
from grucli.data.records import Record, Source
from grucli.errors import did_you_mean, excerpt

LIKELY_KEYS: Final = 1000
"""Keys among which one is looked for that looks like the one that is missing."""


def fill_labels(record: Record, found: Object, source: Source, key: str | None) -> None:
    """Put the label of an object into its record, or all of a list."""
    value = found.get(key or "")
    if source.left_out is not None and (is_null(value) or value == ""):
        return
    if isinstance(value, list) and (source.needs_label or source.allows_sets):
        if source.allows_sets:
            source.targets = "labels"
        record.labels = _label_list(value, key or "")
        record.label = ", ".join(record.labels)
        return
    if not source.needs_label:
        if isinstance(value, list) and len(value) < 2:
            value = value[0] if value else None
        record.label = as_written(value) or None
        return
    record.label = scalar(found, key)
    if not record.label.strip() and source.divide is None:
        mend = "pass --label KEY" if key is None else f"fill key '{excerpt(key)}'"
        raise JsonError(f"no label; {mend} or drop the line (--on-bad-row skip)")


def _label_list(values: Sequence[Any], key: str) -> tuple[str, ...]:
    """Return the labels of a list, each once."""
    for index, value in enumerate(values):
        if isinstance(value, list | dict) or is_null(value):
            place = f"{excerpt(key)}[{index}]"
            raise JsonError(f"{place} holds {kind(value)}; write a list of strings")
    return tuple(dict.fromkeys(label for label in map(as_written, values) if label.strip()))


def get(found: Object, key: str, flag: str = "") -> Any:
    """Return what a key holds; a JsonError says that it is missing, and what `flag` names it."""
    if key not in found:
        hint = did_you_mean(key, islice(found, LIKELY_KEYS))
        if flag:
            hint = f"{hint}; pass {flag}" if hint else f"; pass {flag}, add it or drop the line"
        hint = hint or "; add it or drop the line"
        raise JsonError(f"no key '{excerpt(key)}' (keys: {excerpt(','.join(found), 60)}){hint}")
    return found[key]


def joined_text(found: Object, keys: Sequence[str]) -> str:
    """Return what the keys of a text hold, a line each."""
    return "\n".join([scalar(found, key, "--text KEY") for key in keys])


def scalar(found: Object, key: str | None, flag: str = "") -> str:
    """Return what a key holds as text; nothing for no key, for null and for NaN (no string)."""
    value = None if key is None else get(found, key, flag)
    if isinstance(value, list | dict):
        raise JsonError(f"key '{excerpt(key)}' holds {kind(value)}; write one string")
    return "" if is_null(value) else as_written(value)
