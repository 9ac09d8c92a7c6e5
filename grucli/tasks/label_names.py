"""How the labels of a task are named in a line, and in the facts of a model's card."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.errors import counted, excerpt
from grucli.tasks.target_facts import TargetCounts

LISTED_LABELS, LABEL_WIDTH = 12, 24
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")


def listed(labels: Sequence[str]) -> str:
    """Return how many labels there are, and the first of them."""
    shown = ", ".join(excerpt(label, LABEL_WIDTH) for label in labels[:LISTED_LABELS])
    more = len(labels) - LISTED_LABELS
    size = counted(len(labels), "label")
    return f"{size}: {shown}{f' and {more} more' if more > 0 else ''}"


def listed_with_rows(labels: Sequence[str], rows: Mapping[str, int]) -> str:
    """Return the first labels, each with its rows."""
    shown = ", ".join(f"{excerpt(label)} {rows[label]:,}" for label in labels[:LISTED_LABELS])
    more = len(labels) - LISTED_LABELS
    return f"{shown}, and {more} more" if more > 0 else shown


def counts(rows: Mapping[str, int], total: int) -> TargetCounts:
    """Return the rows of each label of a file with `total` rows."""
    return TargetCounts(name="label_rows", title="label", counts=rows, unit="row", total=total)


def named_facts(labels: Sequence[str], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a training file with the rows of each label beside its name."""
    others = {name: value for name, value in facts.items() if name != "label_rows"}
    return {**others, "labels": dict(zip(labels, facts["label_rows"], strict=True))}


def in_class_order(labels: Sequence[str]) -> tuple[str, ...]:
    """Return labels as programs number them that sort: whole numbers by their size, else as texts.

    So 10 comes after 9, and not after 1.
    """
    if all(_WHOLE.fullmatch(label) for label in labels):
        return tuple(sorted(labels, key=int))
    return tuple(sorted(labels))


def plain_outputs(own: Sequence[str], labels: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return (C, C + 1) which of the outputs in the order of `labels` each of `own` is, and no 1.

    Both have the same labels.
    """
    chosen = np.zeros((len(own), len(own) + 1))
    chosen[np.arange(len(own)), [labels.index(label) for label in own]] = 1
    return chosen
