"""What is in a training file, as numbers: lengths, copies, scripts or channels, and its columns.

It takes another pass over all records, so nobody asks for it who only wants to train.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from grucli.data.encoded import UNLIMITED
from grucli.data.labelled import Table
from grucli.data.numbers import Floats
from grucli.data.records import Record, names
from grucli.data.stored import Records
from grucli.data.tables.column_profile import TableProfile
from grucli.data.text import scripts
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.tokenized import tokens_of_each
from grucli.data.text.tokens import tokenizer
from grucli.preparation import checks, copies
from grucli.preparation.copies import NOTHING
from grucli.tasks.target_facts import TargetFacts
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.preparation.prepare import Prepared


@dataclass(frozen=True, kw_only=True)
class Lengths:
    """Steps of the records, before any cut.

    Attributes:
        unit: what people call a step.
        least, median, high, most: `high` is the 99th percentile.
        kept: steps that are read at most, None for all.
        cut: records that have more.
        empty: records without any.
    """

    unit: str
    least: int
    median: float
    high: int
    most: int
    kept: int | None
    cut: int
    empty: int


@dataclass(frozen=True, kw_only=True)
class Copies:
    """Records that are read alike.

    Attributes:
        repeated: those that repeat the input of an earlier one.
        contrary: inputs that have two targets.
        examples: first records of such inputs, and the ones that contradict them.
        in_test: records of a test file that are in the training file, too; None without one.
    """

    repeated: int
    contrary: int
    examples: tuple[tuple[Record, Record], ...]
    in_test: int | None


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A channel of numeric sequences: its values where there are some, and how many lack."""

    name: str
    low: float
    mean: float
    high: float
    missing: int

    @property
    def is_constant(self) -> bool:
        """Whether it never changes."""
        return not self.low < self.high


@dataclass(frozen=True, kw_only=True, eq=False)
class DataFacts:
    """What is in a training file.

    Attributes:
        rows: records.
        targets: what its task tells of them.
        lengths, copies: of its records.
        scripts: records by the script of their text, none for numbers.
        channels: of numeric sequences, none for texts.
        columns: their profile, None of data without any.
        uses: as what columns are read, by their names.
    """

    rows: int
    targets: TargetFacts
    lengths: Lengths
    copies: Copies
    scripts: Mapping[str, int]
    channels: Sequence[Channel]
    columns: TableProfile | None
    uses: Mapping[str, str]


def facts_of(prepared: Prepared, table: Table) -> DataFacts:
    """Return what is in the file that a training was prepared from."""
    records = table.records
    encoder, is_text = prepared.encoder, records[0].values is None
    mode = encoder.settings().get("data.tokens", "auto")
    if is_text:
        tokenize = encoder.tokenize if isinstance(encoder, TextEncoder) else tokenizer(mode)
        lengths = map(len, tokens_of_each(records, mode, tokenize))
    else:
        lengths = map(len, records.column("values"))
    steps = np.fromiter(lengths, np.int64, len(records))
    return DataFacts(
        rows=len(records),
        targets=prepared.task.target_facts(records),
        lengths=_lengths(steps, prepared.encoder.unit, prepared.encoder.max_length),
        copies=_copies(prepared, records, mode),
        scripts=scripts.of_texts(text or "" for text in records.column("text")) if is_text else {},
        channels=() if is_text else _channels(records, table),
        columns=None if table.look is None else table.look(),
        uses=uses_of(prepared, table),
    )


def uses_of(prepared: Prepared, table: Table) -> dict[str, str]:
    """Return as what the columns of a table are read, by their names."""
    known, data = prepared.remembered, prepared.config.data
    used: dict[str | None, str] = {
        **dict.fromkeys(known.values, "values"),
        **dict.fromkeys(names(known.text), "text"),
        known.label: "label",
        known.id: "id",
        known.time: "time",
        data.weight: "weight",
        data.group: "group",
    }
    return {name: used[name] for name in table.columns if name in used}


def _lengths(steps: npt.NDArray[np.int64], unit: str, kept: int) -> Lengths:
    return Lengths(
        unit=unit,
        least=int(steps.min()),
        median=float(np.median(steps)),
        high=int(np.percentile(steps, 99, method="higher")),
        most=int(steps.max()),
        kept=None if kept >= UNLIMITED else kept,
        cut=int(np.sum(steps > kept)),
        empty=int(np.sum(steps == 0)),
    )


def _copies(prepared: Prepared, records: Records, mode: str) -> Copies:
    held = prepared.holdout
    beside = records[:0] if held is None or held.is_part else held.table.records
    precision = copies.common_precision(records, beside)
    keys, others = (copies.keys(part, mode, precision) for part in (records, beside))
    rows, firsts = copies.repeats(keys)
    contrary = checks.contrary_pairs(records, rows, firsts)
    return Copies(
        repeated=len(rows),
        contrary=len(contrary),
        examples=tuple((records[one], records[other]) for one, other in contrary[:1].tolist()),
        in_test=int(np.isin(others, keys[keys != NOTHING]).sum()) if beside else None,
    )


def _channels(records: Sequence[Record], table: Table) -> list[Channel]:
    values = np.concatenate([_values(record) for record in records])
    number, known = values.shape[1], table.remembered.values
    called = known if len(known) == number else [str(k + 1) for k in range(number)]
    return [_channel(name, values[:, k]) for k, name in enumerate(called)]


def _channel(name: str, values: Floats) -> Channel:
    there = values[~np.isnan(values)]
    low, mean, high = (there.min(), there.mean(), there.max()) if len(there) else (np.nan,) * 3
    return Channel(
        name=name,
        low=float(low),
        mean=float(mean),
        high=float(high),
        missing=len(values) - len(there),
    )


def _values(record: Record) -> Floats:
    assert record.values is not None  # records of one file are of one kind
    return record.values
