"""The classifier: tokens or channels (-> convolutions) -> recurrent layers -> pooling -> logits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from grucli.data.batches import Batch
from grucli.data.vocabulary import UNKNOWN
from grucli.engine import bags, embedding, front, linear, pooling, recurrent
from grucli.engine.front import Front
from grucli.engine.packing import Floats, Integers, Packing
from grucli.engine.params import Allocate, Parameters, Shape, glorot_uniform
from grucli.engine.tape import Tape
from grucli.mixing import Mix

FEW_TOKENS = 256
EMBEDDING_SCALES = (0.1, 0.02)
"""Standard deviation of the first token vectors: of FEW_TOKENS at most, all are learned; of many,
most are rare, and what they start with stays in the way."""


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """What is needed to build a model; it travels in the model file.

    Attributes:
        cell: a name of `recurrent.CELLS`.
        vocabulary_size: tokens with a vector each; 0 for numeric sequences.
        input_size: size of a token's vector, or channels of a numeric sequence.
        hidden_size: units of each direction of each layer.
        num_layers: recurrent layers, each reading the states of the one before.
        bidirectional: whether each layer also reads backwards.
        pooling: names of `pooling.POOLINGS`.
        dropout: share of token vectors' values, of states between layers and of pooled features
            set to zero in training.
        token_dropout: share of tokens read as unknown in training.
        num_classes: at least 2; two classes share one logit.
        subwords: whose n-grams count beside a token's own vector: those of its "characters", those
            of "tokens" that end with it, or "" for none.
        buckets: vectors that all n-grams share, 0 for none.
        dtype: "float32" or "float64".
        convolution: steps that one step of the recurrence stands for, behind `engine.front`; 0 for
            a recurrence that reads the steps themselves.
    """

    cell: str
    vocabulary_size: int
    input_size: int
    hidden_size: int
    num_layers: int
    bidirectional: bool
    pooling: tuple[str, ...]
    dropout: float
    token_dropout: float
    num_classes: int
    subwords: str = ""
    buckets: int = 0
    dtype: str = "float32"
    convolution: int = 0

    @property
    def num_directions(self) -> int:
        """2 if bidirectional, else 1."""
        return 2 if self.bidirectional else 1

    @property
    def num_outputs(self) -> int:
        """Logits of a sequence: two classes share one."""
        return 1 if self.num_classes == 2 else self.num_classes

    @property
    def table_shape(self) -> Shape:
        """(V + buckets, I) of the vectors of tokens, then n-grams; (0, 0) for numeric sequences."""
        return self.vocabulary_size + self.buckets, self.input_size if self.vocabulary_size else 0

    def shapes(self) -> dict[str, Shape]:
        """Return the shape of each dense parameter; the token vectors stand apart."""
        width = self.hidden_size * self.num_directions
        first, features, named = self.input_size, width * len(self.pooling), dict[str, Shape]()
        if self.convolution:
            named = {f"front{name}": shape for name, shape in front.shapes(first).items()}
            first, features = front.FILTERS, features + front.NUM_FEATURES
        for layer in range(self.num_layers):
            size = width if layer else first
            shapes = recurrent.CELLS[self.cell].shapes(size, self.hidden_size, self.num_directions)
            named |= {f"layer{layer}_{name}": shape for name, shape in shapes.items()}
        named |= {
            f"pooling_{name}": shape for name, shape in pooling.shapes(self.pooling, width).items()
        }
        head = {"head_weight": (self.num_outputs, features), "head_bias": (self.num_outputs,)}
        return named | head


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


class Model:
    """Weights and the buffers to run them.

    Attributes:
        architecture: what the model is made of.
        params: the dense parameters.
        table: (V + buckets, I) vectors of tokens, then of n-grams; (0, 0) for numeric sequences.
        tapes: one for each recurrent layer; after `forward`, `tapes[k].part(d)["gates"]`
            holds the gates of direction d.
        mix: how much its logits count beside those of a wide path.
    """

    def __init__(self, architecture: Architecture, allocate: Allocate = np.zeros) -> None:
        """Build a model whose weights are what `allocate` holds: zero unless it says otherwise."""
        self.architecture = architecture
        self.dtype: np.dtype[Any] = np.dtype(architecture.dtype)
        self._gradients = Parameters(architecture.shapes(), self.dtype)
        flat = allocate(self._gradients.flat.shape, self.dtype)
        self.params = Parameters(architecture.shapes(), self.dtype, flat)
        self.table: Floats = allocate(architecture.table_shape, self.dtype)
        self.mix = Mix()
        self.tapes = [Tape(self.dtype) for _ in range(architecture.num_layers)]
        self._layers = self._by_layer(self.params)
        stride = architecture.convolution
        self._front = Front(stride, self.dtype) if stride else None
        self._forward: _Forward

    @property
    def num_parameters(self) -> int:
        """Values that training can change."""
        return int(self.params.flat.size + self.table.size)

    def initialise(self, rng: np.random.Generator, chrono_steps: int | None = None) -> None:
        """Draw all weights; `chrono_steps` as in `recurrent.initialise_`."""
        tokens = self.table[: self.architecture.vocabulary_size]
        scale = EMBEDDING_SCALES[len(tokens) > FEW_TOKENS]
        tokens[...] = rng.normal(0, scale, tokens.shape)
        self.table[len(tokens) :] = 0
        for params in self._layers:
            recurrent.initialise_(params, rng, chrono_steps)
        if self._front is not None:
            front.initialise_(self.params.within("front"), rng)
        weight = self.params["head_weight"]
        weight[...] = glorot_uniform(weight.shape, rng)
        self.params["head_bias"].fill(0)

    def copy(self, allocate: Allocate = np.zeros) -> Model:
        """Return a model of its own, in memory of its own, with the same weights."""
        model = Model(self.architecture, allocate)
        model.params.flat[...], model.table[...] = self.params.flat, self.table
        return model

    def arrays(self) -> Iterator[tuple[str, Floats]]:
        """Yield each weight array with its name, the token vectors first."""
        if self.table.size:
            yield "embedding_weight", self.table
        yield from self.params.items()

    def forward(self, batch: Batch, dropout: np.random.Generator | None = None) -> Floats:
        """Return logits (B, C), or (B, 1) for two classes.

        Args:
            batch: what to run.
            dropout: draws what is dropped in training; None to drop nothing.
        """
        arch, packing, features = self.architecture, batch.packing, self.params.flat[:0]
        masks = _Masks(arch.dropout, dropout, self.dtype)
        ids = _drop_tokens(batch.x, arch.token_dropout, dropout)
        x, places, read, vectors = batch.x, None, None, None
        if arch.vocabulary_size:
            vectors, places = _vectors(arch, ids, batch)
            x, read = vectors.forward(self.table), places
        if masks.drop and places is not None:  # at each step of its own, so no step shares a row
            x, read = masks.apply(embedding.forward(x, places)), None
        if self._front is not None:
            steps = x if read is None else x[read]
            x, features = self._front.forward(self.params.within("front"), steps, packing)
            packing, read = self._front.packing, None
        for layer, (params, tape) in enumerate(zip(self._layers, self.tapes, strict=True)):
            if layer:
                x, read = masks.apply(x), None
            x, final = recurrent.forward(arch.cell, params, x, packing, tape, index=read)
        pooled, memory = pooling.forward(
            arch.pooling, self.params.within("pooling_"), x, final, packing
        )
        if self._front is not None:
            pooled = np.concatenate((pooled, features), axis=1)
        pooled = masks.apply(pooled)
        self._forward = _Forward(
            given=batch.packing,
            packing=packing,
            vectors=vectors,
            places=places,
            outputs=x,
            pooled=pooled,
            memory=memory,
            masks=masks,
        )
        return linear.forward(self.params.within("head_"), pooled)

    def backward(self, d_logits: Floats, into: Parameters | None = None) -> Gradients:
        """Return the gradients of the last `forward`; the next call overwrites them.

        Args:
            d_logits: of the shape of the logits, the gradient of the loss by them.
            into: where the dense parameters' go, instead of the model's own memory for them.
        """
        arch, last = self.architecture, self._forward
        packing = last.packing
        grads = self._gradients if into is None else into
        d_pooled = linear.backward(
            self.params.within("head_"), last.pooled, d_logits, grads.within("head_")
        )
        d_pooled = last.masks.undo(d_pooled)
        states = last.outputs.shape[1] * len(arch.pooling)
        d_pooled, d_features = d_pooled[:, :states], d_pooled[:, states:]
        d_outputs, d_final = pooling.backward(
            arch.pooling,
            self.params.within("pooling_"),
            last.outputs,
            packing,
            last.memory,
            d_pooled,
            grads.within("pooling_"),
        )
        layers = zip(self._layers, self.tapes, self._by_layer(grads), strict=True)
        for layer, (params, tape, own) in reversed(list(enumerate(layers))):
            d_x, read = None, None if layer or last.masks.drop or self._front else last.places
            if layer or arch.vocabulary_size or self._front:
                d_x = tape.take("d_inputs", packing.size, params["weight_ih"].shape[2])
            recurrent.backward(
                arch.cell, params, packing, tape, d_outputs, d_final, own, index=read, d_x=d_x
            )
            if self._front is not None and d_x is not None and not layer:
                d_x = self._before(self._front, d_x, d_features, grads)
            d_outputs, d_final = None if d_x is None else last.masks.undo(d_x), None
        tokens: Integers = np.zeros(0, np.int32)
        rows = self.table[:0]
        if last.vectors is not None and last.places is not None and d_outputs is not None:
            tokens, rows = last.vectors.backward(embedding.backward(last.places, d_outputs)[1])
        return Gradients(dense=grads, tokens=tokens, rows=rows)

    def _before(
        self, convolutions: Front, d_x: Floats, d_features: Floats, grads: Parameters
    ) -> Floats | None:
        """Return the gradient of the token vectors, None for numeric sequences."""
        arch, d_steps = self.architecture, None
        if arch.vocabulary_size:
            d_steps = np.empty((self._forward.given.size, arch.input_size), self.dtype)
        convolutions.backward(
            self.params.within("front"), d_x, d_features, grads.within("front"), d_steps
        )
        return d_steps

    @property
    def packing(self) -> Packing:
        """The order of the steps of the recurrence in the last `forward`."""
        return self._forward.packing

    def _by_layer(self, parameters: Parameters) -> list[dict[str, Floats]]:
        return [
            parameters.within(f"layer{layer}_") for layer in range(self.architecture.num_layers)
        ]


@dataclass(frozen=True, kw_only=True)
class _Forward:
    """What backward needs of the last forward, beside the tapes."""

    given: Packing
    packing: Packing
    vectors: _Vectors | None
    places: Integers | None
    outputs: Floats
    pooled: Floats
    memory: pooling.Memory
    masks: _Masks


@dataclass(frozen=True, kw_only=True)
class _Vectors:
    """What the M distinct inputs of a batch are made of.

    Attributes:
        tokens: (M,) the token of each.
        bags: (M, G) the rows of its n-grams, None without any.
    """

    tokens: Integers
    bags: Integers | None

    def forward(self, table: Floats) -> Floats:
        if self.bags is None:
            return embedding.forward(table, self.tokens)
        return bags.forward(table, self.tokens, self.bags)

    def backward(self, d_x: Floats) -> tuple[Integers, Floats]:
        if self.bags is None:
            return self.tokens, d_x
        return bags.backward(self.tokens, self.bags, d_x)


def _vectors(arch: Architecture, ids: Integers, batch: Batch) -> tuple[_Vectors, Integers]:
    """Return the distinct inputs of a batch, and (N,) which one each step reads."""
    places: Integers
    if arch.subwords == "tokens":
        contexts, first, places = np.unique(
            bags.contexts(ids, batch.packing), return_index=True, return_inverse=True
        )
        held = arch.vocabulary_size + bags.buckets_of(contexts, arch.buckets)
        return _Vectors(tokens=ids[first], bags=held), places
    if batch.bags is None:
        tokens, places = embedding.distinct(ids, arch.vocabulary_size)
        return _Vectors(tokens=tokens, bags=None), places
    spelled, places = embedding.distinct(ids, len(batch.bags))
    known = spelled < arch.vocabulary_size
    return _Vectors(tokens=np.where(known, spelled, UNKNOWN), bags=batch.bags[spelled]), places


def _drop_tokens(ids: Integers, rate: float, rng: np.random.Generator | None) -> Integers:
    """Return (N,) ids of which a share is UNKNOWN, whose vector thereby learns to stand for any.

    Source: Iyyer et al. 2015 (ACL, deep averaging networks), section 4, word dropout.
    """
    if rng is None or not rate:
        return ids
    return np.where(rng.random(ids.shape, np.float32) < rate, np.int32(UNKNOWN), ids)


class _Masks:
    """Dropout masks, drawn in the order of `apply`, undone in reverse.

    Source: Srivastava et al. 2014 (JMLR 15), scaled in training ("inverted").
    """

    def __init__(self, rate: float, rng: np.random.Generator | None, dtype: Any) -> None:
        self._keep = 1 - rate
        self._rng = rng if rate else None
        self._dtype = dtype
        self._drawn: list[Floats] = []

    @property
    def drop(self) -> bool:
        """Whether anything is dropped."""
        return self._rng is not None

    def apply(self, x: Floats) -> Floats:
        if self._rng is None:
            return x
        kept = self._rng.random(x.shape, np.float32) < self._keep
        mask = kept.astype(self._dtype)
        mask *= 1 / self._keep
        self._drawn.append(mask)
        dropped: Floats = x * mask
        return dropped

    def undo(self, d_x: Floats) -> Floats:
        if self.drop:
            d_x *= self._drawn.pop()
        return d_x
