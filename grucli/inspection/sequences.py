"""Single sequences with the reasons of their decision, in terms that people can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from grucli.data.encoded import Encoded
from grucli.data.encoder import RecordParts
from grucli.data.records import Record
from grucli.engine.packing import Floats, slices
from grucli.engine.steps import joined
from grucli.errors import CheckpointError
from grucli.inspection.attribution import (
    RANDOM_DRAWS,
    Attribution,
    Run,
    Span,
    StepMask,
    explain,
    spans,
)
from grucli.inspection.gate_traces import GateTrace, gate_traces
from grucli.model.logits import branch_logits
from grucli.model.network import Model
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.tasks.task import Scores
from grucli.values import dataclass

MOST_PARTS = {"token": 200, "step": 60}  # shown one by one; of more tokens or steps, windows
LEAST_PARTS = 20  # of them, however long the sequence
MOST_READ = {"token": 1 << 21, "step": 1 << 18}  # steps of all that the model is asked about
STEPS_TOGETHER = 1 << 15


@dataclass(frozen=True, kw_only=True)
class SequencePart:
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


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One of the numbers of a step.

    Attributes:
        name: of its column, or "channel 3" where the data have no names.
        effect: how much the margin falls when it is held at its mean; None where it is the only
            one, or there are too many to ask about.
    """

    name: str
    effect: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Series:
    """The numbers of a sequence.

    Attributes:
        values: (T, I) in the unit of the data, NaN where one is missing.
        channels: I of them.
        span: the times of its first and last step as they stand in the data; None without them.
    """

    values: Floats
    channels: tuple[Channel, ...]
    span: tuple[str, str] | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Example:
    """One sequence, what the model says of it and why.

    Attributes:
        name: "text 1", or "#12" for the record of that number.
        label: the true one as in the data, of the step that is answered if one is; None if it is
            not known.
        unit: "token" or "step".
        parts: (P,) tokens or windows; one without text for an empty text.
        steps: that the recurrence reads.
        truncated: whether there were more; n-grams are read of all of them.
        known: share of known tokens.
        attribution: of the parts.
        traces: what each layer and direction does.
        series: what was read of a numeric sequence; None of a text.
    """

    name: str
    label: str | None
    unit: str
    parts: tuple[SequencePart, ...]
    steps: int
    truncated: bool
    known: float
    attribution: Attribution
    traces: tuple[GateTrace, ...] = ()
    series: Series | None = None

    @property
    def answered(self) -> SequencePart | None:
        """The part whose answer is explained; None where that is the answer to the whole."""
        step = self.attribution.explained.step
        return next((part for part in self.parts if step in range(part.start, part.stop)), None)


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """One record, as a model is asked about it with some of it left out.

    Attributes:
        encoded: the record alone, as the recurrence reads it.
        parts: its steps.
        windows: spans of them that are left out together.
        run: the model on remains.
    """

    encoded: Encoded
    parts: RecordParts
    windows: tuple[Span, ...]
    run: Run

    def steps_of(self, kept: npt.NDArray[np.bool_]) -> StepMask:
        """Return (T,) which steps are left of those windows that are, (P,)."""
        return np.repeat(kept, [stop - start for start, stop in self.windows])


def example(
    saved: SavedModel, record: Record, name: str, *, target: str | None, seed: int
) -> Example:
    """Explain one record.

    Args:
        saved: the model and how it reads records.
        record: readable.
        name: for people.
        target: what to explain instead of the answer, as the task takes it; None for the answer.
        seed: of the random parts in the check.

    Raises:
        DataError: a numeric sequence has other channels than those of training.
        CheckpointError: a text, but the model reads numeric sequences.
    """
    encoder = saved.encoder
    is_text = encoder.vocabulary is not None
    if is_text != (record.text is not None):
        wanted, given = ("texts", "a sequence") if is_text else ("numeric sequences", "a text")
        raise CheckpointError(f"{name}: is {given}, but the model reads {wanted}")
    found = asked(saved, record)
    encoded, parts, windows = found.encoded, found.parts, found.windows
    why = explain(
        found.run,
        windows,
        lambda scores: saved.task.explained(scores, target),
        seed=seed,
        with_nothing=parts.may_be_empty,
    )
    return Example(
        name=name,
        label=record.tags[why.explained.step or 0] if record.tags else record.label,
        unit=encoder.unit,
        parts=tuple(
            SequencePart(
                start=start,
                stop=stop,
                text=parts.shown(start, stop),
                known=parts.is_known(start, stop),
            )
            for start, stop in windows
        ),
        steps=len(encoded.steps),
        truncated=bool(encoded.truncated[0]),
        known=float(encoded.known[0]),
        attribution=why,
        traces=gate_traces(Runner(saved.model, alike=True), encoded),
        series=_series(saved, record, parts, why),
    )


def asked(saved: SavedModel, record: Record) -> Asked:
    """Divide a record of the kind that the model reads into what can be left out of it."""
    encoder, linear = saved.encoder, saved.model.linear
    parts = encoder.parts_of(record, reads_on=linear is not None and linear.reads_on)
    stride = max(1, saved.model.architecture.convolution)
    return Asked(
        encoded=encoder.encode([record]),
        parts=parts,
        windows=_windows(encoder.unit, len(parts), stride),
        run=_run_on_remains(saved.model, parts),
    )


def _windows(unit: str, length: int, stride: int) -> tuple[Span, ...]:
    """Divide the steps: a long sequence into fewer parts, for the model is asked about each."""
    times = MOST_READ[unit] // max(length, 1)  # that all of it could be read
    parts = (times - RANDOM_DRAWS) * 2 // 3  # of each, the prefix is half of all, the rest is all
    most = min(max(parts, LEAST_PARTS), MOST_PARTS[unit])
    return spans(max(length, 1), most, stride)


def _series(
    saved: SavedModel, record: Record, parts: RecordParts, why: Attribution
) -> Series | None:
    """Return the numbers of a record; a channel does what the margin loses with it at its mean."""
    if parts.values is None:
        return None
    length, number = parts.values.shape
    named = saved.remembered.channels
    names = named if len(named) == number > 1 else [f"channel {k + 1}" for k in range(number)]
    effects: Sequence[float | None] = [None] * number
    if 1 < number <= MOST_READ["step"] // length:
        together = max(1, STEPS_TOGETHER // length)
        runner, margins = Runner(saved.model, alike=True), []
        for first in range(0, number, together):
            held = parts.held(range(first, min(first + together, number)))
            margins.append(why.explained.margin(_scores(runner, held)[0]))
        effects = (why.margin - np.concatenate(margins)).tolist()
    channels = (Channel(name=name, effect=own) for name, own in zip(names, effects, strict=True))
    return Series(values=parts.values, channels=tuple(channels), span=record.span)


def _run_on_remains(model: Model, parts: RecordParts) -> Run:
    """Return what runs remains of one record.

    A head that reads steps has an answer to each of them, so none is taken away there: those that
    are left out are read as unknown.
    """
    runner, reads_steps = Runner(model, alike=True), model.architecture.reads_steps

    def run(kept: Sequence[StepMask]) -> tuple[Scores, Scores | None]:
        steps = np.array([len(mask) if reads_steps else np.count_nonzero(mask) for mask in kept])
        remains = partial(_masked, parts) if reads_steps else parts.remains
        found = [_scores(runner, remains(kept[some])) for some in slices(steps, STEPS_TOGETHER)]
        linear = [own for _, own in found if own is not None]
        return joined([both for both, _ in found]), joined(linear) if linear else None

    return run


def _masked(parts: RecordParts, kept: Sequence[StepMask]) -> Encoded:
    """Return the whole record once for each of `kept`, as if nothing were known of other steps."""
    number, whole = len(kept), parts.remains([np.ones_like(kept[0])])
    left_out = (~np.concatenate(kept)).reshape(-1, *(1,) * (whole.steps.ndim - 1))
    steps = np.concatenate([whole.steps] * number)
    return replace(
        whole,
        steps=np.where(left_out, np.zeros(1, steps.dtype), steps),  # an unknown token, or a mean
        lengths=np.repeat(whole.lengths, number),
        known=np.repeat(whole.known, number),
        truncated=np.repeat(whole.truncated, number),
        texts=None,
    )


def _scores(runner: Runner, encoded: Encoded) -> tuple[Scores, Scores | None]:
    """Return the scores (n, O) of both branches together, and what the linear one adds."""
    found, mix = branch_logits(runner, encoded), runner.model.mix
    return found.blended(mix), None if found.linear is None else mix.linear * found.linear
