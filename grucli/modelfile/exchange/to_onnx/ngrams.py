"""The linear path of texts: what `data/text/ngrams` makes of hashes, as nodes.

Letters: B rows, n n-grams of a kind, K known n-grams, O outputs.
"""

from __future__ import annotations

import math

import numpy as np

from grucli.model.ngram_path import NgramPath
from grucli.modelfile.exchange.to_onnx.nodes import Nodes

SMALLEST = np.float32(1e-30)


def scores(nodes: Nodes, path: NgramPath, hashes: str, counts: str) -> str:
    """Add what n-grams say.

    Args:
        nodes: the graph.
        path: with K n-grams.
        hashes: (B, kinds, n) int32, the 32 bits of the hash of each n-gram of a text, once a kind.
        counts: (B, kinds, n) int64, how often each stands there; 0 fills up.

    Returns:
        (B, O).
    """
    ngrams = path.ngrams
    keys = ngrams.keys.view(np.int32)
    order = np.argsort(keys)
    place = _place(nodes, keys[order], hashes)
    found = nodes.add("Equal", nodes.add("Gather", keys[order], place, axis=0), hashes)
    known = nodes.add("Gather", ngrams.idf[order], place, axis=0)
    idf = nodes.add("Where", found, known, np.float32(ngrams.rarest))
    number = nodes.floats(counts)
    often = nodes.add("Log", nodes.add("Max", number, np.float32(1)))
    value = nodes.add("Mul", nodes.add("Add", often, np.float32(1)), idf)
    value = nodes.add("Mul", value, nodes.add("Min", number, np.float32(1)))
    value = nodes.add("Div", value, nodes.add("Max", _norm(nodes, value, 2), SMALLEST))
    value = nodes.add("Mul", value, nodes.floats(found))
    share = nodes.add("Div", _norm(nodes, value, 1, 2), np.float32(math.sqrt(ngrams.pattern.kinds)))
    flat = nodes.add("Reshape", value, np.array([0, 1, -1]))
    index = nodes.add("Reshape", place, np.array([0, -1]))
    weights = nodes.add("Gather", path.weight[order], index, axis=0)  # (B, kinds * n, O)
    said = nodes.without(nodes.add("MatMul", flat, weights), 1)
    return nodes.add("Add", said, nodes.add("Mul", nodes.without(share, 2), path.bias))


def _place(nodes: Nodes, keys: np.ndarray[tuple[int], np.dtype[np.int32]], sought: str) -> str:
    """Return where the last of `keys` (K,), rising, stands that is not above what is sought.

    The place is found bit by bit; 0 if all are above.
    """
    zeros = nodes.add("Mul", sought, np.int32(0))
    place, last = zeros, np.int32(len(keys) - 1)
    for bit in reversed(range(len(keys).bit_length())):
        ahead = nodes.add("Min", nodes.add("Add", place, np.int32(1 << bit)), last)
        is_there = nodes.add("LessOrEqual", nodes.add("Gather", keys, ahead, axis=0), sought)
        place = nodes.add("Where", is_there, ahead, place)
    return place


def _norm(nodes: Nodes, value: str, *axes: int) -> str:
    squares = nodes.add("Mul", value, value)
    return nodes.add("Sqrt", nodes.total(squares, *axes, keepdims=True))
