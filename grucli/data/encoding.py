"""From a record to the steps that a model reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.numbers import Missing
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
        known = np.count_nonzero(ids != UNKNOWN) / len(ids) if tokens else 0.0
        return Encoded(steps=ids, known=known, truncated=len(tokens) > self.max_length)


class SeriesEncoder:
    """Numeric channels, scaled as over the training part.

    Where values may be missing, each channel has a second one beside it, an indicator: 1 where the
    value is missing, and then the value is 0, which is the mean.
    """

    kind = "series"

    def __init__(
        self, mean: Floats, scale: Floats, max_length: int, missing: Missing = "refuse"
    ) -> None:
        """Subtract `mean` (I,), divide by `scale` (I,), keep the first `max_length` steps."""
        self.mean = mean
        self.scale = scale
        self.max_length = max_length
        self.missing = missing

    @property
    def input_size(self) -> int:
        """Numbers in an encoded step."""
        return 2 * len(self.mean) if self.missing == "mask" else len(self.mean)

    @classmethod
    def fit(
        cls, sequences: Sequence[Floats], max_length: int, missing: Missing = "refuse"
    ) -> SeriesEncoder:
        """Measure each channel's mean and standard deviation over all values that are there."""
        steps = np.concatenate([sequence[:max_length] for sequence in sequences], dtype=np.float64)
        present = ~np.isnan(steps)
        count = np.maximum(present.sum(axis=0), 1)
        mean = np.where(present, steps, 0).sum(axis=0) / count
        deviations = np.where(present, steps - mean, 0)
        scale = np.sqrt((deviations**2).sum(axis=0) / count)
        scale[scale == 0] = 1  # a constant channel becomes zero
        return cls(mean, scale, max_length, missing)

    def encode_record(self, record: Record) -> Encoded:
        """Encode the values (T, I) of a record, NaN where one is missing.

        Raises:
            DataError: they have other channels than those of training, or miss values that must
                be there.
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
        missing = np.isnan(kept)
        kept[missing] = 0
        if self.missing == "mask":
            kept = np.concatenate([kept, missing], axis=1)
        elif missing.any():
            raise DataError(
                f"record {record.number}: values are missing, but the model was trained without; "
                "fill them in, or train it with --missing mask"
            )
        return Encoded(
            steps=kept.astype(np.float32), known=1.0, truncated=len(values) > self.max_length
        )


Encoder = TextEncoder | SeriesEncoder
