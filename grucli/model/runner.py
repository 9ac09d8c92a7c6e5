"""Runs a model forwards and backwards, in buffers that belong to whoever runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from grucli.data.batches import Batch
from grucli.engine import embedding, linear, pooling, recurrent
from grucli.engine.front import Front
from grucli.engine.packing import Floats, Integers, Packing
from grucli.engine.params import Parameters
from grucli.engine.products import TILE
from grucli.engine.steps import Steps, shared
from grucli.engine.tape import Tape
from grucli.model.dropout import Masks, drop_tokens
from grucli.model.network import Model
from grucli.model.token_vectors import TokenVectors, kept_vectors, token_vectors
from grucli.tasks.task import Scores
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.model.decoder import Decoder


@dataclass(frozen=True, kw_only=True)
class Gradients:
    """Gradients of one batch: the dense parameters', and those of the table's rows that were read.

    Attributes:
        dense: like `Model.params`.
        tokens: (U,) distinct rows of the table, none for numeric sequences.
        rows: (U, I) gradients of their vectors.
    """

    dense: Parameters
    tokens: Integers
    rows: Floats


class Runner:
    """One caller's way through a model: it reads the weights, and writes to its own buffers alone.

    A runner serves one batch at a time, so each thread takes one of its own; they may share the
    model. Whoever keeps a runner keeps the buffers, which grow to the largest batch.

    Attributes:
        model: what is run.
        tapes: one for each recurrent layer; after `forward`, `recurrent.of_direction` reads the
            gates and states of a direction from them.
        decoder: runs the decoder; None for a model without.
        tile: rows and columns of the tiles in which products are made, 1 for none.
    """

    def __init__(self, model: Model, *, alike: bool = False) -> None:
        """Prepare to run `model`; buffers come with the first batch.

        Args:
            model: what to run.
            alike: whether each row gets the bits that it gets alone, whatever is beside it; then
                there is no backward pass. Of targets that are read a decoder does not promise that,
                of answers that it writes it does.
        """
        self.model, arch, self.tile = model, model.architecture, TILE if alike else 1
        self.tapes = [Tape(model.dtype, self.tile) for _ in range(arch.num_layers)]
        self._layers = arch.by_layer(model.params)
        self._kept: Floats | None = None  # all token vectors, once their products are on the tape
        self._front: Front | None = None
        if arch.convolution:
            self._front = Front(arch.convolution, model.dtype, self.tile)
        self.decoder: Decoder | None = None
        if arch.writes:
            from grucli.model.decoder import Decoder  # late: few models write

            self.decoder = Decoder(model)
        self._forward: _Forward
        self._pooled: tuple[Floats, pooling.Memory]

    def forward(self, batch: Batch, dropout: np.random.Generator | None = None) -> Scores:
        """Return scores (B, O), or the `Steps` of a head that reads each step.

        Those of a decoder are of the steps of the batch's targets.

        Args:
            batch: what to run.
            dropout: draws what is dropped in training; None to drop nothing.
        """
        masks = Masks(self.model.architecture.dropout, dropout, self.model.dtype)
        return self.answer(batch, *self.encode(batch, masks, dropout), masks)

    def answer(self, batch: Batch, sources: Floats, final: Floats, masks: Masks) -> Scores:
        """Return the scores that follow from what `encode` has returned of a batch.

        Args:
            batch: that was encoded last.
            sources, final: of it, or others of their shape.
            masks: what is dropped.
        """
        if self.decoder is not None:
            return self.decoder.forward(batch, sources, final, self.packing, masks)
        pooled, memory = self._pool(sources, final)
        if self._front is not None:
            pooled = np.concatenate((pooled, self._forward.features), axis=1)
        pooled = masks.apply(pooled)
        self._pooled = pooled, memory
        scores = linear.forward(self.model.params.within("head_"), pooled, self.tile)
        return self._by_sequence(scores) if self.model.architecture.reads_steps else scores

    def encode(
        self, batch: Batch, masks: Masks, dropout: np.random.Generator | None = None
    ) -> tuple[Floats, Floats]:
        """Return the states (N, D * H) of the last recurrent layer, and (B, D * H) its last ones.

        Args:
            batch, dropout: as for `forward`.
            masks: what is dropped between layers.
        """
        model, arch, packing = self.model, self.model.architecture, batch.packing
        features = model.params.flat[:0]
        dropped = 0.0 if arch.copying else arch.token_dropout  # then on both sides (unknown_copies)
        ids = drop_tokens(batch.x, dropped, dropout)
        x, places, read, vectors = batch.x, None, None, None
        is_known = self._kept is not None
        if self.tile > 1 and not is_known:
            self._kept = kept_vectors(model, batch)
        if self._kept is not None:
            x, read = self._kept, ids
        elif arch.vocabulary_size:
            vectors, places = token_vectors(arch, ids, batch)
            x, read = vectors.forward(model.table, model.dtype), places
        has_mask = masks.drop and places is not None and not arch.writes
        is_shared = places is not None and not has_mask and len(places) > len(x)
        if places is not None and not is_shared:
            x, read = embedding.forward(x, places), None
            x = masks.apply(x) if has_mask else x  # at each step of its own
        if self._front is not None:
            steps = x if read is None else x[read]
            x, features = self._front.forward(model.params.within("front"), steps, packing)
            packing, read = self._front.packing, None
        for layer, (params, tape) in enumerate(zip(self._layers, self.tapes, strict=True)):
            if layer:
                x, read = masks.apply(x), None
            x, final = recurrent.forward(
                arch.cell, params, x, packing, tape, index=read, is_known=is_known and not layer
            )
        self._forward = _Forward(
            given=batch.packing,
            packing=packing,
            vectors=vectors,
            places=places,
            outputs=x,
            features=features,
            masks=masks,
            is_shared=is_shared,
            has_mask=has_mask,
        )
        return x, final

    def _pool(self, outputs: Floats, final: Floats) -> tuple[Floats, pooling.Memory]:
        """Return what the head reads of the states, and what the way back needs."""
        arch, params = self.model.architecture, self.model.params.within("pooling_")
        if arch.reads_steps:
            return outputs, pooling.Memory()
        return pooling.forward(arch.pooling, params, outputs, final, self.packing, self.tile)

    def omit_weights(self) -> None:
        """Let `backward` leave the gradients of all recurrent weights undefined from now on."""
        for tape in (*self.tapes, *(() if self.decoder is None else self.decoder.tapes)):
            tape.asks_weights = False

    def backward(self, d_scores: Scores, into: Parameters | None = None) -> Gradients:
        """Return the gradients of the last `forward`, which is used up.

        Args:
            d_scores: of the form of the scores, the gradient of the loss by them.
            into: where the dense parameters' go; new memory if None.
        """
        model, arch, last = self.model, self.model.architecture, self._forward
        packing = last.packing
        grads = Parameters(arch.shapes(), model.dtype) if into is None else into
        d_outputs, d_final, d_features = self._before_the_head(d_scores, grads)
        layers = zip(self._layers, self.tapes, arch.by_layer(grads), strict=True)
        for layer, (params, tape, own) in reversed(list(enumerate(layers))):
            d_x, read = None, None if layer else self.index
            if layer or arch.vocabulary_size or self._front:
                size = packing.size if read is None or last.vectors is None else last.vectors.size
                d_x = tape.take("d_inputs", size, params["weight_ih"].shape[2])
            recurrent.backward(
                arch.cell, params, packing, tape, d_outputs, d_final, own, index=read, d_x=d_x
            )
            if self._front is not None and d_x is not None and not layer:
                d_x = self._before(self._front, d_x, d_features, grads)
            if d_x is not None and (layer or last.has_mask):
                d_x = last.masks.undo(d_x)
            d_outputs, d_final = d_x, None
        tokens: Integers = np.zeros(0, np.int32)
        rows = model.table[:0]
        if last.vectors is not None and last.places is not None and d_outputs is not None:
            if read is None:
                d_outputs = embedding.backward(last.places, d_outputs)[1]
            tokens, rows = last.vectors.backward(d_outputs)
        return Gradients(dense=grads, tokens=tokens, rows=rows)

    def _by_sequence(self, scores: Floats) -> Steps:
        """Return packed scores (N, O) one sequence after the other."""
        packing, chain = self.packing, self.chain
        values = np.empty_like(scores)
        values[packing.place] = scores
        chains = None if chain is None else shared(chain, packing.batch_size)
        return Steps(values=values, lengths=packing.lengths, chains=chains)

    def _before_the_head(
        self, d_scores: Scores, grads: Parameters
    ) -> tuple[Floats | None, Floats | None, Floats]:
        """Return the gradient of the states, of the final ones, and of features beside them."""
        model, arch, last = self.model, self.model.architecture, self._forward
        if self.decoder is not None:
            return (*self.decoder.backward(d_scores, grads), last.features)
        if arch.reads_steps:
            if arch.chain:
                np.sum(d_scores.chains, axis=0, out=grads["head_chain"])
            d_scores = d_scores.values[last.packing.place]
        pooled, memory = self._pooled
        d_pooled = linear.backward(
            model.params.within("head_"), pooled, d_scores, grads.within("head_")
        )
        d_pooled = last.masks.undo(d_pooled)
        if arch.reads_steps:
            return d_pooled, None, d_pooled[:, :0]
        states = last.outputs.shape[1] * len(arch.pooling)
        d_outputs, d_final = pooling.backward(
            arch.pooling,
            model.params.within("pooling_"),
            last.outputs,
            last.packing,
            memory,
            d_pooled[:, :states],
            grads.within("pooling_"),
        )
        return d_outputs, d_final, d_pooled[:, states:]

    def _before(
        self, convolutions: Front, d_x: Floats, d_features: Floats, grads: Parameters
    ) -> Floats | None:
        """Return the gradient of the token vectors, None for numeric sequences."""
        model, arch, d_steps = self.model, self.model.architecture, None
        if arch.vocabulary_size:
            d_steps = np.empty((self._forward.given.size, arch.input_size), model.dtype)
        convolutions.backward(
            model.params.within("front"), d_x, d_features, grads.within("front"), d_steps
        )
        return d_steps

    @property
    def chain(self) -> Floats | None:
        """(K + 2, K) of the head, as in `Steps.chains`; None without."""
        return self.model.params["head_chain"] if self.model.architecture.chain else None

    @property
    def index(self) -> Integers | None:
        """(N,) which row of what the first layer reads each step reads; None for its own."""
        is_shared = self._forward.is_shared and self._front is None
        return self._forward.places if is_shared else None

    @property
    def packing(self) -> Packing:
        """The order of the steps of the recurrence in the last `forward`."""
        return self._forward.packing


@dataclass(frozen=True, kw_only=True)
class _Forward:
    """What backward needs of the last forward, beside the tapes and what was pooled.

    `is_shared` says whether some steps read the same row, whose products are made once: that takes
    a third of the time. `has_mask` says whether values of the token vectors were dropped, at each
    step of its own, so that none are shared; a decoder's answers rest on all of its source.
    """

    given: Packing
    packing: Packing
    vectors: TokenVectors | None
    places: Integers | None
    outputs: Floats
    features: Floats
    masks: Masks
    is_shared: bool
    has_mask: bool
