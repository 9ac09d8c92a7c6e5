"""The tasks of Label Studio: data, and annotations of several controls by several people.

A task becomes a flat object: its data, and what the annotation that counts says for each control.
That is the one marked as ground truth, else the first that was neither cancelled nor left empty.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from grucli.data.forms.json_flat import Flat, Nested
from grucli.data.forms.json_grammar import JsonError, Object, as_written, parse
from grucli.data.forms.json_grammar import kind as kind_of
from grucli.data.forms.spans import Spans, spans_of
from grucli.data.label_lists import one
from grucli.data.request import Asked
from grucli.data.tables.column_names import LABEL_NAMES, normal_name
from grucli.errors import DataError, counted, excerpt

KINDS: Final = ("choices", "taxonomy", "rating", "number")
"""Types of results that are labels, the likeliest first."""
_ADDED = frozenset(("annotation_id", "annotator", "lead_time"))
"""Keys that an export of a row an annotation has beside data, id and controls."""
_BESIDE_DATA = frozenset(("id", "data", "meta", "predictions"))
_SPANS = ("labels", "hypertextlabels")
"""Types of results that are spans of a text with labels."""
_PYTHON_SPANS = re.compile(r"\[[\[({](?:'start':\s*)?\d+,\s*(?:'end':\s*)?\d+,\s*'")
_Results = Mapping[str, tuple[str, list[Any]]]
"""The type of each control, and the labels or spans it was given."""


def are_tasks(sample: Sequence[Object]) -> bool:
    """Whether objects are tasks, with annotations or to be annotated."""
    return bool(sample) and all(
        isinstance(found.get("data"), dict)
        and (_annotations(found) is not None or _BESIDE_DATA.issuperset(found))
        for found in sample
    )


def is_short_export(columns: Collection[str]) -> bool:
    """Whether a table or objects with these keys were exported a row an annotation."""
    return _ADDED.issubset(columns)


class Tasks(Flat):
    """Tasks as flat objects."""

    may_lack_label = True

    def __init__(self, sample: Sequence[Object], asked: Asked) -> None:
        """Choose the control that gives the label.

        Raises:
            DataError: none does, or it may be one of several.
        """
        self._several = 0
        self._differ = 0
        self._inner = Nested([name for name in asked.text if "." in name])
        self._spans: Spans | None = None
        found = [_results(each) for task in sample for each in _accepted(task)]
        kinds = {name: kind for results in found for name, (kind, _) in results.items()}
        self.label = _chosen(kinds, asked) if asked.needs_label else None
        kind = kinds.get(self.label or "")
        self._unlabelled: Object = {} if kind is None or self.label is None else {self.label: []}
        if self.label is not None and kind in _SPANS:
            self._spans = Spans([self._plain(task) for task in sample], self.label, asked)
            self.text, self.findings = self._spans.text, self._spans.findings
        elif self.label is not None:
            said = f"label from {kind or 'the data,'} '{excerpt(self.label)}'"
            self.findings = (f"tasks of Label Studio: {said}",)

    def flat(self, found: Object) -> Object:
        """Return the data of a task, its id, and the labels of each control.

        Raises:
            JsonError: it has no data.
        """
        plain = self._plain(found)
        return plain if self._spans is None else self._spans.flat(plain)

    def _plain(self, found: Object) -> Object:
        data = found.get("data")
        if not isinstance(data, dict):
            raise JsonError(f"key 'data' of a task holds {kind_of(data)}; write an object")
        flat = {"id": found.get("id"), **self._inner.flat(data)}
        accepted = _accepted(found)
        results = _results(accepted[0]) if accepted else {}
        flat |= {name: labels for name, (_, labels) in results.items()}
        return self._unlabelled | flat if accepted else flat

    def take_note(self, found: Object) -> None:
        """Count a task whose annotations are several."""
        if self.label is None:
            return
        if self._spans is not None:
            self._spans.take_note(self._plain(found))
        given = [_results(each).get(self.label) for each in _accepted(found)]
        self._several += len(given) > 1
        said = {frozenset(map(as_written, labels)) for _, labels in filter(None, given)}
        self._differ += len(said) > 1

    def found_later(self) -> tuple[str, ...]:
        """Return how many tasks had several annotations, for people."""
        more = () if self._spans is None else self._spans.found_later()
        if not self._several:
            return more
        said = f"{counted(self._several, 'task')} with several annotations, of which one counts"
        return (f"{said}: they differ in {self._differ:,}", *more)


class Short(Flat):
    """Objects of an export of Label Studio that has one an annotation (JSON_MIN).

    The controls stand between the id and what is said of the annotation.
    """

    may_lack_label = True

    def __init__(self, sample: Sequence[Object], asked: Asked) -> None:
        """Choose the control that gives the label, if there is one alone."""
        controls = {key: None for found in sample for key in _between(list(found))}
        told = asked.label
        is_open = asked.needs_label and asked.options.label is None
        if is_open and told not in controls and len(controls) == 1:
            told = next(iter(controls))
            said = f"an export of Label Studio: label from '{excerpt(told)}'"
            self.findings = (said,)
        self.label = told if told in controls else None

    def flat(self, found: Object) -> Object:
        """Return an object whose labels are lists."""
        return {key: short_labels(value) for key, value in found.items()}


def _chosen(kinds: Mapping[str, str], asked: Asked) -> str:
    """Return the key that is named, or the only control of the likeliest type.

    Raises:
        DataError: there is none, or there are several.
    """
    if asked.options.label is not None:
        return asked.options.label
    if asked.known.label is not None and asked.known.label in kinds:
        return asked.known.label
    wanted = asked.options.targets
    for kind in _SPANS if wanted == "tags" else KINDS if wanted else (*KINDS, *_SPANS):
        of_kind = [name for name in kinds if kinds[name] == kind]
        if len(of_kind) == 1:
            return of_kind[0]
        if of_kind:
            listed = "' or '".join(excerpt(name, 24) for name in of_kind[:3])
            raise DataError(
                f"{asked.name}: labels from the {kind} of '{listed}'? pass --label "
                f"{excerpt(of_kind[0], 24)}"
            )
    listed = excerpt(", ".join(f"{name} ({kind})" for name, kind in kinds.items()) or "none", 60)
    raise DataError(
        f"{asked.name}: no task of Label Studio has a label among its annotations ({listed}); "
        "label some with choices and export again"
    )


def _annotations(found: Object) -> list[Any] | None:
    """Return the annotations of a task, under the name of today or of old; None without any."""
    listed = found.get("annotations", found.get("completions"))
    return listed if isinstance(listed, list) else None


def _accepted(found: Object) -> list[Object]:
    """Return the annotations that count, the one first that is read."""
    fit = [
        each
        for each in _annotations(found) or []
        if isinstance(each, dict) and not each.get("was_cancelled") and not each.get("skipped")
    ]
    return sorted(fit, key=lambda each: (not each.get("ground_truth"), not each.get("result")))


def _results(annotation: Object) -> _Results:
    """Return what an annotation says for each control."""
    found: dict[str, tuple[str, list[Any]]] = {}
    results = annotation.get("result")
    for each in results if isinstance(results, list) else []:
        name, kind, value = (
            (each.get("from_name"), each.get("type"), each.get("value"))
            if isinstance(each, dict)
            else (None, None, None)
        )
        if isinstance(name, str) and isinstance(kind, str) and isinstance(value, dict):
            _, labels = found.setdefault(name, (kind, []))
            more = [value] if kind in _SPANS else _labels(value.get(kind))
            labels += [one for one in more if one not in labels]
    return found


def _labels(value: Any) -> list[str]:
    """Return the labels that a result gives: one, or several, or paths in a taxonomy."""
    if value is None or isinstance(value, dict):
        return []
    if not isinstance(value, list):
        return [as_written(value)]
    return [
        " / ".join(map(as_written, one)) if isinstance(one, list) else as_written(one)
        for one in value
    ]


def _between(keys: Sequence[str]) -> Sequence[str]:
    """Return the keys between the id and what an export adds, all before that without an id."""
    end = keys.index("annotator") if "annotator" in keys else len(keys)
    begin = keys.index("id") + 1 if "id" in keys[:end] else 0
    return keys[begin:end]


def short_labels(value: Any) -> Any:
    """Return the list of labels that a short export holds in an object; other values as they are.

    Such are `{"choices": ["a", "b"]}` and `[{"rating": 4}]`.
    """
    parts = value if isinstance(value, list) else [value]
    if not parts or not all(isinstance(part, dict) for part in parts):
        return value
    kinds = [[kind for kind in KINDS if kind in part] for part in parts]
    if not all(kinds):
        return value
    labels = [_labels(part[kind[0]]) for part, kind in zip(parts, kinds, strict=True)]
    return [label for each in labels for label in each]


def are_cells_of_labels(cells: Sequence[str]) -> bool:
    """Whether some of the cells hold labels in objects, and no cell holds what is none."""
    try:
        return any(cell_labels(cell) != one(cell) for cell in cells)
    except ValueError:
        return False


def with_label(
    asked: Asked, columns: Sequence[str], first_rows: Callable[[], Sequence[Sequence[str]]]
) -> Asked:
    """Return the same with the label of a short export, if one column alone has objects in it.

    Raises:
        DataError: what was labelled are spans.
    """
    is_named = any(normal_name(name) in LABEL_NAMES for name in columns)
    if not asked.needs_label or asked.label is not None or is_named:
        return asked
    rows = first_rows()
    cells = [[row[k] for row in rows if len(row) > k] for k in range(len(columns))]
    found = [name for name, each in zip(columns, cells, strict=True) if are_cells_of_labels(each)]
    spans = [name for name, each in zip(columns, cells, strict=True) if any(map(has_spans, each))]
    if spans and not found:
        raise spans_in_table(asked.name, spans[0])
    return (
        replace(asked, options=replace(asked.options, label=found[0])) if len(found) == 1 else asked
    )


def has_spans(cell: str) -> bool:
    """Whether a cell of a table holds spans, as JSON or as Python writes them."""
    if _PYTHON_SPANS.match(cell):
        return True
    try:
        return cell.startswith(("[{", "[[")) and bool(spans_of(parse(cell.encode(), "utf-8")))
    except JsonError:
        return False


def spans_in_table(name: str, column: str) -> DataError:
    """Return the refusal of a table, `name`, with spans in a column."""
    said = f"column '{excerpt(column, 24)}' holds spans of a text"
    return DataError(f"{name}: {said}, which no table tells well; export it as JSON")


def cell_labels(cell: str) -> tuple[str, ...]:
    """Return the labels of a cell of a short export: a text is one, an object may hold several.

    Raises:
        ValueError: it holds what is no label, such as spans.
    """
    if not cell.startswith(("{", "[")):
        return one(cell)
    try:
        found = short_labels(parse(cell.encode(), "utf-8"))
    except JsonError:
        return one(cell)
    if not isinstance(found, list) or not all(isinstance(label, str) for label in found):
        raise ValueError(f"'{excerpt(cell, 24)}' is no choice or rating; name another column")
    return tuple(dict.fromkeys(found))
