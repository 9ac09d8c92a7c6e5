"""JSON Lines: an object a line, with a text, tokens or a numeric sequence under one of its keys.

Keys are what columns are in a table. Numbers and booleans keep the form they are written in, so
that a label 1.0 is not a label 1. Blank lines are no records.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from grucli.data import label_lists
from grucli.data.forms import Missing
from grucli.data.forms.json_flat import Flat
from grucli.data.forms.json_grammar import (
    Cells,
    JsonError,
    Number,
    Object,
    as_written,
    is_null,
    kind,
    parse_object,
)
from grucli.data.forms.json_keys import plain_keys, string_lists_of, structures_beside, value_key
from grucli.data.forms.json_shapes import shape_of
from grucli.data.forms.json_tokens import fill, tagged_keys
from grucli.data.forms.json_values import fill_labels, get, joined_text, scalar
from grucli.data.numbers import LARGEST_WEIGHT, Floats, NumberError, numbers, weight, whole
from grucli.data.record_labels import LeftOut
from grucli.data.records import Record, Source, names
from grucli.data.request import Asked
from grucli.data.streams.lines import Lines
from grucli.data.tables.column_choice import or_proposal
from grucli.data.tables.column_profile import profile
from grucli.data.tables.dialect import SAMPLED_ROWS
from grucli.data.tables.series_columns import choose_series
from grucli.data.tables.text_columns import choose_text
from grucli.errors import DataError, excerpt
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class _Keys:
    """Keys of what is read; `values` None for texts, the others None for none.

    With `are_lists` text and label are those of lists, of tokens and the tags of these.
    """

    text: tuple[str, ...] = ()
    are_lists: bool = False
    values: str | None = None
    label: str | None = None
    weight: str | None = None
    group: str | None = None


def open_jsonl(stream: io.BufferedIOBase, lines: Lines, asked: Asked) -> Source:
    """Open the objects that `lines` hold.

    Args: as for `Asked.source`.

    Raises:
        DataError: a key that is named is in none of the first objects, or there is no clear choice.
    """
    source = asked.source("jsonl", stream, lines)
    objects = _sample(lines, asked)
    shape = shape_of(objects, asked)
    sample = [shape.flat(found) for found in objects]
    source.columns = tuple(dict.fromkeys(key for found in sample for key in found))
    asked = asked.among(source.columns)
    source.options = asked.options
    source.findings += shape.findings
    if shape.label is not None:
        text = names(shape.text) or asked.options.text
        asked = replace(asked, options=replace(asked.options, text=text, label=shape.label))
        source.division = "words" if shape.text else None
    if asked.needs_label:
        plain, is_whole = plain_keys(sample), len(sample) < SAMPLED_ROWS
        source.look = lambda: profile(plain, _rows(sample, plain), is_whole=is_whole)
    keys = or_proposal(lambda told: _keys(source, sample, told), asked, source.columns, source.look)
    source.text = keys.text if len(keys.text) > 1 else next(iter(keys.text), None)
    source.values = names(keys.values)
    source.label = keys.label
    source.records = _records(lines, source, keys, shape)
    source.found_later = shape.found_later
    if shape.may_lack_label:
        source.left_out = LeftOut()
    return source


def _keys(source: Source, sample: Sequence[Object], asked: Asked) -> _Keys:
    """Return the keys of tokens, of a series, or of texts."""
    tagged = tagged_keys(sample, source.columns, asked)
    if tagged is not None:
        source.targets = "tags"
        return _tagged_keys(source, asked, *tagged)
    key = value_key(sample, asked)
    if key is None:
        return _text_keys(source, sample, asked)
    source.kind = "series"
    source.missing = asked.missing
    return _series_keys(source, sample, asked, key)


def _tagged_keys(source: Source, asked: Asked, text: str, label: str | None) -> _Keys:
    if asked.needs_label and not (asked.text and asked.label):
        said = f"token key '{excerpt(text)}', tag key '{excerpt(label)}'"
        source.findings += (f"{said} (pass --text/--label to choose others)",)
    return _Keys(
        text=(text,),
        label=label,
        are_lists=True,
        weight=asked.options.weight,
        group=asked.options.group,
    )


def _sample(lines: Lines, asked: Asked) -> list[Object]:
    """Return the first objects; wait for one alone where a model knows the keys."""
    count = 1 if asked.known.text or asked.known.values else SAMPLED_ROWS
    waiting, _ = lines.peek(SAMPLED_ROWS if asked.needs_label else count)
    found, problem = [], ""
    for index, line in enumerate(waiting):
        try:
            if line.strip():
                found.append(parse_object(line, lines.encoding))
        except JsonError as error:
            problem = problem or f"{asked.name}:{lines.line_of(index) + error.line - 1}: {error}"
    if not found and asked.needs_label:
        raise DataError(problem or f"{asked.name}: no rows; name a file with data in it")
    return found


def _series_keys(source: Source, sample: Sequence[Object], asked: Asked, key: str) -> _Keys:
    if key not in source.columns and not asked.needs_label:
        return _Keys(values=key, label=asked.label)
    options = replace(asked.options, values=(key,), id=None, time=None)
    known = replace(asked.known, id=None, time=None)
    as_table = replace(asked, options=options, known=known)
    chosen = choose_series(
        source.columns, lambda: _rows(sample, source.columns), as_table, asked.name
    )
    assert chosen is not None  # values are given
    keys = _Keys(
        values=key,
        label=None if chosen.label is None else source.columns[chosen.label],
        weight=options.weight,
        group=options.group,
    )
    if chosen.guessed or key not in (asked.options.values or asked.known.values):
        label = "" if keys.label is None else f", label key '{excerpt(keys.label)}'"
        source.findings += (f"sequence key '{excerpt(key)}'{label} (pass --values/--label)",)
    return keys


def _text_keys(source: Source, sample: Sequence[Object], asked: Asked) -> _Keys:
    if asked.text and not asked.needs_label:  # a record without the key is one bad record
        return _Keys(text=asked.text, label=asked.label)
    if not source.columns:
        return _Keys(text=("text",))
    beside = structures_beside(sample, asked)
    columns = [name for name in source.columns if name not in beside]
    hint = "add a key with the label"
    if beside:
        hint = f"write text and label as strings ({_listed(beside)}: lists or objects)"
        sets = [key for key in string_lists_of(sample) if key in beside]
        if sets and asked.needs_label and asked.label is None:
            hint = f"pass --label {excerpt(sets[0])} if its lists are labels"
    if not columns:
        raise DataError(f"{asked.name}: no key holds a string; {hint}")
    chosen = choose_text(columns, _rows(sample, columns), asked, asked.name, hint)
    keys = _Keys(
        text=tuple(columns[i] for i in chosen.text),
        label=None if chosen.label is None else columns[chosen.label],
        weight=asked.options.weight,
        group=asked.options.group,
    )
    labels = [as_written(found.get(keys.label or "")) for found in sample]
    if asked.needs_label and (fault := label_lists.fault_of_lists(labels)):
        raise DataError(f"{asked.name}: label key '{excerpt(keys.label, 24)}' holds {fault}")
    if chosen.guessed:
        text = " + ".join(f"'{excerpt(name)}'" for name in keys.text)
        label = "" if keys.label is None else f", label key '{excerpt(keys.label)}'"
        source.findings += (f"text key {text}{label} (pass --text/--label to choose others)",)
    read = {name.partition(".")[0] for name in (*keys.text, *names(keys.label))}
    if beside - read and not asked.text:
        source.findings += (f"left out beside the text: {_listed(beside - read)} (no strings)",)
    return keys


def _listed(keys: Iterable[str]) -> str:
    return excerpt(", ".join(sorted(keys)), 60)


def _rows(sample: Sequence[Object], columns: Sequence[str]) -> list[list[str]]:
    return [[as_written(found.get(name)) for name in columns] for found in sample]


def _records(lines: Lines, source: Source, keys: _Keys, shape: Flat) -> Iterator[Record]:
    number = 0
    for line in lines:
        if not line.strip():
            continue
        number += 1
        record = Record(number=number, line=lines.number)
        try:
            found = parse_object(line, lines.encoding)
            shape.take_note(found)
            _fill(record, shape.flat(found), source, keys)
        except JsonError as error:
            record.error = f"{source.place(record, error.line - 1)}: {error}"
        yield record


def _fill(record: Record, found: Object, source: Source, keys: _Keys) -> None:
    """Put what an object holds into its record; the cells first, whatever else is wrong."""
    record.cells = Cells(found, source.columns, keys.values)
    if keys.are_lists and source.left_out is not None and found.get(keys.label or "") is None:
        return  # nobody has labelled it
    if keys.are_lists:
        fill(record, found, keys.text[0], keys.label, needs_tags=source.needs_label)
    else:
        fill_labels(record, found, source, keys.label)
    record.weight = _weight(found, keys.weight)
    record.group = scalar(found, keys.group) or None
    if (key := keys.values) is not None:
        record.values = _values(get(found, key, "--values KEY"), key, source.missing)
    elif not keys.are_lists:
        record.text = joined_text(found, keys.text)


def _values(value: Any, key: str, missing: Missing) -> Floats:
    """Return (T, D) values of a list of T numbers, or of T lists of D numbers; null is missing."""
    if not isinstance(value, list) or not value:
        raise JsonError(f"key '{excerpt(key)}' holds {kind(value)}; write a list of numbers")
    first = next((step for step in value if not is_null(step)), None)
    if isinstance(first, list):
        steps = [[None] * len(first) if is_null(step) else step for step in value]
    else:
        steps = [[step] for step in value]
    width = len(steps[0])
    for index, step in enumerate(steps):
        if not isinstance(step, list) or len(step) != width or not width:
            found = f"{len(step)} numbers" if isinstance(step, list) else kind(step)
            place = f"{excerpt(key)}[{index}]"
            raise JsonError(f"{place} holds {found}, the first step {width}; give all as many")
    try:
        values = whole(numbers(_cells(steps, width), width), missing)
    except NumberError as error:
        inner = f"[{error.channel}]" if isinstance(first, list) else ""
        raise JsonError(f"{excerpt(key)}[{error.step}]{inner}: {error.problem}") from None
    if not len(values):
        raise JsonError(f"key '{excerpt(key)}' holds no values; fill them in or drop the line")
    return values


def _cells(steps: Sequence[Sequence[Any]], width: int) -> list[str]:
    """Return the numbers of all steps as they are written, nothing for null."""
    flat = [number for step in steps for number in step]
    for index, number in enumerate(flat):
        if type(number) is not Number and number is not None:
            problem = f"{kind(number)} is no number; write it without quotes"
            raise NumberError(*divmod(index, width), problem)
    return [number or "" for number in flat]


def _weight(found: Object, key: str | None) -> float:
    if key is None:
        return 1.0
    cell = scalar(found, key)
    value = weight(cell)
    if value is None:
        raise JsonError(
            f"weight '{excerpt(cell)}' in key '{excerpt(key)}' must be a number above 0 and at "
            f"most {LARGEST_WEIGHT:.0f}"
        )
    return value
