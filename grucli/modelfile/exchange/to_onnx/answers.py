"""From scores to what a program is to read: `tasks/answer_layer` as nodes."""

from __future__ import annotations

import numpy as np

from grucli.modelfile.exchange.to_onnx.nodes import Nodes
from grucli.tasks.answer_layer import AnswerLayer


def add(nodes: Nodes, layer: AnswerLayer, scores: str) -> None:
    """Add the result of the graph, by its name: of scores (..., O)."""
    if layer.factors is not None:
        scaled = nodes.add("Mul", scores, np.array(layer.factors, np.float32))
        scores = nodes.add("Add", scaled, np.array(layer.biases, np.float32))
    if layer.link == "both":
        both = nodes.add("Concat", nodes.add("Neg", scores), scores, axis=-1)
        nodes.add("Sigmoid", both, output=layer.output)
    elif layer.link == "sigmoid":
        nodes.add("Sigmoid", scores, output=layer.output)
    elif layer.link == "softmax":
        nodes.add("Softmax", scores, axis=-1, output=layer.output)
    else:
        nodes.add("Identity", scores, output=layer.output)
