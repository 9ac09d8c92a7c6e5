"""Which shape the objects of a file have: flat, nested, or one of an export of Label Studio."""

from collections.abc import Sequence

from grucli.data.forms.json_flat import Flat, Nested
from grucli.data.forms.json_grammar import Object, as_written, is_sequence
from grucli.data.forms.label_studio import Short, Tasks, are_tasks, is_short_export
from grucli.data.forms.spans import NAMES, Spans, holds_spans
from grucli.data.records import names
from grucli.data.request import Asked
from grucli.data.tables.column_names import LABEL_NAMES, TEXT_NAMES, normal_name
from grucli.data.tables.text_columns import choose_text
from grucli.errors import DataError


def shape_of(sample: Sequence[Object], asked: Asked) -> Flat:
    """Return the shape of objects, of which these are the first.

    Raises:
        DataError: it is not clear which of several labels is meant.
    """
    if asked.needs_label and len(sample) == 1:
        _refuse_columns(sample[0], asked)
    if are_tasks(sample):
        return Tasks(sample, asked)
    is_short = bool(sample) and all(map(is_short_export, sample))
    if (key := _key_of_spans(sample, asked)) is not None:
        spans = Spans(sample, key, asked)
        spans.may_lack_label = is_short
        return spans
    if is_short:
        return Short(sample, asked)
    asked_for = [*asked.text, *names(asked.label), *names(asked.options.group)]
    paths = [
        path for path in asked_for if "." in path and not any(path in found for found in sample)
    ]
    return Nested(paths) if paths or _stands_within(sample, asked) else Flat()


def _key_of_spans(sample: Sequence[Object], asked: Asked) -> str | None:
    """Return the key of spans from which tags may be learned, None if there is none."""
    if not asked.needs_label or asked.options.targets not in (None, "tags"):
        return None
    keys = dict.fromkeys(key for found in sample for key in found)
    labels = [key for key in keys if normal_name(key) in LABEL_NAMES]
    has_label = any(not isinstance(found.get(key, []), list) for found in sample for key in labels)
    if has_label and not asked.options.label and asked.options.targets is None:
        return None
    told = names(asked.options.label) or [*names(asked.known.label), *NAMES, *keys]
    return next((key for key in told if holds_spans(sample, key)), None)


def _refuse_columns(found: Object, asked: Asked) -> None:
    """Refuse an object that holds a whole table, column by column.

    Raises:
        DataError: it does.
    """
    held = list(found.values())
    are_objects = len(held) > 1 and all(isinstance(each, dict) and len(each) > 1 for each in held)
    has_rows = are_objects and all(each.keys() == held[0].keys() for each in held)
    texts = next((found[key] for key in found if normal_name(key) in TEXT_NAMES), None)
    are_texts = isinstance(texts, list) and any(" " in as_written(each) for each in texts)
    is_split = isinstance(found.get("columns"), list) and isinstance(found.get("data"), list)
    if has_rows or is_split or (are_texts and all(isinstance(each, list) for each in held)):
        raise DataError(
            f"{asked.name}: holds columns, not rows; write an object a row (pandas: "
            "to_json(path, orient='records'))"
        )


def _stands_within(sample: Sequence[Object], asked: Asked) -> bool:
    """Whether text or label must stand in inner objects, as no key of the outer ones is either."""
    values = [value for found in sample for value in found.values()]
    if asked.text or not asked.needs_label or not any(isinstance(each, dict) for each in values):
        return False
    if any(map(is_sequence, values)):
        return False
    beside = {key for found in sample for key in found if isinstance(found[key], list | dict)}
    columns = list(dict.fromkeys(key for found in sample for key in found if key not in beside))
    rows = [[as_written(found.get(name)) for name in columns] for found in sample]
    is_named = any(normal_name(name) in TEXT_NAMES for name in columns)
    if not is_named and not any(" " in cell.strip() for row in rows for cell in row):
        return True
    try:
        choose_text(columns, rows, asked, asked.name)
    except DataError:
        return True
    return False
