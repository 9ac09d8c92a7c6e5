"""From steps to scores: what `model/runner` does forwards, as nodes.

Letters: T steps, B rows, I numbers of a step, F features, O outputs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grucli.engine import convolution, front
from grucli.engine.packing import Floats
from grucli.model.network import Model
from grucli.modelfile.exchange.to_onnx import cells
from grucli.modelfile.exchange.to_onnx.cells import Arrays
from grucli.modelfile.exchange.to_onnx.nodes import Nodes
from grucli.modelfile.exchange.to_onnx.padded import LOWEST, Padded


def scores(nodes: Nodes, model: Model, x: str, rows: Padded) -> str:
    """Add the recurrence from steps to the head.

    Args:
        nodes: the graph.
        model: architecture and weights.
        x: (T, B, I).
        rows: which steps count.

    Returns:
        (B, O), or (T, B, O) of a head that reads each step.
    """
    arch, params, features = model.architecture, model.params, []
    if arch.convolution:
        x, rows, found = _front(nodes, params.within("front"), x, rows, arch.convolution)
        features.append(found)
    final = x
    for own in arch.by_layer(params):
        x, final = cells.layer(nodes, arch.cell, own, x, rows)
    read = (
        x
        if arch.reads_steps
        else pooled(nodes, arch.pooling, params.within("pooling_"), x, final, rows)
    )
    if features:
        read = nodes.add("Concat", read, *features, axis=1)
    head = params.within("head_")
    return affine(nodes, read, head["weight"].T, head["bias"])


def affine(nodes: Nodes, x: str, weight: Floats, bias: Floats) -> str:
    """Add x W + b: x (..., F), W (F, O), b (O,)."""
    product = nodes.add("MatMul", x, np.asarray(weight, np.float32))
    return nodes.add("Add", product, np.asarray(bias, np.float32))


def token_vectors(nodes: Nodes, model: Model, tokens: str, bags: str | None, rows: Padded) -> str:
    """Add what tokens are read as.

    Args:
        nodes: the graph.
        model: with a table.
        tokens: (B, T) ids.
        bags: (B, T, n) the buckets of each token's n-grams, -1 for none; None for a model without.
        rows: which steps count.

    Returns:
        (T, B, I).
    """
    table = np.asarray(model.table, np.float32)
    ids = nodes.add("Transpose", tokens, perm=[1, 0])
    own = nodes.add("Gather", table, nodes.add("Where", rows.inside, ids, np.int64(0)), axis=0)
    if bags is None:
        return own
    held = nodes.add("Transpose", bags, perm=[1, 0, 2])
    counts = nodes.add("GreaterOrEqual", held, np.int64(0))
    counts = nodes.add("And", counts, rows.mask)
    shifted = nodes.add("Add", held, np.int64(model.architecture.vocabulary_size))
    index = nodes.add("Where", counts, shifted, np.int64(0))
    share = nodes.floats(counts)
    vectors = nodes.add("Gather", table, index, axis=0)  # (T, B, n, I)
    summed = nodes.total(nodes.add("Mul", vectors, nodes.axes(share, 3)), 2)
    number = nodes.add("Max", nodes.total(share, 2, keepdims=True), np.float32(1))
    return nodes.add("Add", own, nodes.add("Div", summed, number))


def pooled(
    nodes: Nodes, kinds: Sequence[str], params: Arrays, x: str, final: str, rows: Padded
) -> str:
    """Add poolings, as `engine.pooling.forward` describes them; x is (T, B, F)."""
    parts = []
    for kind in kinds:
        if kind == "last":
            parts.append(final)
        elif kind == "mean":
            kept = nodes.add("Where", rows.mask, x, np.float32(0))
            lengths = nodes.floats(nodes.axes(rows.lengths, 1))
            parts.append(nodes.add("Div", nodes.total(kept, 0), lengths))
        elif kind == "max":
            kept = nodes.add("Where", rows.mask, x, LOWEST)
            parts.append(nodes.add("ReduceMax", kept, axes=[0], keepdims=0))
        else:
            parts.append(_attended(nodes, params["query"], x, rows))
    return nodes.add("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]


def _attended(nodes: Nodes, query: Floats, x: str, rows: Padded) -> str:
    """Return the mean of x (T, B, F), weighed by how well each step answers a query (F,)."""
    weights = nodes.add("MatMul", x, np.asarray(query[:, None], np.float32))
    weights = nodes.add("Where", rows.mask, weights, LOWEST)
    weights = nodes.add("Transpose", weights, perm=[1, 2, 0])
    weights = nodes.add("Softmax", weights, axis=2)  # (B, 1, T)
    by_row = nodes.add("Transpose", nodes.add("Where", rows.mask, x, np.float32(0)), perm=[1, 0, 2])
    return nodes.without(nodes.add("MatMul", weights, by_row), 1)


def _front(
    nodes: Nodes, params: Arrays, x: str, rows: Padded, stride: int
) -> tuple[str, Padded, str]:
    """Add both convolutions.

    Returns:
        their outputs (T', B, FILTERS), which of these steps count, and features (B, NUM_FEATURES).
    """
    for number, (width, step) in enumerate(zip(front.WIDTHS, (1, stride), strict=True)):
        own = {
            name.removeprefix(f"{number}_"): array
            for name, array in params.items()
            if name.startswith(f"{number}_")
        }
        x = nodes.add("Where", rows.mask, x, np.float32(0))
        by_channel = nodes.add("Transpose", x, perm=[1, 2, 0])
        found = _convolved(nodes, own, by_channel, width, step)
        x = nodes.add("Transpose", found, perm=[2, 0, 1])
        if step > 1:
            lengths = nodes.add("Add", rows.lengths, np.int64(step - 1))
            rows = Padded(nodes, nodes.add("Div", lengths, np.int64(step)), nodes.size(x, 0))
    return x, rows, pooled(nodes, front.POOLINGS, {}, x, x, rows)


def _convolved(nodes: Nodes, params: Arrays, x: str, width: int, stride: int) -> str:
    """Add a convolution of x (B, I, T), normalised over its filters, above 0 alone."""
    weight, bias = params["weight"], params["bias"]
    centred = (weight - weight.mean(axis=0)).transpose(0, 2, 1)
    c = nodes.add(
        "Conv",
        x,
        np.asarray(centred, np.float32),
        np.asarray(bias - bias.mean(), np.float32),
        kernel_shape=[width],
        pads=[width // 2, width // 2],
        strides=[stride],
    )
    squares = nodes.add("ReduceMean", nodes.add("Mul", c, c), axes=[1], keepdims=1)
    spread = nodes.add("Sqrt", nodes.add("Add", squares, np.float32(convolution.EPSILON)))
    normal = nodes.add("Div", c, spread)
    scaled = nodes.add("Mul", normal, np.asarray(params["gain"][:, None], np.float32))
    return nodes.add(
        "Relu", nodes.add("Add", scaled, np.asarray(params["shift"][:, None], np.float32))
    )
