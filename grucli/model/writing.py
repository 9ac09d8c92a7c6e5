"""Answers that are written symbol by symbol: beam search with the decoder of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Batch, Examples, bounded
from grucli.data.encoded import Encoded
from grucli.data.text import symbols as spelling
from grucli.data.text.tokenized import Tokenized
from grucli.engine import attention, beam, copying, linear, losses, recurrent
from grucli.engine.attention import Looking, halves
from grucli.engine.beam import Found
from grucli.engine.packing import Floats, Integers, Packing
from grucli.engine.products import times, whole
from grucli.engine.steps import Steps
from grucli.engine.tape import Tape
from grucli.model import upper_layers
from grucli.model.decoder import start_of
from grucli.model.dropout import Masks
from grucli.model.logits import MOST_NUMBERS
from grucli.model.runner import Runner
from grucli.tasks.drafts import Draft, Drafts

if TYPE_CHECKING:
    from grucli.model.joint_path import JointPath

PROPOSED = 2
"""Answers of joint n-grams that the decoder is asked about. Of 5,000 words of CMUdict, held out, a
later one was the best by both of one word."""


def drafts(runner: Runner, encoded: Encoded, *, width: int, longest: int | Integers) -> Drafts:
    """Return what the decoder of a model writes for inputs, in their order.

    An input without a token has an empty answer.

    Args:
        runner: of the model.
        encoded: n inputs.
        width: sequences that are kept while one is written, and at most returned.
        longest: symbols that a sequence may have, its end included; (n,) of each input, or of all.
    """
    examples, joint = Examples.of(encoded), runner.model.joint
    if joint is None:
        found = searched(runner, examples, width=width, longest=longest)
    else:
        found = proposed(runner, examples, joint, width=width, longest=longest)
        found = [own[:width] for own in joint.reweighed(sources_of(examples), found)]
    texts = _Copied(encoded.texts)
    return Drafts(
        rows=[
            [Draft()] if texts.is_empty(row) else [texts.draft(row, one) for one in own]
            for row, own in enumerate(found)
        ]
    )


def proposed(
    runner: Runner, examples: Examples, joint: JointPath, *, width: int, longest: int | Integers
) -> list[list[Found]]:
    """Return of each example what the decoder and joint n-grams find, as the decoder scores it.

    With a width of 1, for speed, that is what the decoder alone finds.

    Args:
        runner, examples, width, longest: as of `drafts`.
        joint: what stands beside the decoder.
    """
    found = searched(runner, examples, width=width, longest=longest)
    if width == 1:
        return found
    limits = np.broadcast_to(longest, len(examples)).tolist()
    answers = [
        [one for one in own if len(one) < limit and spelling.UNKNOWN not in one][:PROPOSED]
        for own, limit in zip(joint.answers(sources_of(examples)), limits, strict=True)
    ]
    known = [{one.symbols for one in own} for own in found]
    new = [
        [one for one in own if one not in before]
        for own, before in zip(answers, known, strict=True)
    ]
    more = scored(runner, examples, new)
    return [[*own, *others] for own, others in zip(found, more, strict=True)]


def scored(
    runner: Runner, examples: Examples, answers: Sequence[Sequence[tuple[int, ...]]]
) -> list[list[Found]]:
    """Return given answers as if the decoder had found them.

    Args:
        runner: of the model.
        examples: n inputs.
        answers: (n,) of each any number of symbols without an end.
    """
    found: list[list[Found]] = [[] for _ in answers]
    width = max(1, max(map(len, answers), default=0))
    most = max(1, MOST_NUMBERS // (width * runner.model.architecture.num_outputs))
    asked = np.flatnonzero([bool(own) for own in answers])
    order = asked[np.argsort(-examples.lengths[asked], kind="stable")]
    for batch in bounded(examples, order, most_rows=most):
        rows = batch.rows.tolist()
        own = [answers[row] for row in rows]
        for row, totals in zip(
            rows, _totals(Writer(runner, batch, width), own, width), strict=True
        ):
            found[row] = [
                Found(
                    symbols=answer,
                    places=(0,) * len(answer),
                    score=float(total) / (len(answer) + 1),
                    is_ended=True,
                )
                for answer, total in zip(answers[row], totals.tolist(), strict=False)
            ]
    return found


def _totals(
    writer: Writer, answers: Sequence[Sequence[tuple[int, ...]]], width: int
) -> npt.NDArray[np.float64]:
    """Return (R, K) log P of answers and their ends, 0 where there are fewer."""
    longest = max((len(one) for own in answers for one in own), default=-1) + 1
    symbols = np.full((len(answers), width, longest), beam.END)
    there = np.zeros(symbols.shape, bool)
    for row, own in enumerate(answers):
        for k, one in enumerate(own):
            symbols[row, k, : len(one)], there[row, k, : len(one) + 1] = one, True
    totals, last = np.zeros(symbols.shape[:2]), np.full(symbols.shape[:2], beam.END)
    rows, same = np.arange(len(answers)), np.tile(np.arange(width), (len(answers), 1))
    for step in range(longest):
        log_p, _ = writer.advance(last)
        last = symbols[:, :, step]
        taken = np.take_along_axis(log_p, last[:, :, None], axis=2)[:, :, 0]
        totals += np.where(there[:, :, step], taken, 0)
        writer.keep(rows, same)
    return totals


def sources_of(examples: Examples) -> Steps:
    """Return the ids of the steps of examples that have tokens."""
    return Steps(values=examples.steps, lengths=examples.lengths)


def searched(
    runner: Runner, examples: Examples, *, width: int, longest: int | Integers
) -> list[list[Found]]:
    """Return of each example what the decoder alone finds; the arguments are those of `drafts`."""
    found = dict[int, list[Found]]()
    limits = np.broadcast_to(longest, len(examples))
    most = max(1, MOST_NUMBERS // (width * runner.model.architecture.num_outputs))
    for batch in bounded(examples, most_rows=most):
        own = beam.search(Writer(runner, batch, width), limits[batch.rows], width)
        found |= dict(zip(batch.rows.tolist(), own, strict=True))
    return [found[row] for row in range(len(examples))]


class Writer:
    """The decoder of a model at the ends of the sequences that it writes, as `beam.search` asks.

    Letters: R sources, K sequences of each, S steps of the longest source.
    """

    def __init__(self, runner: Runner, batch: Batch, width: int) -> None:
        """Read the sources of a batch; all sequences are at their beginning."""
        self._model, model = runner.model, runner.model
        sources, final = runner.encode(batch, Masks(0.0, None, model.dtype))
        packing, arch, params = runner.packing, model.architecture, model.params
        pairs = attention.Pairs(packing, packing, np.arange(packing.batch_size))
        self._tile, self._size = runner.tile, packing.batch_size
        names = ("decoder", *upper_layers.names(arch))
        self._layers = [params.within(f"{name}_") for name in names]
        self._tapes = [Tape(model.dtype, self._tile) for _ in self._layers]
        start = np.repeat(start_of(arch, params, final, self._tile), width, axis=0)
        self._states = [start, *(np.zeros_like(start) for _ in self._layers[1:])]
        self._source: Looking | None = None
        self._places: Looking | None = None
        if arch.attention:
            read = times(sources, params["attention_source"].T, self._tile)
            seen, values = halves(pairs.sources(read))
            self._source = Looking(seen, pairs.absent, self._tile, values)
        if arch.copying:
            keys = pairs.sources(copying.keys_of(params.within("copying_"), sources, self._tile))
            self._places = Looking(keys, pairs.absent, self._tile)
            more = whole(packing.num_steps, self._tile) - packing.num_steps
            self._held = np.pad(pairs.sources(batch.held), ((0, 0), (0, more)))
            there = np.pad(~pairs.absent, ((0, 0), (0, more)))
            self._is_copy = (self._held == spelling.UNKNOWN) & there

    def advance(
        self, symbols: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """Read a symbol more of each sequence (R, K); return log P (R, K, V), and (R, K) places.

        A place is that of the copy that UNKNOWN would be, which is impossible without any.
        """
        params, (rows, beams) = self._model.params, symbols.shape
        outputs = self._advance_layer(0, params["symbols"][symbols.reshape(-1)])
        if self._source is not None:
            mixed = self._source.mixed(outputs.reshape(rows, beams, -1)).reshape(rows * beams, -1)
            within = params.within("attention_")
            outputs = attention.combined(within, mixed, outputs, tile=self._tile)
        for layer in range(1, len(self._layers)):
            outputs = outputs + self._advance_layer(layer, outputs)
        scores = linear.forward(params.within("head_"), outputs, self._tile)
        if self._places is None:
            log_p, places = losses.log_probabilities(scores), np.zeros((rows, beams), np.int64)
            log_p[:, spelling.UNKNOWN] = -np.inf
        else:
            chances = self._places.scores(outputs.reshape(rows, beams, -1))
            log_p, places = self._with_copies(scores, chances)
        return log_p.reshape(rows, beams, -1), places

    def _advance_layer(self, layer: int, x: Floats) -> Floats:
        """Return the states (R * K, H) of a layer that reads a step (R * K, I) more."""
        self._states[layer], _ = recurrent.forward(
            self._model.architecture.cell,
            self._layers[layer],
            x,
            Packing(np.ones(len(x), np.int64)),
            self._tapes[layer],
            h0=self._states[layer][None],
        )
        return self._states[layer]

    def keep(self, rows: npt.NDArray[np.int64], beams: npt.NDArray[np.int64]) -> None:
        """Go on with some of the sequences, as `beam.Decoder` says."""
        number, units = self._size, self._states[0].shape[1]
        for layer, states in enumerate(self._states):
            kept = states.reshape(number, -1, units)[rows[:, None], beams]
            self._states[layer] = kept.reshape(-1, units)
        if len(rows) < number:
            self._size = len(rows)
            for looking in filter(None, (self._source, self._places)):
                looking.keep_(rows)
            if self._places is not None:
                self._held, self._is_copy = self._held[rows], self._is_copy[rows]

    def _with_copies(
        self, scores: Floats, chances: Floats
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """Return log P (R * K, V), and (R, K) the place that an UNKNOWN symbol is copied from."""
        rows, beams, _ = chances.shape
        each, is_copy = np.repeat(self._held, beams, axis=0), self._is_copy
        log_p = copying.log_probabilities(scores, chances.reshape(rows * beams, -1), each)
        log_p[np.repeat(~is_copy.any(axis=1), beams), spelling.UNKNOWN] = -np.inf
        places = np.where(is_copy[:, None], chances, -np.inf).argmax(axis=2)
        return log_p, places


class _Copied:
    """The tokens of inputs, from which copies have their texts; of numbers there are none."""

    def __init__(self, texts: Tokenized | None) -> None:
        self._texts = texts
        self._starts = None if texts is None else np.cumsum(texts.lengths) - texts.lengths

    def is_empty(self, row: int) -> bool:
        return self._texts is not None and not self._texts.lengths[row]

    def draft(self, row: int, found: Found) -> Draft:
        each = zip(found.symbols, found.places, strict=True)
        copied = [place for symbol, place in each if symbol == spelling.UNKNOWN]
        texts: tuple[str, ...] = ()
        if copied and self._texts is not None and self._starts is not None:
            at = self._texts.places[self._starts[row] + np.array(copied)]
            texts = tuple(self._texts.tokens[k] for k in at.tolist())
        return Draft(
            symbols=found.symbols, copied=texts, score=found.score, is_ended=found.is_ended
        )
