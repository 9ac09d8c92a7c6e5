"""Numeric sequences as scaled channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.encoded import UNLIMITED, Encoded
from grucli.data.forms import Missing
from grucli.data.numbers import Floats
from grucli.data.records import Record
from grucli.data.series.given import given_values
from grucli.data.series.parts import SeriesParts
from grucli.data.series.scaling import mean_and_variance
from grucli.data.series.views import (
    SMALLEST,
    VIEWS,
    columns_of,
    typical_sizes,
    views,
    width,
)
from grucli.errors import DataError, counted, expect

ROUNDING = 1e-12  # of the mean: what varies less is the rounding of a constant
SINGLE = 2.0**-24  # of a number: by how much float32 rounds what another file has as float64
FARTHEST = 1e6  # standard deviations; a wild reading must not overflow the arithmetic after it


class SeriesEncoder:
    """Numeric channels, seen in one way or several, each scaled as over the training part.

    Where values may be missing, each channel has an indicator at the end of a step: 1 where the
    value is missing. What is missing is 0, which is the mean.
    """

    kind = "series"
    copies: npt.NDArray[np.int32] | None = None  # numbers are no symbols
    unit = "step"
    vocabulary = None
    buckets = 0

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

    def scaled_as(self, other: SeriesEncoder) -> SeriesEncoder:
        """Return the same with the scale of another one, if that sees the same channels."""
        names = "num_channels", "channels", "missing"
        if any(getattr(self, name) != getattr(other, name) for name in names):
            return self
        return SeriesEncoder(
            other.mean, other.scale, self.max_length, self.missing, self.channels, other.units
        )

    @classmethod
    def from_arrays(
        cls, fields: Mapping[str, Any], arrays: Mapping[str, Any], max_length: int, buckets: int
    ) -> SeriesEncoder:
        """Return the encoder that `fields` and `arrays` are of, from a file that may hold anything.

        Raises:
            LookupError, TypeError, ValueError: they do not fit together.
        """
        scaling = arrays["scaling"]
        expect(scaling.dtype == np.float64 and scaling.ndim == 2, "scaling")
        mean, scale = scaling
        expect(bool((scale > 0).all()), "scaling")
        missing = fields.get("missing", "refuse")  # older files know no other way
        expect(missing in ("refuse", "mask"), "missing")
        channels = tuple(fields.get("channels", ("values",)))
        expect(len(channels) > 0 and set(channels) <= VIEWS.keys(), "channels")
        encoder = cls(mean, scale, max_length, missing, channels, arrays.get("units"))
        units = encoder.units
        expect(units.ndim == 1 and units.dtype == np.float64 and bool((units > 0).all()), "units")
        expect(mean.size == width(channels, encoder.num_channels), "scaling, channels")
        return encoder

    def settings(self) -> dict[str, Any]:
        """Return what of a config it was made by."""
        return {"data.channels": self.channels}

    def to_json(self) -> dict[str, Any]:
        """Return what it reads, for reports."""
        return {"channels": self.num_channels, "seen_as": list(self.channels)}

    def found(self, lengths: str) -> str:
        """Return for people what it was fitted on, and what is said of the lengths."""
        how = "scaled" if (self.mean != 0).any() or (self.scale != 1).any() else "as they are"
        seen = f"{counted(self.num_channels, 'channel')} ({', '.join(self.channels)}, {how})"
        return f"numeric sequences: {seen}; {lengths}"

    def reads(self, columns: str) -> str:
        """Return for people what it reads; no columns of texts."""
        masked = ", missing values masked" if self.missing == "mask" else ""
        most = "all steps"
        if self.max_length < UNLIMITED:
            most = f"at most {counted(self.max_length, self.unit)}"
        return (
            f"numeric sequences, {counted(self.num_channels, 'channel')}{masked}, "
            f"seen as {', '.join(self.channels)}, {most}"
        )

    @property
    def form(self) -> str:
        """What records hold that it reads, for people."""
        return f"numeric sequences of {counted(self.num_channels, 'channel')}"

    def suits(self, record: Record) -> bool:
        """Tell whether a record has values of as many channels as in training."""
        return record.values is not None and record.values.shape[1] == self.num_channels

    def record(self, number: int, value: Any) -> Record:
        """Return a sequence (T,) or (T, I) of a program as the record of this number.

        Raises:
            TypeError: it is no array of numbers.
            DataError: it has no value, is one number, or has one that is infinite or too large.
        """
        return Record(number=number, values=given_values(number, value))

    def parts_of(self, record: Record, *, reads_on: bool) -> SeriesParts:
        """Return the steps of a sequence that are kept; nothing reads on."""
        assert record.values is not None  # it has been encoded
        return SeriesParts(
            values=record.values,
            steps=self.encode([record]).steps,
            encode=self.encode_steps,
            columns=lambda channel: columns_of(channel, self.channels, self.num_channels),
        )

    def inputs(self, records: Sequence[Record], encoded: Encoded) -> dict[str, npt.NDArray[Any]]:
        """Return the (S, I) values of encoded records, in the units of the data."""
        series = [record.values for record in records if record.values is not None]  # all of them
        return {"values": np.concatenate([values[: self.max_length] for values in series])}

    def fields(self) -> dict[str, Any]:
        """Return what a model file says of it, beside its kind and the longest length."""
        return {"missing": self.missing, "channels": list(self.channels)}

    def recipe(self) -> dict[str, Any]:
        """Return how values become steps: views, less "mean", in "scale"; as `_scaled` does it."""
        return {
            "kind": self.kind,
            "max_length": self.max_length,
            "channels": self.num_channels,
            "views": list(self.channels),
            "units": self.units.tolist(),
            "mean": self.mean.tolist(),
            "scale": self.scale.tolist(),
            "constant": self._constant,
            "missing": self.missing,
        }

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return what a model file holds of it."""
        return {"scaling": np.stack((self.mean, self.scale)), "units": self.units}

    def encode(self, records: Sequence[Record]) -> Encoded:
        """Encode the values (T, I) of records, at least one, NaN where a value is missing.

        Raises:
            DataError: they have other channels than those of training, or miss values that must
                be there.
        """
        encoded = self.encode_steps([self._scaled(record) for record in records])
        lengths = [0 if record.values is None else len(record.values) for record in records]
        return replace(encoded, truncated=np.array(lengths) > self.max_length)

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
