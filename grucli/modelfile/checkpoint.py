"""A model file: one archive <-> architecture, weights, vocabulary or scaling, task, origin.

`MODEL.npz` holds the best weights. `MODEL.last.npz` holds the last weights, and beside them what an
exact resume needs: the optimizer's moments, the progress and the best weights so far.
"""

from __future__ import annotations

import codecs
import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from grucli.data.encoded import UNLIMITED
from grucli.data.encoder import ENCODERS, Encoder
from grucli.data.records import Remembered
from grucli.data.tables.delimiter_names import parse_delimiter
from grucli.engine.bags import MOST_TOKENS
from grucli.engine.pooling import POOLINGS
from grucli.engine.recurrent import CELLS
from grucli.errors import CheckpointError, ConfigError, excerpt, expect, show_path
from grucli.model.blend import Mix
from grucli.model.half_precision import halved, widened
from grucli.model.network import Architecture, Model
from grucli.modelfile.archive import Archive, read_archive, write_archive
from grucli.modelfile.fields import are_weights, built
from grucli.modelfile.history import packed, unpacked
from grucli.modelfile.joint_path import joint_parts, joint_path
from grucli.modelfile.linear_path import LAYER, linear_parts, linear_path
from grucli.modelfile.npz_layout import Arrays
from grucli.tasks import TASKS, task_from_json
from grucli.tasks.task import Task
from grucli.values import dataclass

PARAM, RUN = "param_", "run_"
MAX_LAYERS = 8


@dataclass(frozen=True, kw_only=True)
class SavedModel:
    """A trained model with all that its use needs.

    Attributes:
        model: architecture and weights.
        encoder: how a record becomes steps.
        task: what an answer is.
        remembered: how the training data was read.
        card: where the model comes from, for people: config, data, scores, versions (JSON).
        is_half: whether its file has weights in half precision; they are rounded to that already.
        sha256: of the file it was read from, "" before that.
    """

    model: Model
    encoder: Encoder
    task: Task
    remembered: Remembered
    card: dict[str, Any]
    is_half: bool = False
    sha256: str = ""


@dataclass(frozen=True, kw_only=True)
class RunState:
    """What a resumed training needs beside the last weights.

    Attributes:
        progress: counters and scores (JSON).
        arrays: the optimizer's moments and the best weights.
    """

    progress: dict[str, Any]
    arrays: Arrays = dataclasses.field(default_factory=dict)


def last_path(path: str | Path) -> Path:
    """Return where the resumable state of model `path` is kept: m.npz -> m.last.npz."""
    return Path(path).with_suffix(".last.npz")


def save(path: str | Path, saved: SavedModel, run: RunState | None = None) -> None:
    """Write a model file atomically; the same content gives the same bytes.

    Raises:
        AccessError: it cannot be written; an older file is still whole.
        ValueError: a weight is not finite.
    """
    encoder, arch = saved.encoder, saved.model.architecture
    linear_fields, linear_arrays = linear_parts(saved.model.linear)
    joint_fields, joint_arrays = joint_parts(saved.model.joint)
    meta: dict[str, Any] = {
        **saved.task.to_json(),
        "architecture": architecture_json(arch, saved.task),
        "encoder": {"kind": encoder.kind, "max_length": encoder.max_length}
        | encoder.fields()
        | linear_fields,
        "remembered": saved.remembered.stored(),
        "card": saved.card,
    }
    if saved.model.mix != Mix():
        meta["mix"] = saved.model.mix.to_json()
    arrays: Arrays = {PARAM + name: array for name, array in saved.model.arrays()} | linear_arrays
    if saved.is_half and run is None:
        learned = [name for name in arrays if name.startswith(PARAM) or name in LAYER]
        arrays |= {name: halved(arrays[name]) for name in learned}
    arrays |= encoder.arrays() | joint_arrays
    if run is not None:
        meta["progress"], scores = packed(run.progress)
        arrays |= scores
        arrays |= {RUN + name: array for name, array in run.arrays.items()}
    write_archive(path, meta | joint_fields, arrays)


def architecture_json(architecture: Architecture, task: Task) -> dict[str, Any]:
    """Return the fields of an architecture; of the head those by which the task knows it."""
    fields: dict[str, Any] = {}
    for name, value in dataclasses.asdict(architecture).items():
        fields |= task.head_json() if name == "num_outputs" else {name: value}
    if not architecture.reads_steps:  # as in models from before any did
        del fields["reads_steps"], fields["chain"]
    if not architecture.writes:
        for name in ("writes", "copying", "attention", "decoder_layers"):
            del fields[name]
    return fields


def load(path: str | Path, dtype: str | None = "float64") -> SavedModel:
    """Read a model file.

    Args:
        path: the file.
        dtype: of the weights in memory, None for that of training. In float64 no bit of an answer
            depends on batch mates or on threads (`engine/products`).

    Raises:
        AccessError: it is missing or unreadable.
        CheckpointError: it is no intact grucli model.
    """
    return _saved_model(path, read_archive(path), dtype)


def load_run(path: str | Path) -> tuple[SavedModel, RunState]:
    """Read a `.last.npz` to go on with its training; raises as `load` does."""
    archive = read_archive(path)
    if "progress" not in archive.meta:
        raise CheckpointError(
            f"{show_path(path)}: holds no training state; resume from a MODEL.last.npz"
        )
    arrays = {
        name.removeprefix(RUN): array
        for name, array in archive.arrays.items()
        if name.startswith(RUN)
    }
    saved = _saved_model(path, archive, None)
    with _consistent(path):
        progress = unpacked(archive.meta["progress"], archive.arrays)
    return saved, RunState(progress=progress, arrays=arrays)


def _saved_model(path: str | Path, archive: Archive, dtype: str | None) -> SavedModel:
    with _consistent(path):
        meta = archive.meta
        expect(meta["task"] in TASKS, "task and version")
        expect(isinstance(meta["card"], dict), "card")
        task = task_from_json(meta)
        architecture = _architecture(meta["architecture"], task)
        model = _model(architecture, archive.arrays, dtype)
        encoder = _encoder(meta["encoder"], archive.arrays, architecture)
        if architecture.copying:
            from grucli.tasks.writing_task import give_copies_  # late: few models copy

            give_copies_(encoder, task)
        model.linear = linear_path(
            meta["encoder"], archive.arrays, encoder.view_size, task.num_outputs
        )
        model.joint = joint_path(meta.get("joint"), archive.arrays, architecture)
        model.mix = _mix(meta.get("mix"), has_linear=model.linear is not None)
        model.seal()
        return SavedModel(
            model=model,
            encoder=encoder,
            task=task,
            remembered=_remembered(meta["remembered"]),
            card=meta["card"],
            is_half=any(array.dtype == np.float16 for array in archive.arrays.values()),
            sha256=archive.sha256,
        )


@contextmanager
def _consistent(path: str | Path) -> Iterator[None]:
    """Say of what does not fit that the file is to blame."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ConfigError) as fault:
        # What an AttributeError says is about Python.
        said = (
            "a field of another type" if isinstance(fault, AttributeError) else excerpt(fault, 80)
        )
        line = f"{show_path(path)}: inconsistent: {said}; train the model again"
        raise CheckpointError(line) from fault


def _remembered(fields: Mapping[str, Any]) -> Remembered:
    remembered = built(Remembered, fields)
    if remembered.encoding is not None:
        codecs.lookup(remembered.encoding)
    if remembered.delimiter is not None:
        parse_delimiter(remembered.delimiter)
    if remembered.label_separator is not None:
        parse_delimiter(remembered.label_separator)
    return remembered


def _architecture(fields: Mapping[str, Any], task: Task) -> Architecture:
    """Check every field before anything is allocated from it."""
    head, others = task.head_json(), dict(fields)
    found = {name: others.pop(name, None) for name in head}
    expect(found == head and all(type(n) is int for n in found.values()), "targets and outputs")
    architecture = built(Architecture, {**others, "num_outputs": task.num_outputs})
    sizes = (architecture.input_size, architecture.hidden_size, architecture.num_outputs)
    expect(all(1 <= size < 1 << 32 for size in sizes), "sizes")
    expect(architecture.vocabulary_size >= 0, "vocabulary_size")
    expect(1 <= architecture.num_layers <= MAX_LAYERS, "num_layers")
    expect(0 <= architecture.convolution < 1 << 32, "convolution")
    expect(architecture.cell in CELLS, "cell")
    expect(architecture.dtype in ("float32", "float64"), "dtype")
    kind, buckets = architecture.subwords, architecture.buckets
    expect(kind in ("", "characters", "tokens"), "subwords")
    expect((buckets > 0) == bool(kind), "subwords")
    expect(architecture.vocabulary_size > 0 or not kind, "subwords")
    expect(kind != "tokens" or architecture.vocabulary_size < MOST_TOKENS, "vocabulary_size")
    rates = (architecture.dropout, architecture.token_dropout)
    expect(all(0 <= rate < 1 for rate in rates), "dropout")
    _check_head(architecture, task)
    return architecture


def _check_head(architecture: Architecture, task: Task) -> None:
    reads_steps, writes, pooled = (
        architecture.reads_steps,
        architecture.writes,
        len(architecture.pooling),
    )
    expect(reads_steps == task.reads_steps and (reads_steps or not architecture.chain), "head")
    expect(writes == task.writes and (writes or not architecture.copying), "decoder")
    attends = architecture.attention
    expect(attends or (writes and not architecture.copying), "attention")
    expect(1 <= architecture.decoder_layers <= (MAX_LAYERS if writes else 1), "decoder_layers")
    expect(architecture.vocabulary_size > 0 or not architecture.copying, "copying")
    looks_at_each = reads_steps or writes
    expect(not looks_at_each or not architecture.convolution, "convolution")
    expect(pooled == 0 if looks_at_each else 0 < pooled <= len(POOLINGS), "pooling")
    expect(set(architecture.pooling) <= set(POOLINGS), "pooling")


def _model(architecture: Architecture, arrays: Arrays, dtype: str | None) -> Model:
    shapes = architecture.shapes()
    if architecture.vocabulary_size:
        shapes["embedding_weight"] = architecture.table_shape
    stored = {name.removeprefix(PARAM): a for name, a in arrays.items() if name.startswith(PARAM)}
    for name in sorted(shapes.keys() | stored.keys()):
        found = stored[name].shape if name in stored else None
        expect(found == shapes.get(name) and are_weights(stored[name]), f"weights {name}")
    model = Model(dataclasses.replace(architecture, dtype=dtype or architecture.dtype))
    if architecture.vocabulary_size:
        model.table = widened(stored.pop("embedding_weight"))  # as it lies there: it may be large
    for name, array in stored.items():
        model.params[name][...] = array
    return model


def _encoder(fields: Mapping[str, Any], arrays: Arrays, architecture: Architecture) -> Encoder:
    max_length = fields["max_length"]
    expect(type(max_length) is int and 1 <= max_length <= UNLIMITED, "max_length")
    if architecture.reads_steps:
        max_length = UNLIMITED  # each step has its answer; older files say another number
    expect(fields["kind"] in ENCODERS, "kind")
    buckets = architecture.buckets if architecture.subwords == "characters" else 0
    encoder = ENCODERS[fields["kind"]].from_arrays(fields, arrays, max_length, buckets)
    vocabulary = encoder.vocabulary
    size = 0 if vocabulary is None else len(vocabulary)
    expect(size == architecture.vocabulary_size, "vocabulary and embedding")
    fits = vocabulary is not None or encoder.input_size == architecture.input_size
    expect(fits, "scaling, channels")
    return encoder


def _mix(fields: Mapping[str, Any] | None, *, has_linear: bool) -> Mix:
    """Return how much the paths count: a linear path that is there does, if ever so little."""
    mix = Mix()
    if fields is not None:
        expect(fields.keys() == mix.to_json().keys(), "mix")
        mix = built(Mix, {"recurrence": fields["recurrence"], "linear": fields["wide"]})
    expect(all(0 <= factor < 1e6 for factor in (mix.recurrence, mix.linear)), "mix")
    expect(has_linear == (mix.linear > 0), "paths")
    return mix
