"""From a file with labels to encoded examples, with every setting that the data decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from grucli import defaults
from grucli.data import tokens
from grucli.data.batches import Examples
from grucli.data.encoding import Encoder, SeriesEncoder, TextEncoder
from grucli.data.records import ReadOptions, Record, Remembered
from grucli.data.sources import open_source
from grucli.data.splits import split
from grucli.data.vocabulary import Vocabulary
from grucli.defaults import Choice, Facts
from grucli.errors import DataError, excerpt
from grucli.random import SPLIT, generator

if TYPE_CHECKING:
    from grucli.config import Config

LISTED_PROBLEMS = 5
LISTED_LABELS = 12


@dataclass(frozen=True, kw_only=True)
class Table:
    """All readable records of one file.

    Attributes:
        name: of the file, for people.
        records: each with a label.
        skipped: records that could not be read.
        remembered: how the file was read.
        findings: what was found or guessed, one line each.
    """

    name: str
    records: list[Record]
    skipped: int
    remembered: Remembered
    findings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What training needs.

    Attributes:
        name: of the training file.
        train, valid: encoded examples; `valid` is None to train on all rows.
        labels: (C,) distinct labels of the training file, sorted.
        encoder: how a record becomes steps, fitted on the training part alone.
        config: complete, nothing left `auto`.
        reasons: why each setting that was `auto` has its value.
        remembered: how the training file was read.
        findings: what was found in the data, one line each.
        facts: the same as numbers, for the model's card.
    """

    name: str
    train: Examples
    valid: Examples | None
    labels: tuple[str, ...]
    encoder: Encoder
    config: Config
    reasons: dict[str, str]
    remembered: Remembered
    findings: tuple[str, ...]
    facts: dict[str, Any]


def read_table(path: str, options: ReadOptions, remembered: Remembered | None = None) -> Table:
    """Read a whole file with labels.

    Raises:
        DataError: it has no row, or rows that cannot be read unless `options` skip them.
        AccessError: it is missing or unreadable.
    """
    with open_source(path, options, needs_label=True, remembered=remembered) as source:
        records, problems = [], []
        for record in source:
            if record.error is None:
                records.append(record)
            else:
                problems.append(record.error)
                if options.on_bad_row == "stop" and len(problems) == LISTED_PROBLEMS:
                    break
        if problems and options.on_bad_row == "stop":
            raise DataError(*problems)
        if not records:
            raise DataError(f"{source.name}: no rows; is it the right file?")
        findings = source.findings
        if problems:
            findings += (f"skipped {len(problems)} rows that cannot be read: {problems[0]}",)
        return Table(
            name=source.name,
            records=records,
            skipped=len(problems),
            remembered=source.remembered,
            findings=findings,
        )


def targets_of(records: Sequence[Record], labels: Sequence[str]) -> list[int]:
    """Return the class of each record, -1 for a label that is not among `labels`."""
    index = {label: k for k, label in enumerate(labels)}
    return [index.get(record.label or "", -1) for record in records]


def encode(encoder: Encoder, records: Sequence[Record], targets: Sequence[int]) -> Examples:
    """Encode all records."""
    return Examples.join([encoder.encode_record(record).steps for record in records], targets)


def prepare(path: str, config: Config, on_bad_row: Literal["stop", "skip"]) -> Prepared:
    """Read the training file and decide everything that is left to the data.

    Args:
        path: the training file, "-" for standard input.
        config: validated; None where the data decides.
        on_bad_row: what to do with rows that cannot be read.

    Raises:
        DataError: a file cannot be used, or has fewer than two classes.
        AccessError: a file is missing or unreadable.
    """
    data = config.data
    options = ReadOptions(
        format=data.format,
        header=data.header,
        text=data.text,
        label=data.label,
        delimiter=data.delimiter,
        encoding=data.encoding,
        on_bad_row=on_bad_row,
    )
    table = read_table(path, options)
    labels = tuple(sorted({record.label or "" for record in table.records}))
    if len(labels) < 2:
        raise DataError(f"{table.name}: has one class ({excerpt(labels[0])}); need two")
    train, valid, held_out = _divide(table, options, config, labels)
    encoder, choices, steps = _fit(train, config)
    rows = Facts(
        kind=encoder.kind, rows=len(train), num_classes=len(labels), lengths=np.array(steps)
    )
    choices |= defaults.choose(rows, config.training.optimizer)
    config, reasons = defaults.complete(config, choices)
    counts = Counter(record.label or "" for record in table.records)
    return Prepared(
        name=table.name,
        train=encode(encoder, train, targets_of(train, labels)),
        valid=encode(encoder, valid, targets_of(valid, labels)) if valid else None,
        labels=labels,
        encoder=encoder,
        config=config,
        reasons=reasons,
        remembered=table.remembered,
        findings=(
            f"{table.name}: {len(table.records):,} rows",
            *table.findings,
            _labels_line(labels, counts),
            held_out,
            _encoder_line(encoder, steps),
        ),
        facts={
            "rows": len(train),
            "valid_rows": len(valid),
            "label_rows": [counts[label] for label in labels],
            "median_length": float(np.median(steps)),
            "longest": max(steps),
        },
    )


def _divide(
    table: Table, options: ReadOptions, config: Config, labels: Sequence[str]
) -> tuple[list[Record], list[Record], str]:
    """Return training records, validation records and a line that says where the latter are from.

    Validation is a file of its own, or a share of the training file's rows.
    """
    valid = config.data.valid
    if isinstance(valid, str):
        other = read_table(valid, options, table.remembered)
        unseen = sum(target < 0 for target in targets_of(other.records, labels))
        note = f"; {unseen:,} with a label that training lacks" if unseen else ""
        line = f"validation: {other.name}, {len(other.records):,} rows{note}"
        return table.records, other.records, line
    share = defaults.VALID_SHARE if valid is None else valid
    inputs = [r.text if r.values is None else r.values.tobytes() for r in table.records]
    targets = targets_of(table.records, labels)
    kept, held = split(targets, inputs, share, generator(config.seed, SPLIT))
    if not held.size:
        return table.records, [], "validation: none, all rows are trained on; the last epoch counts"
    line = f"validation: {held.size:,} rows held out ({share:.0%} of each label)"
    records = table.records
    return [records[k] for k in kept], [records[k] for k in held], line


def _fit(records: Sequence[Record], config: Config) -> tuple[Encoder, dict[str, Choice], list[int]]:
    """Fit the encoder; return it, the choices made for it, and each record's steps before a cut."""
    data = config.data
    if records[0].values is not None:
        values = [record.values for record in records if record.values is not None]
        steps = [len(value) for value in values]
        longest = _choice(data.max_length, defaults.maximum_length(np.array(steps)))
        return SeriesEncoder.fit(values, longest.value), {"data.max_length": longest}, steps
    texts = [record.text or "" for record in records]
    mode = tokens.resolve(data.tokens, texts)
    tokenized = [tokens.tokenizer(mode)(text) for text in texts]
    steps = [max(1, len(found)) for found in tokenized]
    longest = _choice(data.max_length, defaults.maximum_length(np.array(steps)))
    vocabulary = Vocabulary.fit(tokenized, data.min_count, data.max_vocabulary)
    return TextEncoder(vocabulary, mode, longest.value), {"data.max_length": longest}, steps


def _choice(given: int | None, default: Choice) -> Choice:
    return default if given is None else Choice(value=given, reason="given")


def _labels_line(labels: Sequence[str], counts: Counter[str]) -> str:
    listed = ", ".join(f"{excerpt(name)} {counts[name]:,}" for name in labels[:LISTED_LABELS])
    more = f", and {len(labels) - LISTED_LABELS} more" if len(labels) > LISTED_LABELS else ""
    return f"{len(labels)} labels: {listed}{more}"


def _encoder_line(encoder: Encoder, steps: Sequence[int]) -> str:
    cut = float(np.mean(np.array(steps) > encoder.max_length))
    lengths = (
        f"median length {np.median(steps):g}, longest {max(steps):,}, "
        f"kept {encoder.max_length:,} ({cut:.1%} cut)"
    )
    if isinstance(encoder, TextEncoder):
        return f"tokens: {encoder.mode}, vocabulary {len(encoder.vocabulary):,}, {lengths}"
    return f"numeric sequences: {len(encoder.mean)} channels, scaled; {lengths}"
