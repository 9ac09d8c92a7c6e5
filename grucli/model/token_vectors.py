"""What the first layer reads of tokens: the vector of each, with those of its n-grams if any."""

from __future__ import annotations

from typing import Any

import numpy as np

from grucli.data.batches import Batch
from grucli.data.text.vocabulary import UNKNOWN
from grucli.engine import bags, embedding
from grucli.engine.packing import Floats, Integers
from grucli.model.network import Architecture, Model
from grucli.values import dataclass

MOST_KEPT = 1 << 20
"""Products of all token vectors with input weights, kept from one batch to the next: 8 MB."""


@dataclass(frozen=True, kw_only=True)
class TokenVectors:
    """What the M distinct inputs of a batch are made of.

    Attributes:
        tokens: (M,) the token of each.
        bags: (M, G) the rows of its n-grams, None without any.
    """

    tokens: Integers
    bags: Integers | None

    @property
    def size(self) -> int:
        """M."""
        return len(self.tokens)

    def forward(self, table: Floats, dtype: np.dtype[Any]) -> Floats:
        """Return (M, I) vectors, of rows of a table (V + buckets, I)."""
        if self.bags is None:
            return embedding.forward(table, self.tokens, dtype)
        return bags.forward(table, self.tokens, self.bags, dtype)

    def backward(self, d_x: Floats) -> tuple[Integers, Floats]:
        """Return the distinct rows that were read and their gradients, of (M, I) of the vectors."""
        if self.bags is None:
            return self.tokens, d_x
        return bags.backward(self.tokens, self.bags, d_x)


def token_vectors(arch: Architecture, ids: Integers, batch: Batch) -> tuple[TokenVectors, Integers]:
    """Return the distinct inputs of a batch, and (N,) which one each step reads."""
    places: Integers
    if arch.subwords == "tokens":
        contexts, first, places = np.unique(
            bags.contexts(ids, batch.packing), return_index=True, return_inverse=True
        )
        held = arch.vocabulary_size + bags.buckets_of(contexts, arch.buckets)
        return TokenVectors(tokens=ids[first], bags=held), places
    if batch.bags is None:
        tokens, places = embedding.distinct(ids, arch.vocabulary_size)
        return TokenVectors(tokens=tokens, bags=None), places
    number = len(batch.bags)
    if arch.reads_steps:  # a tag follows from the spelling of a token that is not known
        ids = np.where(ids == batch.x, ids, batch.x + number)
    spelled, places = embedding.distinct(ids, 2 * number)
    known = spelled < arch.vocabulary_size
    held = batch.bags[spelled % number]
    return TokenVectors(tokens=np.where(known, spelled, UNKNOWN), bags=held), places


def kept_vectors(model: Model, batch: Batch) -> Floats | None:
    """Return (V, I) the vectors of all tokens, if their products are to be kept from a batch on.

    They are where nobody can write to the weights any more, and the batch has as many steps.
    """
    arch, flat = model.architecture, model.params.flat
    if flat.flags.writeable or arch.subwords or arch.convolution:
        return None
    number = arch.vocabulary_size * model.params["layer0_weight_ih"].size // arch.input_size
    if not 0 < number <= MOST_KEPT or batch.packing.size < arch.vocabulary_size:
        return None
    return model.table.astype(model.dtype, copy=False)
