"""The linear path of a text model: what bags of n-grams alone say of a text."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples
from grucli.data.encoded import Encoded
from grucli.data.text.ngrams import Ngrams
from grucli.data.text.tokenized import Tokenized
from grucli.engine import sparse_linear
from grucli.engine.packing import Floats
from grucli.model.linear_path import through
from grucli.tasks.task import LinearLayer, Task
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class NgramPath:
    """N-grams and what was learned of each.

    Attributes:
        ngrams: K that are known.
        weight: (K, O) float32.
        bias: (O,) float32.
    """

    reads_on: ClassVar[bool] = True  # n-grams are those of the whole text

    ngrams: Ngrams
    weight: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    @property
    def layer(self) -> LinearLayer:
        """Weight and bias."""
        return self.weight, self.bias

    @property
    def num_parameters(self) -> int:
        """Numbers that were learned."""
        return self.weight.size + self.bias.size

    def __str__(self) -> str:
        return f"{len(self.ngrams):,} of {self.ngrams.pattern}, of the whole text"

    def to_json(self) -> dict[str, Any]:
        """Return how many n-grams there are, and of what."""
        return {"ngrams": len(self.ngrams), "pattern": asdict(self.ngrams.pattern)}

    def of_layer(self, layer: LinearLayer) -> NgramPath:
        """Return the path of the same features with another weight and bias."""
        weight, bias = layer
        return replace(self, weight=weight, bias=bias)

    def through(self, outputs: Floats) -> NgramPath:
        """Return the path whose outputs are these, (O, P), of its P."""
        return self.of_layer(through(self.layer, outputs))

    def among(self, ngrams: Ngrams) -> NgramPath:
        """Return the same path of more n-grams, of which it knows nothing."""
        weight = np.zeros((len(ngrams), self.weight.shape[1]), np.float32)
        weight[np.searchsorted(ngrams.keys, self.ngrams.keys)] = self.weight
        return replace(self, ngrams=ngrams, weight=weight)

    def logits(self, encoded: Encoded) -> npt.NDArray[np.float64]:
        """Return logits (n, O) of texts, zero for one without any known n-gram."""
        assert encoded.texts is not None  # a model file with n-grams has an encoder of texts
        return self.of_texts(encoded.texts)

    def of_texts(self, texts: Tokenized) -> npt.NDArray[np.float64]:
        """Return logits (n, O), at least one."""
        return np.concatenate([self.of_rows(chunk) for chunk in self.ngrams.chunks(texts)])

    def of_rows(self, rows: sparse_linear.Sparse) -> npt.NDArray[np.float64]:
        """Return logits (n, O) of encoded texts: the less of one is known, the nearer to zero.

        So the bias does not outvote what little is known, and another path decides where it is best
        asked.
        """
        known = rows.norms() / math.sqrt(self.ngrams.pattern.kinds)
        return sparse_linear.forward(self.weight, known[:, None] * self.bias, rows)


@dataclass(frozen=True, kw_only=True)
class NgramFeatures:
    """What a linear path learns from, and is judged on.

    Attributes:
        ngrams: K that are known.
        train: the rows to learn from.
        valid: rows to judge, None if there are none.
        always: whether it counts even where it does not pay.
        start: what is known of the n-grams already; None for nothing.
    """

    ngrams: Ngrams
    train: sparse_linear.Sparse
    valid: sparse_linear.Sparse | None
    always: bool
    start: NgramPath | None = None

    @property
    def nbytes(self) -> int:
        """Memory of the rows and of the n-grams."""
        rows = self.train.nbytes + (0 if self.valid is None else self.valid.nbytes)
        return rows + self.ngrams.keys.nbytes + self.ngrams.idf.nbytes

    @property
    def content(self) -> list[npt.NDArray[np.int32]]:
        """What is learned from: it reads beyond the last step that the recurrence keeps."""
        return [part.ids for part in (self.train, self.valid) if part is not None]

    def __str__(self) -> str:
        return f"n-grams: {len(self.ngrams):,} of {self.ngrams.pattern}"

    def held(
        self, rows: npt.NDArray[np.int64], learned: npt.NDArray[np.int64]
    ) -> sparse_linear.Sparse:
        """Return rows of `train` as new ones would be: without n-grams that `learned` lack."""
        counts = np.bincount(self.train.select(learned).ids, minlength=len(self.ngrams))
        return self.train.select(rows).only(counts > 0)

    def learn(
        self, train: Examples, rows: npt.NDArray[np.int64], task: Task, rng: np.random.Generator
    ) -> NgramPath:
        """Learn from some rows of the training examples."""
        layer = task.learn_sparse(
            self.train.select(rows),
            train.targets[rows],
            train.weights[rows],
            num_features=len(self.ngrams),
            rng=rng,
            start=None if self.start is None else self.start.layer,
        )
        return self.path(layer)

    def path(self, layer: LinearLayer) -> NgramPath:
        """Return the path of these n-grams that was learned elsewhere."""
        weight, bias = layer
        return NgramPath(ngrams=self.ngrams, weight=weight, bias=bias)

    def logits(
        self, path: NgramPath, held: npt.NDArray[np.int64] | None, learned: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64] | None:
        """Return its logits of some rows of `train`, or of `valid`; None if there are none."""
        rows = self.valid if held is None else self.held(held, learned)
        return None if rows is None else path.of_rows(rows)
