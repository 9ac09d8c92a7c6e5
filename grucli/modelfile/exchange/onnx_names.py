"""What a model of ours says beside its ONNX graph: task, labels, how inputs become its steps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from grucli.data.encoder import Encoder
from grucli.data.series.encoder import SeriesEncoder
from grucli.data.text.byte_pairs import BytePairs
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.tokens import MODES
from grucli.data.text.vocabulary import SPECIAL, Vocabulary
from grucli.errors import expect
from grucli.modelfile.archive import MAX_JSON_BYTES, MAX_JSON_DEPTH
from grucli.modelfile.bounded_json import is_bounded
from grucli.modelfile.npz_layout import FaultError
from grucli.tasks import TASKS
from grucli.values import dataclass

METADATA, SCHEMA = "grucli", "grucli.onnx/1"


@dataclass(frozen=True, kw_only=True)
class Names:
    """Names for what a graph reads and answers; None where a file of another system has none.

    Attributes:
        task: what it answers.
        labels: in the order of its outputs.
        encoder: how texts or numeric sequences become steps.
        notes: what the graph lacks, a line each.
    """

    task: str | None = None
    labels: tuple[str, ...] | None = None
    encoder: Encoder | None = None
    notes: tuple[str, ...] = ()


def names_of(metadata: Mapping[str, str]) -> Names:
    """Return the names that stand beside a graph.

    Raises:
        FaultError: tags follow from each other, which is no part of the graph.
        LookupError, TypeError, ValueError: they are damaged.
    """
    if METADATA not in metadata:
        return Names()
    text = metadata[METADATA].encode()
    expect(is_bounded(text, max_bytes=8 * MAX_JSON_BYTES, max_depth=MAX_JSON_DEPTH), "names")
    found = json.loads(text)
    expect(found["schema"] == SCHEMA and found["task"] in TASKS, "task and version")
    if "chain" in found:
        raise FaultError("its tags are answered together by a chain, which no graph has; take .npz")
    labels, notes = found.get("labels"), list[str]()
    if labels is not None:
        expect(all(type(label) is str for label in labels), "labels")
    if any(found.get("thresholds") or ()):
        notes.append("thresholds of its labels are left out: each answer is by probability alone")
    return Names(
        task=found["task"],
        labels=None if labels is None else tuple(labels),
        encoder=_encoder(found["encoder"]),
        notes=tuple(notes),
    )


def _encoder(reads: Mapping[str, Any]) -> Encoder:
    """Return what reads rows, all of it checked."""
    most = reads["max_length"]
    expect(type(most) is int and 1 <= most < 1 << 32, "max_length")
    return (_of_series if reads["kind"] == SeriesEncoder.kind else _of_texts)(reads, most)


def _of_series(reads: Mapping[str, Any], most: int) -> SeriesEncoder:
    arrays = {
        "scaling": np.stack([np.array(reads[name], np.float64) for name in ("mean", "scale")]),
        "units": np.array(reads["units"], np.float64),
    }
    expect(all(np.isfinite(array).all() for array in arrays.values()), "scaling")
    fields = {"missing": reads["missing"], "channels": reads["views"]}
    return SeriesEncoder.from_arrays(fields, arrays, most, 0)


def _of_texts(reads: Mapping[str, Any], most: int) -> TextEncoder:
    """Return the encoder whose tokenizer the recipe is of: a pattern of a file is never run."""
    tokens, tokenizer = reads["vocabulary"], reads["tokenizer"]
    expect(all(type(token) is str for token in tokens), "vocabulary")
    expect(tuple(tokens[: len(SPECIAL)]) == SPECIAL, "vocabulary")
    vocabulary = Vocabulary(tokens[len(SPECIAL) :])
    if "joined" in tokenizer:
        pairs = BytePairs.from_json(tokenizer["joined"])
        return TextEncoder(vocabulary, "pairs", most, pairs=pairs)
    found = (TextEncoder(vocabulary, mode, most) for mode in MODES if mode != "pairs")
    known = next((each for each in found if each.recipe()["tokenizer"] == tokenizer), None)
    if known is None:
        raise FaultError("its texts are cut into tokens in a way that is not known; take .npz")
    return known
