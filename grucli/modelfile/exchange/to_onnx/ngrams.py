"""The linear path of texts: what `data/text/ngrams` makes of hashes, as nodes.

Hashes come in halves of 16 bits, for a runtime may compare integers as float32: in halves they are
exact there, too.

Letters: B rows, n n-grams of a kind, K known n-grams, O outputs.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import onnx

from grucli.model.ngram_path import NgramPath
from grucli.modelfile.exchange.to_onnx.nodes import Nodes

Halves = tuple[str, str]
SMALLEST = np.float32(1e-30)


def scores(nodes: Nodes, path: NgramPath, hashes: str, counts: str) -> str:
    """Add what n-grams say.

    Args:
        nodes: the graph.
        path: with K n-grams.
        hashes: (B, kinds, n, 2) int64, of the hash of each n-gram of a text, once a kind, the upper
            16 bits and the lower ones.
        counts: (B, kinds, n) int64, how often each stands there; 0 fills up.

    Returns:
        (B, O).
    """
    ngrams, known = path.ngrams, _Known(nodes, path.ngrams.keys)
    sought = _halves(nodes, hashes)
    place = known.place(sought)
    found = known.is_at(place, sought)
    weight = nodes.add("Gather", ngrams.idf, place, axis=0)
    idf = nodes.add("Where", found, weight, np.float32(ngrams.rarest))
    number = nodes.floats(counts)
    often = nodes.add("Log", nodes.add("Max", number, np.float32(1)))
    value = nodes.add("Mul", nodes.add("Add", often, np.float32(1)), idf)
    value = nodes.add("Mul", value, nodes.add("Min", number, np.float32(1)))
    value = nodes.add("Div", value, nodes.add("Max", _norm(nodes, value, 2), SMALLEST))
    value = nodes.add("Mul", value, nodes.floats(found))
    share = nodes.add("Div", _norm(nodes, value, 1, 2), np.float32(math.sqrt(ngrams.pattern.kinds)))
    flat = nodes.add("Reshape", value, np.array([0, 1, -1]))
    index = nodes.add("Reshape", place, np.array([0, -1]))
    weights = nodes.add("Gather", path.weight, index, axis=0)  # (B, kinds * n, O)
    said = nodes.without(nodes.add("MatMul", flat, weights), 1)
    return nodes.add("Add", said, nodes.add("Mul", nodes.without(share, 2), path.bias))


class _Known:
    """The hashes of known n-grams (K,), rising, as halves."""

    def __init__(self, nodes: Nodes, keys: npt.NDArray[np.uint32]) -> None:
        self._nodes, self._size = nodes, len(keys)
        self._halves = (keys >> 16).astype(np.int32), (keys & 0xFFFF).astype(np.int32)

    def place(self, sought: Halves) -> str:
        """Return where the last one stands that is not above what is sought; 0 if all are above.

        The place is found bit by bit.
        """
        nodes, last = self._nodes, np.int32(self._size - 1)
        place = nodes.add("Mul", sought[0], np.int32(0))
        for bit in reversed(range(self._size.bit_length())):
            ahead = nodes.add("Min", nodes.add("Add", place, np.int32(1 << bit)), last)
            upper, lower = self._at(ahead)
            is_below = nodes.add("Less", upper, sought[0])
            is_even = nodes.add("Equal", upper, sought[0])
            is_even = nodes.add("And", is_even, nodes.add("LessOrEqual", lower, sought[1]))
            place = nodes.add("Where", nodes.add("Or", is_below, is_even), ahead, place)
        return place

    def is_at(self, place: str, sought: Halves) -> str:
        """Return whether what is sought stands at a place."""
        pairs = zip(self._at(place), sought, strict=True)
        return self._nodes.add("And", *(self._nodes.add("Equal", *pair) for pair in pairs))

    def _at(self, place: str) -> Halves:
        upper, lower = (self._nodes.add("Gather", half, place, axis=0) for half in self._halves)
        return upper, lower


def _halves(nodes: Nodes, hashes: str) -> Halves:
    small = nodes.add("Cast", hashes, to=onnx.TensorProto.INT32)
    upper, lower = (nodes.add("Gather", small, np.int64(half), axis=3) for half in (0, 1))
    return upper, lower


def _norm(nodes: Nodes, value: str, *axes: int) -> str:
    squares = nodes.add("Mul", value, value)
    return nodes.add("Sqrt", nodes.total(squares, *axes, keepdims=True))
