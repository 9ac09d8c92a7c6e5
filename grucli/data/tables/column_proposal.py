"""Which columns to name where a table does not tell them: what a reader of it would try first.

A proposal is never taken unasked: it stands in the message, for people to take or to change.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from grucli.data.records import ReadOptions, names
from grucli.data.tables.column_kinds import stem_and_number
from grucli.data.tables.column_names import (
    ASIDE_NAMES,
    LABEL_NAMES,
    SUBJECT_NAMES,
    TEXT_NAMES,
    normal_name,
)
from grucli.data.tables.column_profile import ColumnProfile, TableProfile
from grucli.data.tables.sample import LEAST_STEPS
from grucli.data.unclear import listed

_MORE_LABEL_NAMES = (
    *("churn", "churned", "spam", "fraud", "diagnosis", "disease", "survived", "default"),
    *("team", "queue", "department", "dept", "group", "assigned_group", "type", "kind"),
    *("status", "state"),
    *("priority", "severity", "rating", "stars", "score", "result", "outcome", "verdict", "answer"),
    *("处理组", "部门", "小组", "类型", "状态", "优先级", "等级", "结果", "诊断", "评分"),
)
"""Names that a label often has, and other columns too: the surest first."""
_NUMBER_NAMES = ("target", "value", "price", "score", "rating", "stars", "amount", "y", "评分")
_MOST_TEXTS = 3
_LEAST_SHARE = 0.25
"""Of the length of the longest text: shorter ones are not read beside it."""


def proposals(
    table: TableProfile, options: ReadOptions, *, needs_label: bool
) -> Iterator[dict[str, Any]]:
    """Yield what could be said of a table, the likeliest first.

    Args:
        table: its columns.
        options: what was said already, which is not said again.
        needs_label: whether there must be a label.
    """
    taken = {*names(options.text), *(options.values or ()), options.label, options.id}
    taken |= {options.time, options.weight, options.group}
    free = [column for column in table.columns if column.name not in taken]
    is_asked = needs_label and options.label is None
    for target in list(_targets(free, options)) if is_asked else [{}]:
        rest = [column for column in free if column.name != target.get("label")]
        run = _run(rest)
        if options.text or options.values:
            yield target
        elif run:
            yield {"values": run, **target}
        elif text := _texts(rest):
            yield {"text": listed(text), **target}
        else:
            yield from ({**values, **target} for values in _values(rest))


def _run(columns: Sequence[ColumnProfile]) -> str:
    """Return the pattern of columns that count on, v0 … v95, if most are such; "" if not."""
    stems = Counter(
        stem
        for column in columns
        if column.kind == "number"
        for stem, number in [stem_and_number(column.name)]
        if number >= 0
    )
    stem, size = max(stems.items(), key=lambda item: item[1], default=("", 0))
    return stem if size >= LEAST_STEPS and 2 * size > len(columns) and stem != "*" else ""


def _targets(columns: Sequence[ColumnProfile], options: ReadOptions) -> Iterator[dict[str, Any]]:
    """Yield what could be said of the label: which column, and what else it takes to read it."""
    by_name = {column.name: column for column in columns}
    found = [] if options.targets == "number" else _labels(columns)
    for name in found:
        use = by_name[name].could_be[0]
        separator = use.removeprefix("labels (").removesuffix(")")
        is_list = use.startswith("labels (") and options.targets is None
        yield {"label": name, **({"label_separator": separator} if is_list else {})}
    if not found and options.targets in (None, "number"):
        task = {} if options.targets else {"task": "regress"}
        yield from ({"label": name, **task} for name in _numbers(columns))


def _values(columns: Sequence[ColumnProfile]) -> Iterator[dict[str, Any]]:
    """Yield what could be said of numbers; where rows may be steps of something, nothing."""
    in_cells = [c.name for c in columns if c.kind == "list of numbers"]
    values = [c.name for c in columns if c.kind == "number"]
    if len(in_cells) == 1:
        yield {"values": in_cells[0]}
    elif len(values) >= LEAST_STEPS and not any("id" in c.could_be for c in columns):
        yield from ({}, {"values": listed(values)})


def _labels(columns: Sequence[ColumnProfile]) -> list[str]:
    """Return the columns that may be labels: by name, then those with few values, the last one.

    A text's subject is no label, however often it comes again; a sex or a language comes last.
    """
    sure = [name for name in LABEL_NAMES if name not in ASIDE_NAMES]
    others = len(sure) + len(_MORE_LABEL_NAMES)
    ranks = {name: k for k, name in enumerate((*sure, *_MORE_LABEL_NAMES))}
    ranks |= dict.fromkeys(ASIDE_NAMES, others + 1)
    found = [
        (ranks.get(normal_name(column.name), others), _is_number(column), -place, column.name)
        for place, column in enumerate(columns)
        if any(use.startswith("label") for use in column.could_be)
        and normal_name(column.name) not in SUBJECT_NAMES
    ]
    known = [each for each in found if each[0] < len(sure)]
    return [name for *_, name in sorted(known or found)]


def _is_number(column: ColumnProfile) -> bool:
    return column.kind == "number"


def _numbers(columns: Sequence[ColumnProfile]) -> list[str]:
    """Return the columns that may be numbers to predict, by name, then the last one."""
    ranks = {name: k for k, name in enumerate(_NUMBER_NAMES)}
    found = [
        (ranks.get(normal_name(column.name), len(ranks)), -place, column.name)
        for place, column in enumerate(columns)
        if column.kind == "number"
    ]
    return [name for *_, name in sorted(found)]


def _texts(columns: Sequence[ColumnProfile]) -> list[str]:
    """Return the columns that read like one text together, in the order of the table."""
    texts = [c for c in columns if c.kind == "text" or c.could_be[:1] == ("text",)]
    if not texts and not any(c.kind == "number" for c in columns):
        texts = [c for c in columns if c.kind == "category"]
    if not texts:
        return []
    ranks = {name: k for k, name in enumerate(TEXT_NAMES)}
    known = [c for c in texts if normal_name(c.name) in TEXT_NAMES and not _is_subject(c)]
    longest = max(texts, key=lambda c: c.mean_length)
    main = min(known, key=lambda c: ranks[normal_name(c.name)], default=longest)
    beside = [
        c
        for c in texts
        if c is not main
        and (_is_subject(c) or (not known and c.mean_length >= _LEAST_SHARE * main.mean_length))
    ]
    beside.sort(key=lambda c: (not _is_subject(c), -c.mean_length))
    chosen = {main.name, *(c.name for c in beside[: _MOST_TEXTS - 1])}
    return [c.name for c in columns if c.name in chosen]


def _is_subject(column: ColumnProfile) -> bool:
    return normal_name(column.name) in SUBJECT_NAMES
