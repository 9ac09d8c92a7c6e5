"""Single sequences with the reasons of their decision, in terms that people can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grucli.data.encoding import Encoder, TextEncoder
from grucli.data.numbers import Floats
from grucli.data.records import Record
from grucli.data.text.tokenized import Tokenized
from grucli.data.text.vocabulary import UNKNOWN
from grucli.errors import CheckpointError
from grucli.inspection import deletion
from grucli.inspection.attribution import RANDOM_DRAWS, Attribution, Span, explain, spans
from grucli.modelfile.checkpoint import SavedModel

MOST_PARTS = {"text": 200, "series": 60}  # shown one by one; of more tokens or steps, windows
LEAST_PARTS = 20  # of them, however long the sequence
MOST_READ = {"text": 1 << 21, "series": 1 << 18}  # steps of all that the model is asked about
MOST_CHANNELS = 3  # whose values are shown
MISSING = "missing"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A token or a window of a sequence.

    Attributes:
        start, stop: its steps, counted from 0.
        text: the token as the model reads it, or the steps (from 1) and mean values of a window.
        known: whether the vocabulary knows all its tokens.
    """

    start: int
    stop: int
    text: str
    known: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Example:
    """One sequence, what the model says of it and why.

    Attributes:
        name: "text 1", or "#12" for the record of that number.
        label: the true one, None if it is not known.
        kind: "text" or "series".
        parts: (P,) tokens or windows; one without text for an empty text.
        steps: that the recurrence reads.
        truncated: whether there were more; n-grams are read of all of them.
        known: share of known tokens.
        attribution: of the parts.
    """

    name: str
    label: str | None
    kind: str
    parts: tuple[Part, ...]
    steps: int
    truncated: bool
    known: float
    attribution: Attribution


def example(
    saved: SavedModel, record: Record, name: str, *, target: int | None, seed: int
) -> Example:
    """Explain one record.

    Args:
        saved: the model and how it reads records.
        record: readable.
        name: for people.
        target: the class to speak of; the predicted one if None.
        seed: of the random parts in the check.

    Raises:
        DataError: a numeric sequence has other channels than those of training.
        CheckpointError: a text, but the model reads numeric sequences.
    """
    encoder = saved.encoder
    is_text = isinstance(encoder, TextEncoder)
    if is_text != (record.text is not None):
        wanted, given = ("texts", "a sequence") if is_text else ("numeric sequences", "a text")
        raise CheckpointError(f"{name}: is {given}, but the model reads {wanted}")
    encoded = encoder.encode([record])
    stride = max(1, saved.model.architecture.convolution)
    if isinstance(encoder, TextEncoder):
        text = _read(saved, encoder, record)
        windows = _windows(encoder, int(text.lengths[0]), stride)
        parts = _tokens(encoder, text, windows)
        answer = deletion.of_text(saved.model, encoder, text)
    else:
        windows = _windows(encoder, len(encoded.steps), stride)
        parts = _steps(record, windows)
        answer = deletion.of_series(saved.model, encoder, encoded)
    return Example(
        name=name,
        label=record.label,
        kind=encoder.kind,
        parts=parts,
        steps=len(encoded.steps),
        truncated=bool(encoded.truncated[0]),
        known=float(encoded.known[0]),
        attribution=explain(answer, windows, target=target, seed=seed, with_nothing=is_text),
    )


def _windows(encoder: Encoder, length: int, stride: int) -> tuple[Span, ...]:
    """Divide the steps: a long sequence into fewer parts, for the model is asked about each."""
    times = MOST_READ[encoder.kind] // max(length, 1)  # that all of it could be read
    parts = (times - RANDOM_DRAWS) * 2 // 3  # of each, the prefix is half of all, the rest is all
    most = min(max(parts, LEAST_PARTS), MOST_PARTS[encoder.kind])
    return spans(max(length, 1), most, stride)


def _read(saved: SavedModel, encoder: TextEncoder, record: Record) -> Tokenized:
    """Return the tokens that are read: all of them where there are n-grams."""
    tokens = encoder.tokens if saved.model.linear is None else encoder.tokenize
    return Tokenized.of([record.text or ""], tokens)


def _tokens(encoder: TextEncoder, text: Tokenized, windows: Sequence[Span]) -> tuple[Part, ...]:
    """Return the parts of the one text; that of an empty one has no token, and none unknown."""
    place = np.concatenate(text.parts)
    known = (encoder.vocabulary.encode(text.tokens) != UNKNOWN)[place]
    glue = "" if encoder.mode == "char" else " "
    return tuple(
        Part(
            start=start,
            stop=stop,
            text=glue.join(text.tokens[k] for k in place[start:stop]),
            known=bool(known[start:stop].all()),
        )
        for start, stop in windows
    )


def _steps(record: Record, windows: Sequence[Span]) -> tuple[Part, ...]:
    values = record.values
    assert values is not None  # `example` looked
    return tuple(
        Part(start=start, stop=stop, text=_values(values, start, stop), known=True)
        for start, stop in windows
    )


def _values(values: Floats, start: int, stop: int) -> str:
    """Return the steps from 1 and the mean of each of the first channels: "3-4: 0.31 -1.2 …"."""
    window = values[start:stop]
    shown = " ".join(map(_mean, window.T[:MOST_CHANNELS]))
    steps = f"{start + 1}" if stop == start + 1 else f"{start + 1}-{stop}"
    return f"{steps}: {shown}{' …' if window.shape[1] > MOST_CHANNELS else ''}"


def _mean(channel: Floats) -> str:
    """Return the mean of the values that are there."""
    present = channel[~np.isnan(channel)]
    return f"{present.mean(dtype=np.float64):.2g}" if len(present) else MISSING
