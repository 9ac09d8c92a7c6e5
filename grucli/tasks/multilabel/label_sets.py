"""Sets of labels: those of records, and as arrays.

Letters: n rows, C labels. Targets are (n, C + 1) uint8: 1 for each label that a row has, and in the
last column how many labels it has beside them, which training lacks, at most 255.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.engine.packing import Integers
from grucli.errors import ConfigError, excerpt
from grucli.tasks import label_names
from grucli.tasks.target_facts import TargetCounts, TargetFacts

Bits = npt.NDArray[np.uint8]
MOST_UNKNOWN = 255
SIGNS = "|;,#/\x1f"  # the last one is the unit separator of ASCII, which is made for this


def labels_of(record: Record) -> tuple[str, ...]:
    """Return the labels of a record; of data with one label a row that one."""
    if record.labels is not None:
        return record.labels
    return (record.label,) if record.label else ()


def rows_of_each(records: Sequence[Record]) -> Counter[str]:
    """Return how many records have each label."""
    return Counter(label for record in records for label in labels_of(record))


def target_facts(records: Sequence[Record]) -> TargetFacts:
    """Return the rows of each label, and how many rows have how many labels."""
    sizes = Counter(len(labels_of(record)) for record in records)
    total = len(records)
    return TargetFacts(
        counts=(
            label_names.counts(rows_of_each(records), total),
            TargetCounts(
                name="rows_by_labels",
                title="labels a row",
                counts={str(size): sizes[size] for size in sorted(sizes)},
                unit="row",
                total=total,
                is_ordered=True,
            ),
        ),
        figures={"labels_a_row": sum(size * rows for size, rows in sizes.items()) / total},
    )


def encode(records: Sequence[Record], labels: Sequence[str]) -> Bits:
    """Return the targets (n, C + 1) of records."""
    index = {label: k for k, label in enumerate(labels)}
    targets = np.zeros((len(records), len(labels) + 1), np.uint8)
    for row, record in zip(targets, records, strict=True):
        own = labels_of(record)
        known = [index[label] for label in own if label in index]
        row[known] = 1
        row[-1] = min(len(own) - len(known), MOST_UNKNOWN)
    return targets


def divided(targets: Integers) -> tuple[Bits, npt.NDArray[np.int64]]:
    """Return (n, C) which labels rows have, and (n,) how many that training lacks."""
    return targets[:, :-1].astype(np.uint8), targets[:, -1].astype(np.int64)


def separator_for(labels: Sequence[str], asked: str | None) -> str:
    """Return what stands between labels in one text, so that they can be told apart again.

    Args:
        labels: all that may stand in a text.
        asked: by the user, or as in the data of training; None for a sign that is in no label.

    Raises:
        ConfigError: a label has in it what is asked for, or some have each sign.
    """
    signs = SIGNS if asked is None else asked
    found = next((sign for sign in signs if not any(sign in label for label in labels)), None)
    if found is not None:
        return found
    holder = next(label for label in labels if signs[0] in label)
    raise ConfigError(
        f"--label-separator: the label '{excerpt(holder)}' has '{signs[0]}' in it; give another "
        "sign, or pass --to jsonl"
    )
