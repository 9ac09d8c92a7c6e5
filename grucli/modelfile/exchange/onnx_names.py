"""What a model of ours says beside its ONNX graph: task, labels, how inputs become its steps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grucli.data.series.encoder import SeriesEncoder
from grucli.data.text.vocabulary import SPECIAL
from grucli.errors import expect
from grucli.modelfile.npz_layout import FaultError
from grucli.tasks import TASKS

METADATA, SCHEMA = "grucli", "grucli.onnx/1"


@dataclass(frozen=True, kw_only=True)
class Names:
    """Names for what a graph reads and answers; None where a file of another system has none.

    Attributes:
        task: what it answers.
        labels: in the order of its outputs.
        encoder: of numeric sequences, how they become steps.
        tokens: of each id of texts, those of SPECIAL first.
        notes: what the graph lacks, a line each.
    """

    task: str | None = None
    labels: tuple[str, ...] | None = None
    encoder: SeriesEncoder | None = None
    tokens: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


def names_of(metadata: Mapping[str, str]) -> Names:
    """Return the names that stand beside a graph.

    Raises:
        FaultError: tags follow from each other, which is no part of the graph.
        LookupError, TypeError, ValueError: they are damaged.
    """
    if METADATA not in metadata:
        return Names()
    found = json.loads(metadata[METADATA])
    expect(found["schema"] == SCHEMA and found["task"] in TASKS, "task and version")
    if "chain" in found:
        raise FaultError("its tags are answered together by a chain, which no graph has; take .npz")
    labels, notes = found.get("labels"), list[str]()
    if labels is not None:
        expect(all(type(label) is str for label in labels), "labels")
    if any(found.get("thresholds") or ()):
        notes.append("thresholds of its labels are left out: each answer is by probability alone")
    reads = found["encoder"]
    return Names(
        task=found["task"],
        labels=None if labels is None else tuple(labels),
        encoder=_encoder(reads) if reads["kind"] == SeriesEncoder.kind else None,
        tokens=_tokens(reads["vocabulary"]) if "vocabulary" in reads else None,
        notes=tuple(notes),
    )


def _encoder(reads: Mapping[str, Any]) -> SeriesEncoder:
    """Return what reads numeric sequences, all of it checked."""
    most = reads["max_length"]
    expect(type(most) is int and 1 <= most < 1 << 32, "max_length")
    arrays = {
        "scaling": np.stack([np.array(reads[name], np.float64) for name in ("mean", "scale")]),
        "units": np.array(reads["units"], np.float64),
    }
    expect(all(np.isfinite(array).all() for array in arrays.values()), "scaling")
    fields = {"missing": reads["missing"], "channels": reads["views"]}
    return SeriesEncoder.from_arrays(fields, arrays, most, 0)


def _tokens(vocabulary: Any) -> tuple[str, ...]:
    expect(all(type(token) is str for token in vocabulary), "vocabulary")
    expect(tuple(vocabulary[: len(SPECIAL)]) == SPECIAL, "vocabulary")
    return tuple(vocabulary)
