"""What reads records for a model; a file for each kind, and a line here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from grucli.data.encoded import Encoded
from grucli.data.numbers import Floats
from grucli.data.records import Record
from grucli.data.series.encoder import SeriesEncoder
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.vocabulary import Vocabulary
from grucli.errors import counted


class RecordParts(Protocol):
    """One record as a model reads it; steps can be left out, to see what it says of the rest."""

    def __len__(self) -> int:
        """Steps that can be left out, 0 for an empty text."""

    @property
    def may_be_empty(self) -> bool:
        """Whether a model can answer where no step is left."""

    def shown(self, start: int, stop: int) -> str:
        """Return some steps (from 0) for people."""

    def is_known(self, start: int, stop: int) -> bool:
        """Tell whether the vocabulary knows all of these steps."""

    def remains(self, kept: Sequence[npt.NDArray[np.bool_]]) -> Encoded:
        """Return what each of `kept` (T,), at least one, leaves; T is at least 1."""

    @property
    def values(self) -> Floats | None:
        """(T, I) the steps as the data have them, NaN where a value is missing; None of tokens."""

    def held(self, channels: Sequence[int]) -> Encoded:
        """Return all steps once for each of `channels`, at least one, that one held at its mean."""


class Encoder(Protocol):
    """From records to the steps that a model reads."""

    @property
    def kind(self) -> str:
        """What it reads, as in `ENCODERS` and in model files."""

    @property
    def unit(self) -> str:
        """What people call a step."""

    @property
    def max_length(self) -> int:
        """Steps that are kept."""

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The tokens with a vector each; None where steps are numbers."""

    @property
    def buckets(self) -> int:
        """Vectors that the n-grams of characters of all tokens share; 0 for none."""

    copies: npt.NDArray[np.int32] | None
    """Of each token of the vocabulary the symbol of answers that a copy of it is; None for none."""

    @property
    def input_size(self) -> int:
        """Numbers in an encoded step; 0 where it is a token."""

    @property
    def view_size(self) -> int:
        """Numbers of a step that kernels read; 0 where it is a token."""

    def encode(self, records: Sequence[Record]) -> Encoded:
        """Encode records, at least one.

        Raises:
            DataError: they are not of the form that was trained on.
        """

    @property
    def form(self) -> str:
        """What records hold that it reads, for people."""

    def suits(self, record: Record) -> bool:
        """Tell whether a record holds what it reads."""

    def record(self, number: int, value: Any) -> Record:
        """Return a value of a program as the record of this number.

        Raises:
            TypeError: it is nothing of the kind.
            DataError: it is, but cannot be read.
        """

    def parts_of(self, record: Record, *, reads_on: bool) -> RecordParts:
        """Return one record step by step: with `reads_on` also beyond the longest allowed."""

    def inputs(self, records: Sequence[Record], encoded: Encoded) -> dict[str, npt.NDArray[Any]]:
        """Return what each step of encoded records was in the data."""

    def settings(self) -> dict[str, Any]:
        """Return what of a config it was made by, by dotted key."""

    def to_json(self) -> dict[str, Any]:
        """Return what it reads, for reports."""

    def found(self, lengths: str) -> str:
        """Return for people what it was fitted on, and what is said of the lengths."""

    def reads(self, columns: str) -> str:
        """Return for people what it reads, and where it stands in a table."""

    def fields(self) -> dict[str, Any]:
        """Return what a model file says of it, beside its kind and the longest length."""

    def recipe(self) -> dict[str, Any]:
        """Return what makes steps of an input, for programs that do it themselves (JSON)."""

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return what a model file holds of it."""


ENCODERS: Mapping[str, type[TextEncoder] | type[SeriesEncoder]] = {
    "text": TextEncoder,
    "series": SeriesEncoder,
}


def form_of(record: Record) -> str:
    """Return for people what a record holds."""
    if record.values is None:
        return "text"
    return f"numeric sequences of {counted(record.values.shape[1], 'channel')}"
