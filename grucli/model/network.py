"""The network: tokens or channels (-> convolutions) -> recurrent layers -> pooling -> scores.

A head that reads steps has no pooling before it: it gives scores for each of them. Where an answer
is a sequence of its own, a decoder stands in the place of pooling.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from grucli.engine import front, pooling, recurrent
from grucli.engine.packing import Floats
from grucli.engine.params import Allocate, Parameters, Shape, glorot_uniform
from grucli.model.blend import Mix
from grucli.model.linear_path import LinearPath
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.model.joint_path import JointPath

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
        pooling: names of `pooling.POOLINGS`; none where the head reads steps.
        dropout: share of token vectors' values, of states between layers and of pooled features
            set to zero in training.
        token_dropout: share of tokens read as unknown in training; where they may be copied, as
            `unknown_copies` has it.
        num_outputs: numbers that the head gives for a sequence, or for a step of it; of a decoder
            the symbols that an answer is made of.
        subwords: whose n-grams count beside a token's own vector: those of its "characters", those
            of "tokens" that end with it, or "" for none.
        buckets: vectors that all n-grams share, 0 for none.
        dtype: "float32" or "float64".
        convolution: steps that one step of the recurrence stands for, behind `engine.front`; 0 for
            a recurrence that reads the steps themselves.
        reads_steps: whether the head reads the state of each step, and not what is pooled of them.
        chain: whether it also scores which outputs follow each other, begin and end a sequence.
        writes: whether a decoder writes an answer step by step.
        copying: whether it may copy steps of its source.
        attention: whether each of its steps looks at all steps of its source; else it knows of
            them what the encoder's last state holds.
        decoder_layers: recurrent layers of the decoder; those above the first read what that has
            looked at.
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
    num_outputs: int
    subwords: str = ""
    buckets: int = 0
    dtype: str = "float32"
    convolution: int = 0
    reads_steps: bool = False
    chain: bool = False
    writes: bool = False
    copying: bool = False
    attention: bool = True
    decoder_layers: int = 1

    @property
    def num_directions(self) -> int:
        """2 if bidirectional, else 1."""
        return 2 if self.bidirectional else 1

    @property
    def table_shape(self) -> Shape:
        """(V + buckets, I) of the vectors of tokens, then n-grams; (0, 0) for numeric sequences."""
        return self.vocabulary_size + self.buckets, self.input_size if self.vocabulary_size else 0

    def shapes(self) -> dict[str, Shape]:
        """Return the shape of each dense parameter; the token vectors stand apart."""
        width = self.hidden_size * self.num_directions
        first, named = self.input_size, dict[str, Shape]()
        features = width if self.reads_steps else width * len(self.pooling)
        features = self.hidden_size if self.writes else features
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
        if self.writes:
            from grucli.model import decoder  # late: few models write

            named |= decoder.shapes(self)
        head = {"head_weight": (self.num_outputs, features), "head_bias": (self.num_outputs,)}
        chain = {"head_chain": (self.num_outputs + 2, self.num_outputs)} if self.chain else {}
        return named | head | chain

    def by_layer(self, arrays: Parameters) -> list[Mapping[str, Floats]]:
        """Return the arrays of each recurrent layer, of weights or of their gradients."""
        return [arrays.within(f"layer{layer}_") for layer in range(self.num_layers)]


class Model:
    """Weights: whoever runs them brings a `Runner`, so that any number may share one model.

    Attributes:
        architecture: what the model is made of.
        params: the dense parameters.
        table: (V + buckets, I) vectors of tokens, then of n-grams; (0, 0) for numeric sequences. A
            model that was loaded to answer in float64 has them as they were trained.
        linear: what stands beside the recurrence, None for a model without.
        mix: how much the logits of both count.
        joint: what stands beside a decoder, None for a model without.
    """

    def __init__(self, architecture: Architecture, allocate: Allocate = np.zeros) -> None:
        """Build a model whose weights are what `allocate` holds: zero unless it says otherwise."""
        self.architecture = architecture
        self.dtype: np.dtype[Any] = np.dtype(architecture.dtype)
        shapes = architecture.shapes()
        flat = allocate((sum(map(math.prod, shapes.values())),), self.dtype)
        self.params = Parameters(shapes, self.dtype, flat)
        self.table: Floats = allocate(architecture.table_shape, self.dtype)
        self.linear: LinearPath | None = None
        self.mix = Mix()
        self.joint: JointPath | None = None

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
        for params in self.architecture.by_layer(self.params):
            recurrent.initialise_(self.architecture.cell, params, rng, chrono_steps)
        if self.architecture.convolution:
            front.initialise_(self.params.within("front"), rng)
        if self.architecture.writes:
            from grucli.model import decoder  # late: few models write

            decoder.initialise_(self.architecture, self.params, rng)
        weight = self.params["head_weight"]
        weight[...] = glorot_uniform(weight.shape, rng)
        for name in self.params.keys() & {"head_bias", "head_chain"}:
            self.params[name].fill(0)

    def copy(self, allocate: Allocate = np.zeros) -> Model:
        """Return a model of its own, in memory of its own, with the same weights."""
        model = Model(self.architecture, allocate)
        model.take(self)
        return model

    def take(self, other: Model) -> None:
        """Become equal in weights to a model of the same architecture."""
        self.params.flat[...], self.table[...] = other.params.flat, other.table

    def cast(self, dtype: str) -> Model:
        """Return a model with the same weights that computes in `dtype`.

        It shares what may be large: the token vectors and the paths beside the network.
        """
        model = Model(dataclasses.replace(self.architecture, dtype=dtype))
        model.params.flat[...] = self.params.flat
        model.table, model.linear, model.mix = self.table, self.linear, self.mix
        model.joint = self.joint
        return model

    def seal(self) -> None:
        """Let nobody write to the weights any more: those who share them count on it."""
        for array in (self.params.flat, *self.params.values(), self.table):
            array.flags.writeable = False

    def arrays(self) -> Iterator[tuple[str, Floats]]:
        """Yield each weight array with its name, the token vectors first."""
        if self.table.size:
            yield "embedding_weight", self.table
        yield from self.params.items()
