"""A whole model as one ONNX file: inputs, the graph, results, and what to know beside them.

    inputs    lengths (batch)                              steps of each row, at least 1
              tokens (batch, time)                         ids of a text's tokens
              subwords (batch, time, subwords)             buckets of each token's n-grams, -1: none
              ngrams (batch, kinds, ngrams, 2)             hashes of a text's n-grams, in halves
              ngram_counts (batch, kinds, ngrams)          and how often each stands there
              steps (batch, time, width)                   or numbers, as the encoder scales them
    results   probabilities, values or scores              (batch, n), or (batch, time, n)

A model has those that it reads. All that it computes is in the graph but for the best path of tags
that depend on each other, whose chain stands beside it.
"""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import onnx

from grucli.errors import CheckpointError
from grucli.model.kernel_path import KernelPath
from grucli.model.network import Model
from grucli.model.ngram_path import NgramPath
from grucli.modelfile.checkpoint import SavedModel
from grucli.modelfile.exchange.to_onnx import answers, kernels, network, ngrams
from grucli.modelfile.exchange.to_onnx.nodes import Nodes, Shape
from grucli.modelfile.exchange.to_onnx.padded import Padded
from grucli.values import dataclass

SCHEMA = "grucli.onnx/1"
METADATA = "grucli"
"""The key of the metadata under which the JSON stands."""
BATCH, TIME = "batch", "time"
MOST_BYTES = 2**31 - 1  # of a file of protocol buffers

Inputs = dict[str, tuple[type[np.generic], Shape]]


@dataclass(frozen=True, kw_only=True)
class Exported:
    """A model for other runtimes.

    Attributes:
        data: the file.
        inputs, outputs: their names.
        has_chain: whether tags are for the program to find, along the chain beside the graph.
    """

    data: bytes
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    has_chain: bool


def export(saved: SavedModel) -> Exported:
    """Return a model as ONNX; the same model gives the same bytes.

    Raises:
        CheckpointError: it is larger than such a file can be.
    """
    model, layer = saved.model, saved.task.answer_layer
    arch = model.architecture
    if arch.chain:
        layer = layer.chained(model.mix.recurrence * model.params["head_chain"])
    nodes, inputs = Nodes(), _inputs(model, saved.encoder.input_size)
    answers.add(nodes, layer, _scores(nodes, model, inputs, saved.encoder.view_size))
    leading: list[str | int] = [BATCH, TIME] if arch.reads_steps else [BATCH]
    outputs = {layer.output: [*leading, layer.size]}
    encoder = saved.encoder.recipe()
    if arch.subwords == "tokens":
        encoder |= {"subwords": arch.subwords, "buckets": arch.buckets}
    if isinstance(model.linear, NgramPath):
        encoder["ngrams"] = dataclasses.asdict(model.linear.ngrams.pattern)
    beside = {"schema": SCHEMA, "task": saved.task.name, **layer.fields, "encoder": encoder}
    found = nodes.model(inputs, outputs, {METADATA: json.dumps(beside)})
    return Exported(
        data=_written(found), inputs=tuple(inputs), outputs=tuple(outputs), has_chain=arch.chain
    )


def _written(model: onnx.ModelProto) -> bytes:
    size = model.ByteSize()
    if size > MOST_BYTES:
        most = f"{MOST_BYTES:,} is the most that an ONNX file can have"
        raise CheckpointError(
            f"--onnx: the model takes {size:,} bytes, {most}; train a smaller one"
        )
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def _inputs(model: Model, input_size: int) -> Inputs:
    """Return what the graph reads: the type and the sizes of each, by name."""
    arch = model.architecture
    inputs: Inputs = {"lengths": (np.int64, [BATCH])}
    if not arch.vocabulary_size:
        return inputs | {"steps": (np.float32, [BATCH, TIME, input_size])}
    inputs["tokens"] = np.int64, [BATCH, TIME]
    if arch.subwords:
        inputs["subwords"] = np.int64, [BATCH, TIME, "subwords"]
    if isinstance(model.linear, NgramPath):
        shape: Shape = [BATCH, model.linear.ngrams.pattern.kinds, "ngrams"]
        inputs |= {"ngrams": (np.int64, [*shape, 2]), "ngram_counts": (np.int64, shape)}
    return inputs


def _scores(nodes: Nodes, model: Model, inputs: Inputs, view_size: int) -> str:
    """Add all between the inputs and the scores that decide: (B, O), or (B, T, O) of steps."""
    arch, mix = model.architecture, model.mix
    source = "tokens" if arch.vocabulary_size else "steps"
    rows = Padded(nodes, "lengths", nodes.size(source, 1))
    if arch.vocabulary_size:
        bags = "subwords" if "subwords" in inputs else None
        x = network.token_vectors(nodes, model, source, bags, rows)
    else:
        x = nodes.add("Transpose", source, perm=[1, 0, 2])
        x = nodes.add("Where", rows.mask, x, np.float32(0))
    found = network.scores(nodes, model, x, rows)
    if arch.reads_steps:
        found = nodes.add("Transpose", found, perm=[1, 0, 2])
    found = nodes.add("Mul", found, np.float32(mix.recurrence))
    linear = None
    if isinstance(model.linear, NgramPath):
        linear = ngrams.scores(nodes, model.linear, "ngrams", "ngram_counts")
    elif isinstance(model.linear, KernelPath):
        seen = nodes.add("Slice", x, np.array([0]), np.array([view_size]), np.array([2]))
        linear = kernels.scores(nodes, model.linear, seen, rows)
    if linear is None:
        return found
    return nodes.add("Add", found, nodes.add("Mul", linear, np.float32(mix.linear)))
