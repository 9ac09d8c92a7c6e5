"""From records to the steps that a model reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from grucli.data.batches import starts_of
from grucli.data.encoded import Encoded
from grucli.data.forms import Missing
from grucli.data.numbers import Floats
from grucli.data.records import Record
from grucli.data.series.scaling import mean_and_variance
from grucli.data.series.views import SMALLEST, typical_sizes, views, width
from grucli.data.text.subwords import Subwords
from grucli.data.text.tokenized import Tokenized
from grucli.data.text.tokens import LATEST, edition_of, tokenizer
from grucli.data.text.vocabulary import EMPTY, UNKNOWN, Vocabulary
from grucli.engine.bags import NONE
from grucli.errors import DataError

BAG_SIZES = range(3, 6)  # characters of the n-grams that a token's vector is made of
MOST_BAG = 40  # n-grams of a token; those of 15 characters have as many
ROUNDING = 1e-12  # of the mean: what varies less is the rounding of a constant
SINGLE = 2.0**-24  # of a number: by how much float32 rounds what another file has as float64
FARTHEST = 1e6  # standard deviations; a wild reading must not overflow the arithmetic after it


class TextEncoder:
    """Text -> tokens -> ids; a text without a token becomes the one token `<empty>`.

    Tokens that the vocabulary lacks are UNKNOWN, or with n-grams of characters each has an id of
    its own beyond the vocabulary: they differ in these n-grams.
    """

    kind = "text"

    def __init__(
        self,
        vocabulary: Vocabulary,
        mode: str,
        max_length: int,
        buckets: int = 0,
    ) -> None:
        """Encode with the tokenizer of `mode`, keeping the first `max_length` tokens.

        `buckets` has the n-grams of each token's characters, 0 none.
        """
        self.vocabulary = vocabulary
        self.mode = mode
        self.buckets = buckets
        self.max_length = max_length
        editions = (edition_of(mode, block) for block in vocabulary.blocks())
        self.tokenize = tokenizer(mode, min(editions, default=LATEST))

    def tokens(self, text: str) -> list[str]:
        """Return the tokens that are read: none for an empty text, at most `max_length`."""
        return self.tokenize(text)[: self.max_length]

    def encode(self, records: Sequence[Record]) -> Encoded:
        """Encode the texts of records, at least one; a record without a text counts as empty."""
        texts = [record.text or "" for record in records]
        return self.encode_tokens(Tokenized.of(texts, self.tokenize))

    def encode_tokens(self, texts: Tokenized) -> Encoded:
        """Encode texts, at least one, that were split by `tokenize`."""
        ids, bags = self.vocabulary.encode(texts.tokens), None
        if self.buckets:
            ids, bags = self._spelled(texts.tokens, ids)
        ids = texts.looked_up(ids)
        kept = np.minimum(texts.lengths, self.max_length)
        truncated = texts.lengths > kept
        if truncated.any():
            ids = ids[_alternating(kept, texts.lengths - kept)]
        lengths = np.maximum(kept, 1)
        steps = np.full(lengths.sum(), EMPTY, np.int32)
        steps[np.repeat(kept > 0, lengths)] = ids
        foreign = np.flatnonzero(self.is_unknown(steps) | (steps == EMPTY))
        rows = np.searchsorted(starts_of(lengths), foreign, side="right") - 1
        known = (lengths - np.bincount(rows, minlength=len(lengths))) / lengths
        return Encoded(
            steps=steps, lengths=lengths, known=known, truncated=truncated, bags=bags, texts=texts
        )

    def is_unknown(self, steps: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """Tell which ids are of tokens that the vocabulary lacks."""
        unknown: npt.NDArray[np.bool_] = (steps == UNKNOWN) | (steps >= len(self.vocabulary))
        return unknown

    def _spelled(
        self, tokens: list[str], ids: npt.NDArray[np.int32]
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """Give unknown tokens ids of their own; return all ids, and the n-grams of each."""
        known = len(self.vocabulary)
        ids, unknown = ids[: len(tokens)].copy(), ids[: len(tokens)] == UNKNOWN
        ids[unknown] = np.arange(known, known + np.count_nonzero(unknown))
        found = Subwords.of(tokens, BAG_SIZES).bags(self.buckets, MOST_BAG)
        bags = np.full((known + np.count_nonzero(unknown), found.shape[1]), NONE, np.int32)
        bags[ids] = np.where(found == NONE, NONE, known + found)
        return ids, bags


def _alternating(
    true: npt.NDArray[np.int64], false: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Return true[0] times True, false[0] times False, true[1] times True, and so on."""
    counts = np.stack((true, false), axis=1)
    return np.repeat(np.resize((True, False), counts.size), counts.reshape(-1))


class SeriesEncoder:
    """Numeric channels, seen in one way or several, each scaled as over the training part.

    Where values may be missing, each channel has an indicator at the end of a step: 1 where the
    value is missing. What is missing is 0, which is the mean.
    """

    kind = "series"

    def __init__(
        self,
        mean: Floats,
        scale: Floats,
        max_length: int,
        missing: Missing = "refuse",
        channels: Sequence[str] = ("values",),
        units: Floats | None = None,
    ) -> None:
        """Subtract `mean`, divide by `scale`, keep the first `max_length` steps.

        Args:
            mean, scale: (W,) of each channel as each of `channels` sees it.
            max_length: steps kept.
            missing: whether values may be missing.
            channels: names of `views.VIEWS`.
            units: (I,) of the channels; ones if None, where the channels are seen in one way.
        """
        self.mean = mean
        self.scale = scale
        self.max_length = max_length
        self.missing = missing
        self.channels = tuple(channels)
        self.units: Floats = np.ones(len(mean)) if units is None else units
        self._constant = np.flatnonzero(scale <= ROUNDING * np.abs(mean)).tolist()

    @property
    def num_channels(self) -> int:
        """I, the numbers of a step as they are given."""
        return len(self.units)

    @property
    def view_size(self) -> int:
        """Numbers of a step as the first of `channels` sees it."""
        return width(self.channels[:1], self.num_channels)

    @property
    def input_size(self) -> int:
        """Numbers in an encoded step."""
        return len(self.mean) + (self.num_channels if self.missing == "mask" else 0)

    @classmethod
    def fit(
        cls,
        sequences: Sequence[Floats],
        max_length: int,
        missing: Missing = "refuse",
        channels: Sequence[str] = ("values",),
    ) -> SeriesEncoder:
        """Measure each channel's mean and standard deviation over all values that are there."""
        sequences = [sequence[:max_length] for sequence in sequences]
        units = typical_sizes(sequences)
        mean, variance = mean_and_variance(sequences, channels, units)
        scale = np.maximum(np.sqrt(variance), ROUNDING * np.abs(mean))
        scale[scale < SMALLEST] = 1  # a constant channel becomes zero
        return cls(mean, scale, max_length, missing, channels, units)

    def encode(self, records: Sequence[Record]) -> Encoded:
        """Encode the values (T, I) of records, at least one, NaN where a value is missing.

        Raises:
            DataError: they have other channels than those of training, or miss values that must
                be there.
        """
        encoded = self.encode_steps([self._scaled(record) for record in records])
        whole = [0 if record.values is None else len(record.values) for record in records]
        return replace(encoded, truncated=np.array(whole) > self.max_length)

    def encode_steps(self, sequences: Sequence[npt.NDArray[np.float32]]) -> Encoded:
        """Encode sequences (T, input_size), at least one, of steps that were encoded before."""
        steps = np.concatenate(sequences)
        lengths = np.array([len(sequence) for sequence in sequences], np.int64)
        return Encoded(
            steps=steps,
            lengths=lengths,
            known=np.ones(len(lengths)),
            truncated=np.zeros(len(lengths), bool),
            channels=steps[:, : self.view_size],
        )

    def _scaled(self, record: Record) -> npt.NDArray[np.float32]:
        """Return the steps that are kept, scaled, 0 where a value is missing."""
        values = record.values
        if values is None or values.ndim != 2 or values.shape[1] != self.num_channels:
            found = "a text" if values is None else f"shape {values.shape}"
            raise DataError(
                f"record {record.number}: {found}, but the model reads sequences of "
                f"{self.num_channels} channels; give data like that of training"
            )
        kept = values[: self.max_length]
        missing = np.isnan(kept)
        if self.missing != "mask" and missing.any():
            raise DataError(
                f"record {record.number}: values are missing, but the model was trained without; "
                "fill them in, or train it with --missing mask"
            )
        scaled = (views(kept, self.channels, self.units) - self.mean) / self.scale
        for channel in self._constant:
            sizes = np.abs(scaled[:, channel])
            scaled[(sizes > 1) & (sizes <= SINGLE / ROUNDING), channel] = 0
        np.clip(scaled, -FARTHEST, FARTHEST, out=scaled)
        scaled[np.isnan(scaled)] = 0
        if self.missing == "mask":
            scaled = np.concatenate([scaled, missing], axis=1)
        return scaled.astype(np.float32)


Encoder = TextEncoder | SeriesEncoder
