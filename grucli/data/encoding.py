"""From a record to the steps that a model reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.data.tokens import tokenizer
from grucli.data.vocabulary import UNKNOWN, Vocabulary
from grucli.errors import DataError

Floats = npt.NDArray[np.floating]

FARTHEST = 1e6  # standard deviations; a wild reading must not overflow the arithmetic after it


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """One input as the model reads it.

    Attributes:
        steps: (T,) int32 token ids or (T, I) float32 channels, T at least 1.
        known: share of the tokens that the vocabulary knows, in [0, 1]; 1 for numeric sequences,
            0 for an empty text.
        truncated: whether steps beyond the longest allowed were left out.
    """

    steps: npt.NDArray[Any]
    known: float
    truncated: bool


class TextEncoder:
    """Text -> tokens -> ids; a text without a token becomes the one token `<empty>`."""

    kind = "text"

    def __init__(self, vocabulary: Vocabulary, mode: str, max_length: int) -> None:
        """Encode with `tokens.tokenizer(mode)`, keeping the first `max_length` tokens."""
        self.vocabulary = vocabulary
        self.mode = mode
        self.max_length = max_length
        self.tokenize = tokenizer(mode)

    def tokens(self, text: str) -> list[str]:
        """Return the tokens that are read: none for an empty text, at most `max_length`."""
        return self.tokenize(text)[: self.max_length]

    def encode_record(self, record: Record) -> Encoded:
        """Encode the text of a record; one without a text counts as empty."""
        tokens = self.tokenize(record.text or "")
        ids = self.vocabulary.encode(tokens[: self.max_length])
        known = float(np.mean(ids != UNKNOWN)) if tokens else 0.0
        return Encoded(steps=ids, known=known, truncated=len(tokens) > self.max_length)


class SeriesEncoder:
    """Numeric channels, scaled as over the training part."""

    kind = "series"

    def __init__(self, mean: Floats, scale: Floats, max_length: int) -> None:
        """Subtract `mean` (I,), divide by `scale` (I,), keep the first `max_length` steps."""
        self.mean = mean
        self.scale = scale
        self.max_length = max_length

    @classmethod
    def fit(cls, sequences: Sequence[Floats], max_length: int) -> SeriesEncoder:
        """Measure each channel's mean and standard deviation over all steps of all sequences."""
        steps = np.concatenate([sequence[:max_length] for sequence in sequences], dtype=np.float64)
        scale = steps.std(axis=0)
        scale[scale == 0] = 1  # a constant channel becomes zero
        return cls(steps.mean(axis=0), scale, max_length)

    def encode_record(self, record: Record) -> Encoded:
        """Encode the values (T, I) of a record.

        Raises:
            DataError: they have other channels than those of training.
        """
        values = record.values
        if values is None or values.ndim != 2 or values.shape[1] != len(self.mean):
            found = "a text" if values is None else f"shape {values.shape}"
            raise DataError(
                f"record {record.number}: {found}, but the model reads sequences of "
                f"{len(self.mean)} channels; give data like that of training"
            )
        kept = (values[: self.max_length] - self.mean) / self.scale
        np.clip(kept, -FARTHEST, FARTHEST, out=kept)
        return Encoded(
            steps=kept.astype(np.float32), known=1.0, truncated=len(values) > self.max_length
        )


Encoder = TextEncoder | SeriesEncoder
