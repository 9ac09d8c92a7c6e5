"""Single sequences with the reasons of their decision, in terms that people can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grucli.checkpoint import SavedModel
from grucli.data.encoding import Encoded, TextEncoder
from grucli.data.records import Record
from grucli.data.vocabulary import EMPTY
from grucli.engine.factors import both_classes
from grucli.errors import CheckpointError
from grucli.gates.attribution import Attribution, Span, explain, spans

MOST_TOKENS = 200  # shown one by one; of longer texts, windows
MOST_WINDOWS = 60  # of a numeric sequence
MOST_CHANNELS = 3  # whose values are shown


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
        steps: that the model reads.
        truncated: whether there were more.
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
    is_text = isinstance(saved.encoder, TextEncoder)
    if is_text != (record.text is not None):
        wanted, given = ("texts", "a sequence") if is_text else ("numeric sequences", "a text")
        raise CheckpointError(f"{name}: is {given}, but the model reads {wanted}")
    encoded = saved.encoder.encode([record])
    stride = max(1, saved.model.architecture.convolution)
    windows = spans(len(encoded.steps), MOST_TOKENS if is_text else MOST_WINDOWS, stride)
    return Example(
        name=name,
        label=record.label,
        kind=saved.encoder.kind,
        parts=_parts(saved, record, encoded, windows),
        steps=len(encoded.steps),
        truncated=bool(encoded.truncated[0]),
        known=float(encoded.known[0]),
        attribution=explain(
            saved.model,
            encoded.steps,
            windows,
            target=target,
            seed=seed,
            nothing=np.array([EMPTY], np.int32) if is_text else None,
            wide=None if encoded.wide is None else both_classes(encoded.wide)[0],
            bags=encoded.bags,
        ),
    )


def _parts(
    saved: SavedModel, record: Record, encoded: Encoded, windows: Sequence[Span]
) -> tuple[Part, ...]:
    encoder = saved.encoder
    if isinstance(encoder, TextEncoder):
        tokens = encoder.tokens(record.text or "")
        glue = "" if encoder.mode == "char" else " "
        texts = [glue.join(tokens[start:stop]) for start, stop in windows]
        known = [not encoder.is_unknown(encoded.steps[a:b]).any() for a, b in windows]
    else:
        assert record.values is not None  # `example` looked
        texts = [_values(record.values, *window) for window in windows]
        known = [True] * len(windows)
    return tuple(
        Part(start=start, stop=stop, text=text, known=is_known)
        for (start, stop), text, is_known in zip(windows, texts, known, strict=True)
    )


def _values(values: npt.NDArray[np.float32], start: int, stop: int) -> str:
    """Return the steps from 1 and the mean of each of the first channels: "3-4: 0.31 -1.2 …"."""
    means = values[start:stop].astype(np.float64).mean(axis=0)
    shown = " ".join(f"{mean:.2g}" for mean in means[:MOST_CHANNELS])
    steps = f"{start + 1}" if stop == start + 1 else f"{start + 1}-{stop}"
    return f"{steps}: {shown}{' …' if len(means) > MOST_CHANNELS else ''}"
