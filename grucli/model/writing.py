"""Answers that are written symbol by symbol: beam search with the decoder of a model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Batch, Examples, bounded
from grucli.data.encoded import Encoded
from grucli.data.text import symbols as spelling
from grucli.data.text.tokenized import Tokenized
from grucli.engine import attention, beam, copying, linear, losses, recurrent
from grucli.engine.beam import Found
from grucli.engine.packing import Floats, Integers, Packing
from grucli.engine.tape import Tape
from grucli.model.decoder import start_of
from grucli.model.dropout import Masks
from grucli.model.logits import MOST_NUMBERS
from grucli.model.runner import Runner
from grucli.tasks.drafts import Draft, Drafts


def drafts(runner: Runner, encoded: Encoded, *, width: int, longest: int | Integers) -> Drafts:
    """Return what the decoder of a model writes for inputs, in their order.

    An input without a token has an empty answer.

    Args:
        runner: of the model.
        encoded: n inputs.
        width: sequences that are kept while one is written, and at most returned.
        longest: symbols that a sequence may have, its end included; (n,) of each input, or of all.
    """
    examples, found = Examples.of(encoded), dict[int, list[Found]]()
    limits = np.broadcast_to(longest, len(examples))
    most = max(1, MOST_NUMBERS // (width * runner.model.architecture.num_outputs))
    for batch in bounded(examples, most_rows=most):
        own = beam.search(Writer(runner, batch, width), limits[batch.rows], width)
        found |= dict(zip(batch.rows.tolist(), own, strict=True))
    texts = _Copied(encoded.texts)
    return Drafts(
        rows=[
            [Draft()] if texts.is_empty(row) else [texts.draft(row, one) for one in found[row]]
            for row in range(len(examples))
        ]
    )


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
        self._tape = Tape(model.dtype)
        self._state = np.repeat(start_of(arch, params, final), width, axis=0)
        self._absent = pairs.absent
        if arch.attention:
            read = sources @ params["attention_source"].T
            self._keys, self._values = attention.halves(pairs.sources(read))
        self._held: npt.NDArray[np.integer] | None = None
        if arch.copying:
            keys = copying.keys_of(params.within("copying_"), sources)
            self._copy_keys, self._held = pairs.sources(keys), pairs.sources(batch.held)

    def advance(
        self, symbols: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """Read a symbol more of each sequence (R, K); return log P (R, K, V), and (R, K) places.

        A place is that of the copy that UNKNOWN would be, which is impossible without any.
        """
        params, arch = self._model.params, self._model.architecture
        rows, beams = symbols.shape
        self._state, _ = recurrent.forward(
            arch.cell,
            params.within("decoder_"),
            params["symbols"][symbols.reshape(-1)],
            Packing(np.ones(rows * beams, np.int64)),
            self._tape,
            h0=self._state[None],
        )
        outputs = self._state
        if arch.attention:
            queries = outputs.reshape(rows, beams, -1)
            weights = attention.look(queries, self._keys, self._absent)
            mixed = np.matmul(weights, self._values).reshape(rows * beams, -1)
            outputs = attention.combined(params.within("attention_"), mixed, outputs)
        scores = linear.forward(params.within("head_"), outputs)
        if self._held is None:
            log_p, places = losses.log_probabilities(scores), np.zeros((rows, beams), np.int64)
            log_p[:, spelling.UNKNOWN] = -np.inf
        else:
            log_p, places = self._with_copies(scores, outputs.reshape(rows, beams, -1), self._held)
        return log_p.reshape(rows, beams, -1), places

    def keep(self, rows: npt.NDArray[np.int64], beams: npt.NDArray[np.int64]) -> None:
        """Go on with some of the sequences, as `beam.Decoder` says."""
        number, units = len(self._absent), self._state.shape[1]
        state = self._state.reshape(number, -1, units)[rows[:, None], beams]
        self._state = state.reshape(-1, units)
        if len(rows) < number:
            self._absent = self._absent[rows]
            if self._model.architecture.attention:
                self._keys, self._values = self._keys[rows], self._values[rows]
            if self._held is not None:
                self._copy_keys, self._held = self._copy_keys[rows], self._held[rows]

    def _with_copies(
        self, scores: Floats, queries: Floats, held: npt.NDArray[np.integer]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """Return log P (R * K, V), and (R, K) the place that an UNKNOWN symbol is copied from."""
        rows, beams, _ = queries.shape
        chances = copying.scores_of(queries, self._copy_keys, self._absent)
        each = np.repeat(held, beams, axis=0)
        log_p = copying.log_probabilities(scores, chances.reshape(rows * beams, -1), each)
        is_copy = (held == spelling.UNKNOWN) & ~self._absent
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
