"""Whole files with labels, and their records as encoded examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from grucli import activity
from grucli.data.batches import Examples
from grucli.data.encoded import Encoded
from grucli.data.forms.opening import open_source
from grucli.data.kept_columns import Kept
from grucli.data.numbers import target_fault
from grucli.data.record_labels import LeftOut
from grucli.data.records import ReadOptions, Record, Remembered, Source, TargetForm
from grucli.data.stored import Records, column
from grucli.data.tables.column_profile import Look
from grucli.engine.steps import Steps
from grucli.errors import DataError, counted, excerpt
from grucli.values import dataclass

LISTED_PROBLEMS = 5
TOLD_ROWS = 10_000
_WITHOUT_HEAD = "jsonl", "lines"  # formats

HELD: Mapping[TargetForm, str] = {
    "label": "one label an input",
    "labels": "lists of labels",
    "number": "a number an input",
    "tags": "a tag a step",
}
"""What data hold, for people."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """All readable records of one file.

    Attributes:
        name: of the file, for people.
        format: in which it was read.
        head: lines above its first record, or above the first row of a table.
        records: each with a target; of its cells, those that were to be kept.
        kept: the names of these.
        targets: of which form these are.
        skipped: records that could not be read.
        remembered: how the file was read.
        findings: what was found or guessed, one line each.
        passed_over: those of them that say what was not read as it stands.
        options: what was asked, its names told apart as columns.
        columns: names of all columns of the file, none of data without any.
        look: gives their profile, None without columns.
    """

    name: str
    format: str
    head: int
    records: Records
    kept: tuple[str, ...]
    targets: TargetForm
    skipped: int
    remembered: Remembered
    findings: tuple[str, ...]
    passed_over: tuple[str, ...]
    options: ReadOptions
    columns: tuple[str, ...] = ()
    look: Look | None = field(default=None, repr=False)


def read_table(
    path: str,
    options: ReadOptions,
    remembered: Remembered | None = None,
    forms: Sequence[TargetForm] = (),
    keep: Callable[[Source], Kept] = lambda source: {},
    called: Path | None = None,
) -> Table:
    """Read a whole file with labels.

    Args:
        path: the file, or "-" for standard input.
        options: what the user said about it.
        remembered: how the file was read that a model has learned from, None to learn.
        forms: what that model has learned, first of all, and what else it can be judged by; no
            matter if there are none.
        keep: what of the data is kept beside the targets.
        called: the path by which the file will go, if not by this one.

    Raises:
        DataError: it has no row, holds targets of another form, or rows that cannot be read or lack
            the number that is to be predicted, unless `options` skip them.
        AccessError: it is missing or unreadable.
    """
    opened = open_source(path, options, needs_label=True, remembered=remembered, called=called)
    with opened as source:
        _refuse_unread(source, options)
        _refuse_other_targets(source, forms)
        kept = keep(source)
        problems, told = list[str](), _told(source)
        first = next(told, None)
        all_told = told if first is None else chain((first,), told)
        records = Records.of(_sound(source, all_told, options, kept, problems))
        if problems and options.on_bad_row == "stop":
            raise DataError(*problems)
        if not records:
            raise DataError(f"{source.name}: no rows; is it the right file?")
        if source.targets == "labels" and not (options.targets or source.label_separator):
            records = _one_each(source, records)
        passed_over = _passed_over(source, problems)
        return Table(
            name=source.name,
            format=source.format,
            head=_head(source, first),
            records=records,
            kept=tuple(kept),
            targets=source.targets,
            skipped=len(problems),
            remembered=source.remembered,
            findings=(*source.findings, *passed_over),
            passed_over=passed_over,
            options=source.options or options,
            columns=source.columns,
            look=source.look,
        )


def examples_of(
    encoded: Encoded, records: Sequence[Record], targets: npt.ArrayLike | Steps
) -> Examples:
    """Return records that are encoded with their targets (n, …) and weights."""
    weights = np.fromiter(column(records, "weight"), np.float64, len(records))
    return Examples.of(encoded, targets, weights)


def _head(source: Source, first: Record | None) -> int:
    """Return how many lines stand above the data; rows of no record are no part of these lines."""
    if source.head is not None:
        return source.head()
    if first is None or source.format in _WITHOUT_HEAD:
        return 0
    return min(first.own_lines, default=1) - 1


def _passed_over(source: Source, problems: Sequence[str]) -> tuple[str, ...]:
    """Return what was not read as it stands, for people."""
    said = source.found_later()
    said += () if source.left_out is None else source.left_out.findings()
    if problems:
        skipped = counted(len(problems), "row")
        said += (f"skipped {skipped} that cannot be read: {problems[0]}",)
    return said


def _sound(
    source: Source, told: Iterable[Record], options: ReadOptions, kept: Kept, problems: list[str]
) -> Iterator[Record]:
    """Yield the records that can be learned from; add to `problems` what is wrong with others."""
    are_numbers = "number" in (options.targets, source.targets) and source.targets != "tags"
    most = LISTED_PROBLEMS if options.on_bad_row == "stop" else None
    for record in told:
        if are_numbers and record.error is None:
            record.error = _fault_of_number(source, record)
        if record.error is None:  # of a wide table most cells are of columns nobody asks for
            record.cells = tuple([cell(record) for cell in kept.values()])
            yield record
            continue
        problems.append(record.error)
        if len(problems) == most:
            return


def _told(source: Source) -> Iterator[Record]:
    """Yield the records, and tell how far that is."""
    for number, record in enumerate(source, 1):
        yield record
        if not number % TOLD_ROWS:
            activity.at(f"reading {source.name}: {counted(number, 'row')}")


def _fault_of_number(source: Source, record: Record) -> str | None:
    """Return place and fault of a target that is no number, None for one that is."""
    fault = target_fault(record.label or "")
    return f"{source.place(record)}: {fault}" if fault else None


def _refuse_other_targets(source: Source, forms: Sequence[TargetForm]) -> None:
    """Refuse targets by which a model that has learned one of these forms cannot be judged."""
    if forms and source.targets not in forms:
        raise DataError(
            f"{source.name}: holds {HELD[source.targets]}, and the model has learned "
            f"{HELD[forms[0]]}; name another file, or train a model on such"
        )


def _refuse_unread(source: Source, options: ReadOptions) -> None:
    """Refuse to pass over a column that was asked for."""
    for key, name in (("weight", options.weight), ("group", options.group)):
        if name is not None and not source.columns:
            raise DataError(
                f"{source.name}: data.{key} is '{excerpt(name)}', but {source.format} data have no "
                "columns; give a table"
            )


def _one_each(source: Source, records: Records) -> Records:
    """Return the records with the one label of each, where they hold lists of one at most.

    Lists that hold nothing are those of records that nobody has labelled: they are left out. Where
    a list holds several, or all hold the same or nothing, all stay as they are.
    """
    lists = set(records.column("labels")) - {None}
    if len(lists - {()}) < 2 or any(len(labels) > 1 for labels in lists):
        return records
    left_out = source.left_out or LeftOut()
    kept = Records.of(_labelled(records, left_out))
    source.targets, source.divide, source.left_out = "label", None, left_out
    said = "lists of one label are read as labels (pass --set task=multilabel if they are sets)"
    source.findings = (*source.findings, said)
    return kept


def _labelled(records: Iterable[Record], left_out: LeftOut) -> Iterator[Record]:
    for record in records:
        if record.labels == () or (record.labels is None and not record.label):
            left_out.add(record)
            continue
        if record.labels is not None:
            record.label, record.labels = record.labels[0], None
        yield record
